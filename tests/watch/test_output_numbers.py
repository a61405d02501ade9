"""An output is known by what it is, and keeps its number, however a reply lists it (row 82)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest
from fake_gateway import entry
from hypothesis import given
from hypothesis import strategies as st
from sample_tasks import finish, saved, task

from rushes.providers.hiapi import CARD
from rushes.providers.model import Content, Handle, Inline, Link, Output, Snapshot, Status
from rushes.providers.node import OUTPUT_LIMIT
from rushes.watch.asset import Fetch, Halt, OutputState
from rushes.watch.output_numbers import numbered
from rushes.watch.polling.observe import observe
from rushes.watch.steps import merged
from rushes.watch.task import Task

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
A, B, C = "https://x.example/a.mp4", "https://x.example/b.mp4", "https://x.example/c.mp4"


def films(*urls: str, kind: str = "video") -> tuple[Output, ...]:
    return tuple(Output(kind=kind, where=Link(url)) for url in urls)


def urls(outputs: tuple[Output, ...]) -> list[str]:
    return [output.where.url for output in outputs if isinstance(output.where, Link)]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_whatever_the_order_a_path_keeps_its_number_under_any_signature(
    order: tuple[int, ...],
) -> None:
    before = films(*(f"{url}?sig=1" for url in (A, B, C)))
    fresh = [f"{url}?sig=2" for url in (A, B, C)]
    found = numbered(before, films(*(fresh[place] for place in order)))
    assert urls(found.outputs) == fresh
    assert found.numbers == tuple(place + 1 for place in order)


def test_one_that_is_not_named_any_more_stays_and_a_new_one_comes_behind() -> None:
    found = numbered(films(A, B), films(C, B))
    assert urls(found.outputs) == [C, B]  # the only one left on either side is the same one
    found = numbered(films(A, B), films(B))
    assert urls(found.outputs) == [A, B]
    found = numbered(films(A), films(C, A, B))
    assert urls(found.outputs) == [A, C, B]
    assert found.numbers == (2, 1, 3)


def test_a_path_is_known_at_another_host_and_with_another_kind() -> None:
    moved = A.replace("x.", "y.")
    assert numbered(films(A, B), films(B, moved)).numbers == (2, 1)
    assert numbered(films(A, B), films(B, A, kind="file")).numbers == (2, 1)


def test_names_in_the_query_tell_files_of_one_path_apart() -> None:
    def views(signature: str, *names: str) -> tuple[Output, ...]:
        return films(*(f"https://x.example/view?name={name}&sig={signature}" for name in names))

    assert numbered(views("1", "a", "b", "c"), views("2", "c", "a", "b")).numbers == (3, 1, 2)


def test_file_ids_content_and_bytes_are_known_again() -> None:
    known = (
        Output(kind="image", where=Inline(b"one")),
        Output(kind="image", where=Inline(b"two")),
        Output(kind="video", where=Content("/v1/videos/a/content")),
        Output(kind="video", where=Handle("f1"), file_id="f1"),
        Output(kind="video", where=Handle("f2"), file_id="f2"),
    )
    f2 = Output(kind="video", where=Link(C), file_id="f2")
    assert numbered(known, (f2, *known[3::-1])).numbers == (5, 4, 3, 2, 1)


def test_of_two_alike_each_keeps_one_number() -> None:
    assert numbered(films(A, A), films(A, A)).numbers == (1, 2)
    assert numbered(films(A, A), films(A)).numbers == (1,)
    assert numbered(films(A), films(A, A)).numbers == (1, 2)


def test_new_paths_are_of_known_outputs_only_where_there_is_no_choice() -> None:
    assert numbered(films(A, B), films(C, B)).numbers == (1, 2)
    assert numbered(films(A), films(C)).numbers == (1,)
    # Which of two is which nobody can say: nothing is lost, as both are new.
    assert numbered(films(A, B), films(f"{C}?1", f"{B}x")).numbers == (3, 4)
    # It makes no difference where nothing was done with either.
    assert numbered(films(A, B), films(C, f"{B}x"), untouched={1, 2}).numbers == (1, 2)
    assert numbered(films(A, B), films(C, f"{B}x"), untouched={2}).numbers == (3, 4)


def test_there_is_a_bound() -> None:
    many = films(*(f"https://x.example/{n}" for n in range(OUTPUT_LIMIT)))
    found = numbered(many, films(A, B))
    assert len(found.outputs) == OUTPUT_LIMIT
    assert found.numbers == ()


OUTPUTS = st.lists(
    st.builds(
        Output,
        kind=st.sampled_from(["video", "image"]),
        where=st.sampled_from([Link(A), Link(B), Link(f"{A}?s=1"), Inline(b"x"), Handle("f")]),
        file_id=st.sampled_from([None, "f"]),
    ),
    max_size=6,
)


@given(OUTPUTS, OUTPUTS, st.sets(st.integers(1, 6)))
def test_each_number_is_given_once_and_holds_what_was_named(
    known: list[Output], named: list[Output], untouched: set[int]
) -> None:
    found = numbered(known, named, untouched)
    assert len(set(found.numbers)) == len(named) == len(found.numbers)
    assert [found.outputs[n - 1] for n in found.numbers] == named
    rest = set(range(1, len(known) + 1)) - set(found.numbers)
    assert all(found.outputs[n - 1] == known[n - 1] for n in rest)
    assert numbered(found.outputs, named).outputs == found.outputs


# -- in a task -----------------------------------------------------------------------------------


def reply(*outputs: Output) -> Snapshot:
    return Snapshot(status=Status.SUCCEEDED, raw_status="success", outputs=outputs)


def over(*outputs: Output, **more: object) -> Task:
    known = observe(Task(entry=entry("a")), reply(*outputs), CARD, NOW)
    return replace(known, **more) if more else known


def test_a_later_reply_in_another_order_keeps_which_are_saved() -> None:
    before = over(*films(A, B)).with_fetch(1, saved(Path("/x/a.mp4")))
    after = observe(before, reply(*films(f"{B}?2", f"{A}?2")), CARD, NOW)
    states = [(urls((asset.output,))[0], asset.saved) for asset in after.assets(NOW)]
    assert states == [(f"{A}?2", True), (f"{B}?2", False)]


def test_outputs_of_a_task_that_runs_are_those_of_its_last_reply() -> None:
    running = observe(
        Task(entry=entry("a")),
        Snapshot(status=Status.RUNNING, raw_status="handling", outputs=films(A)),
        CARD,
        NOW,
    )
    after = observe(running, reply(*films(C, B)), CARD, NOW)
    assert after.snapshot is not None
    assert urls(after.snapshot.outputs) == [C, B]


@pytest.mark.parametrize(
    ("fetch", "numbers"),
    [
        (None, [1, 2]),
        (Fetch(state=OutputState.AVAILABLE, halt=Halt.NOT_THERE_YET), [1, 2]),
        (Fetch(state=OutputState.AVAILABLE, halt=Halt.CANCELED), [3, 4]),
        (Fetch(state=OutputState.DOWNLOADING), [3, 4]),
        (Fetch(state=OutputState.DOWNLOADED, path=Path("/x/a.mp4")), [3, 4]),
    ],
)
def test_links_of_new_paths_take_the_numbers_of_what_nothing_was_done_with(
    fetch: Fetch | None, numbers: list[int]
) -> None:
    after = observe(over(*films(A, B)).with_fetch(1, fetch), reply(*films(C, f"{B}x")), CARD, NOW)
    new = [asset.n for asset in after.assets(NOW) if asset.url in (C, f"{B}x")]
    assert new == numbers


def test_what_another_process_saved_is_known_under_our_number() -> None:
    ours = over(*films(A, B)).with_fetch(1, saved(Path("/x/a.mp4")))
    theirs = over(*films(f"{B}?2", f"{A}?2")).with_fetch(1, saved(Path("/x/b.mp4")))
    for later in (timedelta(seconds=5), -timedelta(seconds=5)):
        task = merged(ours, replace(theirs, last_polled_at=NOW + later))
        assert [fetch.path and fetch.path.name for _, fetch in sorted(task.fetches.items())] == [
            "a.mp4",
            "b.mp4",
        ]
        assert [asset.url and asset.url[:23] for asset in task.assets(NOW)] == [A, B]


def test_what_only_the_older_of_two_processes_knows_is_not_lost() -> None:
    ours = over(*films(A), last_polled_at=NOW + timedelta(seconds=5))
    theirs = over(*films(B, A)).with_fetch(1, saved(Path("/x/b.mp4")))
    joined = merged(ours, theirs)
    assert [(asset.url, asset.saved) for asset in joined.assets(NOW)] == [(A, False), (B, True)]


def test_a_task_without_a_snapshot_has_no_numbers() -> None:
    gone = task("gone", Status.GONE)
    assert merged(replace(gone, snapshot=None), finish(gone, *films(A))).ref == gone.ref
