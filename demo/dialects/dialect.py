"""The shape of one provider's way of speaking, and the few words its writers share.

A writer takes its words literally from the provider's document. It shares none with the parsers,
so that a misreading on one side cannot hide behind the same one on the other.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from uuid import NAMESPACE_URL, uuid5

from rushes.demo.http import Request, Response
from rushes.demo.stage import Call

_BEIJING = timezone(timedelta(hours=8))


def id_in_path(held: re.Match[str]) -> str | None:
    """Return the part of a path that is called `task_id`, None where there is none."""
    return held.groupdict().get("task_id")


@dataclass(frozen=True, slots=True)
class Route:
    """A path the gateway serves; `public` ones want no key.

    `id_of` makes the task's id of what the path holds, where that is more than one part of it.
    """

    pattern: re.Pattern[str]
    answer: Callable[[Call], Response]
    public: bool = False
    id_of: Callable[[re.Match[str]], str | None] = id_in_path

    def held(self, request: Request) -> re.Match[str] | None:
        """Return what the path of a request holds, None where it is not this one."""
        return self.pattern.fullmatch(request.path)


@dataclass(frozen=True, slots=True)
class Dialect:
    """A provider: how it wants its key, how it refuses one, what it serves.

    `open_links`: the seconds from the finish for which its links hold, where they are not signed.
    """

    name: str
    routes: tuple[Route, ...]
    unauthorized: Response
    key_header: str = "authorization"
    key_prefix: str = "Bearer "
    open_links: float | None = None

    def admits(self, headers: Mapping[str, str], key: str) -> bool:
        """Return whether a request's headers carry the key as this provider wants it."""
        return headers.get(self.key_header) == self.key_prefix + key

    def task_of(self, request: Request) -> str | None:
        """Return the id of the task a request is about."""
        held = [(route, route.held(request)) for route in self.routes]
        return next((route.id_of(match) for route, match in held if match), None)


def json_reply(body: object, status: int = 200) -> Response:
    """Return a JSON answer, its text left in its own script."""
    text = json.dumps(body, ensure_ascii=False)
    return Response(status, {"Content-Type": "application/json; charset=utf-8"}, text.encode())


def beijing(at: float) -> str:
    """Return Unix seconds as DashScope writes them: UTC+8, milliseconds, no zone."""
    stamp = datetime.fromtimestamp(at, _BEIJING)
    return stamp.strftime("%Y-%m-%d %H:%M:%S.") + f"{stamp.microsecond // 1000:03d}"


def iso(at: float) -> str:
    """Return Unix seconds as ISO 8601 in UTC with milliseconds."""
    stamp = datetime.fromtimestamp(at, UTC)
    return stamp.strftime("%Y-%m-%dT%H:%M:%S.") + f"{stamp.microsecond // 1000:03d}Z"


def derived_uuid(*parts: str) -> str:
    """Return a UUID that is the same on every run."""
    return str(uuid5(NAMESPACE_URL, "/".join(parts)))
