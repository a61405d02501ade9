"""The card of a provider that is described in TOML: where and how it is asked, with which key."""

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import cast
from urllib.parse import quote, urlsplit

from rushes.providers.batches import Batch
from rushes.providers.card import NIL_UUID, Auth, Card, PollPolicy
from rushes.providers.fields import replace
from rushes.providers.model import ProblemKind, Status
from rushes.providers.node import Json, Node
from rushes.providers.toml_dialect.table import Table

USUAL_INTERVAL = 5.0
"""Seconds between two polls where the file gives none; longer waits are learned then."""

_NAME = r"[^\s].{0,79}"
_URL = r"https?://[\w.-]+(?::\d{1,5})?(?:/[\w.~%/-]*)?"
_LINK = _URL + r"(?:[?#]\S*)?"
_HEADER = r"[A-Za-z0-9!#$%&'*+.^_|~-]{1,80}"
_VARIABLE = r"[A-Za-z_][A-Za-z0-9_]*"
_PATH = r"/(?!/|.*/\.{1,2}(?:/|$))(?:[\w./~-]|\{\+?\w+\})*"
_PLACEHOLDER = re.compile(r"\{(\+?\w+)\}")

_RESERVED = frozenset(
    {"authorization", "proxy-authorization", "cookie", "host", "connection", "upgrade", "te"}
    | {"content-length", "transfer-encoding", "accept-encoding", "trailer", "expect"}
)
"""Headers that no constant may stand in: they carry keys, or the client sends its own."""

Scalar = str | int | float | bool

Parts = Callable[[Node], Iterable[tuple[str | None, Json]]]

_STATES = {status.value: status for status in Status}
_KINDS = {kind.value: kind for kind in ProblemKind}


def card_of(table: Table, provider_id: str, parts: frozenset[str]) -> Card:
    """The card; `parts` are the names of the parts of an id beside `id` itself."""
    auth, query, poll, expiry = map(table.table, ("auth", "query", "poll", "expiry"))
    base_urls = _base_urls(table)
    names = frozenset(("id", *parts))
    return Card(
        id=provider_id,
        name=table.text("name", form=_NAME) or provider_id,
        docs=table.text("docs", form=_LINK, expected="a URL"),
        base_url=_first(base_urls),
        route=_question(query, names),
        body=_body(query, names),
        auth=_auth(auth, provider_id),
        headers=_headers(table),
        poll=_poll(poll),
        statuses=_statuses(table),
        codes=_codes(table),
        http=_http(table),
        id_form=table.text("vars", form=r".*"),
        id_pattern=_id_pattern(table),
        own_ids=_own_ids(table),
        no_task=_no_task(table),
        hosts=_hosts(base_urls),
        content_route=_path_of(table.table("download"), names) or None,
        result_route=_result(table.table("resolve"), names),
        output_lifetime=expiry.duration("ttl"),
        record_lifetime=expiry.duration("record_ttl"),
    )


def at_another_address(table: Table, provider_id: str, parent: Card) -> Card:
    """The card of a provider that gives the replies of another one: what the file says differs."""
    base_urls, poll = _base_urls(table), table.table("poll")
    return replace(
        parent,
        id=provider_id,
        name=table.text("name", form=_NAME) or provider_id,
        docs=table.text("docs", form=_LINK, expected="a URL") or parent.docs,
        base_url=_first(base_urls) or parent.base_url,
        hosts=_hosts(base_urls),
        auth=_auth(table.table("auth"), provider_id, parent.auth),
        headers=_headers(table) or parent.headers,
        poll=_poll(poll) if "poll" in table else parent.poll,
        id_pattern=_id_pattern(table) or parent.id_pattern,
        own_ids=_own_ids(table),
    )


def parts_of(table: Table) -> frozenset[str]:
    """The names of the parts that an id is put together of, by its pattern in `vars`."""
    form = _pattern(table, "vars")
    names = frozenset(re.compile(form).groupindex)
    if form and not names:
        table.fault("vars", "a pattern of the whole id with named groups, such as (?P<app>.+)")
    return names


def _pattern(table: Table, key: str) -> str:
    pattern = table.text(key)
    try:
        re.compile(pattern)
    except re.error as error:
        table.fault(key, f"a regular expression; {error.msg} at character {(error.pos or 0) + 1}")
        return ""
    return pattern


