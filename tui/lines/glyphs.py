"""The signs of the screen, in two sets: one for every terminal of today, one for plain ASCII."""

from collections.abc import Mapping
from types import MappingProxyType

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
    bar_half: str
    track: str
    rule: str
    wall: str
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

    def status(self, status: Status | None) -> str:
        """The sign of a status; None is a task that was never answered for."""
        return self.waiting if status is None else self.statuses[status]

    def gauge(self, fraction: float, cells: int = 5) -> tuple[str, str]:
        """The lit and the dark cells of a gauge; one stays lit as long as anything is left."""
        lit = min(cells, max(0, -int(-fraction * cells // 1)))
        return self.full * lit, self.empty * (cells - lit)

    def progress(self, percent: int, cells: int) -> tuple[str, str]:
        """The done and the open part of a bar `cells` wide, drawn in half cells."""
        halves = min(2 * cells, max(0, round(percent * cells / 50)))
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
    track="─",
    rule="─",
    wall="│",
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
    track=".",
    rule="-",
    wall="|",
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
)

SETS: Mapping[str, Glyphs] = MappingProxyType({"unicode": UNICODE, "ascii": ASCII})
"""The sets by the name that `glyphs` in config.toml gives them."""


def signs(setting: GlyphSet, out: Stream) -> Glyphs:
    """The signs to write to `out`: the person's choice, ASCII where nothing else can be written."""
    return SETS[setting.value] if out.unicode else ASCII
