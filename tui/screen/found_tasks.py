"""The tasks found in a paste and the account chosen for each: the add box without its widgets."""

from collections.abc import Container, Sequence
from dataclasses import replace
from datetime import datetime

from rushes.providers.frozen import frozen
from rushes.tui.lines.fit import Cell, Piece, cell_width, clip_middle
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import Role
from rushes.watch.task import Entry, Ref
from rushes.watch.watchlist.account_choice import AccountChoice
from rushes.watch.watchlist.paste import Found


@frozen
class Find:
    """A task in the paste. `candidates`: the accounts it may belong to; `account`: the chosen."""

    found: Found
    candidates: tuple[str, ...]
    account: str | None = None

    @property
    def ref(self) -> Ref | None:
        """The ref, once the account is known."""
        return Ref(self.account, self.found.task_id) if self.account else None


def finds(found: Sequence[Found], account_choice: AccountChoice) -> list[Find]:
    """The finds, decided where only one account could be meant."""
    return [
        _find(one, account_choice.between(one.accounts), tuple(account_choice.accounts))
        for one in found
    ]


def _find(one: Found, meant: tuple[str, ...], every: tuple[str, ...]) -> Find:
    certain = len(meant) == 1 and not one.guess
    return Find(one, meant or every, meant[0] if certain else None)


def window(finds: int, rows: int, at: int | None) -> range:
    """The finds to show in so many rows: all, or some around the one that is asked about.

    One row stays free to say how many are hidden.
    """
    if finds <= rows:
        return range(finds)
    shown = max(1, rows - 1)
    first = min(max(0, (at or 0) - shown + 1), finds - shown)
    return range(first, first + shown)


def decide(finds: Sequence[Find], at: int, account: str) -> list[Find]:
    """The finds with the one at `at` given to an account, and those below with the same choice."""
    candidates = finds[at].candidates
    return [
        replace(find, account=account)
        if n == at or (n > at and find.account is None and find.candidates == candidates)
        else find
        for n, find in enumerate(finds)
    ]


def undecided(finds: Sequence[Find]) -> int | None:
    """The first find without an account."""
    return next((n for n, find in enumerate(finds) if find.account is None), None)


def entries(finds: Sequence[Find], watched: Container[Ref], now: datetime) -> list[Entry]:
    """The entries to add: those with an account that are not watched yet."""
    return [
        Entry(ref=find.ref, added=now, label=find.found.label)
        for find in finds
        if find.ref is not None and find.ref not in watched
    ]


def find_line(
    find: Find, watched: Container[Ref], cells: int, glyphs: Glyphs, *, here: bool
) -> Cell:
    """One find as a line."""
    known = find.ref is not None and find.ref in watched
    sign = (
        Piece("?", Role.WARM, True) if find.account is None else Piece(glyphs.saved, Role.SUCCEEDED)
    )
    if known:
        where = (Piece(f"{find.account}  watched already", Role.FAINT),)
    elif find.account is not None:
        where = (Piece(find.account, Role.QUIET),)
    else:
        numbered = "  ".join(f"{n} {name}" for n, name in enumerate(find.candidates[:9], 1))
        where = (Piece(numbered, Role.WARM),)
    room = max(8, cells - cell_width(where) - 8)
    name = clip_middle(find.found.label or find.found.task_id, room, glyphs.ellipsis)
    return (
        Piece(f"{glyphs.cursor if here else ' '} ", Role.ACCENT),
        sign,
        Piece(f" {name}  ", Role.FAINT if known else Role.TEXT),
        *where,
    )
