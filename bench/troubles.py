"""Good tasks beside bad ones: is each asked as often as alone, and how long does a blip cost.

Usage: python bench/troubles.py [KIND|all|blip] [COUNT|all] [SECONDS]
       (all kinds, 1, 5 and 50 bad tasks, 60 seconds alone and 60 beside the bad ones; then blips)

The whole engine over HTTP on loopback: 8 lanes, an interval of 2 s. Ten good tasks are answered
once, are counted alone, then beside the bad ones, at the same gateway in the same run. The bar is
that each is asked at least 0.9 times as often. A blip is half a second without an answer from the
first question on; then 20 tasks are to be asked again within two intervals and 3 s.
"""

import asyncio
import contextlib
import json
import os
import socket
import statistics
import struct
import sys
import tempfile
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from rushes.watch.config.settings import load
from rushes.watch.desk import Desk
from rushes.watch.disk.paths import Paths
from rushes.watch.opening import open_desk
from rushes.watch.task import Entry, Ref

INTERVAL, LANES = 2.0, 8
GOOD, IN_BLIP = 10, 20
LATENCY, SLOW, BLIP = 0.02, 10.0, 0.5
BAR, BLIP_BAR = 0.9, 2 * INTERVAL + 3
KINDS = ("cut", "chunk", "401", "403", "500", "slow", "reset")
COUNTS = (1, 5, 50)
BLIP_LANES = (1, 2, 4, 8, 16, 32)
ENVIRON = {"HIAPI_API_KEY": "sk-bench-0123456789"}


# -- the gateway --------------------------------------------------------------------------------


def _reply(status: int, body: bytes, kind: str = "application/json", missing: int = 0) -> bytes:
    head = f"HTTP/1.1 {status} Said\r\nContent-Type: {kind}\r\nContent-Length: "
    return f"{head}{len(body) + missing}\r\n\r\n".encode() + body


def _good(task_id: str, missing: int = 0) -> bytes:
    data: dict[str, object] = {"taskId": task_id, "model": "m", "status": "handling", "output": []}
    whole = json.dumps({"code": 200, "message": "success", "data": data}).encode()
    return _reply(200, whole, missing=missing)


class _Gateway:
    """Tasks called bad… get what `kind` says; with `blip` nobody is answered at first."""

    def __init__(self, kind: str, log: IO[str]) -> None:
        self._kind = kind
        self._log = log
        self._began: float | None = None

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                task_id = head.split()[1].rsplit(b"/", 1)[-1].decode()
                now = time.monotonic()
                self._began = self._began or now
                self._log.write(f"{task_id} {now}\n")
                self._log.flush()
                if not await self._answer(writer, task_id, now - self._began):
                    break
                await writer.drain()
        writer.close()

    async def _answer(self, writer: asyncio.StreamWriter, task_id: str, age: float) -> bool:
        """Answer; whether the connection goes on."""
        await asyncio.sleep(LATENCY)
        kind = self._kind if task_id.startswith("bad") else "good"
        if self._kind == "blip" and age < BLIP:
            await asyncio.sleep(0.2)
            return False
        match kind:
            case "cut":
                writer.write(_good(task_id, missing=50))
            case "chunk":
                writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n")
            case "reset":
                peer: socket.socket = writer.get_extra_info("socket")
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.transport.abort()
            case "403":
                page = b"<!DOCTYPE html><html><title>Just a moment</title></html>"
                writer.write(_reply(403, page, "text/html"))
            case "401" | "500":
                writer.write(_reply(int(kind), b'{"code": "x", "message": "no"}'))
            case _:
                await asyncio.sleep(SLOW if kind == "slow" else 0)
                writer.write(_good(task_id))
        return kind not in ("cut", "chunk", "reset")


