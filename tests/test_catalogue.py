"""The catalogues have every sentence of the code, and say the same in each language."""

import ast
import re
import string
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from rushes.providers.model import Status
from rushes.tui.lines.fit import width
from rushes.tui.make_catalogue import (
    HEADS,
    LANGUAGES,
    TEMPLATE,
    Message,
    catalogue_of,
    compiled,
    merged,
    read,
    said,
    sentences,
    written,
)
from rushes.tui.shell.frame_file import NO_AGE, packed, unpacked

ROOT = Path(__file__).parent.parent
MEND = "python -m rushes.tui.make_catalogue, and then write what is missing"


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@cache
def all_said() -> dict[str, Message]:
    """Every sentence of the code. To read the whole code for it takes its time."""
    return said(ROOT)


def messages(language: str) -> list[Message]:
    return [each for each in read(catalogue_of(language).read_text("utf-8")).values() if each.text]


def test_the_template_has_every_sentence_of_the_code() -> None:
    known = read(TEMPLATE.read_text("utf-8"))
    assert set(known) - {""} == set(all_said()), MEND


def test_no_sentence_is_without_words(language: str) -> None:
    known = {each.text: each for each in messages(language)}
    missing = [text for text in all_said() if text not in known or not all(known[text].forms)]
    assert missing == [], MEND
    assert [each.text for each in known.values() if each.fuzzy] == []
    assert set(known) == set(all_said()), MEND


def test_the_compiled_catalogue_is_that_of_the_edited_one(language: str) -> None:
    path = catalogue_of(language)
    assert path.with_suffix(".mo").read_bytes() == compiled(HEADS[language], messages(language))


def test_a_catalogue_is_as_the_tool_writes_it(language: str) -> None:
    path = catalogue_of(language)
    text = path.read_text("utf-8")
    assert written(HEADS[language], merged(all_said(), read(text))) == text, MEND


def placeholders(text: str) -> Counter[str]:
    """What is replaced in a sentence: `{name:>3}`, `%s`, `%(name)s`."""
    return Counter(re.findall(r"\{\w*(?:![rs])?(?::[^{}]*)?\}|%(?:\(\w+\))?[sr](?!\w)", text))


def test_the_same_is_replaced_in_each_language(language: str) -> None:
    for each in messages(language):
        for form in each.forms:
            # What counts may leave its number out for one alone.
            assert placeholders(form).keys() == placeholders(each.many or each.text).keys(), form


def names(text: str) -> set[str]:
    """What a sentence names that is typed: options, commands, variables, files, keys."""
    found = re.findall(
        r"--[a-z][a-z-]+|\brushes [a-z]+\b|\bRUSHES_[A-Z_]+|\b[a-z_]+\.(?:toml|db|log)\b"
        r"|\bctrl\+\w|\[\w+\](?= )",
        text,
    )
    return set(found) - {"rushes is", "rushes asked", "rushes needs", "rushes or"}


def test_what_is_typed_is_named_in_each_language(language: str) -> None:
    for each in messages(language):
        for form in each.forms:
            assert names(each.text) <= names(form) | {"rushes add"}, (each.text, form)


def test_a_word_of_a_status_fits_its_column(language: str) -> None:
    known = {each.text: each.forms[0] for each in messages(language)}
    words = [known[status.value] for status in Status] + [known["waiting"]]
    assert max(map(width, words)) <= 8


def test_a_kept_frame_knows_the_words_of_its_age(language: str) -> None:
    known = {each.text: each.forms[0] for each in messages(language)}
    face = ("1", "default", "", "8x1")
    data = packed(face, str(TEMPLATE), "", 1000, [f" 1 {known[NO_AGE]} "])
    aged = known[NO_AGE].replace("---", " 5m")
    assert unpacked(data, face, 1300.0)[0].split() == ["1", *aged.split()]


SAYING = re.compile(r"\b(_|plural|catalogued)\(")


@cache
def calls() -> list[tuple[str, ast.Call]]:
    """Every call in a module that says anything, with its place."""
    return [
        (f"{path.relative_to(ROOT)}:{node.lineno}", node)
        for floor in ("tui", "watch", "providers")
        for path in sorted((ROOT / floor).rglob("*.py"))
        if SAYING.search(text := path.read_text("utf-8"))
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
    ]


def test_a_sentence_is_looked_up_before_anything_is_put_into_it() -> None:
    for place, call in calls():
        if isinstance(call.func, ast.Name) and call.func.id in ("_", "plural", "catalogued"):
            texts = call.args[:2] if len(call.args) >= 3 else call.args[:1]
            odd = [each for each in texts if isinstance(each, (ast.JoinedStr, ast.BinOp))]
            assert odd == [], place


def test_a_sentence_gets_what_it_has_places_for() -> None:
    for place, call in calls():
        if not (isinstance(call.func, ast.Attribute) and call.func.attr == "format"):
            continue
        said = call.func.value
        if isinstance(said, ast.Call) and said.args:
            text = said.args[0]
            is_ours = isinstance(said.func, ast.Name) and said.func.id == "_"
            if is_ours and isinstance(text, ast.Constant) and isinstance(text.value, str):
                places = {field for _, field, _, _ in string.Formatter().parse(text.value)}
                given = {each.arg for each in call.keywords}
                assert places - {None} == given, place


def test_the_tool_finds_what_is_said_and_nothing_else() -> None:
    code = """
_("one")
_("two" if it else "three")
plural("{n} task", "{n} tasks", len(them))
T: Mapping[str, str] = Words({"key": "four", K: ("five " "six")})
S = catalogued("seven")
f.add_argument("--x", metavar="X", help="eight")
Command("id", ("k",), "nine", "ten", act)
builder.command("ls", "eleven", add, "rushes ls", "", "twelve")
class Exit(IntEnum):
    FINE = 0, "thirteen words"
print("nothing", "id")
"""
    assert sorted(sentences(ast.parse(code))) == sorted(
        [
            *((text, "") for text in ("one", "two", "three", "four", "five six", "seven")),
            *((text, "") for text in ("eight", "nine", "ten", "eleven", "twelve")),
            ("thirteen words", ""),
            ("{n} task", "{n} tasks"),
        ]
    )


def test_a_catalogue_is_read_as_it_was_written() -> None:
    given = [
        Message('a "quoted" line\nand {one} more\\', forms=["eine\tZeile\n"]),
        Message("{n} task", "{n} tasks", forms=["{n} Aufgabe", "{n} Aufgaben"]),
    ]
    found = read(written("Language: de\n", given))
    assert [(each.text, each.many, each.forms) for each in [*found.values()][1:]] == [
        (each.text, each.many, each.forms) for each in given
    ]
