"""What a file that arrived is taken for: the output, a page in its place, or half of it."""

import json

import pytest
import sample_files as small
from saying import raises_saying

from rushes.providers.media import of_bytes
from rushes.tui.lines.reason_words import reason_words, reasons_words
from rushes.watch.asset import Check
from rushes.watch.reasons import Cause
from rushes.watch.transfer.file_check import (
    NotTheOutput,
    Promise,
    Verdict,
    disagreement,
    judge,
    refuse_page,
)
from rushes.watch.transfer.formats.finding import FileReader

FILM = Promise("video")
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><rect width='5'/></svg>"
SRT = "\ufeff1\r\n00:00:00,000 --> 00:00:02,000\r\n你好\r\n".encode()
VTT = b"WEBVTT\n\n00:00.000 --> 00:02.000\nHello there\n"
PAGE = b"<!DOCTYPE html><html><body>Not found</body></html>" + b" " * 600
XML = b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code></Error>'


def judged(data: bytes, promise: Promise = FILM) -> Verdict:
    return judge(FileReader(of_bytes(data), len(data)), promise)


@pytest.mark.parametrize("kind", ["video", "image", "audio", "thumbnail", "cover", "file"])
@pytest.mark.parametrize("ending", [".png", ".avif", ".mkv", ".opus", ".glb", ".zip"])
def test_a_whole_file_of_any_type_is_the_output_whatever_was_promised(
    kind: str, ending: str
) -> None:
    verdict = judged(small.WHOLE[ending], Promise(kind))
    assert (verdict.media.extension, verdict.missing, verdict.reasons) == (ending, None, ())
    assert verdict.checked == (Check.TYPE, Check.INDEX)


@pytest.mark.parametrize("ending", small.WHOLE)
def test_half_of_it_is_said_to_be_half(ending: str) -> None:
    verdict = judged(small.WHOLE[ending][:-1])
    assert verdict.missing is not None
    assert Check.INDEX not in verdict.checked


@pytest.mark.parametrize("kind", ["video", "image", "audio", "first_frame", "", "cover", "profile"])
@pytest.mark.parametrize(
    ("data", "words"),
    [
        (PAGE, "a web page"),
        (b"<html>" + bytes(5000), "a web page"),
        (XML, "an XML document"),
        (b'{"error": {"message": "no"}}', "a JSON document"),
        (b'{"frames": []}', "a JSON document"),
        (b"404 page not found\n", "plain text"),
        ("文件不存在".encode(), "plain text"),
        (PAGE.decode().encode("utf-16"), "a web page"),
        (SRT, "plain text"),
        (b"#!/bin/sh\nrm -rf ~\n", "plain text"),
        (b"", "an empty file"),
    ],
)
def test_text_is_not_what_was_promised_as_media(kind: str, data: bytes, words: str) -> None:
    with raises_saying(NotTheOutput, match=words):
        judged(data, Promise(kind))


@pytest.mark.parametrize(
    ("data", "promise", "extension"),
    [
        (SVG, Promise("image"), ".svg"),
        (SVG, Promise("thumbnail"), ".svg"),
        (SVG, Promise("video", "image/svg+xml"), ".svg"),
        (SVG, Promise("file"), ".svg"),
        (SRT, Promise("file"), ".srt"),
        (SRT, Promise("video", "application/x-subrip"), ".srt"),
        (VTT, Promise("subtitles"), ".vtt"),
        (VTT, Promise("caption_file"), ".vtt"),
        (VTT, Promise("audio", "text/vtt; charset=utf-8"), ".vtt"),
        (b'{"frames": [1, 2]}\n', Promise("file"), ".json"),
        (b'[{"words": "hi"}]', Promise("transcript"), ".json"),
        (b'{"asset": {"version": "2.0"}}', Promise("model"), ".gltf"),
    ],
)
def test_text_is_what_it_is_where_it_was_promised(
    data: bytes, promise: Promise, extension: str
) -> None:
    verdict = judged(data, promise)
    assert (verdict.media.extension, verdict.missing, verdict.reasons) == (extension, None, ())


@pytest.mark.parametrize(
    "promise", [Promise("video", "application/json"), Promise("image", "text/vtt")]
)
def test_the_type_of_a_reply_makes_no_output_of_an_error(promise: Promise) -> None:
    with pytest.raises(NotTheOutput):
        judged(b'{"code": 403, "message": "expired"}', promise)


@pytest.mark.parametrize("data", [b'{"error": "no such file"}', XML])
def test_an_error_is_no_file_either(data: bytes) -> None:
    with pytest.raises(NotTheOutput):
        judged(data, Promise("file"))


@pytest.mark.parametrize(
    "data",
    [json.dumps({"frames": list(range(99))}).encode()[:-9], SVG[:-6], b'[{"words": "h', b"[tru"],
)
def test_half_a_text_is_half(data: bytes) -> None:
    promise = Promise("image") if data.startswith(b"<") else Promise("file")
    assert judged(data, promise).missing


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"MZ\x90\0" + bytes(600), "video"),
        (b"\x7fELF\2\1\1\0" + bytes(600), "image"),
        (bytes(range(256)) * 9, "audio"),
        (PAGE, "file"),
        (b"#!/bin/sh\nrm -rf ~\n", "file"),
        (b"[Desktop Entry]\nExec=sh\n", "file"),
        (b"@echo off\r\ndel *.*\r\n", "file"),
        (b"<playlist/>", "file"),
    ],
)
def test_what_could_be_run_and_what_nobody_knows_is_kept_under_no_name(
    data: bytes, kind: str
) -> None:
    verdict = judged(data, Promise(kind))
    assert (verdict.media.extension, verdict.reasons) == (".bin", (Cause.TYPE_UNKNOWN,))
    assert verdict.checked == ()


@pytest.mark.parametrize("data", [PAGE, b'{"error": "no"}', b"not found, sorry" * 40])
def test_a_page_is_refused_at_its_beginning(data: bytes) -> None:
    with pytest.raises(NotTheOutput):
        refuse_page(data[:512], FILM)


@pytest.mark.parametrize("data", [small.png(), b"<?xml version='1.0'?><!-- Made by", b"\0\1\2"])
def test_what_may_still_be_the_output_is_let_come(data: bytes) -> None:
    refuse_page(data[:512], Promise("image"))


@pytest.mark.parametrize(
    ("found", "promised", "words"),
    [
        (5.0, 5.0, ""),
        (5.04, 5.0, ""),
        (4.6, 5.0, ""),
        (58.0, 60.0, ""),
        (5.0, None, ""),
        (None, 5.0, ""),
        (3.2, 5.0, "lasts 3.2 s, 5 s were promised"),
        (5.0, 10.0, "lasts 5.0 s, 10 s were promised"),
    ],
)
def test_a_frame_more_or_less_is_no_oddity(
    found: float | None, promised: float | None, words: str
) -> None:
    odd = disagreement(found, promised)
    assert (reason_words(odd) if odd is not None else "") == words


def test_a_film_cut_between_fragments_is_told_by_the_promise_alone() -> None:
    data = small.fragmented(small.fragment(2000), small.fragment(3000))
    promise = Promise("video", seconds=5.0)
    assert judged(data, promise).reasons == ()
    shorter = small.fragmented(small.fragment(2000))
    assert reasons_words(judged(shorter, promise).reasons) == "lasts 2.0 s, 5 s were promised"
