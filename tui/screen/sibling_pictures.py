"""Small pictures of other tasks of a task's batch, side by side in its details.

What reads and draws pictures is imported with the first that is asked for, behind the first frame.
"""

from itertools import islice
from typing import TYPE_CHECKING

from rushes.tui.lines.roles import Ground, Role
from rushes.tui.lines.task_sections import Siblings, SmallPictures

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from rich.segment import Segment

    from rushes.tui.lines.cards import Card
    from rushes.tui.screen.dashboard import Dashboard
    from rushes.watch.task import Ref

LEAST = 11
"""Cells of such a picture from which on something is to be seen in it."""

AT_MOST = 4
"""Pictures that are shown, however many the batch has and however wide the pane is."""


class SiblingPictures:
    """The pictures of the tasks that come next in the batch; those that are saved count."""

    def __init__(self, dashboard: "Dashboard") -> None:
        self._dashboard = dashboard
        self._chosen_for: tuple[Siblings | None, int] = (None, 0)
        self._cards: tuple[Card, ...] = ()
        self._small: SmallPictures | None = None
        self._drawn: tuple[object, list[list[Segment]]] | None = None

    def of(self, siblings: Siblings | None, cells: int) -> SmallPictures | None:
        """Whose are shown in so many cells; None where no other task has one, or none is drawn."""
        before, wide = self._chosen_for
        if siblings is not before or cells != wide:
            self._chosen_for = (siblings, cells)
            self._choose(siblings, cells)
        if self._small is None or self._dashboard.gallery.without is not None:
            return None
        return self._small

    def _choose(self, siblings: Siblings | None, cells: int) -> None:
        self._drawn = None
        count = min(AT_MOST, (cells + 1) // (LEAST + 1))
        found = islice(self._saved(siblings), count) if siblings is not None else ()
        self._cards = tuple(found)
        width = (cells + 1) // count - 1 if count else 0
        tasks = tuple(card.task for card in self._cards)
        self._small = SmallPictures(tasks, width) if tasks else None

    def _saved(self, siblings: Siblings) -> "Iterator[Card]":
        """The first saved picture or film of each, from the task's own place in the batch on."""
        from rushes.tui.lines.cards import every_card

        at, others = siblings.place - 1, siblings.others
        for task in (*others[at:], *others[:at]):
            cards = every_card(task, self._dashboard.now) if task.fetches else ()
            yield from [card for card in cards if card.asset.saved][:1]

    @property
    def is_shown(self) -> bool:
        """Whether there are any."""
        return self._small is not None

    def shows(self, refs: "Collection[Ref]") -> bool:
        """Whether one of these tasks has its picture there."""
        return any(card.task.ref in refs for card in self._cards)

    def forget(self) -> None:
        """Draw them anew: one came, or the cursor rests now."""
        self._drawn = None

    def line(self, y: int, *, asks: bool) -> "list[Segment]":
        """One of their lines; none is asked for but where it `asks`."""
        here = self._dashboard
        face = (asks, here.details.inks, here.gallery.epoch)
        if self._drawn is None or self._drawn[0] != face:
            self._drawn = (face, self._draw(asks=asks))
        lines = self._drawn[1]
        return lines[y] if y < len(lines) else []

    def _draw(self, *, asks: bool) -> "list[list[Segment]]":
        if self._small is None:
            return []
        pane = self._dashboard.details
        lines: list[list[Segment]] = [[] for _row in range(self._small.rows)]
        for card in self._cards:
            for line, part in zip(lines, self._picture(card, self._small, asks=asks), strict=True):
                line += [*(pane.segments((), 1) if line else ()), *part]
        return lines

    def _picture(self, card: "Card", small: SmallPictures, *, asks: bool) -> "list[list[Segment]]":
        pane, gallery = self._dashboard.details, self._dashboard.gallery
        ground = pane.inks.style(Role.TEXT, Ground.PANEL, False)
        poster = gallery.poster(card) if asks else None
        found = poster and gallery.blocks(
            poster, small.cells, small.rows, ground, dimmed=card.rejected
        )
        return found or [pane.segments((), small.cells, Ground.PANEL) for _ in range(small.rows)]
