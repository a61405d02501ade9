"""What is told at once, and how much of it."""

import pytest
from stand_in import START

from providers.model import Status
from tui.deck import Tone
from tui.toasts import toasts
from watch.changes import Event, EventKind
from watch.task import Transition


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