async def _serve(kind: str, log: IO[str]) -> None:
    server = await asyncio.start_server(_Gateway(kind, log).talk, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


# -- the engine ---------------------------------------------------------------------------------


def _asked(log: Path) -> list[tuple[str, float]]:
    lines = (line.split() for line in log.read_text().splitlines())
    return [(task_id, float(at)) for task_id, at in lines]


async def _until_all_asked(log: Path, ids: Iterable[str], since: float, patience: float) -> float:
    """Seconds from `since` until each was asked since then; infinite where that did not happen."""
    missing, seen = set(ids), since
    while time.monotonic() < since + patience:
        await asyncio.sleep(0.1)
        for task_id, at in _asked(log):
            if at >= since and task_id in missing:
                missing.discard(task_id)
                seen = max(seen, at)
        if not missing:
            return seen - since
    return float("inf")


async def _add(desk: Desk, ids: Iterable[str]) -> None:
    now = datetime.now(UTC)
    await desk.watchlist.add(Entry(ref=Ref("hiapi", task_id), added=now) for task_id in ids)


async def _beside(desk: Desk, log: Path, count: int, seconds: float) -> list[float]:
    """Each good task's polls beside the bad ones, divided by those alone."""
    good = [f"good{n}" for n in range(GOOD)]
    await _add(desk, good)
    began = time.monotonic()
    desk.start()
    await _until_all_asked(log, good, began, 30.0)
    alone = time.monotonic()
    await asyncio.sleep(seconds)
    added = time.monotonic()
    await _add(desk, [f"bad{n}" for n in range(count)])
    await asyncio.sleep(seconds)
    ended, asked = time.monotonic(), _asked(log)

    def rate(one: str, since: float, until: float) -> float:
        return sum(task_id == one and since <= at < until for task_id, at in asked) / (
            until - since
        )

    return [rate(one, added, ended) / rate(one, alone, added) for one in good]


async def _blip(desk: Desk, log: Path) -> float:
    """Seconds after the blip until all tasks were asked again."""
    ids = [f"t{n}" for n in range(IN_BLIP)]
    await _add(desk, ids)
    desk.start()
    began = time.monotonic()
    await _until_all_asked(log, ids[:1], began, 30.0)
    return await _until_all_asked(log, ids, _asked(log)[0][1] + BLIP, 60.0)


async def _with_desk(kind: str, lanes: int, count: int, seconds: float) -> list[float]:
    with tempfile.TemporaryDirectory(prefix="rushes-troubles-") as folder:
        paths, log = Paths.under(Path(folder)), Path(folder) / "asked"
        argv = [sys.executable, __file__, "gateway", kind, str(log)]
        pipe = asyncio.subprocess.PIPE
        gateway = await asyncio.create_subprocess_exec(*argv, stdout=pipe)
        assert gateway.stdout is not None
        try:
            port = int(await gateway.stdout.readline())
            paths.config.write_text(
                f'[providers.hiapi]\nbase_url = "http://127.0.0.1:{port}"'
                f'\npoll_interval = "{INTERVAL:g}s"\nmax_concurrency = {lanes}\nmax_rate = 400\n'
            )
            settings = load(paths.config, ENVIRON)
            async with open_desk(paths, settings, "default", ENVIRON) as desk:
                if kind == "blip":
                    return [await _blip(desk, log)]
                return await _beside(desk, log, count, seconds)
        finally:
            gateway.kill()
            await gateway.wait()


# -- the whole ----------------------------------------------------------------------------------


def _measure(kinds: Iterable[str], counts: Iterable[int], seconds: float) -> bool:
    kept = True
    print("kind    bad   polls beside / alone: min  median")
    for kind in kinds:
        for count in counts:
            ratios = asyncio.run(_with_desk(kind, LANES, count, seconds))
            kept &= min(ratios) >= BAR
            median = statistics.median(ratios)
            print(f"{kind:6} {count:4} {min(ratios):26.2f} {median:7.2f}", flush=True)
    return kept


def _measure_blips() -> bool:
    kept = True
    print(f"lanes   all asked again after the blip (bar {BLIP_BAR:g} s)")
    for lanes in BLIP_LANES:
        (seconds,) = asyncio.run(_with_desk("blip", lanes, 0, 0.0))
        kept &= seconds <= BLIP_BAR
        print(f"{lanes:5} {seconds:12.1f} s", flush=True)
    return kept


def main() -> int:
    match sys.argv[1:]:
        case ["gateway", kind, log]:
            with Path(log).open("w", encoding="utf-8") as file:
                asyncio.run(_serve(kind, file))
            return 0
        case words:
            kind, count, seconds = words + ["all", "all", "60"][len(words) :]
    print(f"{LANES} lanes, interval {INTERVAL:g} s, load {os.getloadavg()[0]:.1f}")
    good = True
    if kind != "blip":
        kinds = KINDS if kind == "all" else (kind,)
        counts = COUNTS if count == "all" else (int(count),)
        good &= _measure(kinds, counts, float(seconds))
    if kind in ("all", "blip"):
        good &= _measure_blips()
    print("the bars are kept" if good else "NOT within the bars")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
