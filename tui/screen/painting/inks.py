"""The colours and attributes of cells, and the shortest change from one to another."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

_PARAMETER = re.compile(
    r"(?:(?P<ink>38;2;\d+;\d+;\d+|38;5;\d+|3\d|9\d)"
    r"|(?P<ground>48;2;\d+;\d+;\d+|48;5;\d+|4\d|10\d)"
    r"|(?P<attribute>\d+))(?:;|\Z)"
)

_OFF = {"1": "22", "2": "22", "3": "23", "4": "24", "7": "27", "9": "29"}
"""What turns an attribute off; of the others only a reset is sure to."""

RESET = "\x1b[m"

MOST_NUMBERS = 10
"""Numbers in one sequence. Those that follow are other attributes to mlterm (3.9): a ground that is
cut in two underlines the text."""


@dataclass(frozen=True, slots=True, eq=False)
class Ink:
    """What a cell is drawn with, as parameters of SGR; "" is the terminal's own colour.

    There is one object for each look: two cells look alike where it is the same.
    """

    ink: str
    ground: str
    attributes: frozenset[str]

    @property
    def whole(self) -> str:
        """The sequence that gives this look to any terminal."""
        words = [*sorted(self.attributes), *filter(None, (self.ink, self.ground))]
        return _sequences(["0", *words]) if words else RESET


@lru_cache(maxsize=4096)
def ink_of(parameters: str) -> Ink:
    """The look that these parameters of SGR give to a terminal that was reset."""
    ink = ground = ""
    attributes: set[str] = set()
    for found in _PARAMETER.finditer(parameters):
        if found["ink"]:
            ink = "" if found["ink"] == "39" else found["ink"]
        elif found["ground"]:
            ground = "" if found["ground"] == "49" else found["ground"]
        else:
            attributes.add(found["attribute"])
    return _the_one(ink, ground, frozenset(attributes))


def ink_of_colors(ink: tuple[int, int, int], ground: tuple[int, int, int]) -> Ink:
    """The look of two exact colours and nothing else: a cell of a picture, of which few recur."""
    return _the_one(
        f"38;2;{ink[0]};{ink[1]};{ink[2]}",
        f"48;2;{ground[0]};{ground[1]};{ground[2]}",
        _NO_ATTRIBUTES,
    )


_NO_ATTRIBUTES = frozenset[str]()


@lru_cache(maxsize=4096)
def _the_one(ink: str, ground: str, attributes: frozenset[str]) -> Ink:
    return Ink(ink, ground, attributes)


def change(before: Ink | None, after: Ink) -> str:
    """The shortest sequence from one look to another; None is a look that is not known."""
    if before is None or before.attributes or after.attributes or not (after.ink and after.ground):
        return _shortest(before, after)
    # From cell to cell of a picture: few such pairs recur, and what changes is the shortest.
    if before.ink == after.ink:
        return f"\x1b[{after.ground}m" if before.ground != after.ground else ""
    ground = f";{after.ground}" if before.ground != after.ground else ""
    return f"\x1b[{after.ink}{ground}m"


@lru_cache(maxsize=4096)
def _shortest(before: Ink | None, after: Ink) -> str:
    if before is None or not before.attributes - after.attributes <= _OFF.keys():
        return after.whole
    off = {_OFF[word] for word in before.attributes - after.attributes}
    on = {
        word for word in after.attributes if word not in before.attributes or _OFF.get(word) in off
    }
    words = [*sorted(off), *sorted(on)]
    if before.ink != after.ink:
        words.append(after.ink or "39")
    if before.ground != after.ground:
        words.append(after.ground or "49")
    return min(_sequences(words), after.whole, key=len)


def _sequences(words: Iterable[str]) -> str:
    """The parameters in as few sequences as they may be."""
    parts: list[list[str]] = []
    room = 0
    for word in words:
        numbers = word.count(";") + 1
        if numbers > room:
            parts.append([])
            room = MOST_NUMBERS
        parts[-1].append(word)
        room -= numbers
    return "".join(f"\x1b[{';'.join(part)}m" for part in parts)


PLAIN = ink_of("")
"""The look of a terminal that was reset."""
