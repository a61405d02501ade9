"""The signs of the screen: for every terminal of today, of one width anywhere, and plain ASCII."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import cast

from rushes.providers.fields import fields, replace
from rushes.providers.frozen import frozen
from rushes.providers.model import Status
from rushes.tui.shell.stream import Stream
from rushes.watch.config.settings import GlyphSet


@frozen(kw_only=True)
class Glyphs:
    """Every sign that Rushes draws. Each is one cell wide."""

    statuses: Mapping[Status, str]
    waiting: str  # no answer yet
    full: str
    empty: str
    bar: str
    bar_half: str  # the track's where bars go on in whole cells
    block: str  # of bars in tables, half as high as their rows
    block_half: str
    eighths: tuple[str, ...]  # of a cell, from one to all
    sparks: tuple[str, ...]  # from the least to the most, of a row of small columns
    branch: str
    branch_end: str
    track: str
    rule: str
    wall: str
    upper_left: str
    upper_right: str
    lower_left: str
    lower_right: str
    cursor: str
    mark: str
    brand: str
    nothing: str
    dot: str
    by: str
    no_time: str
    saving: str
    saved: str
    alert: str
    ellipsis: str
    ascending: str
    descending: str
    batch: tuple[str, str]  # shut, open; ASCII's are three cells wide
    branches: tuple[str, str]  # to a task in an open batch, and to its last
    rated: str
    unrated: str
    below: str  # the range before
    above: str  # the range after
    half_block: str  # of pictures; a blank where there are none
    corners: tuple[str, str, str, str]  # of a frame: above, then below, left before right
    edge: str
    side: str

    def status(self, status: Status | None) -> str:
        """The sign of a status; None is a task that was never answered for."""
        return self.waiting if status is None else self.statuses[status]

    @property
    def names_arrows(self) -> bool:
        """Whether keys with an arrow are called by a word: arrows are of ambiguous width, too."""
        return self.rule.isascii()

    def gauge(self, fraction: float, cells: int = 5) -> tuple[str, str]:
        """The lit and the dark cells of a gauge; one stays lit as long as anything is left."""
        lit = min(cells, max(0, -int(-fraction * cells // 1)))
        return self.full * lit, self.empty * (cells - lit)

    def blocks(self, fraction: float, cells: int) -> str:
        """A bar in a table, drawn in half cells; something of it where the fraction is not 0."""
        halves = min(2 * cells, max(1 if fraction > 0 else 0, round(fraction * cells * 2)))
        return self.block * (halves // 2) + self.block_half * (halves % 2)

    def progress(self, percent: int, cells: int) -> tuple[str, str]:
        """The done and the open part of a bar `cells` wide, drawn in half cells."""
        halves = min(2 * cells, max(0, round(percent * cells / 50)))
        if self.bar_half == self.track:
            halves -= halves % 2
        done = self.bar * (halves // 2) + self.bar_half * (halves % 2)
        return done, self.track * (cells - len(done))


UNICODE = Glyphs(
    # No status is of ambiguous width (nor is the gauge): Chinese terminals draw those double.
    statuses=MappingProxyType(
        {
            Status.QUEUED: "◷",
            Status.RUNNING: "▸",
            Status.FINALIZING: "◒",
            Status.UNKNOWN: "?",
            Status.SUCCEEDED: "✓",
            Status.FAILED: "✗",
            Status.CANCELED: "⊘",
            Status.GONE: "∅",
        }
    ),
    waiting="◌",
    full="▰",
    empty="▱",
    bar="━",
    bar_half="╸",
    block="▄",
    block_half="▖",
    eighths=tuple("▁▂▃▄▅▆▇█"),
    sparks=tuple("▁▂▃▄▅▆▇"),
    branch="├",
    branch_end="└",
    track="─",
    rule="─",
    wall="│",
    upper_left="╭",
    upper_right="╮",
    lower_left="╰",
    lower_right="╯",
    cursor="▌",
    mark="◉",
    brand="▞",
    nothing="·",
    dot="·",
    by="×",
    no_time="—",
    saving="⇣",
    saved="✓",
    alert="!",
    ellipsis="…",
    ascending="▴",
    descending="▾",
    batch=("⊞", "⊟"),
    branches=("├", "└"),
    rated="✦",
    unrated="·",
    below="‹",
    above="›",
    half_block="▀",
    corners=("┏", "┓", "┗", "┛"),
    edge="━",
    side="┃",
)

ASCII = Glyphs(
    statuses=MappingProxyType(
        {
            Status.QUEUED: "o",
            Status.RUNNING: ">",
            Status.FINALIZING: "~",
            Status.UNKNOWN: "?",
            Status.SUCCEEDED: "+",
            Status.FAILED: "x",
            Status.CANCELED: "/",
            Status.GONE: "0",
        }
    ),
    waiting=".",
    full="#",
    empty="-",
    bar="=",
    bar_half="-",
    block="=",
    block_half="-",
    eighths=tuple("....::##"),
    sparks=tuple("1234567"),
    branch="|",
    branch_end="`",
    track=".",
    rule="-",
    wall="|",
    upper_left="+",
    upper_right="+",
    lower_left="+",
    lower_right="+",
    cursor=">",
    mark="*",
    brand="#",
    nothing=".",
    dot="-",
    by="x",
    no_time="-",
    saving="v",
    saved="+",
    alert="!",
    ellipsis="~",
    ascending="^",
    descending="v",
    batch=("[+]", "[-]"),
    branches=("|", "+"),
    rated="*",
    unrated=".",
    below="<",
    above=">",
    half_block=" ",
    corners=("+", "+", "+", "+"),
    edge="-",
    side="|",
)

_TOGETHER = frozenset({"bar", "bar_half", "track"})
"""Fields that are drawn beside each other, and belong to one set."""


@lru_cache(maxsize=1)
def single_width() -> Glyphs:
    """UNICODE without the signs that terminals made for Chinese may draw two cells wide.

    Those are of ambiguous width by Unicode's table (UAX 11); ASCII's stand in their place.
    """
    from unicodedata import east_asian_width  # few terminals are so

    def is_wide(sign: object) -> bool:
        drawn = "" if isinstance(sign, Mapping) else "".join(cast("Iterable[str]", sign))
        return any(east_asian_width(each) in "AWF" for each in drawn)

    replaced = {
        f.name: getattr(ASCII, f.name)
        for f in fields(Glyphs)
        if f.name in _TOGETHER or is_wide(getattr(UNICODE, f.name))
    }
    return replace(UNICODE, **replaced)


SETS: Mapping[str, Glyphs] = MappingProxyType({"unicode": UNICODE, "ascii": ASCII})
"""The sets by the name that `glyphs` in config.toml gives them."""


def signs(setting: GlyphSet, out: Stream) -> Glyphs:
    """The signs to write to `out`: the person's choice, ASCII where nothing else can be written."""
    return SETS[setting.value] if out.unicode else ASCII
