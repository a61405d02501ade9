"""The tasks found in a paste and the account chosen for each: the add box without its widgets."""

from collections.abc import Container, Sequence
from dataclasses import replace
from datetime import datetime

from rushes.providers.frozen import frozen
from rushes.providers.language import _
from rushes.tui.lines.fit import Cell, Piece, clip_middle, width
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import Role
from rushes.watch.task import Entry, Ref
from rushes.watch.watchlist.about import About
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
        _find(one, account_choice.between(one.accounts), account_choice.every)
        for one in found
        if not one.fault
    ]


def _find(one: Found, meant: tuple[str, ...], every: tuple[str, ...]) -> Find:
    certain = len(meant) == 1 and not one.guess
    return Find(one, meant or every, meant[0] if certain else None)


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
        _entry(find.ref, find.found.about, now)
        for find in finds
        if find.ref is not None and find.ref not in watched
    ]


def _entry(ref: Ref, about: About, now: datetime) -> Entry:
    return Entry(
        ref=ref,
        added=now,
        label=about.label,
        tags=about.tags,
        model=about.model,
        prompt=about.prompt,
    )


def find_lines(
    finds: Sequence[Find], watched: Container[Ref], cells: int, glyphs: Glyphs
) -> list[Cell]:
    """A line for each: what it is, and whose, which is in one column."""
    longest = max((width(_name(find)) for find in finds), default=0)
    name = max(8, min(longest, cells - _SIGN - _LEAST))
    return [_find_line(find, watched, name, cells, glyphs) for find in finds]


_SIGN = 2
_LEAST = 26
"""Cells of a line that are left to whose it is, where an id is long."""


def _find_line(find: Find, watched: Container[Ref], name: int, cells: int, glyphs: Glyphs) -> Cell:
    known = find.ref is not None and find.ref in watched
    sign = (
        Piece("? ", Role.WARM, True)
        if find.account is None
        else Piece(f"{glyphs.saved} ", Role.SUCCEEDED)
    )
    if known:
        already = _("watched already")
        where = (Piece(f"{find.account}  {already}", Role.FAINT),)
    elif find.account is not None:
        where = (Piece(find.account, Role.QUIET),)
    else:
        where = (Piece(_numbered(find.candidates, cells - _SIGN - name - 2, glyphs), Role.WARM),)
    shown = clip_middle(_name(find), name, glyphs.ellipsis)
    padding = " " * (name - width(shown) + 2)
    return (sign, Piece(shown + padding, Role.FAINT if known else Role.TEXT), *where)


def _name(find: Find) -> str:
    return find.found.about.label or find.found.task_id


def _numbered(candidates: Sequence[str], cells: int, glyphs: Glyphs) -> str:
    """The accounts with the keys that choose them, as many as fit; left and right reach all."""
    shown = [f"{n} {name}" for n, name in enumerate(candidates[:9], 1)]
    while len(shown) > 1 and len("  ".join(shown)) > cells:
        shown.pop()
    more = f"  {glyphs.ellipsis}" if len(shown) < len(candidates) else ""
    return "  ".join(shown) + more
