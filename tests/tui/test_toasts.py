"""What is told at once, and how much of it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sample_tasks import START

from rushes.providers.model import Status
from rushes.tui.actions.tone import Tone
from rushes.tui.screen.toasts import ToastDigest, toasts
from rushes.watch.changes import Event, EventKind, SuspensionSummary
from rushes.watch.task import Transition


def event(kind: EventKind, text: str = "it happened") -> Event:
    return Event(kind=kind, at=START, account="hiapi", text=text)


def ended(status: Status) -> Event:
    step = Transition(status, None, START)
    return Event(
        kind=EventKind.TRANSITION,
        at=START,
        account="hiapi",
        text=f"a: {status.value}",
        transition=step,
    )


@pytest.mark.parametrize(
    ("told", "tone"),
    [
        (ended(Status.SUCCEEDED), Tone.CALM),
        (ended(Status.FAILED), Tone.ERROR),
        (event(EventKind.SAVED), Tone.CALM),
        (event(EventKind.AT_RISK), Tone.WARNING),
        (event(EventKind.EXPIRED), Tone.ERROR),
        (event(EventKind.DOWNLOAD_FAILED), Tone.ERROR),
    ],
)
def test_an_event_alone_is_told_in_its_own_words(told: Event, tone: Tone) -> None:
    (toast,) = toasts([told])
    assert (toast.text.endswith(told.text), toast.tone) == (True, tone)


def test_after_a_suspension_the_numbers_are_told_in_one_sentence() -> None:
    summary = SuspensionSummary(done=5, at_risk=2, lost=1)
    resumed = Event(kind=EventKind.RESUMED, at=START, account="", suspension=summary)
    (toast,) = toasts([resumed])
    assert toast.text == "welcome back: 5 done, 2 at risk, 1 lost"


def test_steps_on_the_way_and_accounts_are_not_told() -> None:
    assert toasts([ended(Status.RUNNING), event(EventKind.ACCOUNT)]) == []


def test_many_at_once_become_one_digest_in_the_worst_tone() -> None:
    events = [
        *[ended(Status.SUCCEEDED)] * 12,
        *[ended(Status.FAILED)] * 3,
        *[event(EventKind.SAVED)] * 2,
        event(EventKind.AT_RISK),
        event(EventKind.DOWNLOAD_FAILED),
    ]
    (toast,) = toasts(events)
    assert toast.text == (
        "12 succeeded, 3 failed, 2 files saved, 1 file about to be lost, 1 download failed"
    )
    assert toast.tone is Tone.ERROR


def test_links_that_died_are_counted_as_files_that_expired_and_not_as_failures() -> None:
    (toast,) = toasts([*[event(EventKind.EXPIRED)] * 4, event(EventKind.DOWNLOAD_FAILED)])
    assert toast.text == "4 files expired, 1 download failed"


def after(seconds: float, kind: EventKind = EventKind.SAVED) -> Event:
    return replace(event(kind), at=START + timedelta(seconds=seconds))


def test_toasts_that_follow_each_other_closely_become_a_digest_that_replaces_them() -> None:
    teller = ToastDigest()
    for second in range(3):
        told, instead = teller.tell([after(second)], START + timedelta(seconds=second))
        assert (len(told), instead) == (1, False)
    told, instead = teller.tell([after(3)], START + timedelta(seconds=3))
    assert ([toast.text for toast in told], instead) == (["4 files saved"], True)


def test_after_a_while_an_event_is_told_alone_again() -> None:
    teller = ToastDigest()
    teller.tell([after(0)] * 9, START)
    told, instead = teller.tell([after(6)], START + timedelta(seconds=6))
    assert (len(told), instead) == (1, False)
    assert teller.tell([event(EventKind.ACCOUNT)], START) == ([], False)
