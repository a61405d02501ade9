"""What a poster is, and what stands in its place while, or because, there is none."""

from enum import Enum
from pathlib import Path

from rushes.providers.frozen import frozen

EDGE = 320
"""Pixels of a poster's longer side at most."""


class PosterState(Enum):
    """How far the poster of an output is."""

    READY = "ready"
    """It is in the file at `path`."""

    MAKING = "making"
    """It was asked for, and is being looked for or made."""

    NONE = "none"
    """There is nothing to make one of."""

    FAILED = "failed"
    """It could not be made."""

    NOT_INSTALLED = "not_installed"
    """What makes posters is not installed: the extra `preview`."""


class PosterReason(Enum):
    """Why there is no poster."""

    NOTHING_SAVED = "nothing_saved"
    """No output is saved; what failed its checks is not either."""

    NO_PICTURE = "no_picture"
    """What is saved is no picture and no film, or of a type that nothing here decodes."""

    FILE_GONE = "file_gone"
    """The file is not where it was saved."""

    NOT_OURS = "not_ours"
    """There is something else where it was saved: a link, another user's file, another size."""

    UNREADABLE = "unreadable"
    """The decoder made nothing of it."""

    TOO_LARGE = "too_large"
    """It takes more pixels or memory than a decoder may have."""

    TIMED_OUT = "timed_out"
    """The decoder took too long and was ended."""

    DIED = "died"
    """The decoder ended in the middle of it."""

    NOT_LOADED = "not_loaded"
    """What decodes is installed and cannot be loaded."""

    NO_ROOM = "no_room"
    """It cannot be kept: the disk is full, or the folder may not be written."""

    UNTRUSTED = "untrusted"
    """Others could have written to the folder where posters are kept."""


@frozen
class Media:
    """The original: pixels, and of a film its frames a second and its seconds, where known."""

    width: int
    height: int
    frame_rate: float | None = None
    seconds: float | None = None


@frozen(kw_only=True)
class Poster:
    """A poster, or why there is none: `why` says that of NONE and FAILED.

    `path` is a JPEG of `width` by `height` pixels, neither of them over EDGE; it and `media` are
    there where it is READY.
    """

    state: PosterState
    path: Path | None = None
    width: int = 0
    height: int = 0
    why: PosterReason | None = None
    media: Media | None = None


MAKING = Poster(state=PosterState.MAKING)
NOT_INSTALLED = Poster(state=PosterState.NOT_INSTALLED)


def none(why: PosterReason) -> Poster:
    """That there is nothing to make a poster of."""
    return Poster(state=PosterState.NONE, why=why)


def failed(why: PosterReason) -> Poster:
    """That a poster could not be made."""
    return Poster(state=PosterState.FAILED, why=why)