def _id_pattern(table: Table) -> str:
    pattern = _pattern(table, "id_pattern")
    if pattern and re.fullmatch(pattern, ""):
        table.fault("id_pattern", "one that no empty text matches")
        return ""
    return pattern


def _own_ids(table: Table) -> bool:
    """Whether its ids are nobody else's; UUIDs are the ids of many."""
    own = table.flag("own_ids")
    if own and re.fullmatch(_pattern(table, "id_pattern") or ".*", NIL_UUID):
        table.fault("own_ids", "false: others have such ids, too")
        return False
    return own


def _no_task(table: Table) -> str:
    """An id of the form of its ids that no task has."""
    written = table.text("no_task")
    for key in ("id_pattern", "vars"):
        pattern = _pattern(table, key)
        needed = written or key == "vars"
        if pattern and needed and not re.fullmatch(pattern, written or NIL_UUID):
            table.fault("no_task", f"an id of the form in {key}, which no task has")
    return written or NIL_UUID


def _base_urls(table: Table) -> Mapping[str, str]:
    urls = table.texts("base_urls")
    if not all(re.fullmatch(_URL, url) for url in urls.values()):
        table.fault("base_urls", "a table of http(s) addresses, without a query")
        return {}
    return urls


def _first(base_urls: Mapping[str, str]) -> str:
    return next(iter(base_urls.values()), "").rstrip("/")


def _hosts(base_urls: Mapping[str, str]) -> str:
    """The pattern of the addresses' hosts: a pasted URL at one of them is this provider's."""
    hosts = (urlsplit(url).hostname or "" for url in base_urls.values())
    return "|".join(dict.fromkeys(map(re.escape, hosts)))


def _auth(table: Table, provider_id: str, parent: Auth | None = None) -> Auth:
    """The header of the key: a bearer's, or one that the file names. Never a part of a URL."""
    env = table.text("env", form=_VARIABLE, expected="the name of a variable")
    env = env or re.sub(r"\W", "_", provider_id.upper()) + "_API_KEY"
    if parent is not None and not {"kind", "header", "prefix"} & {*table}:
        return replace(parent, env=env)
    kind = table.text("kind", form="bearer|header", expected='"bearer" or "header"') or "bearer"
    prefix = table.text("prefix", form=r"[\x20-\x7e]{0,40}")
    if kind == "header":
        table.needed("header")
        header = table.text("header", form=_HEADER, expected="the name of a header")
        return Auth(env=env, header=header or "Authorization", scheme=prefix)
    if table.plain("header") is not None:
        table.fault("header", 'none: kind is "bearer"')
    return Auth(env=env, scheme=prefix if "prefix" in table else "Bearer ")


def _headers(table: Table) -> Mapping[str, str]:
    headers = table.texts("headers")
    for name, value in headers.items():
        if not re.fullmatch(_HEADER, name) or not re.fullmatch(r"[\x21-\x7e ]*", value):
            table.fault("headers", "names and values that a request can carry")
        elif name.casefold() in _RESERVED:
            table.fault("headers", f"other headers than {name.casefold()}: keys go into auth")
    return MappingProxyType(dict(headers))


def _poll(table: Table) -> PollPolicy:
    every = table.duration("every")
    return PollPolicy(
        every=every.total_seconds() if every else USUAL_INTERVAL,
        quote=table.text("quote") or "its description in TOML",
        allowed=table.number("max_rate", 0.01, 1000),
        stated=every is not None,
    )


def _statuses(table: Table) -> Mapping[str, Status]:
    """The provider's words by their meanings; without any, the expression gives the meanings."""
    if "states" not in table:
        return MappingProxyType(_STATES)
    states = table.table("states")
    found: dict[str, Status] = {}
    for name, status in _STATES.items():
        for word in states.words(name):
            if found.setdefault(word.casefold(), status) is not status:
                states.fault(name, f"each word once, not {word!r} again")
    return MappingProxyType(found)


def _codes(table: Table) -> Mapping[str, ProblemKind]:
    codes = table.table("codes")
    return MappingProxyType(
        {code.casefold(): kind for name, kind in _KINDS.items() for code in codes.words(name)}
    )


