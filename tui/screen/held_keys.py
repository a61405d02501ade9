"""Holds keys that come while a box is being opened, and gives them to the box in their order.

A box gets the focus a moment after the key that opens it. Textual gives what is typed in that
moment to the list, where an x stops watching a task; or a part of it to the list and the rest to
the box.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol

from textual import events

Typed = events.Key | events.Paste
"""A key, or a text that was pasted amid the keys."""

Deliver = Callable[[Typed], Awaitable[None]]

LOOK_EVERY = 0.01
LOOKS = 200
"""Looks at a box until it has the focus; after that its keys are dropped."""


class BoxScreen(Protocol):
    """The screen that opens boxes: sheets over it, and the filter within it."""

    @property
    def box_is_open(self) -> bool:
        """Whether a box is open, or being opened."""
        ...

    def box_is_ready(self) -> bool:
        """Whether that box has the focus."""
        ...

    def set_timer(self, delay: float, callback: Callable[[], None], /) -> object:
        """Call back after `delay` seconds."""
        ...

    def call_later(self, callback: Callable[[], Awaitable[None]], /) -> bool:
        """Call back behind the messages that are on their way to the screen."""
        ...


class HeldKeys:
    """Keys that the list received by mistake, then keys that are not delivered yet."""

    def __init__(self, deliver: Deliver) -> None:
        """`deliver` gives a key to whatever has the focus."""
        self.holding = False
        self._deliver = deliver
        self._early: list[Typed] = []
        self._held: list[Typed] = []
        self._in_filter: list[events.Key] = []

    def keep(self, event: events.Event) -> bool:
        """Keep a key that was delivered to nobody yet, while a box is being opened.

        Returns whether it was kept.
        """
        if not self.holding or not isinstance(event, Typed) or event.is_forwarded:
            return False
        self._held.append(event)
        return True

    def reached_filter(self, key: events.Key) -> None:
        """Note that the filter received `key`, which now bubbles up to the screen."""
        self._in_filter.append(key)

    def take_back(self, typed: Typed, screen: BoxScreen) -> bool:
        """Keep what `screen` received although it was meant for the box that is open.

        Returns whether it was meant for a box. It was pressed before all that are held.
        """
        if self._reached_filter(typed) or not screen.box_is_open:
            return False
        typed.stop()
        typed.prevent_default()
        if isinstance(typed, events.Key):
            self._early.append(events.Key(typed.key, typed.character))
        else:
            self._early.append(events.Paste(typed.text))
        self.hold(screen)
        return True

    def hold(self, screen: BoxScreen) -> None:
        """Keep every key until the box that is open, if one is, has the focus."""
        if screen.box_is_open and not self.holding:
            self.holding = True
            self._look(screen, LOOKS)

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

    def _look(self, screen: BoxScreen, looks: int) -> None:
        if screen.box_is_ready():
            # Keys that are on their way to the screen are taken back before that.
            screen.call_later(self.release)
        elif looks:
            screen.set_timer(LOOK_EVERY, partial(self._look, screen, looks - 1))
        else:
            self.drop()

    def _reached_filter(self, typed: Typed) -> bool:
        """Whether the filter had received it; asked once."""
        for n, each in enumerate(self._in_filter):
            if each is typed:
                del self._in_filter[: n + 1]
                return True
        return False
