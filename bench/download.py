"""A download of 1 GB: ours, the build before, curl and aria2, from one loopback server, in turn.

    python bench/download.py [--megabytes 1000] [--rounds 5] [--before VENV]   (target 10)

The server is a process of its own that sends a file with `sendfile`, or over TLS. Ours hashes the
file, syncs it, checks its form and names it; curl and aria2 only save it, and curl once more with
a sync behind it. Each is a process of its own; a speed is of the wall time without the start of
Python. Then four of ours fetch at once, while a sleeper of 5 ms on the event loop tells how late
it is woken: whole, and without what it waited for a processor.
Asks nobody but this machine.
"""

import argparse
import contextlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from line import Bar, Builds, Line, paired, python, show
from loopback import served

ROUNDS = 5
MEGABYTES = 1000
TMPFS = Path("/dev/shm")

SERVER = r"""
import os, socket, ssl, sys, tempfile, threading
size, certificate = int(sys.argv[1]), sys.argv[2]
def box(kind, body, length=None):
    return (length or len(body) + 8).to_bytes(4, "big") + kind + body
times = bytes(12) + (1000).to_bytes(4, "big") + (5000).to_bytes(4, "big") + bytes(80)
head = box(b"ftyp", b"isom\0\0\2\0isomiso2avc1mp41") + box(b"moov", box(b"mvhd", times))
head += box(b"mdat", b"", size - len(head))
block = os.urandom(1 << 20)
film = tempfile.TemporaryFile(dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
film.write(head)
for start in range(len(head), size, len(block)):
    film.write(block[:size - start])
film.flush()
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if certificate else None
if context:
    context.load_cert_chain(certificate)
def talk(peer):
    peer = context.wrap_socket(peer, server_side=True) if context else peer
    try:
        with peer:
            peer.recv(65536)
            length = b"Content-Length: %d\r\n" % size
            peer.sendall(b'HTTP/1.1 200 OK\r\nETag: "v1"\r\n' + length + b"\r\n")
            if not context:
                at = 0
                while at < size:
                    at += os.sendfile(peer.fileno(), film.fileno(), at, size - at)
                return
            for at in range(0, size, len(block)):
                peer.sendall(os.pread(film.fileno(), len(block), at))
    except OSError:
        return
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
while True:
    threading.Thread(target=talk, args=(server.accept()[0],), daemon=True).start()
"""

CLIENT = r"""
import asyncio, os, resource, sys, threading, time
from pathlib import Path, PurePosixPath
from rushes.watch.network.options import Network, Trust
from rushes.watch.network.trust import trust
from rushes.watch.task import Ref
from rushes.watch.transfer.limits import Limits
from rushes.watch.transfer.request import Remote, TransferRequest
from rushes.watch.transfer.transfer import Transfer
base, folder, certificate, at_once = sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
network = Network(trust=Trust(ca_file=Path(certificate))) if certificate else Network()
trust(network.trust)
def fetch(n):
    source, ref = Remote(base + "/film.mp4", base, network=network), Ref("bench", "1")
    stem = PurePosixPath(f"video-{n}")
    request = TransferRequest(source=source, directory=folder, stem=stem, ref=ref, n=n)
    Transfer(request, limits=Limits(size=1 << 40)).run()
def queued():
    about = f"/proc/self/task/{threading.get_native_id()}/schedstat"
    with open(about) as file:
        return int(file.read().split()[1]) / 1e6
async def weigh():
    late, runs = [], asyncio.gather(*(asyncio.to_thread(fetch, n) for n in range(at_once)))
    while not runs.done():
        begun, waited = time.perf_counter(), queued()
        await asyncio.sleep(0.005)
        whole = (time.perf_counter() - begun - 0.005) * 1000
        late.append((whole, max(whole - (queued() - waited), 0.0)))
    await runs
    print(max(late)[0], max(own for _, own in late), flush=True)
def resident():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
memory, wall, cpu = resident(), time.perf_counter(), time.process_time()
asyncio.run(weigh()) if at_once > 1 else fetch(1)
print(time.perf_counter() - wall, time.process_time() - cpu, resident() - memory)
os._exit(0)
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of wall and of processor time that a download took."""

    wall: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Served:
    """A server's base URL, its certificate where it speaks TLS, and the length of its file."""

    base: str
    certificate: str
    size: int


