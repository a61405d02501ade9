"""Drafts a provider in TOML from replies that somebody saved: a beginning, to be gone through."""

import json
import re
from collections.abc import Iterator, Sequence

from rushes.providers.links import is_url
from rushes.providers.node import Json
from rushes.providers.text import clean
from rushes.providers.words import WORDS, meaning

_STATUS = re.compile(r"(task_?)?(status|state)", re.I)
_ID = re.compile(r"(task|request|job|generation|prediction)?_?id", re.I)
_PROGRESS = re.compile(r"progress(_percent)?|percent(age)?", re.I)
_CREATED = re.compile(r"(created|submit(ted)?)(_?(at|time|date))?|create_?time", re.I)
_STARTED = re.compile(r"started(_?(at|time))?|start_?time", re.I)
_FINISHED = re.compile(
    r"(finished|completed|ended)(_?(at|time))?|(finish|complete|end)_?time", re.I
)
_MODEL = re.compile(r"model(_?(id|name))?", re.I)
_COST = re.compile(r"usage|credits?|cost", re.I)
_CODE = re.compile(r"(error|fail)_?code", re.I)
_WHY = re.compile(r"error(_?(message|msg))?|fail(ure)?_?(reason|msg|message)|reason", re.I)
_NO_FILE = re.compile(
    r"input|prompt|callback|webhook|status|cancel|poll|docs|urls?\.get|self|thumb", re.I
)

Path = tuple[str, ...]


def draft(provider_id: str, replies: Sequence[Json]) -> str:
    """The text of a file for a provider with such replies; what nobody can guess is marked."""
    leaves: dict[Path, list[Json]] = {}
    for reply in replies:
        for path, value in _leaves(reply):
            leaves.setdefault(path, []).append(value)
    found = _Found(leaves)
    env = provider_id.upper().replace("-", "_") + "_API_KEY"
    source = "a saved reply" if len(replies) == 1 else f"{len(replies)} saved replies"
    lines = [
        f"# {provider_id}: drafted from {source}. Go through it, then: rushes"
        f" provider test {provider_id}",
        'base_urls = { default = "https://api.example.com" }  # the address that is asked',
        'query = { path = "/v1/tasks/{id}" }                   # the path that asks about a task',
        f'auth = {{ kind = "bearer", env = "{env}" }}',
        "",
        *found.status(),
        *found.single(),
        "",
        *found.tables(),
    ]
    known = found.rest()
    if known:
        lines.insert(4, f"known = {_toml(known)}  # of no interest, as far as can be told")
    return "\n".join(lines).rstrip() + "\n"


class _Found:
    """What the places of replies seem to be; each is taken once."""

    def __init__(self, leaves: dict[Path, list[Json]]) -> None:
        self._leaves = leaves
        self._taken: set[Path] = set()

    def _first(self, name: re.Pattern[str]) -> str | None:
        """The expression of the place with that name that is highest up."""
        paths = sorted(self._leaves, key=len)
        path = next((p for p in paths if p not in self._taken and name.fullmatch(_name(p))), None)
        if path is None:
            return None
        self._taken.add(path)
        return _expression(path)

    def status(self) -> Iterator[str]:
        """The status, and the words that nobody else has."""
        paths = [path for path in sorted(self._leaves, key=len) if _STATUS.fullmatch(_name(path))]
        paths.sort(key=lambda path: not any(_is_word(value) for value in self._leaves[path]))
        if not paths:
            yield 'status = "status"                                     # none was found'
            return
        self._taken.add(paths[0])
        yield f'status = "{_expression(paths[0])}"'
        words = [clean(v, 60) for v in self._leaves[paths[0]] if isinstance(v, str)]
        odd = [word for word in dict.fromkeys(words) if meaning(word, {}) is None]
        if odd:
            yield "# sort these by what they mean: queued, running, succeeded, failed, canceled"
            yield f"states = {{ unknown = {_toml(odd)} }}"

    def single(self) -> Iterator[str]:
        """Progress, costs and failures."""
        if progress := self._first(_PROGRESS):
            values = [v for v in self._values(progress) if isinstance(v, (int, float))]
            if values and max(values) <= 1:
                yield f'progress = {{ path = "{progress}", scale = 1 }}'
            else:
                yield f'progress = "{progress}"'
        if cost := self._first(_COST):
            yield f'cost = "{cost}"'
        code, why = self._first(_CODE), self._first(_WHY)
        if why or code:
            pairs = filter(None, (code and f'code = "{code}"', why and f'message = "{why}"'))
            yield f"error = {{ {', '.join(pairs)} }}"

    def tables(self) -> Iterator[str]:
        """The task, its times and its files."""
        for name, members in (
            ("task", (("id", _ID), ("model", _MODEL))),
            ("times", (("created", _CREATED), ("started", _STARTED), ("finished", _FINISHED))),
        ):
            said = [(key, found) for key, pattern in members if (found := self._first(pattern))]
            if said:
                yield from (f"[{name}]", *(f'{key} = "{found}"' for key, found in said), "")
        for path, values in self._leaves.items():
            written = ".".join(path)
            if any(isinstance(v, str) and is_url(v) for v in values) and not _NO_FILE.search(
                written
            ):
                self._taken.add(path)
                yield from ("[[outputs]]", f'url = "{_expression(path)}"', "")

    def rest(self) -> list[str]:
        """The expressions of all other places."""
        return [_expression(path) for path in self._leaves if path not in self._taken]

    def _values(self, expression: str) -> list[Json]:
        return next(v for path, v in self._leaves.items() if _expression(path) == expression)


def _leaves(value: Json, path: Path = ()) -> Iterator[tuple[Path, Json]]:
    """Each value with its way; `[]` stands for the elements of a list. A usage record is one."""
    if isinstance(value, dict) and not (path and _COST.fullmatch(_name(path))):
        for name, member in value.items():
            yield from _leaves(member, (*path, name))
    elif isinstance(value, list):
        for element in value:
            yield from _leaves(element, (*path, "[]"))
        if not value:
            yield path, value
    else:
        yield path, value


def _name(path: Path) -> str:
    return next((name for name in reversed(path) if name != "[]"), "")


def _is_word(value: Json) -> bool:
    return isinstance(value, str) and value.casefold() in WORDS


def _expression(path: Path) -> str:
    """The place as JMESPath, which quotes names that are no plain words."""
    text = ""
    for name in path:
        if name == "[]":
            text += "[]"
            continue
        plain = re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII)
        text += ("." if text else "") + (name if plain else json.dumps(name))
    return text.replace("\\", "\\\\").replace('"', '\\"') if '"' in text else text


def _toml(texts: Sequence[str]) -> str:
    return "[" + ", ".join(f'"{text}"' for text in texts) + "]"
