"""Our transfer against curl: the same file, the same loopback server, in turn.

    python bench/download.py [--megabytes 512] [--rounds 5]

Prints, plain and with the server pacing itself to 1 Gbit/s: the median of the paired ratios with
its minimum and maximum, the same of ours to ours without the records of what was synced, the
longest that a 5 ms sleeper on the event loop overslept and how much of that it waited for a
processor, and the memory that one transfer more takes. Ours hashes, syncs and checks the file
besides; curl does not.
Run by hand; it asks nobody but this machine, and at most for ten minutes.
"""

import argparse
import asyncio
import multiprocessing
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from pathlib import Path, PurePosixPath

from rushes.watch.network.trust import trust
from rushes.watch.task import Ref
from rushes.watch.transfer import part
from rushes.watch.transfer.limits import Limits
from rushes.watch.transfer.request import Remote, TransferRequest
from rushes.watch.transfer.transfer import Transfer

BLOCK = 1 << 20
GIGABIT = 125_000_000
HEAD = b"\0\0\0\x18ftypisom\0\0\2\0isomiso2"


def serve(port: "multiprocessing.Queue[int]", over: Event, size: int) -> None:
    """Send the file to whoever connects; its name says at how many bytes a second (0: any)."""
    block = os.urandom(BLOCK)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        port.put(listening.getsockname()[1])
        while not over.is_set():
            try:
                peer, _ = listening.accept()
            except TimeoutError:
                continue
            threading.Thread(target=send, args=(peer, size, block), daemon=True).start()


def send(peer: socket.socket, size: int, block: bytes) -> None:
    with peer:
        rate = int(peer.recv(65536).split(b" ")[1].strip(b"/"))
        head = f'HTTP/1.1 200 OK\r\nContent-Length: {size}\r\nETag: "v1"\r\n\r\n'.encode()
        begun, sent = time.monotonic(), len(HEAD)
        try:
            peer.sendall(head + HEAD)
            while sent < size:
                sent += len(part := block[: size - sent])
                peer.sendall(part)
                if rate and (ahead := sent / rate - (time.monotonic() - begun)) > 0:
                    time.sleep(ahead)
        except OSError:
            return


