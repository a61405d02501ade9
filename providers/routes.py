"""Templates of paths, and the parts of a task's id that fill them. Pure.

In a route, `{name}` stands for one quoted segment and `{+name}` for several with their slashes kept
(RFC 6570's reserved expansion). A form is a regular expression over a whole id whose named groups
are the id's parts; an id whose form is empty, or has no groups, is one part called `task_id`.
Outside its groups a form has literal text only: so an id can be made of its parts again.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType
from urllib.parse import quote, unquote

Parts = Mapping[str, str]
"""The parts of an id, or of a path, by name."""

NO_PARTS: Parts = MappingProxyType({})

PATH_LIMIT = 4_000
"""Characters of a path: what every server and proxy takes."""

_PARAMETER = re.compile(r"\{(\+?)(\w+)\}")
_PIECES = r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?P<(?P<name>\w+)>|."
_QUOTED = r"[\w.~%-]+"
"""Any text that `segment` returns."""

_PASTED = r"[^/?#&]+"
"""A segment, or the value of a parameter, as people and programs write them."""


def is_segment(text: str) -> bool:
    """Whether a text can be asked for with the key, quoted as one segment of a path.

    Servers and proxies resolve `%2e%2e`, `%2f` and the like before they look for a route, some of
    them twice: with such an id another path than its route would be requested.
    """
    return bool(re.fullmatch(r"(?!\.{1,2}\Z)[^/\\?#;%\x00-\x20\x7f]{1,512}", text))


def segment(text: str) -> str:
    """`text` quoted as one path segment: it cannot add a segment, a query or a step upwards."""
    quoted = quote(text, safe="", errors="surrogatepass")
    return quoted.replace(".", "%2E") if quoted in (".", "..") else quoted


# -- routes ---------------------------------------------------------------------------------------


def filled(route: str, parts: Parts) -> str | None:
    """The path that a route is with these parts, quoted; None where one of its own is missing."""
    if any(name not in parts for _, name in _PARAMETER.findall(route)):
        return None

    def quoted(parameter: re.Match[str]) -> str:
        text = parts[parameter[2]]
        return "/".join(map(segment, text.split("/"))) if parameter[1] else segment(text)

    return _PARAMETER.sub(quoted, route)


def is_filled_by(route: str, parts: Parts) -> bool:
    """Whether these parts can be asked for on a route: each segment of them `is_segment`."""
    return all(
        name in parts and all(map(is_segment, parts[name].split("/") if several else [parts[name]]))
        for several, name in _PARAMETER.findall(route)
    )


def parts_in(route: str, path: str) -> Parts | None:
    """The parts that fill a route so that it is this path, query included; None where none do."""
    match = _pattern(route).fullmatch(path)
    return _unquoted(match) if match is not None and len(path) <= PATH_LIMIT else None


def parts_at_end(route: str, path: str) -> Parts | None:
    """The same for a path that may begin with another prefix, as behind a proxy."""
    match = _at_end(route).fullmatch(path)
    return _unquoted(match) if match is not None and len(path) <= PATH_LIMIT else None


def literals(route: str) -> int:
    """How many characters of a route are fixed text."""
    return len(_PARAMETER.sub("", route))


def _unquoted(match: re.Match[str]) -> Parts | None:
    parts: dict[str, str] = {}
    for name, text in match.groupdict().items():
        segments = [unquote(each) for each in text.split("/")]
        if not all(map(is_segment, segments)):
            return None
        parts[name] = "/".join(segments)
    return parts


@cache
def _pattern(route: str) -> re.Pattern[str]:
    return re.compile(_expression(route, _QUOTED), re.ASCII)


@cache
def _at_end(route: str) -> re.Pattern[str]:
    return re.compile(rf"(?:/.*)??{_expression(route, _PASTED)}/?", re.ASCII)


def _expression(route: str, one: str) -> str:
    found, at = "", 0
    for parameter in _PARAMETER.finditer(route):
        text = f"{one}(?:/{one})*" if parameter[1] else one
        found += f"{re.escape(route[at : parameter.start()])}(?P<{parameter[2]}>{text})"
        at = parameter.end()
    return found + re.escape(route[at:])


def route_of(routes: Iterable[tuple[str, str]], task_id: str) -> tuple[str, Parts] | None:
    """The first of these forms and routes on which an id can be asked about, with its parts."""
    for form, route in routes:
        parts = parts_of(form, task_id)
        if parts is not None and is_filled_by(route, parts):
            return route, parts
    return None


# -- ids ------------------------------------------------------------------------------------------


def parts_of(form: str, task_id: str) -> Parts | None:
    """The parts of an id of that form; None for an id of another."""
    if not form:
        return {"task_id": task_id}
    match = re.fullmatch(form, task_id)
    if match is None or None in match.groupdict().values():
        return None
    return match.groupdict() or {"task_id": task_id}


def id_of(form: str, parts: Parts) -> str | None:
    """The id of that form with these parts; None where they do not make one."""
    task_id = filled_in(form, parts)
    own = task_id and parts_of(form, task_id)
    return task_id if own and all(parts[name] == own[name] for name in names_in(form)) else None


def filled_in(form: str, parts: Parts) -> str | None:
    """The parts with the form's literal text between them; None where one is missing."""
    text = ""
    for name, literal in _template(form):
        if name and name not in parts:
            return None
        text += parts[name] if name else literal
    return text


def names_in(form: str) -> tuple[str, ...]:
    """The names of a form's parts, in their order."""
    return tuple(name for name, _ in _template(form) if name)


@cache
def _template(form: str) -> tuple[tuple[str, str], ...]:
    """The outer groups of a form by name, and the literal texts between them without one."""
    found: list[tuple[str, str]] = []
    depth = 0
    for token in re.finditer(_PIECES, form, re.DOTALL):
        text = token.group()
        if depth == 0:
            found.append((token["name"] or "", text.removeprefix("\\")))
        depth += text.startswith("(") - (text == ")")
    return tuple(found) if any(name for name, _ in found) else (("task_id", ""),)
