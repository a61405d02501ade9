"""Types by magic bytes: what is saved, and what is said of the rest."""

from pathlib import Path

import pytest
from watch.media import instead, sniff

KNOWN = [
    (b"\0\0\0\x20ftypisom\0\0\2\0isomiso2", "video/mp4", ".mp4"),
    (b"\0\0\0\x18ftypmp42\0\0\0\0", "video/mp4", ".mp4"),
    (b"\0\0\0\x18ftypneww\0\0\0\0", "video/mp4", ".mp4"),
    (b"\0\0\0\x14ftypqt  \0\0\0\0", "video/quicktime", ".mov"),
    (b"\0\0\1\0moov\0\0\0\x6cmvhd", "video/quicktime", ".mov"),
    (b"\0\0\0\x14ftypM4A \0\0\0\0", "audio/mp4", ".m4a"),
    (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\1\x42\xf7\x81\1\x42\x82\x84webm", "video/webm", ".webm"),
    (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png", ".png"),
    (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg", ".jpg"),
    (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp", ".webp"),
    (b"GIF89a\1\0\1\0", "image/gif", ".gif"),
    (b"ID3\4\0\0\0\0\0\0", "audio/mpeg", ".mp3"),
    (b"\xff\xfb\x90\x64", "audio/mpeg", ".mp3"),
    (b"RIFF\x24\0\0\0WAVEfmt ", "audio/wav", ".wav"),
    (b"OggS\0\2\0\0", "audio/ogg", ".ogg"),
]


@pytest.mark.parametrize(("head", "media_type", "extension"), KNOWN)
def test_what_is_saved(head: bytes, media_type: str, extension: str) -> None:
    found = sniff(head)
    assert found is not None
    assert (found.media_type, found.extension) == (media_type, extension)


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"<!DOCTYPE html><html>", "a web page"),
        (b"\n\n <HTML><body>", "a web page"),
        (b'<?xml version="1.0"?><Error>', "an XML document"),
        (b"<Error><Code>AccessDenied</Code>", "an XML document"),
        (b'{"error": {"message": "no"}}', "a JSON document"),
        (b'\xef\xbb\xbf[{"a": 1}]', "a JSON document"),
        (b"404 page not found, sorry\n", "plain text"),
        (b"", "an empty file"),
        (b"MZ\x90\0\3\0\0\0", "a file of a type that is not saved"),
        (b"\x7fELF\2\1\1\0", "a file of a type that is not saved"),
        (b"PK\3\4\x14\0\0\0", "a file of a type that is not saved"),
        (b"%PDF-1.7\n\xe2\xe3", "a file of a type that is not saved"),
        (b"\0\0\0\x1cftypavif\0\0\0\0", "a file of a type that is not saved"),
        (b"\0\0\0\x1cftypheic\0\0\0\0", "a file of a type that is not saved"),
        (b"\x1a\x45\xdf\xa3\x93\x42\x82\x88matroska", "a file of a type that is not saved"),
        (b"\xff\xfe<\0h\0t\0m\0l\0", "a file of a type that is not saved"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", "an XML document"),
        (b"#!/bin/sh\nrm -rf ~\n", "plain text"),
        (b"[Desktop Entry]\nExec=x\n", "a JSON document"),
    ],
)
def test_what_is_not_saved_is_named(head: bytes, words: str) -> None:
    assert sniff(head) is None
    assert instead(head) == words


@pytest.mark.parametrize("size", range(4))
def test_a_beginning_too_short_to_tell_is_nothing(size: int) -> None:
    for head, _, _ in KNOWN:
        assert sniff(head[:size]) is None or head.startswith(b"\xff")


def test_the_demos_own_files_are_what_they_are_called() -> None:
    films = Path(__file__).parents[2] / "demo" / "media"
    files = sorted(path for path in films.iterdir() if path.suffix in (".mp4", ".png", ".jpg"))
    assert files
    for path in files:
        found = sniff(path.read_bytes()[:512])
        assert found is not None
        assert found.extension == path.suffix
