"""The one table of types: what a file is by its first bytes."""

import base64
from pathlib import Path

import pytest
import sample_files as small
from mp4_files import box, film

from rushes.providers.links import embedded
from rushes.providers.media import Family, of_bytes, recognised
from rushes.providers.model import Inline
from rushes.providers.node import Node, Reading
from rushes.providers.text_media import (
    TEXT_HEAD,
    Page,
    is_json_error,
    is_xml_error,
    page,
    text_media,
    text_of,
)

VIDEO, IMAGE, AUDIO, FILE = Family.VIDEO, Family.IMAGE, Family.AUDIO, Family.FILE

KNOWN = [
    (b"\0\0\0\x20ftypisom\0\0\2\0isomiso2", ".mp4", VIDEO),
    (b"\0\0\0\x18ftypneww\0\0\0\0", ".mp4", VIDEO),
    (b"\0\0\0\x14ftypqt  \0\0\0\0", ".mov", VIDEO),
    (b"\0\0\1\0moov\0\0\0\x6cmvhd", ".mov", VIDEO),
    (box(b"wide", b"") + box(b"mdat", b""), ".mov", VIDEO),
    (b"\0\0\0\x14ftyp3gp5\0\0\0\0", ".3gp", VIDEO),
    (box(b"styp", b"msdh") + box(b"moof", b""), ".m4s", VIDEO),
    (b"\0\0\0\x14ftypM4A \0\0\0\0", ".m4a", AUDIO),
    (b"\0\0\0\x1cftypavif\0\0\0\0", ".avif", IMAGE),
    (b"\0\0\0\x1cftypavis\0\0\0\0", ".avif", IMAGE),
    (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", ".avif", IMAGE),
    (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", ".heic", IMAGE),
    (b"\0\0\0\x1cftypheic\0\0\0\0", ".heic", IMAGE),
    (b"\0\0\0\x0cJXL \r\n\x87\n", ".jxl", IMAGE),
    (b"\xff\x0a\xfa\x1f", ".jxl", IMAGE),
    (b"\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14ftypjp2 \0\0\0\0", ".jp2", IMAGE),
    (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", ".png", IMAGE),
    (b"\xff\xd8\xff\xe0\0\x10JFIF", ".jpg", IMAGE),
    (b"RIFF\x10\0\0\0WEBPVP8 ", ".webp", IMAGE),
    (b"GIF89a\1\0\1\0", ".gif", IMAGE),
    (b"II*\0\x08\0\0\0", ".tif", IMAGE),
    (b"MM\0+\0\x08\0\0", ".tif", IMAGE),
    (small.bmp(), ".bmp", IMAGE),
    (b"8BPS\0\1", ".psd", IMAGE),
    (b"\x76\x2f\x31\x01\2\0\0\0", ".exr", IMAGE),
    (small.matroska(), ".webm", VIDEO),
    (small.matroska(b"matroska"), ".mkv", VIDEO),
    (small.matroska(b"matroska").replace(b"\x83\x81\x01", b"\x83\x81\x02"), ".mka", AUDIO),
    (b"RIFF\x24\0\0\0AVI LIST", ".avi", VIDEO),
    ((b"G" + bytes(187)) * 3, ".ts", VIDEO),
    ((bytes(4) + b"G" + bytes(187)) * 3, ".m2ts", VIDEO),
    (b"FLV\1\5\0\0\0\x09", ".flv", VIDEO),
    (b"\0\0\1\xba\x44", ".mpg", VIDEO),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\0\xaa", ".wmv", VIDEO),
    (small.ogg(b"\x80theora"), ".ogv", VIDEO),
    (small.ogg(b"OpusHead"), ".opus", AUDIO),
    (small.ogg(b"\1vorbis"), ".ogg", AUDIO),
    (b"OggS\0\2\0\0", ".ogg", AUDIO),
    (b"ID3\4\0\0\0\0\0\0", ".mp3", AUDIO),
    (b"\xff\xfb\x90\x64", ".mp3", AUDIO),
    (b"\xff\xf1\x50\x40\x21\x3f\xfc", ".aac", AUDIO),
    (small.flac(), ".flac", AUDIO),
    (small.id3(bytes(3000)) + small.flac(), ".flac", AUDIO),
    (small.id3(bytes(3000)) + b"\xff\xf1\x50\x40\x21\x3f\xfc", ".aac", AUDIO),
    (small.id3(bytes(90)) * 2 + small.mp3(), ".mp3", AUDIO),
    (b"RIFF\x24\0\0\0WAVEfmt ", ".wav", AUDIO),
    (b"RF64\xff\xff\xff\xffWAVEds64", ".wav", AUDIO),
    (b"FORM\0\0\0\x20AIFC", ".aiff", AUDIO),
    (b"caff\0\1\0\0", ".caf", AUDIO),
    (b".snd\0\0\0\x18", ".au", AUDIO),
    (b"\x0b\x77\x4c\xae\x1c", ".ac3", AUDIO),
    (b"#!AMR\n\x3c", ".amr", AUDIO),
    (small.glb(), ".glb", FILE),
    (small.archive(), ".zip", FILE),
    (small.archive("scene.usdc"), ".usdz", FILE),
    (small.ply(), ".ply", FILE),
    (small.stl(), ".stl", FILE),
    (b"PXR-USDC\0\x08", ".usdc", FILE),
    (b"%PDF-1.7\n\xe2\xe3", ".pdf", FILE),
]


@pytest.mark.parametrize(("data", "extension", "family"), KNOWN)
def test_a_type_is_told_by_its_bytes(data: bytes, extension: str, family: Family) -> None:
    found = recognised(of_bytes(data))
    assert found is not None
    assert (found.extension, found.family) == (extension, family)


@pytest.mark.parametrize("first", [b"free", b"skip", b"wide", b"uuid", b"styp", b"sidx"])
def test_the_brand_counts_wherever_its_box_stands(first: bytes) -> None:
    found = recognised(of_bytes(box(first, bytes(70_000)) + film(400)))
    assert found is not None
    assert found.extension == ".mp4"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"MZ\x90\0\3\0\0\0" + bytes(500),
        b"\x7fELF\2\1\1\0" + bytes(500),
        b"\xca\xfe\xba\xbe\0\0\0\x34",
        b"\0asm\1\0\0\0",
        b"#!/bin/sh\nrm -rf ~\n",
        b"[Desktop Entry]\nExec=x\n",
        b"<!DOCTYPE html><html>",
        b"BM is no bitmap but the beginning of a letter\n",
        b"\xff\xfe<\0h\0t\0m\0l\0",
        small.stl()[:-1],
    ],
)
def test_what_a_system_could_run_and_what_is_not_known_has_no_type(data: bytes) -> None:
    assert recognised(of_bytes(data)) is None


@pytest.mark.parametrize(("data", "_", "family"), KNOWN)
def test_an_inline_file_has_the_kind_of_its_type(data: bytes, _: str, family: Family) -> None:

    output = next(iter(embedded(Node("x", base64.b64encode(data).decode(), Reading()))))
    assert isinstance(output.where, Inline)
    assert output.kind == family.value


def test_the_demos_own_files_are_what_they_are_called() -> None:
    films = Path(__file__).parents[2] / "demo" / "media"
    files = sorted(path for path in films.iterdir() if path.suffix in (".mp4", ".png", ".jpg"))
    assert files
    for path in files:
        found = recognised(of_bytes(path.read_bytes()))
        assert found is not None
        assert found.extension == path.suffix


@pytest.mark.parametrize(
    ("data", "extension"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", ".svg"),
        (
            b"<?xml version='1.0'?>\n<!-- a --><!-- b -->\n<!DOCTYPE svg [ ]>\n<svg >",
            ".svg",
        ),
        ("\ufeff1\r\n00:00:00,000 --> 00:00:02,000\r\n你好".encode(), ".srt"),
        (b"WEBVTT\n\n00:00.000 --> 00:02.000", ".vtt"),
        (b"WEBVTT", ".vtt"),
        (b'{"frames": []}', ".json"),
        (b'{"asset": {"version": "2.0"}}', ".gltf"),
        (b"solid cube\nfacet normal 0 0 1\n", ".stl"),
        (b"# made by code\nmtllib a.mtl\no cube\nv 0 0.5 -1e3\n", ".obj"),
        ("WEBVTT\n".encode("utf-16"), ".vtt"),
        (b"WEBVTTX", None),
        (b"<html><svg></svg>", None),
        (b"<Error><Code>AccessDenied</Code>", None),
        (b"#!/bin/sh\nv 1 2 3\n", None),
    ],
)
def test_text_is_told_by_what_it_begins_with(data: bytes, extension: str | None) -> None:
    text = text_of(data)
    assert text is not None
    found = text_media(text)
    assert (found.extension if found else None) == extension


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("\n\n <HTML><body>", Page.WEB),
        ("<Error><Code>AccessDenied</Code>", Page.XML),
        ("[1]", Page.JSON),
        ("404 page not found", Page.TEXT),
    ],
)
def test_a_page_is_named(text: str, kind: Page) -> None:
    assert page(text) is kind