def _http(table: Table) -> Mapping[int, Status]:
    """What an HTTP status means for a reply without a readable task: only that it goes on."""
    http = table.texts("http")
    goes_on = {name: status for name, status in _STATES.items() if not status.terminal}
    for code, name in http.items():
        if not re.fullmatch(r"2\d\d", code) or name not in goes_on:
            table.fault("http", f"2xx statuses with one of {', '.join(goes_on)}")
            return MappingProxyType({})
    return MappingProxyType({int(code): goes_on[name] for code, name in http.items()})


# -- routes ---------------------------------------------------------------------------------------


def _question(query: Table, names: frozenset[str]) -> str:
    """The route with its parameters; a task's id has to be in it, or in the body."""
    query.needed("path")
    route = _path_of(query, names)
    if not route or "{" in route:
        return route or "/{task_id}"
    if "body" not in query:
        query.fault("path", "{id} in it, or in the parameters")
    return f"{route}#{{task_id}}"


def _path_of(table: Table, names: frozenset[str]) -> str:
    path = table.text("path", form=_PATH, expected="a path such as /v1/tasks/{id}")
    params = table.texts("params")
    pairs = (f"{quote(name)}={_quoted(value)}" for name, value in params.items())
    route = "?".join(filter(None, (path, "&".join(pairs))))
    _check_names(table, route, names)
    return _PLACEHOLDER.sub(_in_card, route)


def _quoted(value: str) -> str:
    """A parameter with its constant parts quoted and its placeholders left as they are."""
    return "".join(
        part if _PLACEHOLDER.fullmatch(part) else quote(part, safe="")
        for part in re.split(r"(\{\+?\w+\})", value)
    )


def _in_card(match: re.Match[str]) -> str:
    name = match[1].removeprefix("+")
    plus = match[1].removesuffix(name)
    return f"{{{plus}{'task_id' if name == 'id' else name}}}"


def _check_names(table: Table, route: str, names: Iterable[str]) -> None:
    for name in _PLACEHOLDER.findall(route):
        if name.removeprefix("+") not in names:
            known = ", ".join(sorted(f"{{{each}}}" for each in names))
            table.fault("path", f"none but {known} in braces, not {{{name}}}")


def _result(table: Table, names: frozenset[str]) -> str | None:
    """The route of the second question, which may name values of the first reply as well."""
    values = table.texts("values")
    if "path" not in table:
        if any(True for _ in table):
            table.needed("path")
        return None
    return _path_of(table, names | frozenset(values)) or None


def _body(query: Table, names: frozenset[str]) -> Mapping[str, Scalar] | None:
    """The body of a question that is sent by POST: constants and the id, and nothing else.

    A POST may do something: the file has to name the page that calls this one a query.
    """
    method = query.text("method", form="GET|POST", expected='"GET" or "POST"') or "GET"
    body = query.plain("body")
    docs = query.text("docs", form=_LINK, expected="a URL")
    if method == "GET":
        for key in ("body", "docs"):
            if key in query:
                query.fault(key, 'none: only with method = "POST"')
        return None
    if not docs:
        query.fault("docs", "the page of the documents that calls this POST a query")
    members = cast("Mapping[str, Scalar]", body) if isinstance(body, dict) else None
    if members is None or not all(map(_is_scalar, members.values())):
        query.fault("body", "a table of texts, numbers, true and false")
        return None
    if len(names) > 1:
        query.fault("body", "none where vars takes the id apart")
    said = [value for value in members.values() if value == "{id}"]
    if len(said) != 1 or any("{" in str(value) for value in members.values() if value != "{id}"):
        query.fault("body", 'one value "{id}", and constants')
        return None
    return MappingProxyType({k: "{task_id}" if v == "{id}" else v for k, v in members.items()})


def _is_scalar(value: object) -> bool:
    return isinstance(value, (str, int, float, bool))


def question_together(table: Table, parts: Parts) -> Batch:
    """The question about several tasks at once; `parts` takes its reply apart."""
    path = table.text("path", form=r"/[\w./~-]*", expected="a path without a query")
    repeat = table.text("repeat", form=r"[\w.\[\]-]{1,80}", expected="the name of a parameter")
    table.needed("path")
    table.needed("repeat")
    most = table.number("max", 2, 500)
    constants = [f"{quote(name)}={quote(it)}" for name, it in table.texts("params").items()]
    return Batch(
        route=f"{path}?{'&'.join([*constants, '{task_ids}'])}",
        each=f"{quote(repeat)}={{task_id}}",
        between="&",
        limit=int(most or 20),
        parts=parts,
    )
