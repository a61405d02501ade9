"""A frame of the dashboard as a file: where it lies, what it has to fit, and when it is believed.

It is read before anything else is imported, so this takes no module that costs: no `re`, no
`pathlib`, no `dataclasses`.
"""

import os
import stat
from binascii import crc32
from collections.abc import Mapping, Sequence

from rushes.watch.version import VERSION

FOLDER = "frames"
"""The folder beside history.db."""

LARGEST = 256 * 1024
"""Bytes of a frame at most."""

OLDEST = 7 * 86400
"""Seconds after which a frame is painted no more."""

NO_AGE = "as of --- ago"
"""What stands in the first row of a kept frame where its age is painted, in English."""

_SLOTS = (NO_AGE, "--- 前的画面")
"""The same in every language: no catalogue is loaded before the frame is painted."""

_AHEAD = 2
"""Seconds by which a frame may be of the future: clocks are set."""

_MARK = "rushes frame 1"
_HEAD = 8
"""Lines between the first, which holds the sum of all others, and the rows."""

_DRAWN_BY = (
    *("TERM", "COLORTERM", "NO_COLOR", "FORCE_COLOR", "TERM_PROGRAM", "LC_ALL", "LC_CTYPE", "LANG"),
    *("LC_MESSAGES", "LANGUAGE", "TZ", "TEXTUAL_COLOR_SYSTEM", "TEXTUAL_THEME", "TEXTUAL_FILTERS"),
)
"""The variables that a frame's look depends on."""

_WITHIN = ("STY", "TMUX")
"""Variables that tell of a multiplexer by being there: their values change with each session."""

_FOREIGN = frozenset(
    chr(code)
    for first, last in (
        *((0x00, 0x1F), (0x7F, 0x9F), (0xAD, 0xAD), (0x61C, 0x61C), (0x180E, 0x180E)),
        *((0x200B, 0x200B), (0x200E, 0x200F), (0x2028, 0x202E), (0x2060, 0x206F)),
        *((0xFEFF, 0xFEFF), (0xFFF9, 0xFFFB), (0xE0000, 0xE007F)),
    )
    for code in range(first, last + 1)
)
"""Controls and unseen marks: no text that is drawn holds one (providers/text.py)."""


def folder_of(environ: Mapping[str, str]) -> str:
    """The folder of the frames, as `watch/disk/paths.py` has it on Linux and macOS."""
    if home := environ.get("RUSHES_HOME"):
        return os.path.join(os.path.abspath(os.path.expanduser(home)), FOLDER)
    mac = os.uname().sysname == "Darwin"
    base = environ.get("XDG_STATE_HOME", "").strip() or os.path.expanduser(
        "~/Library/Application Support" if mac else "~/.local/state"
    )
    return f"{base}/rushes/{FOLDER}"


def list_key(word: str) -> str:
    """What a watchlist is known by: its NAME, or its whole PATH."""
    if "/" in word or word.endswith(".toml"):
        return os.path.abspath(os.path.expanduser(word))
    return word


def name_of(face: Sequence[str]) -> str:
    """The name of the file: one for each list and size, whatever else is the same or not."""
    _, watchlist, _, size = face
    return f"{list_prefix(watchlist)}{size}"


def list_prefix(watchlist: str) -> str:
    """What the names of all frames of a list begin with; `watchlist` is its key."""
    return f"{crc32(watchlist.encode(errors='replace')):08x}-"


def face_of(
    watchlist: str, columns: int, rows: int, environ: Mapping[str, str]
) -> tuple[str, str, str, str]:
    """What has to be the same for a frame to be painted; `watchlist` is a key."""
    drawn_by = "|".join(environ.get(name, "") for name in _DRAWN_BY)
    drawn_by += "".join(f"|{name}" for name in _WITHIN if environ.get(name))
    return VERSION, watchlist, drawn_by, f"{columns}x{rows}"


