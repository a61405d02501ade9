import os
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sampling import rounds

from rushes.watch.disk.atomic import SaveFailed
from rushes.watch.disk.tomlfile import Toml
from rushes.watch.task import Entry, Ref
from rushes.watch.watchlist.document import dumps
from rushes.watch.watchlist.entries import BadEntry, BadWatchlist, Watchlist, checked
from rushes.watch.watchlist.saved import load, save

NOW = datetime(2026, 11, 22, 7, tzinfo=UTC)
OFTEN = settings(
    derandomize=True,
    max_examples=rounds(20, 600),
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,  # most characters cannot be printed
    ],
)


def entry(task_id: str, label: str = "", tags: tuple[str, ...] = ()) -> Entry:
    return Entry(ref=Ref("hiapi", task_id), added=NOW, label=label, tags=tags)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "default.toml"
    path.write_text(text, encoding="utf-8")
    return path


def fault_in(path: Path) -> BadWatchlist | None:
    try:
        load(path)
    except BadWatchlist as broken:
        return broken
    return None


def test_the_documented_example_is_read(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
version = 1

[[task]]
provider = "hiapi"
id = "tk-hiapi-01HZTQ8BX2N3GM3YFK4Z9D7VQR"
label = "opening shot"
tags = ["trailer"]
added = 2026-11-22T07:00:00Z
""",
    )
    expected = entry("tk-hiapi-01HZTQ8BX2N3GM3YFK4Z9D7VQR", "opening shot", ("trailer",))
    assert load(path).entries == (expected,)


def test_what_is_written_looks_like_the_documented_example() -> None:
    assert dumps(Watchlist(entries=(entry("tk-1", 'say "hi"', ("a", "b")), entry("tk-2")))) == (
        "version = 1\n"
        "\n"
        "[[task]]\n"
        'provider = "hiapi"\n'
        'id = "tk-1"\n'
        'label = "say \\"hi\\""\n'
        'tags = ["a", "b"]\n'
        "added = 2026-11-22T07:00:00Z\n"
        "\n"
        "[[task]]\n"
        'provider = "hiapi"\n'
        'id = "tk-2"\n'
        "added = 2026-11-22T07:00:00Z\n"
    )


def test_a_missing_file_is_an_empty_list(tmp_path: Path) -> None:
    assert load(tmp_path / "none.toml") == Watchlist()


def test_two_ids_written_by_hand_are_enough(tmp_path: Path) -> None:
    path = written(tmp_path, '[[task]]\nprovider = "hiapi"\nid = "tk-1"\n')
    os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    assert load(path).entries == (entry("tk-1"),)


def test_unknown_keys_and_order_survive_a_save(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
title = "spots"
[view]
sort = "expires"
[[task]]
provider = "hiapi"
id = "b"
shot = { reel = 2, takes = [1, 2] }
note = "x"
[task.colour]
name = "blue"
[[task]]
provider = "hiapi"
id = "a"
""",
    )
    first = load(path)
    save(path, first)
    again = load(path)
    assert again == first
    assert [found.ref.id for found in again.entries] == ["b", "a"]
    assert again.task_extras[Ref("hiapi", "b")] == {
        "shot": {"reel": 2, "takes": [1, 2]},
        "note": "x",
        "colour": {"name": "blue"},
    }
    assert again.extra == {"title": "spots", "view": {"sort": "expires"}}


def test_the_first_of_two_entries_of_a_ref_counts_and_the_other_is_noted(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        '[[task]]\nprovider = "hiapi"\nid = "a"\nlabel = "one"\n'
        '[[task]]\nprovider = "hiapi"\nid = "a"\nlabel = "two"\n',
    )
    watchlist = load(path)
    assert [found.label for found in watchlist.entries] == ["one"]
    assert watchlist.notes == ("line 7: hiapi:a is there twice; the first one counts",)


@pytest.mark.parametrize(
    ("added", "utc"),
    [
        ("2026-11-22T08:00:00+01:00", NOW),
        ("2026-11-22T07:00:00", NOW),
        ("2026-11-22", NOW - timedelta(hours=7)),
    ],
)
def test_times_are_utc_whatever_zone_they_were_written_in(
    tmp_path: Path, added: str, utc: datetime
) -> None:
    path = written(tmp_path, f'[[task]]\nprovider = "hiapi"\nid = "a"\nadded = {added}\n')
    found = load(path).entries[0].added
    assert found == utc
    assert found.tzinfo is UTC


