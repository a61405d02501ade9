"""Loopback origins that play every provider and a CDN, from one cast on one clock."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from rushes.demo import cdn
from rushes.demo.cast import CAST, TROUBLE
from rushes.demo.chaos import Chaos
from rushes.demo.dialects import DIALECTS
from rushes.demo.dialects.dialect import Dialect, json_reply
from rushes.demo.faults import Fault, Faults
from rushes.demo.http import READS, Request, Response, Server
from rushes.demo.scene import Scene, Tempo
from rushes.demo.stage import CDN, Call, Stage, no_skew

API_KEY = "demo-key-4f1c9a27e6b8"
REMEMBERED = 50_000

ORIGINS = len(DIALECTS) + 1
"""How many ports a gateway has, one after the other."""

_TaskOf: TypeAlias = Callable[[Request], str | None]


@dataclass(frozen=True, slots=True)
class Visit:
    """One request as it was answered.

    `at` in Unix seconds; `origin` a provider's name or "cdn"; `path` without the query; `key_sent`
    whether any header held the key; `status` 0 where the connection was dropped unanswered.
    """

    at: float
    origin: str
    method: str
    path: str
    key_sent: bool
    status: int


class _Sums(Mapping[tuple[str, str, int], str]):
    """Maps (provider, task id, n from 1) to a SHA-256 in hexadecimal, computed when asked for."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def __getitem__(self, key: tuple[str, str, int]) -> str:
        provider, task_id, n = key
        scene = self._stage.scenes[provider, task_id]
        if not 1 <= n <= len(scene.outputs):
            raise KeyError(key)
        return self._stage.file(scene, n).sha256

    def __iter__(self) -> Iterator[tuple[str, str, int]]:
        for (provider, task_id), scene in self._stage.scenes.items():
            for n in range(1, len(scene.outputs) + 1):
                yield provider, task_id, n

    def __len__(self) -> int:
        return sum(len(scene.outputs) for scene in self._stage.scenes.values())


class Gateway:
    """The demo's providers.

    `speed` divides every offset of the scenes that lies ahead, and multiplies `transfer_rate`, the
    bytes per second of each transfer (None: unlimited). Its ports are ORIGINS many from `port` on,
    or any free ones for 0. `clock` gives Unix seconds. `on_visit` is called for every request that
    was answered. With `chaos` a share of all requests fails, and each origin's clock is wrong.
    `cast` are the scenes that it plays.
    """

    def __init__(
        self,
        speed: float = 1.0,
        port: int = 0,
        clock: Callable[[], float] = time.time,
        transfer_rate: float | None = 1_500_000,
        *,
        on_visit: Callable[[Visit], None] | None = None,
        chaos: Chaos | None = None,
        cast: Sequence[Scene] = CAST,
    ) -> None:
        if speed <= 0:
            raise ValueError(f"speed must be above 0, got {speed}")
        self.tasks: Sequence[Scene] = cast
        self.api_key = API_KEY
        self.base_urls: dict[str, str] = {}
        self.cdn_url = ""
        self._speed = speed
        self._port = port
        self._clock = clock
        self._rate = None if transfer_rate is None else transfer_rate * speed
        self._on_visit = on_visit
        self._chaos = chaos
        skew = chaos.skew if chaos else no_skew
        self._stage = Stage(cast, Tempo(clock(), speed), clock, skew)
        self._faults = Faults()
        for origin, task_id, fault in TROUBLE:
            self._faults.add(origin, task_id, fault)
        self._visits: deque[Visit] = deque(maxlen=REMEMBERED)
        self._servers: list[Server] = []

    @property
    def requests(self) -> list[Visit]:
        """The requests so far, the newest 50,000 of them, oldest first."""
        return list(self._visits)

    @property
    def file_sha256(self) -> Mapping[tuple[str, str, int], str]:
        """(provider, task id, n from 1) → SHA-256 of that output's bytes, in hexadecimal."""
        return _Sums(self._stage)

    def fault(self, provider: str, task_id: str | None, fault: Fault) -> None:
        """Set a fault at a provider (or "cdn") for one task, or for all of them (None)."""
        self._faults.add(provider, task_id, fault)

    async def start(self) -> None:
        """Open the origins and let the scenes begin. Raises OSError if a port is taken."""
        self._stage.tempo = Tempo(self._clock(), self._speed)
        try:
            for dialect in DIALECTS:
                self.base_urls[dialect.name] = await self._open(
                    dialect.name, partial(self._ask, dialect), dialect.task_of
                )
            self.cdn_url = await self._open(CDN, self._fetch, self._published_task)
        except OSError:
            await self.stop()
            raise
        self._stage.cdn_url = self.cdn_url

    async def stop(self) -> None:
        """Close every origin at once, transfers under way included."""
        servers, self._servers = self._servers, []
        await asyncio.gather(*(server.stop() for server in servers))

    async def _open(
        self, origin: str, truth: Callable[[Request, bool], Response], task_of: _TaskOf
    ) -> str:
        handler = partial(self._handle, origin, truth, task_of)
        server = Server(handler, clock=partial(self._stage.now, origin), rate=self._rate)
        wanted = self._port + len(self._servers) if self._port else 0
        port = await server.start(wanted)
        self._servers.append(server)
        return f"http://127.0.0.1:{port}"

    async def _handle(
        self,
        origin: str,
        truth: Callable[[Request, bool], Response],
        task_of: _TaskOf,
        request: Request,
    ) -> Response | None:
        key_sent = any(self.api_key in value for value in request.headers.values())
        offset = self._stage.tempo.offset(self._clock())
        fault = self._faults.strike(origin, task_of(request), offset)
        if fault is None and self._chaos is not None:
            fault = self._chaos.strike(origin)
        if fault is not None and fault.stall and fault.cut is None:
            await asyncio.sleep(fault.stall)
        response = None
        if fault is None or not fault.drop:
            response = _not_allowed(request) or truth(request, key_sent)
            response = fault.respond(response) if fault else response
        status = response.status if response else 0
        visit = Visit(self._clock(), origin, request.method, request.path, key_sent, status)
        self._visits.append(visit)
        if self._on_visit:
            self._on_visit(visit)
        return response

    def _ask(self, dialect: Dialect, request: Request, _: bool) -> Response:
        for route in dialect.routes:
            held = route.held(request)
            if held is None:
                continue
            if not route.public and not dialect.admits(request.headers, self.api_key):
                return dialect.unauthorized
            task_id = route.id_of(held) or ""
            return route.answer(Call(self._stage, dialect.name, request, held, task_id))
        return json_reply({"error": {"message": f"no route {request.path}"}}, 404)

    def _fetch(self, request: Request, key_sent: bool) -> Response:
        return cdn.answer(self._stage, request, key_sent=key_sent)

    def _published_task(self, request: Request) -> str | None:
        found = self._stage.published(request.path)
        return found[0].scene.id if found else None


def _not_allowed(request: Request) -> Response | None:
    """Return the refusal of anything that is not a read."""
    if request.method in READS:
        return None
    return Response(405, {"Allow": ", ".join(READS)})
