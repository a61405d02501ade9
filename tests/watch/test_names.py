"""Names on disk, whatever the template and the provider's words are."""

import re
import unicodedata
from itertools import islice
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sampling import rounds

from rushes.watch.transfer.file_names import PART_BYTES, safe, with_extension
from rushes.watch.transfer.template import Fields, stem_for

DEFAULT = "{provider}/{name}/{kind}-{n}{ext}"

HOSTILE = [
    "",
    ".",
    "..",
    "../../etc/passwd",
    "..\\..\\boot.ini",
    "/etc/passwd",
    "C:\\windows\\x",
    "C:x",
    "file:///etc/passwd",
    "a\x00b",
    "a\nb\r\tc",
    "\x1b]52;c;aGk=\x07",
    "\x9b2J",
    ".bashrc",
    "-rf",
    "--help",
    "~root",
    "$HOME",
    "`id`",
    "$(id)",
    "a;b|c&d>e<f",
    "a'b\"c",
    "*?[x]",
    "%2e%2e%2f",
    "con",
    "CON.txt",
    "nul .x",
    "com1",
    "LPT9.mp4",
    "clip.mp4.exe",
    "clip.desktop",
    "name.",
    "name ",
    "name:stream",
    "x" * 5000,
    "影" * 500,
    "e" + "\u0301" * 4000,
    "\u202egpj.exe",
    "\u2066a\u2069",
    "a\u200bb\ufeff",
    "\u3164\u115f",
    "\U000e0041\U000e0042",
    "\ud800",
    "a\u2215b\uff0fc\u2044d",
    "\u0301\u0301.x",
    "🎬🎬",
    "{provider}{name.__class__}",
]


def fields(word: str) -> Fields:
    return Fields(provider=word, name=word, kind=word, n=1, id=word)


def assert_harmless(part: str) -> None:
    assert 0 < len(part.encode()) <= PART_BYTES
    assert all(char in " ._-" or unicodedata.category(char)[0] in "LNM" for char in part)
    assert part[0] not in " .-"
    assert part[-1] not in " ."
    assert not re.match(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$|\s)", part)
    assert part == unicodedata.normalize("NFC", part)


@pytest.mark.parametrize("word", HOSTILE)
def test_a_hostile_word_stays_one_harmless_component(word: str, tmp_path: Path) -> None:
    stem = stem_for(DEFAULT, fields(word))
    assert len(stem.parts) == 3
    for part in stem.parts:
        assert_harmless(part)
    path = tmp_path / next(with_extension(stem, ".mp4"))
    assert path.resolve().parents[2] == tmp_path.resolve()
    assert path.suffix == ".mp4"


@given(st.text(max_size=300))
@settings(derandomize=True, max_examples=rounds(50, 2000))
def test_any_word_becomes_one_harmless_component_and_stays_it(word: str) -> None:
    part = safe(word)
    assert_harmless(part)
    assert safe(part) == part


@given(st.text(alphabet="/.{}provdenamkitx -_~\\é", max_size=60), st.text(max_size=20))
@settings(derandomize=True, max_examples=rounds(50, 2000))
def test_any_template_stays_below_the_folder(template: str, word: str) -> None:
    stem = stem_for(template, fields(word))
    assert stem.parts
    assert not stem.is_absolute()
    for part in stem.parts:
        assert_harmless(part)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        (DEFAULT, "hiapi/opening shot/video-1"),
        ("{name}{ext}", "opening shot"),
        ("{id}_{n}.mkv", "tk-1_1.mkv"),
        ("/abs//{kind}/", "abs/video"),
        ("", "_"),
        ("{n.__class__}{nosuch}", "_n.__class___nosuch_"),
    ],
)
def test_templates(template: str, expected: str) -> None:
    told = Fields(provider="hiapi", name="opening shot", kind="video", n=1, id="tk-1")
    assert stem_for(template, told) == PurePosixPath(expected)


@pytest.mark.parametrize("word", ["夜の市場 2", "Пролог", "दृश्य", "סצנה", "مشهد", "Straße_v2.1-b"])
def test_letters_of_any_script_stay_as_they_are(word: str) -> None:
    assert safe(word) == word


@pytest.mark.parametrize("unseen", ["\u3164", "\u115f", "\uffa0", "\ufe0f", "\U000e0100", "\u034f"])
def test_letters_and_marks_that_nobody_can_see_are_shown_as_something(unseen: str) -> None:
    assert safe(f"a{unseen}b") == "a_b"


def test_taken_names_get_numbers_and_stay_within_bounds() -> None:
    assert list(islice(with_extension(PurePosixPath("a/b"), ".mp4"), 3)) == [
        PurePosixPath("a/b.mp4"),
        PurePosixPath("a/b-2.mp4"),
        PurePosixPath("a/b-3.mp4"),
    ]
    for path in islice(with_extension(PurePosixPath(safe("影" * 200)), ".webm"), 12):
        assert len(path.name.encode()) <= PART_BYTES


def test_only_the_files_own_extension_comes_last() -> None:
    stem = stem_for("{name}", fields("invoice.exe"))
    assert next(with_extension(stem, ".png")).name == "invoice.exe.png"


@pytest.mark.parametrize(
    ("word", "encoding", "name"),
    [
        ("雨中的玻璃窗", "ascii", "t1"),
        ("雨中的玻璃窗", "gbk", "雨中的玻璃窗"),
        ("décor", "latin-1", "décor"),
        ("décor", "ascii", "t1"),
        ("plain", "ascii", "plain"),
    ],
)
def test_a_label_that_the_locale_cannot_write_gives_way_to_the_id(
    word: str, encoding: str, name: str
) -> None:
    told = Fields(provider="hiapi", name=word, kind="vidéo", n=1, id="t1")
    stem = stem_for("{name}/{kind}", told, encoding)
    assert stem.parts[0] == name
    stem.as_posix().encode(encoding)
