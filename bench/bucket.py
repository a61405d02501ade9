"""Outputs into a bucket beside obstore alone, and downloads while files are put, in turn.

Usage: python bench/bucket.py [--files 12] [--megabytes 24] [--rounds 5]

It is run in an environment that has the extra `dev`: moto's server, in a process of its own, is the
store, and a server in another the gateway. Ours puts whole staged files, reads them back and
compares them, with all that it does for it; obstore alone puts the same local files in one request
each, and reads them back, as many at a time. Then the same files are fetched into a folder, and on
their way into a bucket: the seconds are those until the last is here, staged or saved.
Each measurement is a process of its own, without the start of Python. Asks nobody but this machine.
"""

import argparse
import asyncio
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

from line import Bar, Line, paired, show
from loopback import served
from resume import film

from rushes.providers.model import Link, Output
from rushes.providers.registry import find
from rushes.providers.secret import Secret
from rushes.watch.asset import Fetch, OutputState
from rushes.watch.bucket.place import Place
from rushes.watch.clock import SystemClock
from rushes.watch.config.accounts import Account
from rushes.watch.downloads.destinations import Destinations
from rushes.watch.downloads.free_space import FreeSpace
from rushes.watch.downloads.job import Job
from rushes.watch.downloads.locate import DownloadAccount
from rushes.watch.downloads.putting import AT_A_TIME, Putting
from rushes.watch.downloads.retries import Retries
from rushes.watch.downloads.retrieval import THREADS, Retrieval
from rushes.watch.downloads.runner import Downloads
from rushes.watch.keys.find import Key, KeySource
from rushes.watch.network.client import ApiClient
from rushes.watch.network.trust import trust
from rushes.watch.task import Ref
from rushes.watch.transfer.limits import Limits
from rushes.watch.transfer.request import Saved

BAR = 0.8
PARALLEL = 4

STORE = r"""
import logging, sys, threading
from moto.moto_server.threaded_moto_server import ThreadedMotoServer
logging.getLogger("werkzeug").disabled = True
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
threading.Event().wait()
"""

GATEWAY = r"""
import os, socket, sys, threading
folder = sys.argv[1]
def talk(peer):
    with peer:
        name = peer.recv(65536).split()[1].decode().strip("/")
        with open(os.path.join(folder, name), "rb") as file:
            size, at = os.fstat(file.fileno()).st_size, 0
            peer.sendall(b'HTTP/1.1 200 OK\r\nETag: "v1"\r\nContent-Length: %d\r\n\r\n' % size)
            while at < size:
                at += os.sendfile(peer.fileno(), file.fileno(), at, size - at)
server = socket.create_server(("127.0.0.1", 0), backlog=64)
print(server.getsockname()[1], flush=True)
while True:
    threading.Thread(target=talk, args=(server.accept()[0],), daemon=True).start()
"""


def job(name: str, base: str) -> Job:
    """The job to fetch the file of that name."""
    output = Output(kind="video", where=Link(f"{base}/{name}"))
    return Job(ref=Ref("bench", name), n=1, output=output, name=name, expires_at=None)


def films(folder: Path) -> list[Saved]:
    """The files of a folder, as what was fetched is known."""
    return [
        Saved(path, path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest())
        for path in sorted(folder.iterdir())
    ]


def to_bucket(folder: Path, place: Place) -> Putting:
    """Puts what is in a folder."""
    return Putting(place, folder, lambda _job, _saved, _name: None, reads_back=True)


async def ours(folder: Path, place: Place) -> None:
    """Put the files of a folder as the program does, and see that they are there."""
    saved = films(folder)
    await to_bucket(folder, place).put(job("warm", ""), saved[0])
    putting = to_bucket(folder, place.below("ours"))
    begun, cpu = time.perf_counter(), time.process_time()
    made = await asyncio.gather(*(putting.put(job(it.path.name, ""), it) for it in saved))
    print(time.perf_counter() - begun, time.process_time() - cpu)
    assert all(fetch.url for fetch in made)


async def alone(folder: Path, place: Place) -> None:
    """Put and read back the same with the library and nothing else."""
    import obstore
    from obstore.store import S3Store

    saved = films(folder)
    store = S3Store.from_url(f"s3://{place.bucket}", client_options={"allow_http": True})
    await obstore.put_async(store, f"{place.key}/warm", saved[0].path.read_bytes())
    turns = asyncio.Semaphore(AT_A_TIME)

    async def put(path: Path) -> int:
        async with turns:
            key = f"{place.key}/alone/{path.name}"
            data = await asyncio.to_thread(path.read_bytes)
            await obstore.put_async(store, key, data, use_multipart=False)
            got = await obstore.get_async(store, key)
            return sum([len(block) async for block in got.stream(min_chunk_size=4 * 1024**2)])

    begun, cpu = time.perf_counter(), time.process_time()
    read = await asyncio.gather(*(put(it.path) for it in saved))
    print(time.perf_counter() - begun, time.process_time() - cpu)
    assert read == [it.size for it in saved]


