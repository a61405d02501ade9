"""The base of the screens that show pictures: keys of their own, clicks, and a word for a while."""

from collections.abc import Awaitable, Callable, Sequence
from functools import cached_property
from inspect import isawaitable
from itertools import groupby
from typing import TYPE_CHECKING, cast

from textual import events, getters, on
from textual.app import App
from textual.screen import Screen

from rushes.providers.errors import RushesError
from rushes.providers.frozen import frozen
from rushes.providers.language import _
from rushes.tui.actions.keys import canonical
from rushes.tui.actions.opening import open_objects
from rushes.tui.actions.tone import Tone
from rushes.tui.lines.cards import Card
from rushes.tui.lines.download_words import refusal_words
from rushes.tui.lines.fit import Cell, Piece
from rushes.tui.lines.roles import Role
from rushes.tui.lines.star_words import stars
from rushes.tui.lines.words import shown_path
from rushes.tui.screen.dailies.keys_sheet import KeyHelp, KeysSheet
from rushes.tui.screen.internal_errors import InternalErrors
from rushes.tui.screen.widgets.click_line import ClickLine

if TYPE_CHECKING:
    from rushes.tui.screen.dashboard import Dashboard

Act = Callable[[], Awaitable[None] | None]

SAID_FOR = 8.0
"""Seconds for which something that is said stays at least."""

_TONES = {Tone.CALM: Role.QUIET, Tone.WARNING: Role.URGENT, Tone.ERROR: Role.FAILED}


@frozen
class ScreenKey:
    """Keys of a screen, what they do in a few words, and the doing."""

    keys: tuple[str, ...]
    help: str
    act: Act


class KeyedScreen(Screen[None]):
    """A whole screen over the dashboard with keys of its own; escape goes back."""

    app = getters.app(cast("type[App[None]]", App))

    DEFAULT_CSS = "KeyedScreen { layout: vertical; background: $background; }"

    def __init__(self, dashboard: "Dashboard") -> None:
        super().__init__()
        self.dashboard = dashboard
        self.desk = dashboard.desk
        self.glyphs = dashboard.glyphs
        self.gallery = dashboard.gallery
        self.internal_errors = InternalErrors(self)
        self.said: Cell = ()
        """What is to be read at the moment."""

    def screen_keys(self) -> Sequence[ScreenKey]:
        """Its keys, in the order of the help."""
        raise NotImplementedError

    def draw_said(self) -> None:
        """Show what is said, or take it away."""
        raise NotImplementedError

    @cached_property
    def _acts(self) -> dict[str, Act]:
        return {key: one.act for one in self.screen_keys() for key in one.keys}

    async def on_key(self, event: events.Key) -> None:
        """Do what the key is for. Textual calls this of each class: override `pressed`."""
        await self.pressed(event)

    async def pressed(self, event: events.Key) -> None:
        """Do what the key is for."""
        act = self._acts.get(canonical(event.key) or event.character or "")
        if act is not None:
            event.stop()
            event.prevent_default()
            await self._run(act)

    @on(ClickLine.Clicked)
    async def _clicked(self, event: ClickLine.Clicked) -> None:
        event.stop()
        await self.clicked(event.command)

    async def clicked(self, key: str) -> None:
        """Do what a part of a line stands for that was clicked: the key, as a rule."""
        if key in self._acts:
            await self._run(self._acts[key])

    async def _run(self, act: Act) -> None:
        try:
            running = act()
            if isawaitable(running):
                await running
        except RushesError as error:
            self.say(str(error), Tone.ERROR)
        except Exception as error:  # noqa: BLE001 - a key's fault is that key's
            self.internal_errors.caught(type(self).__name__, error)

    def say(self, text: str, tone: Tone = Tone.CALM) -> None:
        """Show a sentence for a while."""
        self.tell((Piece(text, _TONES[tone]),))

    def tell(self, said: Cell) -> None:
        """Show a line for a while."""
        self.said = said
        self.draw_said()
        self.set_timer(SAID_FOR, lambda: self._unsay(said))

    def _unsay(self, said: Cell) -> None:
        if self.said is said:
            self.said = ()
            self.draw_said()

    # -- what several of them do --------------------------------------------------------------

    def back(self) -> None:
        """Close it."""
        if self.is_current:
            self.app.pop_screen()

    def show_keys(self) -> None:
        """Show every key of this screen."""
        together = groupby(self.screen_keys(), key=lambda one: one.help)
        helps = [
            KeyHelp(tuple(key for one in ones for key in one.keys), words)
            for words, ones in together
        ]
        self.app.push_screen(KeysSheet(helps, self.glyphs))

    async def give(self, card: Card, rating: int | None) -> None:
        """Rate a card's output, and say so."""
        await self.desk.rate(*card.key, rating)
        self.tell((*stars(rating, self.glyphs), Piece(f" {card.task.name}", Role.TEXT)))

    def open_card(self, card: Card) -> None:
        """Open a card's file in the program for it."""
        fetch = card.asset.fetch
        if card.asset.saved and fetch is not None and fetch.url is not None:
            opening = open_objects(self.dashboard, [(card.task, card.asset)], self.say)
            self.run_worker(opening)
            return
        if card.path is None:
            self.say(_("it is not on disk"), Tone.WARNING)
            return
        path = shown_path(card.path)
        why_not = self.dashboard.launch(card.path)
        if why_not:
            self.say(f"{why_not}: {path}", Tone.WARNING)
        else:
            self.say(_("opening {path}").format(path=path))

    def fetch_card(self, card: Card) -> None:
        """Have a card's output fetched."""
        refusal = self.desk.download_policy.queue(*card.key)
        if refusal is not None:
            self.say(refusal_words(refusal), Tone.WARNING)
        else:
            self.say(_("downloading {name}").format(name=card.task.name))