def test_labels_and_tags_are_cleaned_where_they_enter(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        '[[task]]\nprovider = "hiapi"\nid = "a"\n'
        'label = "one\\u001b[2Jtwo\\nthree"\ntags = ["x\\u202e", "", "x\\u202e"]\n',
    )
    found = load(path).entries[0]
    assert found.label == "one␛[2Jtwo three"
    assert found.tags == ("x⟦U+202E⟧",)


TASK = '[[task]]\nprovider = "hiapi"\nid = "a"\n'


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (TASK + "[[task]\n", 4, "Expected"),
        (TASK + 'label = "half', 4, ""),
        (TASK + "label = 3\n", 4, "label: expected text"),
        (TASK + 'tags = "x"\n', 4, "tags: expected a list of texts"),
        (TASK + "tags = [1]\n", 4, "tags: expected a list of texts"),
        (TASK + 'added = "now"\n', 4, "added: expected a date and time"),
        (TASK + "added = 0001-01-01T00:00:00+10:00\n", 4, "added: expected a date and time"),
        (TASK + "added = 9999-12-31T23:59:59Z\n", 4, "added: expected a date from 1970 to 2199"),
        (TASK + '\n[[task]]\nprovider = "hiapi"\nid = ".."\n', 7, "id: expected text without"),
        (TASK + '\n[[task]]\nprovider = "hiapi"\nid = "a b"\n', 7, "id: expected text without"),
        (TASK + '\n[[task]]\nprovider = "hiapi"\nid = "a\\u0007"\n', 7, "id: expected text"),
        (TASK + '\n[[task]]\nprovider = "hi:api"\nid = "a"\n', 6, "provider: expected a name"),
        (TASK + '\n[[task]]\nprovider = "hiapi"\n', 5, "id: expected text"),
        ("task = 3\n", 1, "task: expected tables"),
        ("task = [3]\n", 1, "task: expected tables"),
        ("\nversion = 2\n", 2, "version: expected 1: this was written by a newer Rushes"),
        ("x = " + "[" * 20_000, 1, "nested too deep"),
        ("a = 1\nx = " + "9" * 5_000, 2, "Exceeds the limit"),
    ],
)
def test_a_broken_file_is_named_with_its_line(
    tmp_path: Path, text: str, line: int, reason: str
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(BadWatchlist) as broken:
        load(path)
    assert broken.value.line == line
    assert reason in broken.value.reason
    assert f"{path}: line {line}" in str(broken.value)


def test_bytes_that_are_not_utf_8_are_named_with_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "default.toml"
    path.write_bytes(b'version = 1\nx = "\xff"\n')
    with pytest.raises(BadWatchlist, match=r"line 2, column 6: bytes that are not UTF-8"):
        load(path)


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "default.toml"
    path.write_bytes(b"\xef\xbb\xbf" + TASK.replace("\n", "\r\n").encode())
    assert [found.ref.id for found in load(path).entries] == ["a"]


def test_a_pipe_a_folder_and_a_giant_are_refused_without_being_read(tmp_path: Path) -> None:
    pipe, giant = tmp_path / "pipe.toml", tmp_path / "giant.toml"
    os.mkfifo(pipe)
    with giant.open("wb") as file:
        file.truncate((64 << 20) + 1)
    for path in (pipe, tmp_path):
        with pytest.raises(BadWatchlist, match="not a regular file"):
            load(path)
    with pytest.raises(BadWatchlist, match="larger than 67108864 bytes"):
        load(giant)


def test_a_link_to_a_file_is_read_and_written_through(tmp_path: Path) -> None:
    target = written(tmp_path, TASK)
    link = tmp_path / "link.toml"
    link.symlink_to(target)
    save(link, load(link).adding([entry("b")]))
    assert link.is_symlink()
    assert [found.ref.id for found in load(target).entries] == ["a", "b"]


def test_a_list_that_could_not_be_read_back_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, TASK)
    monkeypatch.setattr("rushes.watch.watchlist.saved.SIZE_LIMIT", 100)
    with pytest.raises(SaveFailed, match="at most 100 bytes"):
        save(path, Watchlist(entries=(entry("x" * 90),)))
    assert path.read_text() == TASK