@pytest.mark.parametrize(
    "value",
    [
        {"error": {"message": "no"}},
        {"code": "AccessDenied", "message": "Request has expired"},
        {"detail": "Not found"},
        {"success": False, "msg": "file not found", "data": None},
        {"errors": ["a"]},
    ],
)
def test_what_services_answer_instead_is_an_error(value: object) -> None:
    assert is_json_error(value)


@pytest.mark.parametrize(
    "value",
    [[], [{"error": "in a list of results"}], {"frames": [1]}, {"error": None, "text": "hi"}, "x"],
)
def test_a_result_in_json_is_no_error(value: object) -> None:
    assert not is_json_error(value)


def test_an_xml_error_is_told_by_its_root() -> None:
    assert is_xml_error("<?xml version='1.0'?>\n<Error><Code>NoSuchKey</Code></Error>")
    assert is_xml_error("<ErrorResponse/>")
    assert not is_xml_error("<playlist><error/></playlist>")


@pytest.mark.parametrize("data", [b"\0\1\2", bytes(TEXT_HEAD), b"\xff\xd8\xff", b"PK\3\4", b""])
def test_other_bytes_are_no_text(data: bytes) -> None:
    assert text_of(data) is None


def test_a_character_that_is_cut_in_two_is_no_reason_to_call_it_bytes() -> None:
    assert text_of("字幕".encode()[:-1]) == "字"


@pytest.mark.parametrize("line", ["<!---->", "#\n", "1\n", "<", "<?", "o \n", " \n"])
def test_no_text_takes_long_to_be_told(line: str) -> None:
    text_media(line * (TEXT_HEAD // len(line)))
