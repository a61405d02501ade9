"""`export` and `import`: what one home knows, another can know."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Play, Rushes

OVER = 400
LABELS = ("opening shot", "title card, take 2", "neon alley")


@pytest.fixture
def known(staged: Rushes, play: Play) -> Rushes:
    """A home that has seen tasks through, and has the files of one."""
    play.offset = OVER
    staged.watch(*(play.ref(label) for label in LABELS))
    assert staged("label", play.ref("opening shot"), "opening shot").code == 0
    assert staged("tag", play.ref("opening shot"), "trailer").code == 0
    assert staged("wait").code == 1
    assert staged("get", play.ref("opening shot")).code == 0
    return staged


@dataclass(frozen=True)
class Export:
    """What a home like that exports, and the config that it has."""

    config: str
    lines: tuple[str, ...]


_EXPORTS: list[Export] = []


@pytest.fixture
def exported(request: pytest.FixtureRequest) -> Export:
    """The export of such a home, which is made by the first test that wants one."""
    if not _EXPORTS:
        known: Rushes = request.getfixturevalue("known")
        config = (known.home / "config.toml").read_text()
        _EXPORTS.append(Export(config, tuple(known("export").out.splitlines())))
    return _EXPORTS[0]


@pytest.fixture
def other(rushes: Rushes, exported: Export, tmp_path: Path) -> Rushes:
    """Another home, with the same accounts."""
    other = type(rushes)(tmp_path / "elsewhere")
    other.configure(exported.config)
    return other


def elsewhere(rushes: Rushes, folder: Path) -> Rushes:
    other = type(rushes)(folder / "elsewhere")
    other.configure((rushes.home / "config.toml").read_text())
    return other


def test_another_home_knows_the_same_after_it(known: Rushes, tmp_path: Path) -> None:
    exported = known("export")
    assert len(exported.out.splitlines()) == len(LABELS)
    other = elsewhere(known, tmp_path)
    done = other("import", stdin=exported.out.encode())
    assert done.code == 0
    assert done.out.splitlines() == [task["ref"] for task in known("ls", "--json").json()["tasks"]]
    assert _but_checked(other) == _but_checked(known)


def _but_checked(rushes: Rushes) -> list[dict[str, Any]]:
    """The tasks, less what their files were held against: an import compares digests as well."""
    tasks: list[dict[str, Any]] = rushes("ls", "--json").json()["tasks"]
    saved = [output for task in tasks for output in task["outputs"] if output["sha256"]]
    assert all({"type", "index"} <= {*output.pop("checked")} for output in saved)
    return tasks


def test_no_key_is_in_it(known: Rushes, play: Play) -> None:
    exported = known("export")
    assert play.gateway.api_key not in exported.out + exported.err


def test_what_is_known_here_is_not_changed_by_it(known: Rushes) -> None:
    before = known("ls", "--json").out
    lines = [json.loads(line) for line in known("export").out.splitlines()]
    for line in lines:
        line |= {"label": "somebody else's", "status": "queued", "polls": 999, "transitions": []}
    text = "\n".join(map(json.dumps, lines)).encode()
    assert known("import", stdin=text).code == 0
    assert known("ls", "--json").out == before


def test_a_file_that_is_not_here_or_was_changed_does_not_count_as_saved(
    known: Rushes, tmp_path: Path
) -> None:
    exported = known("export").out
    (path, *_) = [path for path in (known.home / "downloads").rglob("*.mp4") if path.is_file()]
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    other = elsewhere(known, tmp_path)
    assert other("import", stdin=exported.encode()).code == 0
    tasks = other("ls", "--json").json()["tasks"]
    states = {out["path"]: out["state"] for task in tasks for out in task["outputs"]}
    assert str(path) not in states
    assert "downloaded" in states.values()


@pytest.mark.parametrize(
    "line",
    [
        "{}",
        "not json",
        "[" * 100_000,
        '{"rushes": 2}',
        '{"rushes": 1, "provider": "hiapi", "id": "../x y", "label": "", "tags": [], '
        '"added": "2026-11-22T07:00:00Z"}',
    ],
)
def test_a_line_that_is_none_is_named_and_nothing_is_taken(
    other: Rushes, exported: Export, line: str
) -> None:
    done = other("import", stdin="\n".join([*exported.lines, line, ""]).encode())
    assert done.code == 2
    assert f"line {len(LABELS) + 1}" in done.err
    assert other("ls", "--json").json()["tasks"] == []


NO_TASK = "not a task that `rushes export` wrote: "


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("not json", "not JSON (Expecting value at character 1)"),
        ('{"rushes": 1,', "not JSON (Expecting property name enclosed in double quotes"),
        ("[" * 100_000, "JSON nested too deep"),
        ("9" * 5000, "JSON with a number out of range"),
        ("[]", f"{NO_TASK}expected an object"),
        ("{}", f"{NO_TASK}rushes is missing"),
        ('{"rushes": "x"}', f"{NO_TASK}rushes: expected a whole number"),
        ('{"rushes": 2}', "expected version 1: this was written by a newer Rushes"),
    ],
)
def test_why_a_line_is_no_task_is_said_in_plain_words(
    rushes: Rushes, line: str, words: str
) -> None:
    done = rushes("import", stdin=f"\n{line}\n".encode())
    assert done.code == 2
    assert done.err.startswith(f"rushes: line 2: {words}")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("provider", 5),
        ("id", None),
        ("label", ["x"]),
        ("tags", "trailer"),
        ("tags", [1]),
        ("added", "soon"),
        ("added", 12),
        ("status", "over"),
        ("raw_status", 7),
        ("snapshot", {"status": "succeeded"}),
        ("snapshot", [1]),
        ("transitions", [["running", "x", "2026-11-22T07:00:00Z"]]),
        ("polls", "many"),
        ("last_polled_at", "9999-99-99"),
        ("unfinished_at", {}),
        ("downloads", {"one": ["/a", 1, "b"]}),
        ("downloads", [1]),
    ],
)
def test_a_field_that_is_missing_or_cannot_be_read_is_named(
    other: Rushes, exported: Export, name: str, value: object
) -> None:
    wrong, without = (json.loads(exported.lines[1]) for _ in range(2))
    wrong[name] = value
    del without[name]
    for record, words in ((wrong, r"[\[\].\w]*: .+"), (without, " is missing")):
        done = other("import", stdin="\n".join([exported.lines[0], json.dumps(record)]).encode())
        assert done.code == 2
        assert re.fullmatch(f"rushes: line 2: {NO_TASK}{name}{words}\n", done.err)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("progress", "x"),
        ("progress", [1]),
        ("model", 7),
        ("failure", ["c", 1e309]),
        ("failure", [["c"], None]),
        ("usage", {"seconds": 1e309}),
        ("usage", {"seconds": [1]}),
        ("drift", [1]),
        ("outputs", [{"kind": 1, "link": "https://cdn.example/a"}]),
        ("outputs", [{"kind": "video", "link": 1}]),
        ("outputs", [{"kind": "video", "content": ["/a"]}]),
        ("outputs", [{"kind": "video", "handle": "7", "width": 10**400}]),
        ("outputs", [{"kind": "video", "handle": "7", "width": True}]),
        ("outputs", [{"kind": "video", "handle": "7", "claims": [["documented", None, 1e13, ""]]}]),
        ("created_at", "9999-12-31T23:59:59Z"),
    ],
)
def test_a_value_of_another_type_is_refused_before_a_list_could_break_on_it(
    other: Rushes, exported: Export, field: str, value: object
) -> None:
    record = json.loads(exported.lines[0])
    record["snapshot"] |= {field: value}
    done = other("import", stdin=json.dumps(record).encode())
    assert (done.code, done.out) == (2, "")
    assert re.search(rf"snapshot\.{field}[^ ]*: (expected|a number|a time|seconds)", done.err)


def test_what_can_be_no_export_at_all_is_a_wrong_argument(rushes: Rushes, tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(b'{"label": "\xe9"}')
    for path, words in (
        (tmp_path, "not a regular file"),
        (tmp_path / "latin", "not UTF-8"),
        (tmp_path / "nothing", "there is no file"),
        (tmp_path / "latin" / "below", "not a directory"),
    ):
        done = rushes("import", str(path))
        assert done.code == 2
        assert words in done.err.casefold().replace("utf-8", "UTF-8")
        assert str(path) in done.err


def test_what_others_wrote_is_cleaned_where_it_enters(known: Rushes, tmp_path: Path) -> None:
    line = json.loads(known("export").out.splitlines()[0])
    line |= {"label": "a\x1b]52;c;eA==\x07b", "raw_status": "x\x1b[2J"}
    line["snapshot"]["prompt"] = "p\x1b[31m\u202e"
    other = elsewhere(known, tmp_path)
    assert other("import", stdin=json.dumps(line).encode()).code == 0
    shown = other("ls", "--json").out + other("show", line["id"]).out
    assert "\x1b" not in shown
    assert "\\u001b" not in shown
    assert "\u202e" not in shown
