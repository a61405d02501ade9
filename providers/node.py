"""A typed cursor over a JSON document.

Its errors say what was expected and where (`$.data.output[0].url: expected text, got int`). It
records which fields were read, so that the others can be reported as drift.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from urllib.parse import quote

from rushes.providers.errors import UnexpectedReply
from rushes.providers.model import Scalar
from rushes.providers.reading import Json, Reading
from rushes.providers.text import clean

OUTPUT_LIMIT = 500
"""Outputs that are read of one task at most (reliability.md S5)."""

SHANGHAI = timezone(timedelta(hours=8))
"""The zone of DashScope's times, which carry none themselves (seed 002: "时区为 UTC+8")."""

_EARLIEST = 946_684_800  # 2000-01-01: an earlier "time" is a default, not a time
_LATEST = 4_102_444_800  # 2100-01-01
_MILLISECONDS_FROM = 100_000_000_000  # as seconds that would be the year 5138
_DIGITS = re.compile(r"\d{1,15}(\.\d{1,9})?")
_FOLD = re.compile(r"[\t\n\r]\s*")
_AROUND = "\ufeff\u200b\u2060"
_PERCENT = re.compile(r"(\d{1,3})(?:\.\d+)?\s*%?")


class Node:
    """One value of a JSON document, with its path.

    The methods for fields that decide on a task's status (`word`, `ident`, `items`, `fields`) raise
    UnexpectedReply for a wrong type. Those for other fields (`text`, `whole`, `percent`, times)
    return None and note it: a field that changed its form must not hide a finished task.
    """

    __slots__ = ("_reading", "path", "value")

    def __init__(self, path: str, value: Json, reading: Reading) -> None:
        self.path = path
        self.value = value
        self._reading = reading

    def __getitem__(self, key: str) -> "Node":
        """The member of that name; a null node where it, or this object, is absent."""
        if self.value is None:
            return Node(f"{self.path}.{key}", None, self._reading)
        if not isinstance(self.value, dict):
            raise self.unexpected("object")
        return Node(f"{self.path}.{key}", self.value.get(key), self._reading)

    def __contains__(self, key: str) -> bool:
        return isinstance(self.value, dict) and key in self.value

    @property
    def absent(self) -> bool:
        """True for what is missing, null or the empty string."""
        self._read()
        return self.value is None or self.value == ""

    @property
    def is_object(self) -> bool:
        """True for a JSON object."""
        return isinstance(self.value, dict)

    @property
    def is_text(self) -> bool:
        """True for a JSON string."""
        return isinstance(self.value, str)

    def unexpected(self, expected: str) -> UnexpectedReply:
        """The error that says that `expected` was expected here."""
        return UnexpectedReply(self.path, expected, _kind(self.value))

    def note(self, text: str) -> None:
        """Report an oddity at this place as drift."""
        self._reading.note(self.path, text)

    def beside(self, path: str, value: Json) -> "Node":
        """A value that was worked out of this document; what is noted of it is noted here."""
        return Node(path, value, self._reading)

    # -- fields that decide on the status: a wrong type is refused ------------------------------

    def fields(self) -> "Node":
        """This node, known to be an object; raises UnexpectedReply when it is anything else."""
        if not isinstance(self.value, dict):
            raise self.unexpected("object")
        return self

    def word(self) -> str:
        """A text that must be there, cleaned (a status word)."""
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.unexpected("text")
        self._read()
        return clean(self.value, 200)

    def ident(self) -> str | None:
        """An id: text, or an integer whose digits are all kept; None where absent or blank."""
        if self.absent:
            return None
        if isinstance(self.value, int) and not isinstance(self.value, bool):
            return str(self.value)
        if not isinstance(self.value, str):
            raise self.unexpected("text")
        return clean(self.value, 512) or None

    def items(self) -> Iterator["Node"]:
        """The elements of a list, none where absent; raises UnexpectedReply for another type."""
        if self.value is None:
            return
        if not isinstance(self.value, list):
            raise self.unexpected("list")
        elements = self.value
        if len(elements) > OUTPUT_LIMIT:
            self.note(f"{len(elements)} elements, {OUTPUT_LIMIT} read")
        for index, element in enumerate(elements[:OUTPUT_LIMIT]):
            yield Node(f"{self.path}[{index}]", element, self._reading)

    def address(self) -> str | None:
        """A URL or path; None where absent.

        White space round it is cut, a line that was folded is joined, and a blank inside is asked
        for as `%20`: so browsers read it too (URL Standard). Else it stands byte for byte. Raises
        UnexpectedReply for another type and for controls, which would reach a request line.
        """
        if self.absent:
            return None
        if not isinstance(self.value, str):
            raise self.unexpected("text")
        address = _FOLD.sub("", self.value.strip().strip(_AROUND).strip())
        if address.startswith("data:"):
            address = address.replace(" ", "")
        address = re.sub(r"\s", lambda blank: quote(blank.group()), address)
        if not address.isprintable():
            raise UnexpectedReply(self.path, "a URL", "text with controls")
        return address or None

    # -- all other fields: a wrong type is noted ------------------------------------------------

    def text(self) -> str | None:
        """A cleaned text; None where absent. A number is taken by its digits."""
        if self.absent:
            return None
        if isinstance(self.value, str):
            return clean(self.value)
        if isinstance(self.value, (int, float)) and not isinstance(self.value, bool):
            return str(self.value)[:64]
        return self._odd("text")

    def code(self) -> str | None:
        """A business code, which gateways write as text or integer alike, as text."""
        return self.text()

    def whole(self) -> int | None:
        """A whole number of at most 15 digits, also from a numeric text; else None."""
        if self.absent:
            return None
        number = self._number()
        if number is None or number != int(number):
            return self._odd("whole number")
        return int(number)

    def percent(self) -> int | None:
        """0–100, from `35`, `35.5`, `"35%"`; None where absent or out of that range."""
        if self.absent:
            return None
        if isinstance(self.value, str):
            match = _PERCENT.fullmatch(self.value.strip())
            number = float(match.group(1)) if match else None
        else:
            number = self._number()
        if number is None or not 0 <= number <= 100:
            return self._odd("percent")
        return int(number)

    def fraction(self) -> int | None:
        """0–100, from a share between 0 and 1; None where absent or out of that range."""
        if self.absent:
            return None
        number = self._number()
        if number is None or not 0 <= number <= 1:
            return self._odd("a share of 1")
        return int(100 * number + 1e-6)  # 0.29 is a little less than 29 hundredths

    def epoch(self) -> datetime | None:
        """UTC from Unix seconds (seed 000, 003, 004); None where absent, 0 or absurd.

        Some gateways write milliseconds where their documents say seconds: no second has a number
        as large as that, so it is told by its size.
        """
        if self.absent or self.value == 0:
            return None
        number = self._number()
        if number == 0:
            return None
        if number is not None and number > _MILLISECONDS_FROM:
            number /= 1000
        if number is None or not _EARLIEST <= number <= _LATEST:
            return self._odd("Unix seconds")
        return datetime.fromtimestamp(number, UTC)

    def time(self) -> datetime | None:
        """UTC from ISO 8601, or from Unix seconds as in `epoch`; a time without a zone is UTC."""
        if self.absent or self._number() is not None:
            return self.epoch()
        return self._moment(UTC)

    def shanghai_time(self) -> datetime | None:
        """UTC from DashScope's `YYYY-MM-DD HH:mm:ss.SSS` in UTC+8 (seeds 002, 003)."""
        return None if self.absent else self._moment(SHANGHAI)

    def _moment(self, zone: tzinfo) -> datetime | None:
        if isinstance(self.value, str):
            try:
                moment = datetime.fromisoformat(self.value.strip())
            except ValueError:
                return self._odd("time")
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=zone)
            if 2000 <= moment.year < 2100:
                return moment.astimezone(UTC)
        return self._odd("time")

    def scalars(self) -> dict[str, Scalar]:
        """The members of an object (a usage record) that are no containers, cleaned."""
        if self.value is None:
            return {}
        if not isinstance(self.value, dict):
            self._odd("object")
            return {}
        return self.scalars_of(*list(self.value)[:40])

    def scalars_of(self, *names: str) -> dict[str, Scalar]:
        """The members of these names that are no containers, cleaned."""
        found: dict[str, Scalar] = {}
        members = self.value if isinstance(self.value, dict) else {}
        for key in names:
            value = members.get(key)
            if isinstance(value, str):
                found[clean(key, 80)] = clean(value, 200)
            elif key in members and (
                value is None or (isinstance(value, (int, float)) and abs(value) < 1e15)
            ):
                found[clean(key, 80)] = value
            else:
                continue
            self[key].skip()
        return found

    def optional(self) -> "Node":
        """This node where it is an object, else a null node: for objects that may be missing."""
        if isinstance(self.value, dict):
            return self
        if self.value is not None:
            self._odd("object")
        return Node(self.path, None, self._reading)

    def skip(self, *names: str) -> None:
        """Mark this node, or its members of those names, as known, so that they are no drift."""
        for path in [f"{self.path}.{name}" for name in names] or [self.path]:
            self._reading.seen.add(path)

    # -- drift --------------------------------------------------------------------------------

    def drift(self) -> tuple[str, ...]:
        """The notes, then the paths of all values that were not read (indices as `[]`)."""
        return self._reading.drift(self.path, self.value)

    def _read(self) -> None:
        # Looking at a container is not reading what it holds.
        if not isinstance(self.value, (dict, list)):
            self._reading.seen.add(self.path)

    def _number(self) -> float | None:
        value = self.value
        if isinstance(value, bool):
            return None
        if isinstance(value, (int, float)):
            return float(value) if abs(value) < 1e15 else None
        if isinstance(value, str) and _DIGITS.fullmatch(value.strip()):
            return float(value)
        return None

    def _odd(self, expected: str) -> None:
        self.skip()
        self.note(f"expected {expected}, got {_kind(self.value)}")


def _kind(value: Json) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "true or false"
        case int():
            return "int"
        case float():
            return "number"
        case str():
            return "text" if value.strip() else "empty text"
        case list():
            return "list"
        case _:
            return "object"