Fetch = Callable[[Served, Path], Cost]


@contextmanager
def server(size: int, certificate: str = "") -> Generator[Served]:
    """A server in a process of its own."""
    with served(SERVER, str(size), certificate) as base:
        url = base.replace("http:", "https:") if certificate else base
        yield Served(url, certificate, size)


@contextmanager
def certificate() -> Generator[str | None]:
    """A new certificate for this machine, and its key, in one file; None without openssl."""
    with tempfile.TemporaryDirectory(prefix="rushes-download-") as folder:
        file = Path(folder) / "both.pem"
        words = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
        about = ["-subj", "/CN=bench", "-addext", "subjectAltName=IP:127.0.0.1"]
        argv = ["openssl", *words.split(), "-keyout", str(file), "-out", f"{file}.c", *about]
        if shutil.which("openssl") is None:
            yield None
            return
        subprocess.run(argv, check=True, capture_output=True)
        file.write_bytes(file.read_bytes() + Path(f"{file}.c").read_bytes())
        yield str(file)


def ours(build: Path) -> Fetch:
    """A transfer of that build."""

    def fetch(served: Served, folder: Path) -> Cost:
        wall, cpu, _ = _client(build, served, folder, 1)[-1]
        return Cost(wall, cpu)

    return fetch


def _client(build: Path, served: Served, folder: Path, at_once: int) -> list[list[float]]:
    argv = [python(build), "-c", CLIENT, served.base, str(folder), served.certificate, str(at_once)]
    done = subprocess.run(argv, check=True, capture_output=True, text=True, cwd="/")
    return [[float(word) for word in line.split()] for line in done.stdout.splitlines()]


def command(*argv: str, then: str | None = None) -> Fetch:
    """A program that saves the file under `{file}`, and another one that is run afterwards."""

    def fetch(served: Served, folder: Path) -> Cost:
        words = {"file": str(folder / "film"), "folder": str(folder), "ca": served.certificate}
        filled = [word.format(**words) for word in argv if served.certificate or "{ca}" not in word]
        filled.append(f"{served.base}/film.mp4")
        environ = os.environ | {"CURL_CA_BUNDLE": served.certificate or "/dev/null"}
        begun, before = time.perf_counter(), os.times()
        subprocess.run(filled, check=True, stdout=subprocess.DEVNULL, env=environ)
        if then is not None:
            subprocess.run([then, words["file"]], check=True)
        took, after = time.perf_counter() - begun, os.times()
        cpu = after.children_user - before.children_user
        return Cost(took, cpu + after.children_system - before.children_system)

    return fetch


CURL = ("curl", "-s", "-o", "{file}")
ARIA = ("aria2c", "-q", "-x1", "--file-allocation=none", "-d", "{folder}", "-o", "film")


def ways(builds: Builds) -> dict[str, Fetch]:
    """What is measured, by its name: whatever of it is here."""
    found = {"now": ours(builds.now)}
    if builds.before is not None:
        found["before"] = ours(builds.before)
    if shutil.which("curl"):
        found |= {"curl": command(*CURL), "curl; sync": command(*CURL, then="sync")}
    if shutil.which("aria2c"):
        found["aria2c"] = command(*ARIA, "--ca-certificate={ca}")
    return found


def measured(
    served: Served, where: Path, named: dict[str, Fetch], rounds: int
) -> dict[str, list[Cost]]:
    """What each round cost, by name; the first one warms caches up and does not count."""
    found: dict[str, list[Cost]] = {name: [] for name in named}
    for round_ in range(rounds + 1):
        for name, fetch in named.items():
            with tempfile.TemporaryDirectory(dir=where) as folder:
                cost = fetch(served, Path(folder))
            if round_:
                found[name].append(cost)
    return found


