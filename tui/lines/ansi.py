"""Roles as escape codes of the sixteen colours that every terminal has and its theme defines."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from rushes.tui.lines.fit import Piece
from rushes.tui.lines.roles import Role

_CODES: Mapping[Role, str] = MappingProxyType(
    {
        Role.QUIET: "2",
        Role.FAINT: "2",
        Role.RULE: "2",
        Role.ACCENT: "33",
        Role.QUEUED: "35",
        Role.RUNNING: "36",
        Role.SUCCEEDED: "32",
        Role.FAILED: "31",
        Role.STOPPED: "90",
        Role.WARM: "33",
        Role.URGENT: "1;91",
    }
)


def inked(pieces: Iterable[Piece], colour: bool) -> str:
    """The pieces as one text, coloured by their roles if `colour`."""
    return "".join(_inked(piece) if colour else piece.text for piece in pieces)


def _inked(piece: Piece) -> str:
    code = ";".join(filter(None, ("1" if piece.bold else "", _CODES.get(piece.role, ""))))
    return f"\x1b[{code}m{piece.text}\x1b[0m" if code and piece.text.strip() else piece.text
