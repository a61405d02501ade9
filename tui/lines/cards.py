"""The cards of the dailies: what arrived, an output each, and the lines under its picture."""

from collections.abc import Container, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from rushes.providers.frozen import frozen
from rushes.providers.language import Words, _
from rushes.providers.model import Status
from rushes.tui.lines.download_words import fetch_note
from rushes.tui.lines.fit import Cell, Piece, cell_width, clip, fit, width, wrap
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import Role
from rushes.tui.lines.star_words import stars
from rushes.tui.lines.words import size
from rushes.watch.asset import Asset, OutputState
from rushes.watch.downloads.job import OutputKey
from rushes.watch.posters.formats import FORMATS
from rushes.watch.posters.poster import Media, Poster, PosterReason, PosterState
from rushes.watch.ratings import REJECTED
from rushes.watch.task import Ref, Task

CARD_WIDTH, CARD_HEIGHT = 23, 9
POSTER_WIDTH, POSTER_HEIGHT = 21, 6
NAME = 15
"""Cells of a card's name, and of its model."""

_LOOKED_AT = ("video", "image")
_BESIDE = ("first_frame", "last_frame", "thumbnail")
_COMING = (OutputState.DOWNLOADING, OutputState.FAILED)


@frozen
class Card:
    """Output `asset` of a task; it is card `place` of the `of` that the task has."""

    task: Task
    asset: Asset
    place: int = 1
    of: int = 1

    @property
    def key(self) -> OutputKey:
        """What makes two cards the same."""
        return self.task.ref, self.asset.n

    @property
    def rating(self) -> int | None:
        """A person's: 0 for rejected, 1 to 5, None for none."""
        return self.asset.rating

    @property
    def rejected(self) -> bool:
        """Whether a person rejected it."""
        return self.asset.rating == REJECTED

    @property
    def at(self) -> datetime:
        """When it came to be, by our clock (UTC)."""
        return self.task.finished_at or self.task.entry.added

    @property
    def path(self) -> Path | None:
        """Its file, where it is on disk."""
        fetch = self.asset.fetch
        return fetch.path if fetch and self.asset.state is OutputState.DOWNLOADED else None


Waiting = Mapping[Ref, Container[int]]
"""The outputs that are in line to be fetched, by their tasks."""

NONE_WAITING: Waiting = MappingProxyType({})


def cards_of(task: Task, now: datetime, waiting: Waiting) -> tuple[Card, ...]:
    """The films and pictures of a task that are saved, on their way, or failed on it.

    Where it names neither, the frame beside them is taken.
    """
    in_line = waiting.get(task.ref, ())
    if not task.fetches and not in_line:
        return ()
    assets = [asset for asset in task.assets(now) if _is_looked_at(asset)]
    if not assets:
        assets = [asset for asset in task.assets(now) if asset.output.kind in _BESIDE][:1]
    here = [a for a in assets if a.saved or a.state in _COMING or a.n in in_line]
    return tuple(Card(task, asset, n, len(here)) for n, asset in enumerate(here, start=1))


def every_card(task: Task, now: datetime) -> tuple[Card, ...]:
    """All outputs of a task that are, or will be, pictures or films: frames beside it, too."""
    here = [
        asset
        for asset in task.assets(now)
        if (_is_looked_at(asset) or asset.output.kind in _BESIDE)
        and (asset.saved or asset.state in _COMING)
    ]
    return tuple(Card(task, asset, n, len(here)) for n, asset in enumerate(here, start=1))


def _is_looked_at(asset: Asset) -> bool:
    kind, fetch = asset.output.kind, asset.fetch
    if kind in _LOOKED_AT or kind in _BESIDE:
        return kind in _LOOKED_AT
    return fetch is not None and fetch.path is not None and fetch.path.suffix in FORMATS


# -- the lines under a picture --------------------------------------------------------------------


def name_line(card: Card, glyphs: Glyphs, *, marked: bool, current: bool) -> Cell:
    """The mark, the name, the rating: POSTER_WIDTH cells."""
    several = f" {card.place}/{card.of}" if card.of > 1 else ""
    mark = f"{glyphs.mark} " if marked else ""
    room = NAME - len(several) - len(mark)
    name = clip(card.task.name, room, glyphs.ellipsis) + several
    faint = card.rejected and not current
    role = Role.FAINT if faint else Role.TEXT
    left: Cell = (
        Piece(mark, Role.ACCENT),
        Piece(name, role, current, struck=card.rejected),
    )
    gap = POSTER_WIDTH - cell_width(left) - cell_width(rating := stars(card.rating, glyphs))
    return (*left, Piece(" " * gap), *rating)


