"""A task of a provider that is left out keeps no other one waiting (row 280)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rushes.providers import registry
from rushes.providers.exits import Exit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.conftest import Play, Rushes

STUDIO = (
    'base_urls = { default = "https://api.studio.example" }\n'
    'query = { path = "/v1/tasks/{id}" }\nstatus = "state"\n'
)
WHY = "studio.toml: cancel: unknown key"
DONE, GONE = "opening shot", "animatic, first pass"


@pytest.fixture
def left_out(staged: Rushes, play: Play) -> Iterator[Rushes]:
    """Two tasks are watched: one that is done, and one of a provider that is left out."""
    play.offset = 400
    path = staged.home / "providers" / "studio.toml"
    path.parent.mkdir()
    path.write_text(STUDIO)
    assert staged("add", "studio", "abc").code == 0
    staged.watch(play.ref(DONE))
    path.write_text(STUDIO + "cancel = true")
    yield staged
    registry.include({})


@pytest.mark.parametrize(
    "command",
    [
        ("wait", "--download", "--timeout", "60s"),
        ("get", "--all"),
        ("watch", "--until-idle", "--auto", "all"),
    ],
    ids=" ".join,
)
def test_the_others_are_done_and_it_is_said_once(
    left_out: Rushes, play: Play, command: tuple[str, ...]
) -> None:
    done = left_out(*command)
    assert done.code == Exit.CONFIGURATION
    assert done.err.count(WHY) == done.err.count("nobody to ask about the tasks of studio\n") == 1
    outputs = left_out("show", play.ref(DONE), "--json").json()["outputs"]
    assert {output["state"] for output in outputs} == {"downloaded"}


def test_it_counts_as_long_as_something_of_it_is_left(left_out: Rushes, play: Play) -> None:
    assert left_out("get", play.ref(DONE)).code == 0
    assert left_out("get", "--all").code == Exit.CONFIGURATION
    left_out("rm", "studio:abc")
    assert left_out("get", "--all").code == 0


@pytest.mark.parametrize("command", [("wait",), ("get",)])
def test_who_names_it_hears_at_once(left_out: Rushes, play: Play, command: tuple[str, ...]) -> None:
    done = left_out(*command, "studio:abc", play.ref(DONE))
    assert done.code == Exit.CONFIGURATION
    assert WHY in done.err
    assert left_out("show", play.ref(DONE), "--json").json()["status"] is None


def test_a_gone_task_is_said_once_and_no_news_on_later_nights(staged: Rushes, play: Play) -> None:
    """Row 281."""
    play.offset = 400
    staged.watch(play.ref(GONE), play.ref("title card, take 2"))
    staged("wait", "--timeout", "60s")
    first = staged("get", "--all")
    assert first.code == Exit.GONE
    assert first.err.count("skipped") == 2
    again = staged("get", "--all")
    assert (again.code, again.err) == (0, "nothing to fetch\n")
    assert staged("get", play.ref(GONE)).code == Exit.GONE