@contextmanager
def server(size: int) -> Generator[str]:
    """The base URL of a server in a process of its own."""
    port: multiprocessing.Queue[int] = multiprocessing.Queue()
    over = multiprocessing.Event()
    process = multiprocessing.Process(target=serve, args=(port, over, size), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{port.get(timeout=10)}"
    finally:
        over.set()
        process.join(5)


def order(url: str, base: str, folder: Path, n: int = 1) -> TransferRequest:
    return TransferRequest(
        source=Remote(url, base),
        directory=folder,
        stem=PurePosixPath(f"video-{n}"),
        ref=Ref("bench", "1"),
        n=n,
    )


def ours(url: str, base: str, folder: Path) -> None:
    Transfer(order(url, base, folder), limits=Limits(size=1 << 40)).run()


def unrecorded(url: str, base: str, folder: Path) -> None:
    """Ours as it would be if a part were synced at its end only."""
    every, within = part.SYNC_EVERY, part.SYNC_WITHIN
    part.SYNC_EVERY, part.SYNC_WITHIN = 1 << 50, 1e9
    try:
        ours(url, base, folder)
    finally:
        part.SYNC_EVERY, part.SYNC_WITHIN = every, within


def curl(url: str, _: str, folder: Path) -> None:
    subprocess.run(["curl", "-s", "-o", str(folder / "curl.bin"), url], check=True)


def seconds(fetch: Callable[[str, str, Path], None], url: str, base: str, where: Path) -> float:
    """How long one fetch takes, into a folder that is new and gone afterwards."""
    with tempfile.TemporaryDirectory(dir=where) as folder:
        begun = time.perf_counter()
        fetch(url, base, Path(folder))
        return time.perf_counter() - begun


@dataclass(frozen=True, order=True)
class Lag:
    """How much too long a sleep took, and how much of that was for want of a processor, in ms."""

    whole: float = 0.0
    queued: float = 0.0

    def __str__(self) -> str:
        return f"{self.whole:.1f} ({self.queued:.1f} for a processor)"


@dataclass(frozen=True)
class Weight:
    """What transfers cost besides time; `memory` in MiB."""

    idle_lag: Lag
    lag: Lag
    memory: float


def queued() -> float:
    """How long this thread has been ready to run, and was not let, in milliseconds (Linux)."""
    about = Path(f"/proc/self/task/{threading.get_native_id()}/schedstat")
    return int(about.read_text().split()[1]) / 1e6


async def overslept(until: asyncio.Event) -> Lag:
    """The longest that 5 ms took too long."""
    worst = Lag()
    while not until.is_set():
        begun, waited = time.perf_counter(), queued()
        await asyncio.sleep(0.005)
        late = (time.perf_counter() - begun - 0.005) * 1000
        worst = max(worst, Lag(late, min(queued() - waited, late)))
    return worst


def resident() -> float:
    """The memory of this process in MiB (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2


async def weigh(url: str, base: str, where: Path, transfers: int) -> Weight:
    """The loop's lag and the growth per transfer while several are under way on threads."""
    still = asyncio.Event()
    asyncio.get_running_loop().call_later(1.0, still.set)
    idle = await overslept(still)
    before, most = resident(), 0.0
    done = asyncio.Event()
    with tempfile.TemporaryDirectory(dir=where) as folder:
        lag = asyncio.create_task(overslept(done))
        limits = Limits(size=1 << 40)
        moved = [
            Transfer(order(url, base, Path(folder), n), limits=limits) for n in range(transfers)
        ]
        fetches = asyncio.gather(*(asyncio.to_thread(each.run) for each in moved))
        while not fetches.done():
            await asyncio.wait({fetches}, timeout=0.05)
            most = max(most, resident())
        await fetches
        done.set()
        # Making and removing the folder block this loop, and are nobody's download.
        return Weight(idle, await lag, max(most - before, 0.0) / transfers)


def compare(name: str, url: str, base: str, where: Path, rounds: int, size: int) -> None:
    ratios: list[float] = []
    records: list[float] = []
    speeds: list[float] = []
    for round_ in range(rounds + 1):
        theirs = seconds(curl, url, base, where)
        mine = seconds(ours, url, base, where)
        bare = seconds(unrecorded, url, base, where)
        if round_:  # the first one warms caches up
            ratios.append(theirs / mine)
            records.append(mine / bare)
            speeds.append(size / mine / 1e6)
    one = asyncio.run(weigh(url, base, where, 1))
    four = asyncio.run(weigh(url, base, where, 4))
    speed = statistics.median(speeds)
    print(
        f"{name:8} {statistics.median(ratios):.2f} x curl"
        f" (min {min(ratios):.2f}, max {max(ratios):.2f}; ours {speed:.0f} MB/s)"
        f"  records take {statistics.median(records):.2f} x"
        f" (min {min(records):.2f}, max {max(records):.2f})"
        f"  loop lag in ms: {one.lag} with one, {four.lag} with four, idle {one.idle_lag}"
        f"  {four.memory:.1f} MiB a transfer"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Our transfer against curl, on this machine.")
    parser.add_argument("--megabytes", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--dir", type=Path, default=Path(tempfile.gettempdir()))
    asked = parser.parse_args()
    if shutil.which("curl") is None:
        sys.exit("curl is needed to compare with")
    threading.Timer(600, os._exit, (1,)).start()
    trust()
    size = asked.megabytes * 1_000_000
    with server(size) as base:
        for name, rate in (("plain", 0), ("1 Gbit/s", GIGABIT)):
            compare(name, f"{base}/{rate}", base, asked.dir, asked.rounds, size)
    os._exit(0)


if __name__ == "__main__":
    main()
