"""The sequences by which terminals show notices, and the wrappings in which they pass others.

OSC 9 is iTerm2's and has one text; OSC 777 is rxvt-unicode's, with title and body; OSC 99 is
kitty's, with both in sequences of their own that share an id. All of them end with BEL here, as
GNU screen takes the other terminator for the end of its own wrapping.
"""

from enum import Enum

from rushes.providers.text import clean

BELL = "\a"

TITLE_BYTES = 160
BODY_BYTES = 400
"""Bytes of UTF-8: with all around them they are less than the 768 that older screens take."""


class Form(Enum):
    """What a terminal is told a notice by; the value is how people call it."""

    OSC9 = "OSC 9"
    OSC777 = "OSC 777"
    OSC99 = "OSC 99"
    BELL = "bell"


class Wrap(Enum):
    """What a sequence is put into, so that the program around us hands it on."""

    NONE = "none"
    TMUX = "tmux"
    SCREEN = "screen"


def written(form: Form, wrap: Wrap, title: str, body: str, number: int) -> str:
    """The characters that tell a terminal of a notice; `number` is another one for each.

    No text can end its sequence, or begin another one: see `plain`.
    """
    if form is Form.BELL:
        return BELL
    return "".join(_wrapped(each, wrap) for each in _sequences(form, title, body, number))


def plain(text: str, most: int) -> str:
    """A text without controls and without semicolons, which split fields; `most` bytes of UTF-8."""
    text = clean(text, most).replace(";", ",")
    data = text.encode()
    if len(data) <= most:
        return text
    return data[: most - len("…".encode())].decode(errors="ignore").rstrip() + "…"


def _sequences(form: Form, title: str, body: str, number: int) -> tuple[str, ...]:
    title, body = plain(title, TITLE_BYTES), plain(body, BODY_BYTES)
    if form is Form.OSC9:
        # A text that began with a number would be one of ConEmu's commands.
        return (f"\x1b]9;{title}. {body}{BELL}" if body else f"\x1b]9;{title}{BELL}",)
    if form is Form.OSC777:
        return (f"\x1b]777;notify;{title};{body}{BELL}",)
    if not body:
        return (f"\x1b]99;i=rushes-{number};{title}{BELL}",)
    return (
        f"\x1b]99;i=rushes-{number}:d=0;{title}{BELL}",
        f"\x1b]99;i=rushes-{number}:d=1:p=body;{body}{BELL}",
    )


def _wrapped(sequence: str, wrap: Wrap) -> str:
    if wrap is Wrap.TMUX:
        return f"\x1bPtmux;{sequence.replace(chr(27), chr(27) * 2)}\x1b\\"
    if wrap is Wrap.SCREEN:
        return f"\x1bP{sequence}\x1b\\"
    return sequence
