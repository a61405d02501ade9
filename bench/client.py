"""What a poll costs in the client: ours, the build before, and stock httpx, in turn.

Usage: python bench/client.py [VENV OF THE BUILD BEFORE]     (target 6)

A server in a process of its own answers each request at once with half a kilobyte of JSON. Each
engine asks from a process of its own, over 4, 8 and 16 connections; its CPU seconds count from
when all of them are open. Ours has the key in its header, finds out that the path is a route of the
provider, and hides the key in the answer; the stock `httpx.AsyncClient` only asks.
"""

import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from line import Bar, Builds, Line, paired, python, show
from loopback import served

CONNECTIONS = (4, 8, 16)
ROUNDS = 3
REQUESTS = 1600
BAR = 0.5

SERVER = r"""
import asyncio
BODY = b'{"code": 200, "data": {"taskId": "t", "status": "handling", "x": "' + b"y" * 440 + b'"}}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nServer: nginx\r\nDate: "
HEAD += b"Sun, 22 Nov 2026 07:00:00 GMT\r\nX-Request-Id: 0123456789abcdef\r\n"
ANSWER = HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY
class Answering(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
    def data_received(self, data):
        self.transport.write(ANSWER * data.count(b"\r\n\r\n"))
async def main():
    server = await asyncio.get_running_loop().create_server(Answering, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""

CLIENT = r"""
import asyncio, sys, time
engine, base, connections, requests = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
async def measured(get):
    async def ask(times):
        for _ in range(times):
            assert (await get()) > 500
    async with asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(ask(20))
    cpu, wall = time.process_time(), time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(connections):
            group.create_task(ask(requests // connections))
    print(time.process_time() - cpu, time.perf_counter() - wall)
async def stock():
    import httpx
    async with httpx.AsyncClient() as client:
        url = base + "/v1/tasks/t-0123456789"
        async def get():
            return len((await client.get(url)).content)
        await measured(get)
async def rushes():
    from rushes.providers.registry import find
    from rushes.providers.secret import Secret
    from rushes.watch.keys.known_keys import learn
    from rushes.watch.network.client import ApiClient
    card, key = find("hiapi").card, Secret("sk-bench-0123456789")
    learn(key.reveal())
    client = ApiClient(base, card, concurrency=connections)
    path = card.path("t-0123456789")
    async def get():
        return len((await client.get(path, key)).body)
    await measured(get)
    await client.aclose()
asyncio.run({"stock": stock, "rushes": rushes}[engine]())
"""


def cost(build: Path, engine: str, base: str, connections: int) -> tuple[float, float]:
    """CPU and wall microseconds that a request takes."""
    argv = [python(build), "-c", CLIENT, engine, base, str(connections), str(REQUESTS)]
    done = subprocess.run(argv, check=True, capture_output=True, text=True, cwd="/")
    cpu, wall = (1e6 * float(word) / REQUESTS for word in done.stdout.split())
    return cpu, wall


def lines(builds: Builds) -> Iterator[Line]:
    """Ours against stock httpx, and the build before against it, at each number of connections."""
    with served(SERVER) as base:
        for connections in CONNECTIONS:
            yield from _compared(builds, base, connections)


def _compared(builds: Builds, base: str, connections: int) -> Iterator[Line]:
    ways = {"now": (builds.now, "rushes"), "stock": (builds.now, "stock")}
    if builds.before is not None:
        ways["before"] = (builds.before, "rushes")
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, (build, engine) in ways.items():
            found[name].append(cost(build, engine, base, connections))
    theirs = [cpu for cpu, _ in found["stock"]]
    for name in [name for name in ways if name != "stock"]:
        ours = [cpu for cpu, _ in found[name]]
        ratio = paired(ours, theirs)
        yield Line(
            target="6",
            measure=f"CPU a poll in the client, {connections} connections"
            + (", the build before" if name == "before" else ""),
            unit="µs",
            now=statistics.median(ours),
            against="httpx.AsyncClient",
            theirs=statistics.median(theirs),
            ratio=ratio,
            cpu_ratio=ratio,
            bar=Bar.RATIO_AT_MOST if name == "now" else None,
            limit=BAR if name == "now" else None,
        )


if __name__ == "__main__":
    before = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    show(lines(Builds(now=Path(sys.prefix), before=before)))
