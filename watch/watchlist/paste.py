"""Finds tasks in pasted text: ids, refs, URLs, curl lines, JSON answers, a page of log.

`tui/screen/found_tasks.py` and `tui/command/add.py` make watchlist entries of what is found. It
comes with the accounts that a task may belong to; `account_choice.py` decides between them. Known
keys are removed first. Text in the form of a key is removed after the id fields of JSON were read.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from rushes.providers.error_codes import ErrorCode
from rushes.providers.errors import RushesError
from rushes.providers.frozen import frozen
from rushes.providers.language import _
from rushes.providers.nearest import hint
from rushes.providers.text import clean
from rushes.watch.config.accounts import Account
from rushes.watch.keys.known_keys import HIDDEN, hide
from rushes.watch.keys.pasted import BEGINNINGS, is_key, without_used
from rushes.watch.network.url import Address
from rushes.watch.watchlist.about import NOTHING, About, bodies_in
from rushes.watch.watchlist.recognition import Hit, IdReader, blank, blanked, parts_in
from rushes.watch.watchlist.replies import JsonReply, replies_in
from rushes.watch.watchlist.tables import Row, Table, head_of

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

    code = ErrorCode.TOO_MUCH


@frozen
class Found:
    """A task in a paste: its line (from 1), and the accounts that it may belong to.

    There is no account where none can be told, and several where it may be any of them. `guess`:
    the word only looks like an id, so it is reported and never added. `fault` is what is wrong with
    a row of a table, which is reported, too.
    """

    line: int
    task_id: str
    accounts: tuple[str, ...]
    about: About = NOTHING
    guess: bool = False
    fault: str = ""

    def at_line(self, line: int) -> "Found":
        """The same task at another line."""
        return replace(self, line=line)


def read_paste(text: str, accounts: Mapping[str, Account]) -> list[Found]:
    """The tasks in `text` in its order, each once; raises TooMuch beyond the limits."""
    reader = TextReader(accounts)
    return [*reader.read(text, 1), *reader.rest()]


class TextReader:
    """Reads a text that comes in pieces of whole lines; a table's head counts for all of them."""

    def __init__(self, accounts: Mapping[str, Account]) -> None:
        self._accounts = accounts
        self._ids = IdReader(accounts)
        self._table: Table | None = None
        self._line = 0

    def read(self, text: str, first_line: int) -> list[Found]:
        """The tasks in the next piece, whose first line has that number; raises TooMuch."""
        if len(text) > TEXT_LIMIT:
            raise TooMuch(
                _("that is more text than {text_limit} characters").format(text_limit=TEXT_LIMIT)
            )
        # A key by its own is written as some ids are, and would be sent as one.
        text = _plain(without_used(hide(text)))
        if not self._line and (table := head_of(text)) is not None:
            self._table = table
            head = len(text) - len(text.lstrip())
            above = text.count("\n", 0, head) + 1
            text, first_line = text[head:].partition("\n")[2], first_line + above
        self._line = first_line + len(text.splitlines()) - 1
        if self._table is not None:
            return self._of_rows(self._table.rows(text, first_line))
        return [one.at_line(first_line + one.line - 1) for one in _found(text, self._ids)]

    def rest(self) -> list[Found]:
        """The tasks of what was begun and not ended, where nothing more comes."""
        return self._of_rows(self._table.rest(self._line)) if self._table is not None else []

    def _of_rows(self, rows: Iterable[Row]) -> list[Found]:
        return [found for row in rows for found in _of_row(row, self._accounts, self._ids)]


def _found(text: str, reader: IdReader) -> Iterator[Found]:
    every, abouts = _hits(text, reader)
    hits = _narrowest(hit for hit in every if not is_key(hit.task_id))
    if len(hits) > FOUND_LIMIT:
        raise TooMuch(_("that names more than {found_limit} tasks").format(found_limit=FOUND_LIMIT))
    return _numbered(text, sorted(hits, key=lambda hit: hit.at), abouts)


def _of_row(row: Row, accounts: Mapping[str, Account], reader: IdReader) -> list[Found]:
    """The task of a row, by the provider's word beside its id where there is one."""
    about, word = row.about, row.about.provider
    before, colon, after = row.name.partition(":")
    if colon and before in accounts:
        word, name = before.casefold(), after
    else:
        name = row.name
    named = reader.named(word)
    if not name:
        return [Found(row.line, "", (), fault=_("no id in this row"))]
    if is_key(name) or HIDDEN in name:
        return [Found(row.line, "", (), fault=_("that is a key, and no task's id"))]
    if word and not named:
        fault = _("unknown provider {word!r}; {hint}").format(
            word=clean(word, 40), hint=hint(word, accounts)
        )
        return [Found(row.line, name, (), fault=fault)]
    seen = [] if named else list(_found(name, reader))
    if seen:
        return [replace(one, line=row.line, about=about) for one in seen]
    if not any(accounts[each].fits(name) for each in named or accounts):
        return [
            Found(row.line, name, (), fault=_("an id holds no blank, and none of / \\ ? # ; %"))
        ]
    return [Found(row.line, name, named or reader.of_id(name), about)]


