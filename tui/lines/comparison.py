"""Two takes side by side: what differs, and what is the same in both."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from rushes.providers.frozen import frozen
from rushes.providers.language import _, catalogued
from rushes.tui.lines.cards import Card, media_words
from rushes.tui.lines.fit import Cell, Piece, cell_width
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import Role
from rushes.tui.lines.words import run_time, size
from rushes.tui.shell.wide_text import padded
from rushes.watch.figures.cost import cost_of
from rushes.watch.figures.price import Prices
from rushes.watch.figures.spans import ran_for
from rushes.watch.posters.poster import Media


@frozen
class Fact:
    """Something that is known of a take. Without a `name` the value says what it is."""

    name: str
    value: str


def facts_of(
    card: Card, media: Media | None, prices: Prices, now: datetime, glyphs: Glyphs
) -> tuple[Fact, ...]:
    """The facts of a take, the same ones in the same order for each; empty where not known."""
    task, fetch = card.task, card.asset.fetch
    span = ran_for(task, now)
    cost = cost_of(task, prices)
    known = fetch.total or fetch.done if fetch else 0
    seed = task.snapshot.usage.get("seed") if task.snapshot else None
    facts = (
        Fact(catalogued("model"), task.model or ""),
        Fact(catalogued("run"), run_time(span) if span is not None else ""),
        Fact(catalogued("cost"), str(cost) if cost is not None else ""),
        Fact(catalogued("size"), size(known) if known else ""),
        Fact(catalogued("seed"), "" if seed is None else str(seed)),
        Fact(catalogued("via"), task.ref.provider),
    )
    words = media_words(media, glyphs) if media else []
    unnamed = [*words, *[""] * (3 - len(words)), " ".join(f"#{tag}" for tag in task.entry.tags)]
    return (*facts, *(Fact("", word) for word in unnamed), Fact("", task.prompt or ""))


def compared(
    left: Sequence[Fact], right: Sequence[Fact]
) -> tuple[list[Fact], list[Fact], list[str]]:
    """What differs, of the left and of the right, and the values that both have."""
    lefts: list[Fact] = []
    rights: list[Fact] = []
    same: list[str] = []
    for one, other in zip(left, right, strict=True):
        if one.value == other.value:
            same += [f"{_(one.name)} {one.value}" if one.name else one.value] if one.value else []
        else:
            lefts.append(one)
            rights.append(other)
    return lefts, rights, same


def fact_lines(facts: Sequence[Fact], cells: int, lines: int) -> Iterator[Cell]:
    """The facts, one a line; where there are too few lines, as many a line as fit."""
    if len(facts) <= lines:
        for fact in facts:
            yield (Piece(padded(_(fact.name), 8), Role.QUIET), _value(fact))
        return
    line: Cell = ()
    for fact in facts:
        name = Piece(f"{_(fact.name)} " if fact.name else "", Role.QUIET)
        part: Cell = (name, _value(fact), Piece("   "))
        if line and lines > 1 and cell_width(line) + cell_width(part) - 3 > cells:
            yield line
            line, lines = (), lines - 1
        line = (*line, *part)
    yield line


def _value(fact: Fact) -> Piece:
    return Piece(fact.value or _("not given"), Role.TEXT if fact.value else Role.FAINT)


def same_line(same: Sequence[str], glyphs: Glyphs) -> Cell:
    """What both have; nothing where that is nothing."""
    if not same:
        return ()
    words = f" {glyphs.dot} ".join(same)
    return (Piece(" " + _("the same in both") + "  ", Role.QUIET), Piece(words, Role.FAINT))