def test_adding_keeps_what_is_there_and_putting_changes_only_what_is_there() -> None:
    watchlist = Watchlist(entries=(entry("a", "one"),)).adding([entry("a", "two"), entry("b")])
    assert [(found.ref.id, found.label) for found in watchlist.entries] == [("a", "one"), ("b", "")]
    new = {each.ref: each for each in (entry("a", "three"), entry("c", "new"))}
    changed = watchlist.with_entries(new)
    assert [(found.ref.id, found.label) for found in changed.entries] == [("a", "three"), ("b", "")]


def test_removing_takes_the_unknown_keys_along() -> None:
    extras: dict[Ref, dict[str, Toml]] = {Ref("hiapi", "a"): {"note": "x"}}
    watchlist = Watchlist(entries=(entry("a"), entry("b")), task_extras=extras)
    assert watchlist.without([Ref("hiapi", "a")]) == Watchlist(entries=(entry("b"),))


@pytest.mark.parametrize("task_id", ["", ".", "..", "a b", "a\n", "a\x00", "a\u202eb", "x" * 600])
def test_an_id_that_no_file_could_give_back_is_refused_before_it_is_saved(task_id: str) -> None:
    with pytest.raises(BadEntry, match="id: expected"):
        Watchlist().adding([entry(task_id)])


IDS = st.text(min_size=1, max_size=20).filter(
    lambda text: text.isprintable() and not any(char.isspace() for char in text)
)
ZONES = st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours)))
TIMES = st.datetimes(
    min_value=datetime(1990, 1, 1),
    max_value=datetime(2090, 1, 1),
    timezones=ZONES,
).map(lambda moment: moment.astimezone(UTC))
PLAIN: st.SearchStrategy[Toml] = (
    st.text(max_size=12).filter(lambda text: text.isascii() or text.isprintable())
    | st.integers(-(2**63), 2**63)
    | st.booleans()
    | st.floats(allow_nan=False)
)


def deeper(inner: st.SearchStrategy[Toml]) -> st.SearchStrategy[Toml]:
    tables: st.SearchStrategy[Toml] = st.dictionaries(st.text("ab \".'é", max_size=4), inner)
    return st.lists(inner, max_size=3) | tables


ANY_TOML: st.SearchStrategy[Toml] = st.recursive(PLAIN, deeper, max_leaves=6)
KEYS = st.sampled_from(["note", "shot no", "", "tásk", '"', "x.y"])


@st.composite
def watchlists(draw: st.DrawFn) -> Watchlist:
    entries: dict[Ref, Entry] = {}
    for task_id in draw(st.lists(IDS, max_size=5)):
        raw = Entry(
            ref=Ref(draw(st.sampled_from(["hiapi", "studio-b"])), task_id),
            added=draw(TIMES),
            label=draw(st.text(max_size=30)),
            tags=tuple(draw(st.lists(st.text(max_size=8), max_size=3))),
        )
        try:
            entries.setdefault(raw.ref, checked(raw))
        except BadEntry:
            continue
    extras = {ref: draw(st.dictionaries(KEYS, ANY_TOML, max_size=3)) for ref in entries}
    return Watchlist(
        entries=tuple(entries.values()),
        extra=draw(st.dictionaries(KEYS, ANY_TOML, max_size=3)),
        task_extras={ref: extra for ref, extra in extras.items() if extra},
    )


@OFTEN
@given(watchlists())
def test_what_is_saved_is_what_is_loaded(tmp_path: Path, watchlist: Watchlist) -> None:
    path = tmp_path / "default.toml"
    save(path, watchlist)
    assert load(path) == watchlist


@OFTEN
@given(
    st.binary(max_size=300)
    | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))
)
def test_any_bytes_are_a_watchlist_or_a_named_fault(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "default.toml"
    path.write_bytes(body)
    assert fault_in(path) is None or str(path) in str(fault_in(path))


@OFTEN
@given(st.data())
def test_an_edited_file_is_a_watchlist_or_a_named_fault(
    tmp_path: Path, data: st.DataObject
) -> None:
    text = dumps(data.draw(watchlists()))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    path = tmp_path / "default.toml"
    path.write_text(
        text[:start] + data.draw(st.text(max_size=10).filter(str.isprintable)) + text[end:]
    )
    broken = fault_in(path)
    assert broken is None or broken.line is not None