class Fetching:
    """Fetches all files of a gateway into a folder, or by it into a bucket."""

    def __init__(self, folder: Path, names: list[str], base: str, place: Place | None) -> None:
        self._left, self._base = set(names), base
        self._here = asyncio.Event()
        self._client = ApiClient(base, find("hiapi").card, concurrency=1)
        clock, limits = SystemClock(), Limits(spare=0)
        self._downloads = Downloads(
            retrieval=Retrieval(
                destinations=Destinations(folder, "{name}{ext}"),
                limits=limits,
                sources=self._source,
                elsewhere=self._nowhere,
                after=lambda _, __: None,
                threads=ThreadPoolExecutor(THREADS),
                putting=to_bucket(folder, place) if place else None,
            ),
            retries=Retries(clock, self._nowhere, lambda job: job),
            space=FreeSpace(folder, limits, clock),
            parallel=PARALLEL,
            clock=clock,
            on_change=self._note,
            on_full=print,
        )

    async def run(self) -> None:
        """Print the seconds until all files are here, and until all is over."""
        begun, cpu = time.perf_counter(), time.process_time()
        for name in sorted(self._left):
            self._downloads.queue(job(name, self._base))
        await self._here.wait()
        print(time.perf_counter() - begun, time.process_time() - cpu)
        await self._downloads.settled()
        await self._client.aclose()

    async def _source(self, account: str) -> DownloadAccount:
        provider = find("hiapi")
        key = KeySource(env="X")
        kept = Account(id=account, provider=provider, base=self._base, key=key, poll_interval=5.0)
        held = Key(Secret("sk-bench"), "bench")
        return DownloadAccount(account=kept, client=self._client, key=held)

    async def _nowhere(self, _: Job) -> None:
        return None

    def _note(self, ref: Ref, _: int, fetch: Fetch | None) -> None:
        assert fetch is None or fetch.state is not OutputState.FAILED, fetch
        if fetch is not None and (fetch.staged or fetch.place is not None):
            self._left.discard(ref.id)
            if not self._left:
                self._here.set()


@contextmanager
def store() -> Generator[dict[str, str]]:
    """What the environment says of a store with a bucket `films`."""
    with served(STORE) as url:
        signed = {"Authorization": "AWS4-HMAC-SHA256 Credential=a/20261122/us-east-1/s3/"}
        urlopen(Request(f"{url}/films", headers=signed, method="PUT")).close()
        yield {
            "AWS_ENDPOINT_URL": url,
            "AWS_ALLOW_HTTP": "true",
            "AWS_ACCESS_KEY_ID": "rushes",
            "AWS_SECRET_ACCESS_KEY": "bench",
            "AWS_REGION": "us-east-1",
        }


def seconds(what: str, folder: Path, prefix: str, base: str = "") -> tuple[float, float]:
    """The wall and processor seconds of one measurement, in a process of its own."""
    argv = [sys.executable, __file__, "--measure", what, str(folder), prefix, base]
    out = subprocess.run(argv, check=True, stdout=subprocess.PIPE, text=True).stdout
    wall, cpu = out.split()
    return float(wall), float(cpu)


def measure(what: str, folder: Path, prefix: str, base: str) -> None:
    """What `seconds` starts."""
    place = Place("s3", "films", prefix)
    if what in ("ours", "alone"):
        asyncio.run(ours(folder, place) if what == "ours" else alone(folder, place))
        return
    trust()

    names = [path.name for path in folder.iterdir()]

    async def fetch(into: str) -> None:
        await Fetching(Path(into), names, base, place if what == "bucket" else None).run()

    with tempfile.TemporaryDirectory() as into:
        asyncio.run(fetch(into))


def lines(files: int, megabytes: float, rounds: int) -> Iterator[Line]:
    """The lines of all rounds, of so many files of that length."""
    size = int(megabytes * 1e6)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rushes-films-")))
        for n in range(files):
            (folder / f"film-{n}.mp4").write_bytes(film(size, n))
        base = stack.enter_context(served(GATEWAY, str(folder)))
        took: dict[str, list[tuple[float, float]]] = {}
        for n in range(rounds):
            # A store keeps all in memory: each round has a new one.
            with store() as said:
                os.environ.update(said)
                for what in ("ours", "alone", "bucket", "folder"):
                    took.setdefault(what, []).append(seconds(what, folder, f"{what}{n}", base))
    about = f"{files} files of {megabytes:g} MB"
    total = files * megabytes
    speeds = {what: [total / wall for wall, _ in each] for what, each in took.items()}
    cpus = {what: [cpu for _, cpu in each] for what, each in took.items()}
    yield Line(
        target="bucket",
        measure=f"{about} put into moto's S3 and read back",
        unit="MB/s",
        now=sorted(speeds["ours"])[rounds // 2],
        against="obstore alone",
        theirs=sorted(speeds["alone"])[rounds // 2],
        ratio=paired(speeds["ours"], speeds["alone"]),
        cpu_ratio=paired(cpus["ours"], cpus["alone"]),
        bar=Bar.RATIO_AT_LEAST,
        limit=BAR,
    )
    yield Line(
        target="bucket",
        measure=f"{about} fetched while those before are put",
        unit="MB/s",
        now=sorted(speeds["bucket"])[rounds // 2],
        against="fetched into a folder",
        theirs=sorted(speeds["folder"])[rounds // 2],
        ratio=paired(speeds["bucket"], speeds["folder"]),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="A bucket, beside obstore alone.")
    parser.add_argument("--files", type=int, default=12)
    parser.add_argument("--megabytes", type=float, default=24)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--measure", nargs=4, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        what, folder, prefix, base = asked.measure
        measure(what, Path(folder), prefix, base)
        sys.stdout.flush()
        os._exit(0)  # as the program ends: among threads of the library the interpreter may abort
    else:
        show(lines(asked.files, asked.megabytes, asked.rounds))


if __name__ == "__main__":
    main()
