"""Tasks in whatever a person pastes: ids, refs, URLs, curl lines, JSON answers, a page of log.

Recognition names the accounts that a task may belong to and never decides between them. Keys
that we know are dropped first, and what is written like one before all but JSON's id fields.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from providers.errors import RushesError
from providers.registry import recognise, task_in_path
from watch.known_keys import hide
from watch.origin import Origin, Refused, read
from watch.replies import TASK_ID, JsonReply, replies_in
from watch.settings import Account

TEXT_LIMIT = 1 << 20
"""Characters of a paste that are read at most."""

FOUND_LIMIT = 10_000

_KEYS = re.compile(
    r"""
    (?:authorization|cookie) \\? ["']? [ \t]{0,9} [:=] [ \t]{0,9} \\? ["']? [^"'\n]*
    | (?<![\w-]) [\w-]{0,40}? (?:key|token|secret|password|request[-_]?id|trace[-_]?id) [\w-]{0,40}
      (?: \\? ["']? [ \t]{0,9} (?: => | [:=]) | ["'] [ \t]{0,9} ,) [ \t]{0,9}
      \\? ["']? [^\s"',;]+
    | \b bearer [ \t]{1,9} [^\s"',;]+
    | \b sk-[\w-]+
    | (?<!\S) (?:-u [ \t=]{0,9} | (?:--user|--oauth2-bearer) [ \t=]{1,9}) \S+
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""Keys, and the ids of requests, which are written like tasks'."""

_URL = re.compile(r"https?://[^\s\"'<>`\\^{|}]+", re.IGNORECASE)
_SEGMENT = re.compile(r"[A-Za-z0-9][\w.~-]{0,199}", re.ASCII)
_PLAIN_WORD = re.compile(r"[A-Za-z]?[a-z]{0,18}|[A-Z]{0,19}")
_WORD = re.compile(r"[^\s,;\"'`()\[\]<>]+")
_REF = re.compile(r"([A-Za-z0-9][\w-]*):([\w.~-]{1,200})", re.ASCII)


class TooMuch(RushesError):
    """A paste is larger than what is read of one."""


@dataclass(frozen=True, slots=True)
class Found:
    """A task in a paste: its line (from 1), and the accounts it may belong to.

    No account: it cannot be told; several: it could be any of them.
    """

    line: int
    task_id: str
    accounts: tuple[str, ...]
    label: str = ""


@dataclass(frozen=True, slots=True)
class _Hit:
    at: int
    task_id: str
    accounts: tuple[str, ...]


def read_paste(text: str, accounts: Mapping[str, Account]) -> list[Found]:
    """The tasks in `text` in its order, each once; raises TooMuch beyond the limits."""
    if len(text) > TEXT_LIMIT:
        raise TooMuch(f"that is more text than {TEXT_LIMIT} characters")
    # A key by its own is written as some ids are, and would be sent as one.
    text = hide(text)
    reader = _Reader(accounts)
    replies = list(replies_in(text))
    hits = [
        _Hit(r.start, task_id, reader.of_id(task_id)) for r in replies for task_id in r.task_ids
    ]
    rest = _KEYS.sub(_blank_match, _without(text, replies))
    for match in _URL.finditer(rest):
        if hit := reader.of_url(match.start(), match.group().rstrip(".,:!?)")):
            hits.append(hit)
    hits = _narrowest([*hits, *reader.of_lines(_URL.sub(_blank_match, rest))])
    if len(hits) > FOUND_LIMIT:
        raise TooMuch(f"that names more than {FOUND_LIMIT} tasks")
    return list(_numbered(text, sorted(hits, key=lambda hit: hit.at)))


class _Reader:
    """Recognises tasks by the accounts there are."""

    def __init__(self, accounts: Mapping[str, Account]) -> None:
        self._accounts = accounts
        self._bases = {name: read(account.base) for name, account in accounts.items()}
        self._hosts = {
            name: {self._bases[name].origin.host, read(account.provider.card.base_url).origin.host}
            for name, account in accounts.items()
        }

    def of_id(self, task_id: str) -> tuple[str, ...]:
        """The accounts whose dialect writes ids so."""
        return self._of_dialects(recognise(task_id).providers)

    def of_url(self, at: int, url: str) -> _Hit | None:
        """The task that a URL asks for; None for a URL that asks for none."""
        try:
            address = read(url)
        except Refused:
            return None
        path = address.target.partition("?")[0]
        at_base = {name: self._at_base(name, address.origin, path) for name in self._accounts}
        if task_id := next(filter(None, at_base.values()), None):
            return _Hit(at, task_id, tuple(n for n, found in at_base.items() if found == task_id))
        seen = task_in_path(path)
        if seen is None or not _SEGMENT.fullmatch(seen.task_id):
            return None
        at_host = self._of_dialects(seen.providers)
        names = tuple(name for name in at_host if address.origin.host in self._hosts[name])
        names = names or self.of_id(seen.task_id)
        return _Hit(at, seen.task_id, names) if names else None

    def of_lines(self, text: str) -> Iterator[_Hit]:
        """Refs and ids standing free in the text."""
        start = 0
        for line in text.split("\n"):
            words = list(_WORD.finditer(line))
            only_ids = _alone(line) or all(_is_id(word.group()) for word in words)
            for word in words:
                at, name = start + word.start(), word.group()
                ref = _REF.fullmatch(name)
                if ref and ref[1] in self._accounts:
                    yield _Hit(at, ref[2], (ref[1],))
                elif only_ids:
                    yield _Hit(at, name, self.of_id(name))
                else:
                    yield from self._in_prose(at, name)
            start += len(line) + 1

    def _in_prose(self, start: int, word: str) -> Iterator[_Hit]:
        for part in TASK_ID.finditer(word):
            name = part.group()
            # Bare digits in a log are times and sizes, whoever else writes ids so.
            if _is_id(name) and not name.isdigit() and (names := self.of_id(name)):
                yield _Hit(start + part.start(), name, names)

    def _of_dialects(self, dialects: Iterable[str]) -> tuple[str, ...]:
        known = frozenset(dialects)
        return tuple(
            n for n, account in self._accounts.items() if account.provider.card.id in known
        )

    def _at_base(self, name: str, origin: Origin, path: str) -> str | None:
        """The id in a path that is the account's own base and one of its dialect's routes."""
        base, card = self._bases[name], self._accounts[name].provider.card
        prefix = base.target.rstrip("/")
        if origin != base.origin or not path.startswith(f"{prefix}/"):
            return None
        seen = task_in_path(path.removeprefix(prefix))
        if seen is None or card.id not in seen.providers or not _SEGMENT.fullmatch(seen.task_id):
            return None
        return seen.task_id


def _alone(line: str) -> bool:
    """Whether a line is one id and nothing else; a plain word on its line is a heading."""
    word = line.strip().rstrip(",;")
    return bool(TASK_ID.fullmatch(word)) and not _PLAIN_WORD.fullmatch(word)


def _is_id(word: str) -> bool:
    """Whether a word is written as ids are and words are not: it has a digit."""
    return bool(TASK_ID.fullmatch(word) and re.search(r"\d", word))


def _without(text: str, replies: Iterable[JsonReply]) -> str:
    pieces: list[str] = []
    last = 0
    for reply in replies:
        pieces += [text[last : reply.start], _blank(text[reply.start : reply.end])]
        last = reply.end
    return "".join([*pieces, text[last:]])


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def _blank_match(match: re.Match[str]) -> str:
    return _blank(match.group())


def _narrowest(hits: Iterable[_Hit]) -> list[_Hit]:
    """Each task once: what tells less about an id than another place does is left out."""
    by_id: dict[str, dict[frozenset[str], _Hit]] = {}
    for hit in sorted(hits, key=lambda hit: hit.at):
        by_id.setdefault(hit.task_id, {}).setdefault(frozenset(hit.accounts), hit)
    return [
        hit
        for same in by_id.values()
        for accounts, hit in same.items()
        if not any(other and (not accounts or other < accounts) for other in same)
    ]


def _numbered(text: str, hits: Iterable[_Hit]) -> Iterator[Found]:
    line, last = 1, 0
    for hit in hits:
        line += text.count("\n", last, hit.at)
        last = hit.at
        yield Found(line, hit.task_id, hit.accounts)
