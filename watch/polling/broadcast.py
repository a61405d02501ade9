"""Something that happens again and again, and several tasks of the event loop wait for."""

import asyncio


class Broadcast:
    """Wakes everybody who waits at the moment, and nobody who comes later."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def set(self) -> None:
        """It happened."""
        self._next.set()
        self._next = asyncio.Event()

    def fresh(self) -> asyncio.Event:
        """An event that is set when it happens the next time."""
        return self._next

    async def wait(self) -> None:
        """Return when it happens the next time."""
        await self._next.wait()
