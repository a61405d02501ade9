"""The dailies as they are arranged: which cards are shown, in which groups, and the cursor.

A card never moves while it is rated: what left the filter stays until the next move, and what came
in is put in its place with it.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from enum import Enum

from rushes.providers.frozen import frozen
from rushes.providers.language import catalogued
from rushes.tui.lines.cards import NONE_WAITING, Card, Waiting, cards_of
from rushes.watch.downloads.job import OutputKey
from rushes.watch.query import Query
from rushes.watch.ratings import REJECTED
from rushes.watch.task import Ref, Task

GOOD = 3
"""The rating from which on a card is among the good ones."""


class Range(Enum):
    """Which ratings are shown; `[` and `]` go through them."""

    ALL = "all"
    UNRATED = catalogued("unrated")
    GOOD = "and up"
    OUT = "out"

    def holds(self, rating: int | None) -> bool:
        """Whether a card of that rating is shown."""
        match self:
            case Range.ALL:
                return True
            case Range.UNRATED:
                return rating is None
            case Range.GOOD:
                return rating is not None and rating >= GOOD
            case Range.OUT:
                return rating == REJECTED


class Grouping(Enum):
    """What cards stand together by; `f` goes through them."""

    DAY = "day"
    BATCH = "batch"
    NONE = "none"


@frozen
class Section:
    """Cards that stand together. `day` is any moment of theirs, `batch` their tag; None for all."""

    cards: tuple[Card, ...]
    day: datetime | None = None
    batch: str | None = None


@frozen
class Tally:
    """How many cards there are, shown or not."""

    all: int
    rated: int
    rejected: int

    @property
    def unrated(self) -> int:
        """Those nobody has judged."""
        return self.all - self.rated - self.rejected


class ContactSheet:
    """The arranged cards. `sections` and `cursor` say what it is after each change."""

    def __init__(self) -> None:
        self.sections: tuple[Section, ...] = ()
        self.cards: tuple[Card, ...] = ()
        self.cursor: OutputKey | None = None
        self.marks: list[OutputKey] = []
        self.filter = Query("")
        self.range = Range.ALL
        self.grouping = Grouping.DAY
        self._known: dict[Ref, tuple[Card, ...]] = {}
        self._places: dict[OutputKey, int] = {}
        self._rated: list[tuple[OutputKey, int | None]] = []
        self._stale = False
        self._rerated = False
        self._sizes = Counter[str]()

    # -- looking ------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self.cards)

    @property
    def place(self) -> int:
        """Where the cursor is, from 0."""
        return self._places.get(self.cursor, 0) if self.cursor else 0

    def place_of(self, key: OutputKey) -> int | None:
        """Where a card is; None where it is not shown."""
        return self._places.get(key)

    @property
    def current(self) -> Card | None:
        """The card under the cursor."""
        return self.cards[self.place] if self.cards else None

    def card(self, key: OutputKey) -> Card | None:
        """A card as it is now, shown or not."""
        ref, n = key
        return next((card for card in self._known.get(ref, ()) if card.asset.n == n), None)

    @property
    def refs(self) -> Collection[Ref]:
        """The tasks that have cards, shown or not."""
        return self._known.keys()

    @property
    def tally(self) -> Tally:
        """What is counted in the header."""
        ratings = [card.rating for cards in self._known.values() for card in cards]
        out = ratings.count(REJECTED)
        return Tally(len(ratings), len(ratings) - ratings.count(None) - out, out)

    def batch(self, card: Card) -> tuple[Card, ...]:
        """The cards shown that stand in the same batch; all where it has none."""
        tag = self._batch(card)
        return tuple(c for c in self.cards if self._batch(c) == tag) if tag else self.cards

    def _batch(self, card: Card) -> str:
        """Of a task's tags the one that the fewest have, as in the list; "" for none."""
        return min(card.task.entry.tags, key=self._sizes.__getitem__, default="")

    # -- changing -----------------------------------------------------------------------------

    def take(
        self,
        tasks: Mapping[Ref, Task],
        changed: Iterable[Ref],
        now: datetime,
        waiting: Waiting = NONE_WAITING,
    ) -> None:
        """Take in what changed. Cards change in their places; which are shown waits for a move."""
        known = self._known
        for ref in changed:
            task = tasks.get(ref)
            cards = cards_of(task, now, waiting) if task else ()
            before = known.get(ref, ())
            if [card.key for card in cards] != [card.key for card in before]:
                self._stale = True
            elif [card.rating for card in cards] != [card.rating for card in before]:
                self._rerated = True
            if cards:
                known[ref] = cards
            else:
                known.pop(ref, None)
        self._refresh()

    def _refresh(self) -> None:
        """Show the same cards as they are now."""
        self.sections = tuple(
            Section(tuple(self.card(c.key) or c for c in section.cards), section.day, section.batch)
            for section in self.sections
        )
        self.cards = tuple(card for section in self.sections for card in section.cards)

    @property
    def stale(self) -> bool:
        """Whether cards came or went that are not arranged yet."""
        return self._stale

    def arrange(self, now: datetime) -> None:
        """Show what the filter and the range let through; the cursor stays on its card."""
        self._stale = self._rerated = False
        place = self.place
        tasks = (cards[0].task for cards in self._known.values())
        self._sizes = Counter(tag for task in tasks for tag in task.entry.tags)
        shown = [
            card
            for cards in self._known.values()
            for card in cards
            if self.range.holds(card.rating) and self.filter.matches(card.task, now)
        ]
        shown.sort(key=lambda card: (card.at, card.task.ref, -card.asset.n), reverse=True)
        self.sections = _grouped(shown, self.grouping, self._batch)
        self.cards = tuple(card for section in self.sections for card in section.cards)
        self._places = {card.key: n for n, card in enumerate(self.cards)}
        self.marks = [key for key in self.marks if key in self._places]
        if self.cursor not in self._places:
            at = min(place, len(self.cards) - 1)
            self.cursor = self.cards[at].key if self.cards else None

    def move_to(self, place: int, now: datetime) -> None:
        """Put the cursor on that card; what left the filter is dropped with it."""
        if not self.cards:
            return
        self.cursor = self.cards[max(0, min(place, len(self.cards) - 1))].key
        if self._stale or self._rerated or self.filter.timed:
            self.arrange(now)

    def put_cursor(self, key: OutputKey) -> None:
        """Put the cursor on that card, if it is shown."""
        if key in self._places:
            self.cursor = key

    def mark(self) -> None:
        """Mark the card, or take its mark away."""
        key = self.cursor
        if key is not None:
            self.marks.remove(key) if key in self.marks else self.marks.append(key)

    def narrow(self, query: Query, now: datetime) -> None:
        """Show what a filter lets through."""
        self.filter = query
        self.arrange(now)

    def step_range(self, by: int, now: datetime) -> None:
        """Show the ratings of the next range."""
        ranges = list(Range)
        self.show_range(ranges[(ranges.index(self.range) + by) % len(ranges)], now)

    def show_range(self, shown: Range, now: datetime) -> None:
        """Show the ratings of that range."""
        self.range = shown
        self.arrange(now)

    def next_grouping(self, now: datetime) -> None:
        """Have cards stand together by something else."""
        groupings = list(Grouping)
        self.grouping = groupings[(groupings.index(self.grouping) + 1) % len(groupings)]
        self.arrange(now)

    def compared(self) -> tuple[Card, Card] | None:
        """Two cards to compare: the first two marked, else the marked one and the current.

        Without a mark it is the current one and the next; None where there are no two.
        """
        keys = [*self.marks]
        if self.cursor is not None and self.cursor not in keys:
            keys.append(self.cursor)
        if len(keys) < 2 and self.cards:
            keys.append(self.cards[(self.place + 1) % len(self.cards)].key)
        cards = [card for key in dict.fromkeys(keys) if (card := self.card(key))]
        return (cards[0], cards[1]) if len(cards) > 1 else None

    # -- ratings ------------------------------------------------------------------------------

    def note_rating(self, card: Card) -> None:
        """Note what a card's rating is before it gets another, to be undone."""
        self._rated.append((card.key, card.rating))

    def undo_rating(self) -> tuple[OutputKey, int | None] | None:
        """The card that was rated last and its rating before; None where there is none."""
        return self._rated.pop() if self._rated else None


def _grouped(
    cards: Sequence[Card], grouping: Grouping, batch: Callable[[Card], str]
) -> tuple[Section, ...]:
    if grouping is Grouping.NONE:
        return (Section(tuple(cards)),) if cards else ()
    groups: dict[object, list[Card]] = {}
    by_day = grouping is Grouping.DAY
    for card in cards:
        groups.setdefault(card.at.astimezone().date() if by_day else batch(card), []).append(card)
    return tuple(
        Section(tuple(each), day=each[0].at)
        if by_day
        else Section(tuple(each), batch=batch(each[0]))
        for each in groups.values()
    )
