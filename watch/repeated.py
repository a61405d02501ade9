"""What is done again and again, for as long as a desk is at work."""

import logging
from collections.abc import Awaitable, Callable

from rushes.watch.clock import Clock

log = logging.getLogger(__name__)


async def repeat(look: Callable[[], Awaitable[None]], every: float, clock: Clock) -> None:
    """Call `look`, and again `every` so many seconds after it is done, until cancelled."""
    while True:
        try:
            await look()
        except Exception:
            # What goes wrong with one look is logged; the next one comes all the same.
            log.exception("a regular look failed")
        await clock.sleep(every)
