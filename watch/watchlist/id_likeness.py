"""Guesses whether a word looks like an id although no known provider's ids have its form."""

import re
from collections.abc import Iterator

LONGEST = 160
"""Characters of the longest word that may be an id."""

_TIME = re.compile(
    r"(?:19|20)\d\d-?[01]\d-?[0-3]\d(?:[T_-]?[0-2]\d[:.-]?[0-5]\d(?:[:.-]?[0-5]\d)?[\d.]*)?Z?"
    r"|1[0-9]{9}|1[0-9]{12}|1[0-9]{15}|1[0-9]{18}"
)
"""Dates, and the time since 1970 in the four precisions that logs use."""

_WORD = re.compile(r"[^\s,;|\"'`()\[\]<>]+")
_PART = re.compile(r"[A-Za-z0-9][\w.~-]{4,127}[A-Za-z0-9]", re.ASCII)
_CHANGES = re.compile(r"[A-Za-z](?=\d)|\d(?=[A-Za-z])")
_RUN = re.compile(r"[A-Za-z0-9]{12,}")
_UNIT = re.compile(r"\s?(?:[numµ]?s|sec|[kmgt]i?b|b|bytes?|bits?|tokens?|hz|px|%)\b", re.IGNORECASE)
_OF_ANOTHER = re.compile(
    r"(?:request|trace|span|session|user|account|project|workspace|message|event|upload|file|image"
    r"|correlation|transaction|order|invoice)[ _-]?id[\s\"'`\\:=]*$"
    r"|(?:api|access|secret)?[ _-]?(?:key|token|secret|password|credential)s?(?: is)?[\s\"'`\\:=]*$"
    r"|(?:etag|sha-?\d*|md5|commit|digest|checksum|hash|signature|nonce|size|bytes|length|duration"
    r"|seed|pid|port|version|build|expires?|timestamp|time|ts)[\s\"'`\\:=]*$",
    re.IGNORECASE,
)


_ADDRESS = re.compile(r"0x[0-9A-Fa-f]+")
"""Where an object is in memory, as Python prints one."""

_FILE = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,4}")


def is_date(word: str) -> bool:
    """Whether a word is a date, or a date and a time, as people and logs write them."""
    return bool("-" in word and _TIME.fullmatch(word))


def looks_like_id(word: str) -> bool:
    """Whether a word is long and mixed like an id, and is no time, model name or file name."""
    if _TIME.fullmatch(word) or word.startswith(("sk-", "eyJ")) or _FILE.fullmatch(word[-6:]):
        return False
    if _ADDRESS.fullmatch(word):
        return False
    if re.search(r"\d{12}", word):
        return True
    return any(len(_CHANGES.findall(run)) > 2 for run in _RUN.findall(word))


def measured(line: str, start: int, end: int) -> bool:
    """Whether the text around a word says that it is a size, a time or the id of something else."""
    return bool(_UNIT.match(line, end) or _OF_ANOTHER.search(line, max(0, start - 60), start))


def unclaimed(line: str) -> Iterator[tuple[int, str]]:
    """Yield the words of a line that look like ids, with their offsets."""
    for word in _WORD.finditer(line):
        if len(word.group()) > LONGEST:
            continue  # a picture in base64, a signature
        for part in _PART.finditer(word.group()):
            start, end = word.start() + part.start(), word.start() + part.end()
            if looks_like_id(part.group()) and not measured(line, start, end):
                yield start, part.group()