def _plain(text: str) -> str:
    """The text with one kind of line end, and with blanks for invisible characters."""
    return text.replace("\r\n", " \n").replace("\r", "\n").translate(_UNSEEN)


def _hits(text: str, reader: IdReader) -> tuple[list[Hit], dict[str, About]]:
    """The ids in a text, and what it says of some of them."""
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
    wholes = list(_by_urls(text, replies, urls, reader))
    parts = {(hit.at, part) for hit in wholes for part in parts_in(hit.task_id)}
    hits = [hit for hit in hits if (hit.at, hit.task_id) not in parts] + wholes
    rest = _without(rest, sorted((at, at + len(url)) for at, url, _ in urls))
    start = 0
    for line in rest.split("\n"):
        hits += reader.of_line(start, line)
        start += len(line) + 1
    narrowed = [_at_host(hit, hosts.get(lines.of(hit.at), ())) for hit in hits]
    return narrowed, _abouts(text, replies, narrowed)


def _by_urls(
    text: str,
    replies: Sequence[JsonReply],
    urls: Sequence[tuple[int, str, Address]],
    reader: IdReader,
) -> Iterator[Hit]:
    """The tasks of replies that follow the URL which they were asked for or submitted at.

    A URL that asks for a task, as many a gateway's submission URL does with the reply's id at its
    end, tells what the id alone does not, such as Kling's kind. An empty line parts the two.
    """
    before = 0
    for reply in replies:
        asked = [(at, url) for at, url, _ in urls if before <= at < reply.start]
        before = reply.end
        if not asked or re.search(r"\n\s*\n", text[asked[-1][0] : reply.start]):
            continue
        for task_id in reply.task_ids:
            url = asked[-1][1]
            asking = url if task_id in url else f"{url.rstrip('/')}/{task_id}"
            yield from reader.of_route(reply.start, asking)


def _abouts(text: str, replies: Sequence[JsonReply], hits: Sequence[Hit]) -> dict[str, About]:
    """What is said of ids: by their replies, and by a submitted body right before one."""
    abouts = {task_id: reply.about for reply in replies for task_id in reply.task_ids}
    for body in bodies_in(_without(text, [(reply.start, reply.end) for reply in replies])):
        next_at = min((hit.at for hit in hits if hit.at >= body.end), default=None)
        for hit in hits:
            if hit.at == next_at:
                known = abouts.get(hit.task_id, NOTHING)
                model, prompt = known.model or body.about.model, known.prompt or body.about.prompt
                abouts[hit.task_id] = replace(known, model=model, prompt=prompt)
    return abouts


def _in_reply(reply: JsonReply, text: str, reader: IdReader) -> Iterator[Hit]:
    """The ids of a reply, narrowed by its other members, and all words that are certainly ids."""
    inside = text[reply.start : reply.end]
    named = [
        hit
        for at, url, address in reader.urls(inside)
        for hit in reader.of_url(reply.start + at, url, address)
        if hit.task_id in reply.task_ids
    ]
    # A URL of the reply that asks for the task tells more than how its id is written.
    told = {hit.task_id for hit in named if hit.accounts and not hit.guess}
    for task_id in reply.task_ids:
        if task_id not in told:
            yield Hit(reply.start, task_id, reader.of_id(task_id))
        if said := reader.named(reply.about.provider):
            yield Hit(reply.start, task_id, said)
    yield from reader.own_ids(reply.start, inside)
    yield from named
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
    """Each hit, unless another hit of its id names fewer of the same accounts, or is no guess.

    Nor a guess whose id is a part of another's, as a fal request's is: it is the same task.
    """
    found = sorted(hits, key=lambda hit: (hit.guess, hit.at))
    parts = {part for hit in found if not hit.guess for part in parts_in(hit.task_id)}
    by_id: dict[str, dict[frozenset[str], Hit]] = {}
    for hit in found:
        if hit.guess and hit.task_id in parts:
            continue
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


def _numbered(text: str, hits: Iterable[Hit], abouts: Mapping[str, About]) -> Iterator[Found]:
    lines = _Lines(text)
    for hit in hits:
        names = (hit.task_id, *parts_in(hit.task_id))
        about = next((abouts[name] for name in names if name in abouts), NOTHING)
        yield Found(lines.of(hit.at), hit.task_id, hit.accounts, about, guess=hit.guess)