def model_line(card: Card, media: Media | None, glyphs: Glyphs) -> Cell:
    """The model, and how long it lasts: POSTER_WIDTH cells."""
    model = clip(card.task.model or card.task.ref.provider, NAME, glyphs.ellipsis)
    lasts = length_words(card, media)
    left = fit((Piece(model, Role.QUIET),), POSTER_WIDTH - width(lasts), glyphs.ellipsis)
    return (*left, Piece(lasts, Role.QUIET))


def length_words(card: Card, media: Media | None) -> str:
    """How long a film lasts; that a picture is none."""
    if media is not None and media.seconds:
        return seconds_words(media.seconds)
    return _("still") if card.asset.output.kind == "image" else ""


def seconds_words(seconds: float) -> str:
    """How long a film lasts: `5.0s`, `12m 05s`."""
    if seconds < 100:
        return f"{seconds:.1f}s"
    return f"{seconds // 60:.0f}m {seconds % 60:02.0f}s"


def media_words(media: Media, glyphs: Glyphs) -> list[str]:
    """The facts of the original: `480x270`, `24/s`, `5.0s`."""
    facts = [f"{media.width}{glyphs.by}{media.height}"]
    if media.frame_rate:
        facts.append(f"{media.frame_rate:.3g}/s")
    if media.seconds:
        facts.append(seconds_words(media.seconds))
    return facts


# -- in the place of a picture --------------------------------------------------------------------


def panel_lines(card: Card, poster: Poster, cells: int, rows: int, glyphs: Glyphs) -> list[Cell]:
    """What stands in the place of a picture: what it waits for, or why there is none."""
    said = [*_said(card, poster, cells - 2, glyphs)][:rows]
    above = (rows - len(said)) // 2
    lines = [*[()] * above, *said]
    return [_centred(line, cells) for line in [*lines, *[()] * (rows - len(lines))]]


def _centred(line: Cell, cells: int) -> Cell:
    left = max(0, cells - cell_width(line)) // 2
    return (Piece(" " * left), *line)


def _said(card: Card, poster: Poster, cells: int, glyphs: Glyphs) -> Iterator[Cell]:
    asset, fetch = card.asset, card.asset.fetch
    if asset.state is OutputState.FAILED:
        words = fetch_note(fetch) or _("download failed")
        yield from _wrapped(f"{glyphs.status(Status.FAILED)} {words}", cells, Role.FAILED)
    elif asset.state is OutputState.DOWNLOADING and fetch is not None:
        yield from _arriving(fetch.done, fetch.total, glyphs)
    elif not asset.saved:
        yield (Piece(f"{glyphs.saving} {_('in line')}", Role.QUIET),)
    elif fetch is not None and fetch.url is not None:
        yield from _wrapped(_("in a bucket"), cells, Role.QUIET)
    elif asset.state is OutputState.MOVED and poster.state is not PosterState.READY:
        yield from _wrapped(_("its file is elsewhere now"), cells, Role.QUIET)
    else:
        yield from _wrapped(poster_words(poster), cells, Role.FAINT)


def _wrapped(words: str, cells: int, role: Role) -> Iterator[Cell]:
    for line in wrap(words, cells) if words else ():
        yield (Piece(line, role),)


_BAR = 13


def _arriving(done: int, total: int | None, glyphs: Glyphs) -> Iterator[Cell]:
    if not total:
        yield (Piece(f"{glyphs.saving} {size(done)}", Role.RUNNING),)
        return
    percent = min(99, done * 100 // total)
    yield (Piece(f"{glyphs.saving} {percent}%  {size(done)}", Role.RUNNING),)
    lit, dark = glyphs.progress(percent, _BAR)
    yield (Piece(lit, Role.RUNNING), Piece(dark, Role.RULE))


def poster_words(poster: Poster) -> str:
    """Why there is no poster; empty while it is made, or where nothing makes any."""
    match poster.state:
        case PosterState.NONE | PosterState.FAILED if poster.why is not None:
            return _WHY[poster.why]
        case _:
            return ""


_WHY: Mapping[PosterReason, str] = Words(
    {
        PosterReason.NOTHING_SAVED: "nothing is saved",
        PosterReason.NO_PICTURE: "no picture and no film",
        PosterReason.FILE_GONE: "its file is gone",
        PosterReason.NOT_OURS: "something else stands in its place",
        PosterReason.UNREADABLE: "nothing could be made of its file",
        PosterReason.TOO_LARGE: "too many pixels to decode",
        PosterReason.TIMED_OUT: "decoding took too long",
        PosterReason.DIED: "the decoder ended",
        PosterReason.NOT_LOADED: "the decoder could not be loaded",
        PosterReason.NO_ROOM: "there is no room for its picture",
        PosterReason.UNTRUSTED: "others may write to the folder of posters",
    }
)
"""Why there is no picture."""
