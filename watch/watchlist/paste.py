"""Finds tasks in pasted text: ids, refs, URLs, curl lines, JSON answers, a page of log.

`tui/screen/found_tasks.py` and `tui/command/add.py` make watchlist entries of what is found. It
comes with the accounts that a task may belong to; `account_choice.py` decides between them. Known
keys are removed first. Text in the form of a key is removed after the id fields of JSON were read.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from rushes.providers.errors import RushesError
from rushes.providers.exits import Exit
from rushes.providers.frozen import frozen
from rushes.watch.config.accounts import Account
from rushes.watch.keys.known_keys import hide
from rushes.watch.keys.pasted import BEGINNINGS, is_key, without_used
from rushes.watch.watchlist.recognition import Hit, IdReader, blank, blanked
from rushes.watch.watchlist.replies import JsonReply, replies_in

TEXT_LIMIT = 1 << 20
"""Characters of the longest paste that is read."""

FOUND_LIMIT = 10_000

_KEYS = re.compile(
    r"""
    [?&] [\w.-]{0,40}? (?:key|token|secret|password|request[-_]?id|trace[-_]?id) [\w-]{0,40}
      = [^\s"'<>&\#]*
    | (?<=://) [^\s/?\#@"'<>]{1,200} @
    | (?:authorization|cookie) \\? ["']? [ \t]{0,9} [:=] [ \t]{0,9} \\? ["']?
      (?: (?![ \t](?:https?://|--?[a-z])) [^"'\n] )*
    | (?<![\w-]) [\w-]{0,40}? (?:key|token|secret|password|request[-_]?id|trace[-_]?id) [\w-]{0,40}
      (?: \\? ["']? [ \t]{0,9} (?: => | [:=]) | ["'] [ \t]{0,9} ,) [ \t]{0,9}
      \\? ["']? [^\s"',;]+
    | \b bearer [ \t]{1,9} [^\s"',;]+
    | \b sk-[\w-]+
    | (?<![\w/.-]) (?-i:"""
    + BEGINNINGS
    + r""") [\w-]+
    | (?<!\S) (?:-u [ \t=]{0,9} | (?:--user|--oauth2-bearer) [ \t=]{1,9}) \S+
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""Keys, and the ids of requests, which are written like tasks'. What of a URL or of a command's
line comes behind one is no part of it.
"""

_UNSEEN = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u2060\u00ad\xa0\0"), " ")
"""Byte order marks, joiners and soft hyphens: invisible characters in text from pages and files."""


class TooMuch(RushesError):
    """A paste is too large to be read."""

    exit = Exit.USAGE


@frozen
class Found:
    """A task in a paste: its line (from 1), and the accounts that it may belong to.

    There is no account where none can be told, and several where it may be any of them. `guess`:
    the word only looks like an id, so it is reported and never added.
    """

    line: int
    task_id: str
    accounts: tuple[str, ...]
    label: str = ""
    guess: bool = False

    def at_line(self, line: int) -> "Found":
        """The same task at another line."""
        return replace(self, line=line)


def read_paste(text: str, accounts: Mapping[str, Account]) -> list[Found]:
    """The tasks in `text` in its order, each once; raises TooMuch beyond the limits."""
    if len(text) > TEXT_LIMIT:
        raise TooMuch(f"that is more text than {TEXT_LIMIT} characters")
    # A key by its own is written as some ids are, and would be sent as one.
    text = _plain(without_used(hide(text)))
    reader = IdReader(accounts)
    hits = _narrowest(hit for hit in _hits(text, reader) if not is_key(hit.task_id))
    if len(hits) > FOUND_LIMIT:
        raise TooMuch(f"that names more than {FOUND_LIMIT} tasks")
    return list(_numbered(text, sorted(hits, key=lambda hit: hit.at)))


def _plain(text: str) -> str:
    """The text with one kind of line end, and with blanks for invisible characters."""
    return text.replace("\r\n", " \n").replace("\r", "\n").translate(_UNSEEN)


def _hits(text: str, reader: IdReader) -> list[Hit]:
    replies = list(replies_in(text))
    open_text = _KEYS.sub(blank, text)
    hits = [hit for reply in replies for hit in _in_reply(reply, open_text, reader)]
    rest = _without(open_text, [(reply.start, reply.end) for reply in replies])
    hosts: dict[int, tuple[str, ...]] = {}
    lines = _Lines(text)
    urls = list(reader.urls(rest))
    for at, url, address in urls:
        hits += reader.of_url(at, url, address)
        hosts[lines.of(at)] = reader.of_host(address.origin.host)
    rest = _without(rest, sorted((at, at + len(url)) for at, url, _ in urls))
    start = 0
    for line in rest.split("\n"):
        hits += reader.of_line(start, line)
        start += len(line) + 1
    return [_at_host(hit, hosts.get(lines.of(hit.at), ())) for hit in hits]


def _in_reply(reply: JsonReply, text: str, reader: IdReader) -> Iterator[Hit]:
    """The ids of a reply, narrowed by its other members, and all words that are certainly ids."""
    for task_id in reply.task_ids:
        yield Hit(reply.start, task_id, reader.of_id(task_id))
    inside = text[reply.start : reply.end]
    yield from reader.own_ids(reply.start, inside)
    for at, url, address in reader.urls(inside):
        for hit in reader.of_url(reply.start + at, url, address):
            if hit.task_id in reply.task_ids:
                yield hit
    for hit in reader.refs(reply.start, inside):
        if hit.task_id in reply.task_ids:
            yield hit


def _at_host(hit: Hit, here: tuple[str, ...]) -> Hit:
    """A hit with only the accounts of the host in its line."""
    narrowed = tuple(name for name in hit.accounts if name in here)
    return replace(hit, accounts=narrowed) if narrowed else hit


class _Lines:
    """Maps an offset in a text to its line."""

    def __init__(self, text: str) -> None:
        self._ends = [match.start() for match in re.finditer("\n", text)]

    def of(self, at: int) -> int:
        """The number of the line, from 1."""
        return bisect_left(self._ends, at) + 1


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with blanks in place of these spans, which are sorted."""
    pieces: list[str] = []
    last = 0
    for start, end in spans:
        pieces += [text[last:start], blanked(text[start:end])]
        last = end
    return "".join([*pieces, text[last:]])


def _narrowest(hits: Iterable[Hit]) -> list[Hit]:
    """Each hit, unless another hit of its id names fewer of the same accounts, or is no guess."""
    by_id: dict[str, dict[frozenset[str], Hit]] = {}
    for hit in sorted(hits, key=lambda hit: (hit.guess, hit.at)):
        by_id.setdefault(hit.task_id, {}).setdefault(frozenset(hit.accounts), hit)
    return [
        hit
        for same in by_id.values()
        for accounts, hit in same.items()
        if not any(
            other and (not accounts or other < accounts) and not (told.guess and not hit.guess)
            for other, told in same.items()
        )
        and not (hit.guess and any(not told.guess for told in same.values()))
    ]


def _numbered(text: str, hits: Iterable[Hit]) -> Iterator[Found]:
    lines = _Lines(text)
    for hit in hits:
        yield Found(lines.of(hit.at), hit.task_id, hit.accounts, guess=hit.guess)