def compared(
    what: str, size: int, found: dict[str, list[Cost]], bars: dict[str, float]
) -> Iterator[Line]:
    """A line for ours against each other way, as a ratio of speeds."""
    mine = found["now"]
    for name, theirs in found.items():
        if name == "now":
            continue
        yield Line(
            target="10",
            measure=f"download of {size / 1e6:.0f} MB, {what}",
            unit="MB/s",
            now=size / 1e6 / statistics.median(cost.wall for cost in mine),
            against=name,
            theirs=size / 1e6 / statistics.median(cost.wall for cost in theirs),
            ratio=paired([cost.wall for cost in theirs], [cost.wall for cost in mine]),
            cpu_ratio=paired([cost.cpu for cost in mine], [cost.cpu for cost in theirs]),
            bar=Bar.RATIO_AT_LEAST if name in bars else None,
            limit=bars.get(name),
        )


def late(builds: Builds, served: Served, what: str, where: Path, rounds: int) -> Iterator[Line]:
    """How late the event loop is while four arrive, at worst."""
    whole: dict[Path, list[float]] = {build: [] for build in builds.measured}
    own: dict[Path, list[float]] = {build: [] for build in builds.measured}
    memory: list[float] = []
    for _ in range(rounds):
        for build in builds.measured:
            with tempfile.TemporaryDirectory(dir=where) as folder:
                lag, cost = _client(build, served, Path(folder), 4)
            whole[build].append(lag[0])
            own[build].append(lag[1])
            if build == builds.now:
                memory.append(cost[2] / 4)
    for name, lags in (("whole", whole), ("without what it waited for a processor", own)):
        before = lags[builds.before] if builds.before is not None else None
        is_whole = name == "whole"
        yield Line(
            target="10",
            measure=f"loop lag, four at once, {what}: worst of a run, {name}",
            unit="ms",
            now=statistics.median(lags[builds.now]),
            against="before" if before else "",
            theirs=statistics.median(before) if before else None,
            ratio=paired(lags[builds.now], before) if before else None,
            bar=Bar.NOW_AT_MOST if is_whole else None,
            limit=20 if is_whole else None,
        )
    yield Line(
        target="10",
        measure=f"memory of one of four, {what}",
        unit="MiB",
        now=statistics.median(memory),
        bar=Bar.NOW_AT_MOST,
        limit=4,
    )


def lines(builds: Builds, megabytes: int = MEGABYTES, rounds: int = ROUNDS) -> Iterator[Line]:
    """Speeds in memory, on the disk and over TLS, then how late the event loop is."""
    size, named = megabytes * 1_000_000, ways(builds)
    disk = Path(tempfile.gettempdir())
    places = {"tmpfs": TMPFS if TMPFS.is_dir() else disk, "disk": disk}
    bars = {"tmpfs": {"curl": 0.9}, "disk": {"curl": 0.8, "curl; sync": 1.0}}
    with contextlib.ExitStack() as opened:
        plain = opened.enter_context(server(size))
        for what, where in places.items():
            found = measured(plain, where, named, rounds)
            yield from compared(what, size, found, bars[what])
        less = opened.enter_context(server(size // 4))
        yield from late(builds, less, "tmpfs", places["tmpfs"], rounds)
        yield from late(builds, less, "disk", disk, rounds)
        if (made := opened.enter_context(certificate())) is not None:
            secure = opened.enter_context(server(size, made))
            found = measured(secure, places["tmpfs"], named, rounds)
            yield from compared("tmpfs, TLS", size, found, {})
            fewer = opened.enter_context(server(size // 4, made))
            yield from late(builds, fewer, "tmpfs, TLS", places["tmpfs"], rounds)


def main() -> None:
    """Measure this build beside another one."""
    words = argparse.ArgumentParser(description="A download of ours beside curl and aria2.")
    words.add_argument("--megabytes", type=int, default=MEGABYTES)
    words.add_argument("--rounds", type=int, default=ROUNDS)
    words.add_argument("--before", type=Path)
    said = words.parse_args()
    show(lines(Builds(Path(sys.prefix), before=said.before), said.megabytes, said.rounds))


if __name__ == "__main__":
    main()
