"""Keys that come while a box is being opened: they are for the box, in the order they came.

A box has the focus a moment after the key that opens it. Textual gives what is typed in that moment
to the list, where an x stops watching a task; or a part of it to the list and the rest to the box.
"""

from collections.abc import Awaitable, Callable

from textual import events

Typed = events.Key | events.Paste
"""A key, or a text that was pasted amid the keys."""

Deliver = Callable[[Typed], Awaitable[None]]


class HeldKeys:
    """What was typed ahead: first what the list was given, then what nobody was given yet."""

    def __init__(self, deliver: Deliver) -> None:
        """`deliver` gives a key to whatever has the focus."""
        self.holding = False
        self._deliver = deliver
        self._early: list[Typed] = []
        self._held: list[Typed] = []

    def hold(self) -> None:
        """From now on keep every key."""
        self.holding = True

    def came_early(self, typed: Typed) -> None:
        """Take a key back from the list; it was pressed before all that are held."""
        if isinstance(typed, events.Key):
            self._early.append(events.Key(typed.key, typed.character))
        else:
            self._early.append(events.Paste(typed.text))

    def came(self, typed: Typed) -> None:
        """Keep a key that nobody was given."""
        self._held.append(typed)

    async def release(self) -> None:
        """Deliver all of them, and keep none from now on."""
        try:
            while all_typed := [*self._early, *self._held]:
                self._early, self._held = [], []
                for typed in all_typed:
                    await self._deliver(typed)
        finally:
            self.holding = False

    def drop(self) -> None:
        """Forget all of them: what they were for never had the focus. Keep none from now on."""
        self._early, self._held = [], []
        self.holding = False
