"""Waiting for what has to come: for a state and never for a time, on however slow a machine."""

import asyncio
from collections.abc import Callable

PATIENCE = 60.0
"""Seconds after which what has to come is given up; nothing that is right takes so long."""

AT_ONCE = 20.0
"""Seconds for what ends at once, on a machine that stands still for some of them."""


async def until(reached: Callable[[], object]) -> None:
    """Return once that is so; raises TimeoutError where it never is."""
    async with asyncio.timeout(PATIENCE):
        while not reached():
            await asyncio.sleep(0.005)
