"""What `watch` tells the service manager while it runs: how it goes, and that it goes."""

from rushes.tui.lines.counts import Counts
from rushes.tui.lines.engine_status import engine_status
from rushes.tui.shell.service_manager import ServiceManager
from rushes.watch.desk import Desk
from rushes.watch.store import StoreBusy, StoreError

EVERY = 5.0
"""Seconds between two looks at how it goes."""


async def give_signs(desk: Desk, manager: ServiceManager) -> None:
    """Tell the manager until cancelled; where nobody listens nothing is counted.

    It hears that we are alive only while the event loop runs, the pollers work, and the store
    answers: a process that does none of its work is to be ended and started anew.
    """
    if not manager.listens:
        return
    counts, reader = Counts(), desk.ledger.readers.new()
    wanted = manager.sign_every
    while True:
        changes = reader.take()
        counts.take(desk.ledger.tasks(), changes.refs, changes.layout)
        manager.status(engine_status(counts.counts, counts.next_loss(desk.clock.now())))
        if wanted is not None and desk.pollers.work and await _answers(desk):
            manager.alive()
        await desk.clock.sleep(min(EVERY, wanted or EVERY))


async def _answers(desk: Desk) -> bool:
    """Whether the store answers; one that another program keeps busy does."""
    try:
        await desk.history.load(())
    except StoreBusy:
        return True
    except StoreError:
        return False
    return True