def stamp(path: str) -> str:
    """What tells whether a file was changed; "" where there is none."""
    try:
        seen = os.stat(path)
    except OSError:
        return ""
    return f"{seen.st_mtime_ns} {seen.st_size}"


def packed(
    face: Sequence[str], list_file: str, config: str, taken: int, rows: Sequence[str]
) -> bytes:
    """The bytes of a file; b"" where it would not be believed.

    `face` is what `face_of` says, `taken` is seconds since 1970.
    """
    text = "\n".join((*face, list_file, config, stamp(config), str(taken), *rows))
    whole = text.count("\n") == _HEAD - 1 + len(rows)
    if not whole or not _slot_in(rows[0]) or not all(map(_harmless, rows)):
        return b""
    body = text.encode(errors="replace")
    data = f"{_MARK} {crc32(body):08x}\n".encode() + body
    return data if len(data) <= LARGEST else b""


def list_file_of(data: bytes) -> str:
    """The path of the watchlist that a frame is of; "" for what is no frame."""
    lines = data.split(b"\n", _HEAD)
    return lines[5].decode(errors="replace") if len(lines) > _HEAD else ""


def unpacked(data: bytes, face: Sequence[str], now: float) -> Sequence[str]:
    """The rows, with their age in the first; none where the frame is torn or does not fit `face`.

    Raises UnicodeDecodeError.
    """
    first, _, body = data.partition(b"\n")
    if first != f"{_MARK} {crc32(body):08x}".encode():
        return ()
    version, watchlist, drawn_by, size, *lines = body.decode().split("\n")
    if (version, watchlist, drawn_by, size) != tuple(face) or len(lines) < _HEAD - 3:
        return ()
    list_file, config, seen, taken, *rows = lines
    age = now - int(taken) if taken.isdecimal() else -OLDEST
    if not -_AHEAD <= age <= OLDEST or not stamp(list_file) or stamp(config) != seen:
        return ()
    if f"x{len(rows)}" != size[size.find("x") :] or not all(map(_harmless, rows)):
        return ()
    slot, said = _slot_in(rows[0]), rough_age(age)
    if not slot:
        return ()
    before, _, after = rows[0].rpartition(slot)
    aged = " " * (len("---") - len(said)) + slot.replace("---", said)
    return (f"{before}{aged}{after}", *rows[1:])


def _slot_in(row: str) -> str:
    """What stands for the age in a row; "" where nothing does."""
    return next((slot for slot in _SLOTS if slot in row), "")


def rough_age(seconds: float) -> str:
    """The largest unit alone, as `tui/lines/words.py` says it of a timedelta: `39s`, `5m`, `2h`."""
    left = max(0, int(seconds))
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if left >= size:
            return f"{left // size}{unit}"
    return f"{left}s"


def is_ours(seen: os.stat_result) -> bool:
    """Whether nobody but we could have written that file or folder."""
    return seen.st_uid == os.geteuid() and not seen.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def read(folder: str, name: str) -> bytes:
    """The bytes of a frame; b"" where it is too large or not ours alone. Raises OSError."""
    above = os.lstat(folder)
    if not stat.S_ISDIR(above.st_mode) or not is_ours(above):
        return b""
    file = os.open(f"{folder}/{name}", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        seen = os.fstat(file)
        if not stat.S_ISREG(seen.st_mode) or not is_ours(seen) or seen.st_size > LARGEST:
            return b""
        return os.read(file, LARGEST)
    finally:
        os.close(file)


def _harmless(row: str) -> bool:
    """Whether a row holds text, colours and columns, and nothing else that a terminal obeys."""
    text, *sequences = row.split("\x1b[")
    texts = [text]
    for piece in sequences:
        text = piece.lstrip("0123456789;")
        if text[:1] not in ("m", "G"):
            return False
        texts.append(text[1:])
    return _FOREIGN.isdisjoint("".join(texts))
