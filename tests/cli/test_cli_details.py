"""What is told of one task: the same by `show` and by the pane, in the signs that were chosen."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from demo_gateway import keys_of
from fake_gateway import account
from sample_tasks import START, finish, output, saved, task

from rushes.providers.model import Basis, ExpiryClaim, Snapshot, Status
from rushes.tui.lines.details import details
from rushes.tui.lines.fit import text_of
from rushes.tui.lines.glyphs import ASCII, SETS, UNICODE, Glyphs
from rushes.tui.lines.task_page import page
from rushes.tui.lines.task_sections import Frame
from rushes.watch.task import Task

if TYPE_CHECKING:
    from tests.cli.conftest import Play, Rushes

OURS = {sign for sign in f"{UNICODE}↑↓←→" if not sign.isascii()}
"""The signs that are drawn where `glyphs = "unicode"`; what a gateway says may have others."""

HOUR = timedelta(hours=1)


def shown(one: Task, glyphs: Glyphs = UNICODE) -> str:
    return text_of(page(one, account(), START, glyphs))


def pane(one: Task, glyphs: Glyphs = UNICODE) -> str:
    return text_of(details(one, Frame(START, 60, glyphs)).lines)


def skewed(ahead: timedelta) -> Task:
    """A task of a gateway whose clock is that far ahead of ours, with everything that has a time.

    By our clock its file dies at 13:00 and its record at 15:00.
    """
    end = ExpiryClaim(Basis.STATED, at=START + HOUR + ahead)
    done = finish(task(), replace(output(), claims=(end,)))
    assert done.snapshot is not None
    said = replace(done.snapshot, created_at=START - HOUR + ahead)
    return replace(done, snapshot=said, skew=ahead, record_lifetime=4 * HOUR)


def times(written: str) -> set[str]:
    return set(re.findall(r"\b\d\d:\d\d:\d\d\b", written))


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> None:
    """Local times are UTC here, so that a test can name them."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


@pytest.mark.parametrize("ahead", [timedelta(0), HOUR, -HOUR, timedelta(minutes=7)])
def test_both_show_the_same_times_by_our_clock_whatever_the_gateways_says(
    ahead: timedelta,
) -> None:
    one = skewed(ahead)
    assert times(shown(one)) == times(pane(one))
    assert {"13:00:00", "15:00:00"} <= times(shown(one))


def test_a_file_that_died_is_said_to_have_died_by_our_clock() -> None:
    one = finish(task(), output(expires_in=-7200))
    one = replace(one, skew=HOUR)
    assert "expired 3h ago  ended 09:00:00" in shown(one)
    assert "expired 3h ago  ended 09:00:00" in pane(one)


def test_a_page_is_not_cut_where_a_pane_is() -> None:
    prompt = " ".join(f"word{n}" for n in range(60))
    link = f"https://cdn.example/{'v' * 200}.mp4?signature=s3cret"
    one = finish(task(prompt=prompt), output(url=link))
    assert prompt in shown(one)
    assert "v" * 200 in shown(one)
    assert "s3cret" not in shown(one)


def test_no_sign_of_ours_is_other_than_ascii_where_that_was_chosen() -> None:
    one = finish(task(), replace(output(expires_in=60), width=768, height=1152), output())
    one = replace(one, fetches={2: saved()}, snapshot=with_drift(one))
    assert "768x1152" in shown(one, ASCII)
    assert "768×1152" in shown(one, UNICODE)
    assert shown(one, ASCII).isascii()
    assert pane(one, ASCII).isascii()


def with_drift(one: Task) -> Snapshot:
    assert one.snapshot is not None
    return replace(one.snapshot, drift=("unmapped status warming",))


@pytest.mark.sampled(12)
@pytest.mark.parametrize(
    "argv",
    ["ls", "show {0}", "show {1}", "providers", "providers --json", "ls --json", "verify",
     "watchlists", "info", "help", "help json", "help keys", "help filter", "--help", "add --help",
     "parse --help", "wait --timeout 0s", "get --all"],
)  # fmt: skip
@pytest.mark.parametrize("terminal", [True, False])
def test_with_ascii_glyphs_no_command_writes_another_sign_of_ours(
    drifting: tuple[Rushes, list[str]], argv: str, *, terminal: bool
) -> None:
    rushes, refs = drifting
    # So narrow that something has to be cut.
    done = rushes(*argv.format(*refs).split(), terminal=terminal, COLUMNS="50", NO_COLOR="1")
    assert done.out or done.err
    assert not OURS & set(done.out + done.err)


@pytest.fixture
def drifting(rushes: Rushes, play: Play) -> tuple[Rushes, list[str]]:
    """A home with ascii glyphs, and two tasks of which all that we say has signs in it."""
    tables = [
        f'[providers.{name}]\nbase_url = "{url}"\npoll_interval = "0.1s"\n'
        for name, url in play.gateway.base_urls.items()
    ]
    rushes.configure("\n".join(['glyphs = "ascii"', *tables]))
    rushes.environ |= keys_of(play.gateway)
    refs = [play.ref("storyboard, 3 panels"), play.ref("chase, wide")]
    rushes.watch(*refs)
    rushes("ls", "--poll")
    return rushes, refs


def test_every_set_of_signs_has_a_page_for_a_task_that_was_never_asked_about() -> None:
    never = task(status=None)
    for glyphs in SETS.values():
        assert "waiting" in shown(never, glyphs)
        assert "never yet" in shown(never, glyphs)


def test_the_page_says_when_it_may_be_asked_about_next() -> None:
    one = replace(task(), polls=2, last_polled_at=datetime(2026, 11, 22, 11, 59, 59, tzinfo=UTC))
    assert "at the earliest" in shown(one)
    assert "config.toml has no hiapi" in text_of(page(one, None, START, UNICODE))
    assert "none: the task is over" in shown(task(status=Status.FAILED))
