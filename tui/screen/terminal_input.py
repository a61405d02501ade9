"""Prepares what a terminal sends for Textual's parser: text in, text out, no clock of its own.

Textual reads unknown sequences letter by letter: it would obey an unexpected answer of the terminal
as keys, and a paste without brackets as well. So answers are left out here, and a burst of
characters that no person types is put into paste brackets.
"""

import re
import sys
from dataclasses import dataclass, replace

from rushes.providers.text import clean
from rushes.tui.screen.bursts import pasted_from

ESCAPE = "\x1b"
PASTE_BEGINS, PASTE_ENDS = "\x1b[200~", "\x1b[201~"

PASTE_LIMIT = 2 << 20
"""Characters of one paste that are kept at most: more than the box reads of one."""

STRING_LIMIT = 64 * 1024
CUT_OFF = 1.0
"""Seconds that the rest of a sequence is waited for once it can be no key."""

_SEQUENCE = re.compile(
    r"""
    \x1b (?:
      \[\[ [A-E]                                                # F1 to F5 of Linux' console
    | \[M [^\x1b]{3}                                            # the mouse, as of old
    | \[ \d{1,2} \$ (?!y)                                     # rxvt's, with shift
    | \[ (?P<csi>[0-?]* [ -/]* [@-LN-Z\\\]^_`a-~] | [0-?]+ M)
    | (?P<string> (?: \] \d | P [\d;>=!+$|] | _ G ) [^\x07\x1b]* (?: \x07 | \x1b \\ ) )
    | O [^\x1b]
    | [^\x1b\[O]
    )
    """,
    re.VERBOSE,
)
_BEGUN = re.compile(
    r"\x1b (?! \[ \d{1,2} \$ ) (?: \[ [0-?]* [ -/]* | \[\[ | \[M [^\x1b]{0,2} | \] | P | _ | O"
    r" | (?: \] \d | P [\d;>=!+$|] | _ G ) [^\x07\x1b]* \x1b? )? \Z",
    re.VERBOSE,
)
"""What may go on in the next read."""

_REPORT = re.compile(r"(?!1;)\d+;(\d+)R")
"""Where the cursor is. One of the first line would be a key: F3 with something held."""

_VERSION = "P>|"
"""How the answer to XTVERSION begins."""

_ATTRIBUTES = re.compile(r"\?\d+((?:;\d*)*)c")
"""The answer to DA1: what kind of terminal it is, then what it can do."""

_SIXEL = "4"

_CELL = re.compile(r"6;(\d{1,3});(\d{1,3})t")
"""The answer to `CSI 16 t`: how high and wide a cell is, in pixels."""

_KEY = re.compile(
    r"""
    1? [A-FHPQRSZ] | 1;[\d:]+ [A-FHPQRSZ]        # moving, function keys, with what is held
    | [a-d] | \d{1,2} [\^@]                      # of rxvt
    | (?:[1-8]|1[1-9]|2[01345689]|3[1-4]) (?:;[\d:]+)? ~ | ~
    | 27;\d+;\d+ ~
    | [\d:]* (?:;[\d:]*){0,2} u
    | [IO]                                       # the focus comes and goes
    | <[\d;-]+ [Mm] | \d+;\d+;\d+ M              # the mouse
    | \?\d+;\d \$y | 48(?:;[\d:]+){4} t          # answers to what Textual asks
    """,
    re.VERBOSE,
)
"""The control sequences (without their beginning) that are keys or that Textual waits for."""

_TYPED = re.compile(
    r"""(?P<typed> \x1b\[ (?:
      (?P<code>\d+)[\d:]* (?:;(?P<held>\d*)[\d:]* (?:;(?P<text>\d+)[\d:]*)? )? u
    | 27;(?P<held2>\d+);(?P<code2>\d+)~
    ))""",
    re.VERBOSE,
)
"""A character that is sent as a sequence (CSI u, or xterm's other keys)."""

_UNIT = re.compile(_TYPED.pattern + r"|[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", re.VERBOSE)
_SHIFT, _CTRL, _OTHERS = 1, 4, 0b111010


@dataclass(frozen=True, slots=True)
class Identity:
    """What the terminal says of itself, as far as it did.

    `version` is what it says it is, such as `kitty(0.41.1)`, `sixel` whether it draws such
    pictures, and `cell` the width and height of a cell in pixels.
    """

    version: str = ""
    sixel: bool = False
    cell: tuple[int, int] | None = None


