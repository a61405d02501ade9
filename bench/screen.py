"""What stands on a terminal's screen after the bytes that a program sent: text, no colours."""

import re
from codecs import getincrementaldecoder

_SEQUENCE = re.compile(
    r"\x1b\[(?P<private>[<-?]?)(?P<numbers>[0-9;:]*)[ -/]*(?P<final>[@-~])"
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[PX^_][^\x1b]*\x1b\\|\x1b[()*+][0-9A-Za-z]"
    r"|\x1b[ -/]*[0-~]"
)
_BEGUN = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|\][^\x07]*|[PX^_].*|[()*+ -/]*)?\Z", re.DOTALL)


class Screen:
    """As much of a terminal as the measured programs use; every character is one cell wide."""

    def __init__(self, columns: int, rows: int) -> None:
        self._columns, self._rows = columns, rows
        self._decoder = getincrementaldecoder("utf-8")("replace")
        self._rest = ""
        self._clear()

    def line(self, row: int) -> str:
        """The text of a line, counted from 0."""
        return "".join(self._cells[row])

    @property
    def lines(self) -> list[str]:
        """The text of all lines."""
        return ["".join(cells) for cells in self._cells]

    def feed(self, data: bytes) -> None:
        """Take in what was sent."""
        text = self._rest + self._decoder.decode(data)
        begun = _BEGUN.search(text)
        cut = begun.start() if begun else len(text)
        text, self._rest = text[:cut], text[cut:]
        place = 0
        while place < len(text):
            if (found := _SEQUENCE.match(text, place)) is not None:
                self._control(found)
                place = found.end()
            else:
                self._put(text[place])
                place += 1

    def _clear(self) -> None:
        self._cells = [[" "] * self._columns for _ in range(self._rows)]
        self._x = self._y = 0
        self._last = " "

    def _put(self, character: str) -> None:
        if character == "\r":
            self._x = 0
        elif character in "\n\v\f":
            self._y = min(self._y + 1, self._rows - 1)
        elif character == "\b":
            self._x = max(self._x - 1, 0)
        elif character >= " ":
            if self._x < self._columns:
                self._cells[self._y][self._x] = character
            self._x += 1
            self._last = character

    def _control(self, found: re.Match[str]) -> None:
        if found["final"] is None:
            return
        if found["private"]:
            if found["numbers"] == "1049":
                self._clear()
            return
        numbers = [int(number or 0) for number in re.split("[;:]", found["numbers"])]
        one = max(numbers[0], 1)
        match found["final"]:
            case "H" | "f":
                self._y = min(one, self._rows) - 1
                self._x = (max(numbers[1], 1) if len(numbers) > 1 else 1) - 1
            case "A":
                self._y = max(self._y - one, 0)
            case "B":
                self._y = min(self._y + one, self._rows - 1)
            case "C":
                self._x += one
            case "D":
                self._x = max(self._x - one, 0)
            case "G":
                self._x = one - 1
            case "d":
                self._y = min(one, self._rows) - 1
            case "X":
                self._erase(self._y, self._x, self._x + one)
            case "K":
                ends = {0: (self._x, self._columns), 1: (0, self._x + 1)}
                self._erase(self._y, *ends.get(numbers[0], (0, self._columns)))
            case "J":
                self._erase_lines(numbers[0])
            case "b":
                for _ in range(one):
                    self._put(self._last)
            case _:
                pass

    def _erase(self, row: int, start: int, end: int) -> None:
        end = min(end, self._columns)
        self._cells[row][start:end] = [" "] * max(end - start, 0)

    def _erase_lines(self, how: int) -> None:
        if how == 0:
            self._erase(self._y, self._x, self._columns)
        first, last = {0: (self._y + 1, self._rows), 1: (0, self._y)}.get(how, (0, self._rows))
        for row in range(first, last):
            self._erase(row, 0, self._columns)
