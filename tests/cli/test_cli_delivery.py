"""What `get` and `wait --download` say while files are on their way."""

import io
from pathlib import Path

from fake_desk import FakeDesk, settings_of
from manual_clock import ManualClock

from rushes.tui.command.delivery import Delivery
from rushes.tui.shell.shell import Shell
from rushes.tui.shell.stream import Stream
from rushes.watch.changes import Shortfall
from rushes.watch.downloads.forecast import Forecast
from rushes.watch.downloads.job import OutputKey
from rushes.watch.reasons import Told
from rushes.watch.task import Ref


def test_what_stands_in_the_way_is_said_once_and_again_when_it_comes_back(
    tmp_path: Path, clock: ManualClock
) -> None:
    desk = FakeDesk(settings_of(tmp_path), clock)
    text = io.TextIOWrapper(io.BytesIO(), "utf-8")
    stream = Stream(text, {})
    shell = Shell(environ={}, stdin=None, out=stream, err=stream)
    delivery = Delivery(desk, (), shell, shell.tell)
    slots: tuple[OutputKey, ...] = ((Ref("hiapi", "a"), 1), (Ref("hiapi", "a"), 2))
    full = Told("no room")
    for shortage in (None, full, full, None, full):
        desk.transfers.shortage = shortage
        delivery.progress()
    for lost in (slots[:1], slots[:1], slots, slots[1:]):
        late = Shortfall(len(lost), 3, 9_000_000, 3.0, 1_000_000.0)
        desk.expected = Forecast(frozenset(lost), late)
        delivery.progress()
    assert isinstance(text.buffer, io.BytesIO)
    assert text.buffer.getvalue().decode().splitlines() == [
        "downloads wait: no room",
        "downloads wait: no room",
        "1 of 3 files will not make it: 9.0 MB in 3 s needs 3.0 MB/s, have 1.0 MB/s",
        "2 of 3 files will not make it: 9.0 MB in 3 s needs 3.0 MB/s, have 1.0 MB/s",
    ]