@dataclass(slots=True)
class TerminalInput:
    """Turns what was read into what Textual's parser should get."""

    column: int | None = None
    """Where the cursor was, as the terminal said last, from 1 on; None as long as it did not."""

    identity: Identity = Identity()
    """Another one with each answer."""

    _left: str = ""
    _paste: str | None = None

    @property
    def holds(self) -> bool:
        """Whether an unfinished sequence waits for its end."""
        return bool(self._left)

    def read(self, data: str) -> str:
        """The text for the parser after one more read; an unfinished sequence is kept."""
        data, self._left = self._left + data, ""
        out: list[str] = []
        while data:
            if self._paste is not None:
                data = self._in_paste(self._paste, data, out)
            elif data.startswith(ESCAPE):
                data = self._sequence(data, out)
            else:
                data = self._text(data, out)
        return "".join(out)

    def idle(self, seconds: float) -> str:
        """The kept text, once nothing came for `seconds`: a lone escape was the escape key."""
        cut_off = len(self._left) > 2 or self._paste is not None
        if cut_off and seconds < CUT_OFF:
            return ""
        left = self._left
        if self._paste is None:
            self._left = ""
        return "" if cut_off else left

    def _in_paste(self, begun: str, data: str, out: list[str]) -> str:
        before = max(0, len(begun) - len(PASTE_ENDS))
        text = begun + data
        end = text.find(PASTE_ENDS, before)
        if end < 0:
            if len(text) > PASTE_LIMIT:
                text = text[:PASTE_LIMIT] + text[-len(PASTE_ENDS) :]
            self._paste = text
            return ""
        self._paste = None
        out.append(_bracketed(text[:end]))
        return text[end + len(PASTE_ENDS) :]

    def _sequence(self, data: str, out: list[str]) -> str:
        if data.startswith(PASTE_BEGINS):
            self._paste = ""
            return data[len(PASTE_BEGINS) :]
        if _BEGUN.match(data):
            self._left = data if len(data) <= STRING_LIMIT else ""
            return ""
        if _TYPED.match(data):
            return self._text(data, out)
        if found := _SEQUENCE.match(data):
            csi, string = found["csi"], found["string"]
            if csi:
                self._answer(csi)
            if string and string.startswith(_VERSION):
                version = clean(string.removeprefix(_VERSION).rstrip("\x07\x1b\\"))
                self.identity = replace(self.identity, version=version)
            if string is None and (csi is None or _KEY.fullmatch(csi)):
                out.append(found.group())
            return data[found.end() :]
        # An escape before another one, or before what goes on as no sequence does.
        out.append(ESCAPE)
        return data[1:]

    def _answer(self, csi: str) -> None:
        if report := _REPORT.fullmatch(csi):
            self.column = int(report[1])
        elif attributes := _ATTRIBUTES.fullmatch(csi):
            sixel = _SIXEL in attributes[1].split(";")
            self.identity = replace(self.identity, sixel=sixel)
        elif (cell := _CELL.fullmatch(csi)) and int(cell[1]) and int(cell[2]):
            self.identity = replace(self.identity, cell=(int(cell[2]), int(cell[1])))

    @staticmethod
    def _text(data: str, out: list[str]) -> str:
        """The characters up to the first sequence that stands for none."""
        sent: list[str] = []
        text: list[str] = []
        at = 0
        while unit := _UNIT.match(data, at):
            character = _character(unit) if unit["typed"] else unit.group()
            if not character:
                break
            sent.append(unit.group())
            text.append(character)
            at = unit.end()
        start = pasted_from("".join(text))
        out += sent[:start]
        if start is not None:
            out.append(_bracketed("".join(text[start:])))
        if at:
            return data[at:]
        # A control character, or a key that is sent as one character's sequence.
        key = unit.end() if unit else 1
        out.append(data[:key])
        return data[key:]


def _bracketed(text: str) -> str:
    """A paste in brackets; sequences that stand for characters become characters again."""
    plain = _TYPED.sub(_character, text).replace("\r\n", "\n").replace("\r", "\n")
    return PASTE_BEGINS + re.sub("[\x00\x1b]", "", _SEQUENCE.sub("", plain)) + PASTE_ENDS


def _character(sent: re.Match[str]) -> str:
    """The character that a sequence stands for; "" where it is a key and no character."""
    code = int(sent["text"] or sent["code"] or sent["code2"])
    held = int(sent["held"] or sent["held2"] or 1) - 1
    control = chr(code & 0x1F) if held & _CTRL and code < 128 else chr(code) if code < 32 else ""
    if control in ("\r", "\n", "\t"):
        return "\t" if control == "\t" else "\n"
    if held & (_CTRL | _OTHERS) or not chr(min(code, sys.maxunicode)).isprintable():
        return ""
    return chr(code).upper() if held & _SHIFT and not sent["text"] else chr(code)
