"""How long the event loop stands still over hostile answers, beside a plain one in the same run.

Usage: python bench/stalls.py [SECONDS]     (20 seconds of each kind)

A server in a process of its own answers polls with one byte a chunk, one byte a segment, interim
answers without end, header lines without end, and 8 MiB of lists; and files with one byte a chunk,
four at a time. Printed are how late the loop is (p50, p95, longest, in ms), the share of the time
that this process computes, and what came of the last answer. The bars: 100 ms, or as late as over
plain answers where that is later, and a quarter.
"""

import asyncio
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from loopback import served

from rushes.providers.errors import RushesError
from rushes.providers.reply import Ask
from rushes.providers.secret import Secret
from rushes.watch.config.settings import load
from rushes.watch.network.assets import open_asset
from rushes.watch.network.client import ApiClient
from rushes.watch.network.hang_up import Connection

TICK = 0.005
LAG_BAR, CPU_BAR = 0.1, 0.25
POLLS = ("plain", "chunks", "segments", "interim", "headers", "lists", "numbers")

SERVER = r"""
import socket, threading, time
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
BODY = b'{"code": 200, "data": {"taskId": "x", "model": "m", "status": "handling", "output": []}}'
def whole(body):
    return HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
DRIPS = {
    "chunks": (CHUNKED, b"1\r\n \r\n" * 20000),
    "interim": (b"", b"HTTP/1.1 100 C\r\n\r\n" * 5000),
    "headers": (HEAD, b"a:b\r\n" * 20000),
}
ONCE = {
    "plain": whole(BODY),
    "lists": whole(b'{"code": 200, "data": {"taskId": "x", "status": "success", "output": ['
        + b",".join(b'{"url": "http://127.0.0.1/%d.mp4"}' % n for n in range(20000)) + b"]}}"),
    "numbers": whole(b'{"code": 200, "data": [' + b",".join([b"9" * 4300] * 1900) + b"]}"),
}
def talk(peer):
    try:
        while head := peer.recv(65536):
            kind = head.split()[1].rsplit(b"/", 1)[-1].decode()
            if kind in ONCE:
                peer.sendall(ONCE[kind])
            elif kind == "segments":
                peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                peer.sendall(HEAD + b"\r\n")
                while True:
                    peer.sendall(b" ")
                    time.sleep(0.0002)
            else:
                start, piece = DRIPS[kind]
                peer.sendall(start)
                while True:
                    peer.sendall(piece)
    except OSError:
        pass
server = socket.create_server(("127.0.0.1", 0), backlog=64)
print(server.getsockname()[1], flush=True)
while True:
    threading.Thread(target=talk, args=(server.accept()[0],), daemon=True).start()
"""


async def _watched(work: Callable[[], Awaitable[str]]) -> tuple[list[float], float, str]:
    """How late the loop was at each tick, the share of a processor, and what came of `work`."""
    late: list[float] = []

    async def tick() -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(TICK)
            late.append(time.monotonic() - before - TICK)

    ticking = asyncio.create_task(tick())
    began, cpu = time.monotonic(), time.process_time()
    came = await work()
    share = (time.process_time() - cpu) / (time.monotonic() - began)
    ticking.cancel()
    return late, share, came


async def _polls(url: str, kind: str, seconds: float) -> str:
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.toml"
        config.write_text(f'[providers.hiapi]\nbase_url = "{url}"\n')
        account = load(config, {}).accounts["hiapi"]
    card = account.provider.card
    client = ApiClient(account.base, card, concurrency=1, deadline=seconds)
    until, came = time.monotonic() + seconds, "nothing"
    while time.monotonic() < until:
        try:
            reply = await client.get(card.path(kind), Secret("sk-bench-0123456789"))
            parsed = await asyncio.to_thread(account.provider.parse, reply, Ask(None, account.base))
            came = f"{len(reply.body)} bytes, {type(parsed).__name__}"
        except RushesError as error:
            came = str(error)
        await asyncio.sleep(1.0)
    await client.aclose()
    return came


async def _files(url: str, kind: str, seconds: float) -> str:
    files = (asyncio.to_thread(_file, url, kind, seconds, Connection()) for _ in range(4))
    came, _ = await asyncio.gather(asyncio.gather(*files), asyncio.sleep(seconds))
    return came[0]


def _file(url: str, kind: str, seconds: float, connection: Connection) -> str:
    ending = threading.Timer(seconds, connection.cut)
    ending.start()
    took = 0
    try:
        with open_asset(f"{url}/{kind}", {}, gateway=url, connection=connection) as arriving:
            for chunk in arriving.chunks:
                took += len(chunk)
        return f"{took} bytes"
    except RushesError as error:
        return f"{took} bytes, {error}"
    finally:
        ending.cancel()


def main() -> int:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    print(f"{seconds:g} s each, load {os.getloadavg()[0]:.1f}; how late the loop is, in ms")
    print(f"{'answer':16} {'p50':>6} {'p95':>6} {'max':>6}  CPU   what came")
    kept, usual = True, LAG_BAR
    ways = [("poll", kind, _polls) for kind in POLLS]
    ways += [("4 files", kind, _files) for kind in ("chunks", "interim")]
    for what, kind, ask in ways:
        with served(SERVER) as url:
            late, share, came = asyncio.run(_watched(lambda: ask(url, kind, seconds)))  # noqa: B023
        p95 = statistics.quantiles(late, n=20)[-1]
        times = (statistics.median(late), p95, max(late))
        figures = " ".join(f"{1000 * each:6.1f}" for each in times)
        print(f"{what + ', ' + kind:16} {figures}  {share:4.0%}  {came[:60]}", flush=True)
        # On a busy machine the loop is late in any case: by as much as over plain answers.
        usual = max(usual, max(late)) if (what, kind) == ("poll", "plain") else usual
        kept &= max(late) <= usual and share <= CPU_BAR
    print("the bars are kept" if kept else "NOT within the bars")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
