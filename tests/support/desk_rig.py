"""A desk put together by hand, with sessions and a clock of the test's own."""

from collections.abc import Collection, Mapping
from pathlib import Path
from random import Random

from counted_history import CountedHistory
from manual_clock import ManualClock

from rushes.watch.clock import Clock
from rushes.watch.config.downloads import Auto, DownloadSettings
from rushes.watch.config.settings import GlyphSet, Settings
from rushes.watch.desk import Desk
from rushes.watch.disk.paths import Paths
from rushes.watch.event_kinds import EventKind
from rushes.watch.events.queue import EventQueue
from rushes.watch.polling.session import Session
from rushes.watch.store import Store
from rushes.watch.watchlist.beside import NONE_BESIDE, Beside


async def desk_with(
    folder: Path,
    clock: Clock,
    sessions: Mapping[str, Session],
    auto: Auto = Auto.OFF,
    wanted: Collection[EventKind] = (),
    beside: Beside = NONE_BESIDE,
    store: Store | None = None,
) -> Desk:
    """A loaded desk over the home in `folder`; it downloads nothing unasked, unless told to.

    Events of the kinds in `wanted` are queued for commands, which are left to others. `store` is
    what it has in place of the home's history.
    """
    history = store or CountedHistory(folder / "history.db", clock=clock)
    if isinstance(clock, ManualClock) and isinstance(history, CountedHistory):
        clock.threads.append(history.busy)
    desk = Desk(
        settings=Settings(
            glyphs=GlyphSet.UNICODE,
            download=DownloadSettings(
                dir=folder / "downloads", staging=folder / "staging", auto=auto
            ),
            accounts={name: session.account for name, session in sessions.items()},
            keys={},
        ),
        paths=Paths.under(folder),
        watchlist="default",
        history=history,
        connect=lambda account: sessions[account.id],
        clock=clock,
        rng=Random(1),
        queue=EventQueue(history, wanted),
        beside=beside,
    )
    await desk.watchlist.load()
    return desk
