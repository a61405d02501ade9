"""Recognises task ids in a text by their form, their place and the host beside them. Pure.

A hit names every account that may be meant; `account_choice` decides between them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from urllib.parse import unquote

from rushes.providers.card import UUID
from rushes.providers.frozen import frozen
from rushes.providers.listed import Listed
from rushes.providers.registry import (
    Recognised,
    Seen,
    at_host,
    ids_in,
    known,
    recognise,
    task_in_path,
)
from rushes.watch.config.accounts import Account
from rushes.watch.network.url import Address, Refused, read
from rushes.watch.watchlist.id_likeness import is_date, looks_like_id, unclaimed
from rushes.watch.watchlist.replies import TASK_ID

URL = re.compile(r"https?://[!#-&(-;=?-\[\]_a-z~]+", re.IGNORECASE)
"""A URL up to the first non-ASCII character: Chinese text may follow it without a blank."""

_BARE_URL = re.compile(
    r"(?<![\w.@/-])(?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,18}(?::\d{1,5})?/[!#-&(-;=?-\[\]_a-z~]*"
)
_ROUTED = re.compile(r"[A-Za-z0-9][\w.~/#-]{0,399}", re.ASCII)
_PLAIN_WORD = re.compile(r"[A-Za-z]?[a-z]{0,18}|[A-Z]{0,19}")
_WORD = re.compile(r"[^\s,;|\"'`()\[\]<>]+")
_REF = re.compile(r"([A-Za-z0-9][\w-]*):([\w.~-]{1,200}|[\w.~/#-]{1,400})", re.ASCII)

_LABELLED = re.compile(
    rf"""
    (?: (?<![A-Za-z]) (?:task|job|generation|prediction) (?: [ _-]? ids? (?![A-Za-z]) | (?=\s*[:=]))
      | (?:任务|作业) \s? (?:id|编号|号)? )
    [\s"'`*_\\]{{0,4}} (?: (?:is|was|为|是) (?![A-Za-z]) | [:=：]>? | \#)?
    [\s"'`*_\\(<\[]{{0,6}} (?P<id>{TASK_ID.pattern})
    """,
    re.IGNORECASE | re.ASCII | re.VERBOSE,
)
"""A word that announces an id, as in logs and in the sentences of tools, and the id."""

_PARAMETER = re.compile(r"[?&#;/]([\w-]{2,40})=([^&#;/]+)")
_NAMES_A_TASK = re.compile(r"(?:task|job|generation|prediction)[_-]?(?:id)?s?|id", re.IGNORECASE)
_AFTER_ROUTE = re.compile(r"/(?:tasks?|jobs?|videos?|generations?|predictions?|requests)/([^/?#]+)")


@frozen
class Hit:
    """An id at an offset of the text; `guess`: only its look says that it is a task's id."""

    at: int
    task_id: str
    accounts: tuple[str, ...]
    guess: bool = False


class IdReader:
    """Recognises the tasks of the configured accounts."""

    def __init__(self, accounts: Mapping[str, Account]) -> None:
        self._accounts = accounts
        self._bases = {name: read(account.base) for name, account in accounts.items()}

    def of_id(self, task_id: str) -> tuple[str, ...]:
        """The accounts whose provider's ids have that form."""
        return self._of_dialects(recognise(task_id).providers)

    def named(self, word: str) -> tuple[str, ...]:
        """The account that is called so, in any case."""
        return tuple(name for name in self._accounts if name.casefold() == word)

    def of_host(self, host: str) -> tuple[str, ...]:
        """The accounts with that host in their base URL, else those whose vendor owns it."""
        own = tuple(n for n, base in self._bases.items() if base.origin.host == host)
        theirs = self._of_dialects(at_host(host))
        return own or tuple(n for n in theirs if self._is_at_home(n)) or theirs

    def _is_at_home(self, name: str) -> bool:
        return self._dialect(name).is_at(self._bases[name].origin.host)

    def _dialect(self, name: str) -> Listed:
        return known()[self._accounts[name].provider.id]

    def own_ids(self, start: int, text: str) -> Iterator[Hit]:
        """Yield the words that are certainly ids; `start` is the offset of the text."""
        for seen in ids_in(text):
            if seen.own:
                yield Hit(start + seen.start, seen.task_id, self._of_dialects(seen.providers))

    # -- URLs -------------------------------------------------------------------------------------

    def urls(self, text: str) -> Iterator[tuple[int, str, Address]]:
        """Yield the URLs in a text, and URLs without a scheme whose host is known."""
        for pattern, scheme in ((URL, ""), (_BARE_URL, "https://")):
            for match in pattern.finditer(URL.sub(blank, text) if scheme else text):
                url = match.group().rstrip(".,:!?)];*_~")
                try:
                    address = read(scheme + url)
                except Refused:
                    continue
                if not scheme or self.of_host(address.origin.host):
                    yield match.start(), url, address

    def of_url(self, at: int, url: str, address: Address) -> list[Hit]:
        """The tasks that a URL names: by its route, its parameters, or an id anywhere in it."""
        target = address.target.partition("#")[0]
        if base_hit := self._at_base(at, address, target):
            return [base_hit]
        here = self.of_host(address.origin.host)
        hits = {hit.task_id: hit for hit in self._in_url(at, url, target, here)}
        parts = {part for name in hits for part in parts_in(name)}
        return [hit for name, hit in hits.items() if name not in parts]

    def of_route(self, at: int, url: str) -> list[Hit]:
        """The tasks of a URL that asks for one by its route at an account's own base, or host."""
        try:
            address = read(url)
        except Refused:
            return []
        base_hit = self._at_base(at, address, address.target)
        if base_hit is not None:
            return [base_hit]
        return list(self._at_route(at, address.target, self.of_host(address.origin.host)))

    def _in_url(self, at: int, url: str, target: str, here: tuple[str, ...]) -> Iterator[Hit]:
        """Yield hits with the weakest reason first, as later ones replace those of the same id."""
        plain = unquote(url)
        if (after := _AFTER_ROUTE.search(plain)) and looks_like_id(after[1]):
            yield Hit(at, after[1], self.of_id(after[1]), guess=True)
        for seen in ids_in(plain):
            if found := self._seen_in_url(at, seen, here, plain):
                yield found
        for name, value in _PARAMETER.findall(plain):
            if not (_NAMES_A_TASK.fullmatch(name) and TASK_ID.fullmatch(value)):
                continue
            accounts = self._narrowed(self.of_id(value), here)
            if accounts or (looks_like_id(value) and name.casefold() != "id"):
                yield Hit(at, value, accounts or here)
        yield from self._at_route(at, target, here)

    def _at_route(self, at: int, target: str, here: tuple[str, ...]) -> Iterator[Hit]:
        """Yield the task that a path asks for at one of the accounts `here`, else by its form."""
        seen_route = _on_a_route(target)
        if seen_route and _ROUTED.fullmatch(task_id := seen_route.task_id):
            at_route = set(self._of_dialects(seen_route.providers))
            names = tuple(name for name in here if name in at_route) or self._narrowed(
                self.of_id(task_id), here
            )
            if names:
                yield Hit(at, task_id, names)

    def _seen_in_url(self, at: int, seen: Seen, here: tuple[str, ...], plain: str) -> Hit | None:
        accounts = self._of_dialects(seen.providers)
        if seen.own:
            return Hit(at, seen.task_id, self._narrowed(accounts, here))
        at_home = tuple(name for name in accounts if name in here)
        if not re.fullmatch(UUID, seen.task_id):
            # A page of the vendor's own about a task: `replicate.com/p/ID`.
            is_step = re.fullmatch(r"/([/?#].*)?", plain[seen.start - 1] + plain[seen.end :])
            is_id = looks_like_id(seen.task_id) and not seen.task_id.isdigit()
            return Hit(at, seen.task_id, at_home) if at_home and is_step and is_id else None
        # Elsewhere a UUID may be a file's, a user's, a project's.
        return Hit(at, seen.task_id, at_home or accounts, guess=not at_home)

    def _at_base(self, at: int, address: Address, target: str) -> Hit | None:
        """The id in a URL that is an account's base and one of its provider's routes."""
        ids = {name: self._on_route(name, address, target) for name in self._accounts}
        task_id = next(filter(None, ids.values()), None)
        names = tuple(name for name, found in ids.items() if found == task_id)
        return Hit(at, task_id, names) if task_id else None

    def _on_route(self, name: str, address: Address, target: str) -> str | None:
        base = self._bases[name]
        prefix = base.target.rstrip("/")
        if address.origin != base.origin or not target.startswith(f"{prefix}/"):
            return None
        seen = _on_a_route(target.removeprefix(prefix))
        if seen is None or not _ROUTED.fullmatch(seen.task_id):
            return None
        return seen.task_id if self._dialect(name).id in seen.providers else None

    # -- lines ------------------------------------------------------------------------------------

    def refs(self, start: int, text: str) -> Iterator[Hit]:
        """Yield the refs, `account:id`, in a text; `start` is the offset of the text."""
        for word in _WORD.finditer(text):
            ref = _REF.fullmatch(word.group())
            if ref and ref[1] in self._accounts and self._accounts[ref[1]].fits(ref[2]):
                yield Hit(start + word.start(), ref[2], (ref[1],))

    def of_line(self, start: int, line: str) -> Iterator[Hit]:
        """The refs and ids in a line without its URLs; `start` is the offset of the line."""
        for hit in list(self.refs(0, line)):
            yield replace(hit, at=start + hit.at)
            written = len(hit.accounts[0]) + 1 + len(hit.task_id)
            line = line[: hit.at] + " " * written + line[hit.at + written :]
        words = [word for word in _WORD.finditer(line) if not is_date(word.group())]
        if _alone(line) or all(_is_id(word.group()) for word in words):
            for word in words:
                name = word.group()
                yield Hit(start + word.start(), name, self.of_id(name))
        else:
            yield from self._in_prose(start, line)

    def _in_prose(self, start: int, line: str) -> Iterator[Hit]:
        taken = [False] * len(line)
        hits = [*self._labelled(line), *self._formed(line)]
        for hit in sorted(hits, key=lambda hit: hit.guess):
            span = slice(hit.at, hit.at + len(hit.task_id))
            if not any(taken[span]):
                taken[span] = [True] * len(hit.task_id)
                yield Hit(start + hit.at, hit.task_id, hit.accounts, hit.guess)
        rest = "".join(" " if t else c for c, t in zip(line, taken, strict=True))
        for at, name in unclaimed(rest):
            yield Hit(start + at, name, self.of_id(name), guess=True)

    def _labelled(self, line: str) -> Iterator[Hit]:
        for match in _LABELLED.finditer(line):
            name = match["id"]
            if re.search(r"\d", name):
                # What is written as an id ends where its pattern does: `tk-….mp4`.
                inner = next((seen for seen in ids_in(name) if seen.start == 0 and seen.own), None)
                name = inner.task_id if inner else name
                yield Hit(match.start("id"), name, self.of_id(name))

    def _formed(self, line: str) -> Iterator[Hit]:
        for seen in ids_in(line):
            accounts = self._of_dialects(seen.providers)
            if seen.task_id.isdigit():
                # Bare digits in a log are times and sizes, whoever else writes ids so.
                if _is_cell(line, seen.start, seen.end) and looks_like_id(seen.task_id):
                    yield Hit(seen.start, seen.task_id, accounts)
            elif seen.own or re.fullmatch(UUID, seen.task_id) or _is_word(line, seen):
                # `UUID.mp4` is a file, whatever it is called after.
                named = not seen.own and bool(re.match(r"\.\w", line[seen.end :]))
                yield Hit(seen.start, seen.task_id, accounts, guess=named)

    def _of_dialects(self, dialects: Iterable[str]) -> tuple[str, ...]:
        among = frozenset(dialects)
        return tuple(n for n, account in self._accounts.items() if account.provider.id in among)

    @staticmethod
    def _narrowed(accounts: tuple[str, ...], here: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name for name in accounts if name in here) or accounts


def blank(match: re.Match[str]) -> str:
    """Blanks of the same length as a match, with its line ends kept."""
    return blanked(match.group())


def blanked(text: str) -> str:
    """Blanks of the same length as a text, with its line ends kept."""
    return re.sub(r"[^\n]", " ", text)


def parts_in(task_id: str) -> Iterator[str]:
    """Yield the parts of an id that has several; none of one that is a single part."""
    parts = re.split("[/#]", task_id)
    yield from parts if len(parts) > 1 else ()


def _on_a_route(target: str) -> Recognised | None:
    """The task that a path asks for, with its query where a route has one."""
    found = task_in_path(target) if "?" in target else None
    return found or task_in_path(target.partition("?")[0])


def _alone(line: str) -> bool:
    """Whether a line is one id and nothing else; a plain word alone is a heading."""
    word = line.strip().rstrip(",;")
    return bool(TASK_ID.fullmatch(word)) and not _PLAIN_WORD.fullmatch(word)


def _is_id(word: str) -> bool:
    """Whether a word has a digit, as ids do and words do not."""
    return bool(TASK_ID.fullmatch(word) and re.search(r"\d", word))


def _is_word(line: str, seen: Seen) -> bool:
    """Whether an id that begins like many words (`task_…`) has a digit and stands alone."""
    beside = line[max(0, seen.start - 1) : seen.start] + line[seen.end : seen.end + 2]
    return bool(re.search(r"\d", seen.task_id)) and not re.search(r"[_-]|\.\w", beside)


def _is_cell(line: str, start: int, end: int) -> bool:
    """Whether it is a cell of a line of separated cells, quoted or not."""
    before, after = line[:start].rstrip(" \"'`"), line[end:].lstrip(" \"'`")
    if not before.strip() and not after.strip():
        return True
    return before[-1:] in ("", *",;|\t[") and after[:1] in ("", *",;|\t]")
