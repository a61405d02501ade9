"""Whether a word of a text looks like an id although nobody known writes ids so."""

import re
from collections.abc import Iterator

LONGEST = 160
"""Characters of a word that may hold an id at most."""

_TIME = re.compile(
    r"(?:19|20)\d\d-?[01]\d-?[0-3]\d(?:[T_-]?[0-2]\d[:.-]?[0-5]\d(?:[:.-]?[0-5]\d)?[\d.]*)?Z?"
    r"|1[0-9]{9}|1[0-9]{12}|1[0-9]{15}|1[0-9]{18}"
)
"""Dates, and seconds since 1970 in the four precisions that logs have."""

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


_FILE = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,4}")


def is_date(word: str) -> bool:
    """Whether it is a day, or a day and an hour, as people and logs write them."""
    return bool("-" in word and _TIME.fullmatch(word))


def looks_like_id(word: str) -> bool:
    """Whether it is long and mixed as ids are; times, names of models and files are not."""
    if _TIME.fullmatch(word) or word.startswith(("sk-", "eyJ")) or _FILE.fullmatch(word[-6:]):
        return False
    if re.search(r"\d{12}", word):
        return True
    return any(len(_CHANGES.findall(run)) > 2 for run in _RUN.findall(word))


def measured(line: str, start: int, end: int) -> bool:
    """Whether what stands around a word says that it is a size, a time or another thing's id."""
    return bool(_UNIT.match(line, end) or _OF_ANOTHER.search(line, max(0, start - 60), start))


def unclaimed(line: str) -> Iterator[tuple[int, str]]:
    """The words in a line that look like ids, with where each begins."""
    for word in _WORD.finditer(line):
        if len(word.group()) > LONGEST:
            continue  # a picture in base64, a signature
        for part in _PART.finditer(word.group()):
            start, end = word.start() + part.start(), word.start() + part.end()
            if looks_like_id(part.group()) and not measured(line, start, end):
                yield start, part.group()
