"""What the dashboard's memory does: 330 tasks at 2 s over five gateways, in a terminal of its own.

Usage: python bench/dashboard_memory.py [MINUTES] [--rushes PATH] [--csv PATH]
       (125 minutes; the `rushes` beside this Python; the samples, one each 10 s, also as a file)

The tasks live as in life: they wait, run, say how far they are, end and are taken off the list
while others are added, with `rushes add` and `rushes rm`. Each minute a person moves the cursor and
looks into a task. Then a line: polls so far and a second, resident memory, descriptors, threads,
the size of history.db; at the end the slope of the second half by least squares.
"""

import argparse
import asyncio
import contextlib
import csv
import fcntl
import json
import os
import pty
import select
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, TextIO

INTERVAL, LANES = 2.0, 16
LATENCY = 0.05
SAMPLED, LINE = 10.0, 6
"""Seconds between two samples, and how many of them make a line."""

DAY = 86400
MIB = 1 << 20
KEY = "sk-bench-0123456789"


# -- the five gateways ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Life:
    """A task's age in seconds and how much of its life that is, from 0 to 1; over at 1."""

    id: str
    began: float
    share: float

    def word(self, queued: str, running: str, over: str) -> str:
        """What the gateway calls it: the first twentieth of a life is waiting."""
        return over if self.share >= 1 else running if self.share > 0.05 else queued

    @property
    def over(self) -> bool:
        """Whether its file is there."""
        return self.share >= 1

    @property
    def link(self) -> str:
        """Where its file is, for a day."""
        at = f"https://files.example/{self.id}.mp4"
        return f"{at}?Expires={int(time.time()) + DAY}&OSSAccessKeyId=bench&Signature=bench"


def _hiapi(life: Life) -> dict[str, Any]:
    output = {"url": life.link, "type": "video", "expireAt": int(time.time()) + DAY}
    data = {
        "taskId": life.id,
        "model": "happyhorse-1-0",
        "status": life.word("queued", "handling", "success"),
        "created": int(life.began),
        "completed": int(time.time()) if life.over else 0,
        "output": [output] if life.over else [],
    }
    return {"code": 200, "message": "success", "data": data}


def _gptge(life: Life) -> dict[str, Any]:
    end = {"video_url": life.link} if life.over else {}
    said = {"status_msg": "success", "status_code": 0}
    status = life.word("Queueing", "Processing", "Success")
    return {"status": status, "task_id": life.id, "base_resp": said, **end}


def _ttapi(life: Life) -> dict[str, Any]:
    end = {"video_url": life.link, "orig_prompt": "a horse"} if life.over else {}
    status = life.word("PENDING", "RUNNING", "SUCCEEDED")
    asked = f"request-{time.monotonic_ns()}"
    return {
        "request_id": asked,
        "output": {"task_id": life.id, "task_status": status, **end},
    }


def _anyfast(life: Life) -> dict[str, Any]:
    data = {
        "task_id": life.id,
        "action": "generate",
        "status": life.word("QUEUED", "IN_PROGRESS", "SUCCESS"),
        "fail_reason": "",
        "submit_time": int(life.began),
        "start_time": int(life.began) if life.share > 0.05 else 0,
        "finish_time": int(time.time()) if life.over else 0,
        "progress": f"{min(100, int(100 * life.share))}%",
        "result_url": life.link if life.over else "",
    }
    return {"code": "success", "message": "", "data": data}


def _dimilinks(life: Life) -> dict[str, Any]:
    data = {
        "id": life.id,
        "task_id": life.id,
        "status": life.word("queued", "processing", "completed"),
        "progress": min(100, int(100 * life.share)),
        "created_at": int(life.began),
    }
    return {"data": data | ({"completed_at": int(time.time())} if life.over else {})}


@dataclass(frozen=True)
class Gateway:
    """An account: `count` tasks at a time that live `life` seconds, one ending after the other.

    DimiLinks' documents advise ten minutes, after which a task is asked about more slowly: its
    tasks live less than that.
    """

    name: str
    form: str
    reply: Callable[[Life], dict[str, Any]]
    count: int
    life: float

    def id(self, n: int) -> str:
        """Its n-th task's id."""
        return self.form.format(n)

    def ends(self, n: int) -> float:
        """Seconds from the beginning until its n-th task is over."""
        return (n + 1) * self.life / self.count


GATEWAYS = (
    Gateway("hiapi", "tk-hiapi-{:06d}", _hiapi, 78, 155 * 60),
    Gateway("gptge", "1000000000{:06d}", _gptge, 78, 155 * 60),
    Gateway("ttapi", "00000000-0000-4000-8000-000000{:06d}", _ttapi, 77, 155 * 60),
    Gateway("anyfast", "asyntask_{:06d}", _anyfast, 77, 155 * 60),
    Gateway("dimilinks", "video_{:06d}", _dimilinks, 20, 9 * 60),
)


class Server(asyncio.Protocol):
    """One connection to a gateway; also answers `/polls`, how many polls all have had."""

    polls = 0
    began = time.time()

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._transport: asyncio.Transport | None = None
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer a request as soon as its head is whole."""
        self._read += data
        while b"\r\n\r\n" in self._read:
            head, _, self._read = self._read.partition(b"\r\n\r\n")
            path = head.split(b" ", 2)[1].decode()
            if path == "/polls":
                self._send(str(Server.polls).encode())
            else:
                Server.polls += 1
                body = json.dumps(self._gateway.reply(self._life(path.rsplit("/", 1)[-1])))
                asyncio.get_running_loop().call_later(LATENCY, self._send, body.encode())

    def _life(self, task_id: str) -> Life:
        life, ends = self._gateway.life, Server.began + self._gateway.ends(int(task_id[-6:]))
        return Life(task_id, ends - life, (time.time() - ends + life) / life)

    def _send(self, body: bytes) -> None:
        assert self._transport is not None
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        self._transport.write(head % len(body) + body)


async def _serve() -> None:
    loop, ports = asyncio.get_running_loop(), list[int]()
    for gateway in GATEWAYS:

        def connection(gateway: Gateway = gateway) -> Server:
            return Server(gateway)

        server = await loop.create_server(connection, "127.0.0.1", 0)
        ports.append(server.sockets[0].getsockname()[1])
    print(json.dumps(ports), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)  # until the other end goes


# -- the dashboard and its person -----------------------------------------------------------------


class Dashboard:
    """The program in a terminal of 120 × 40 whose text is read and dropped."""

    def __init__(self, rushes: str, environ: dict[str, str]) -> None:
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
            os.execve(rushes, [rushes], environ)
        threading.Thread(target=self._drain, daemon=True).start()

    def _drain(self) -> None:
        with contextlib.suppress(OSError):
            while select.select([self._fd], [], []) and os.read(self._fd, 65536):
                pass

    def look_around(self, minute: int) -> None:
        """Move the cursor, open a task, read it for a second, go back."""
        for keys in ("j" * (1 + minute % 7), "k", "\r", "j", "\x1b"):
            os.write(self._fd, keys.encode())
            time.sleep(1.0)

    def end(self) -> None:
        """Quit as a person does; by a signal where that is not enough."""
        os.write(self._fd, b"q")
        time.sleep(3.0)
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        os.waitpid(self.pid, 0)


@dataclass(frozen=True)
class Sample:
    """What was seen of the process at a time; memory in bytes."""

    minutes: float
    polls: int
    resident: int
    anonymous: int
    descriptors: int
    threads: int
    history: int


class Run:
    """The whole: a home, the gateways, the dashboard, and who adds and removes tasks."""

    def __init__(self, rushes: str, home: Path, ports: Sequence[int]) -> None:
        self._rushes, self._home, self._port = rushes, home, ports[0]
        keys = {f"{each.name.upper()}_API_KEY": KEY for each in GATEWAYS}
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        self._environ = {
            **kept,
            **keys,
            "TERM": "xterm-256color",
            "HOME": str(home),
            "RUSHES_HOME": str(home),
        }
        (home / "config.toml").write_text(
            "".join(
                f'[providers.{each.name}]\nbase_url = "http://127.0.0.1:{port}"\n'
                f'poll_interval = "{INTERVAL:g}s"\nmax_concurrency = {LANES}\n'
                for each, port in zip(GATEWAYS, ports, strict=True)
            )
        )
        self._watched = {each: range(each.count) for each in GATEWAYS}
        self._began = time.monotonic()
        for each, numbers in self._watched.items():
            self._command("add", each.name, *map(each.id, numbers))
        self.dashboard = Dashboard(rushes, self._environ)

    def _command(self, *words: str) -> None:
        subprocess.run(
            [self._rushes, *words],
            env=self._environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
        )

    def relieve(self) -> None:
        """Take the tasks off the list that are over, and add as many."""
        for each, numbers in self._watched.items():
            over = [n for n in numbers if each.ends(n) + 30 < time.monotonic() - self._began]
            if over:
                new = range(numbers.stop, numbers.stop + len(over))
                self._command("rm", *(f"{each.name}:{each.id(n)}" for n in over))
                self._command("add", each.name, *map(each.id, new))
                self._watched[each] = range(over[-1] + 1, new.stop)

    def sample(self) -> Sample:
        """What is to be seen now."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/polls") as reply:
            polls = int(reply.read())
        process = Path(f"/proc/{self.dashboard.pid}")
        status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
        return Sample(
            minutes=(time.monotonic() - self._began) / 60,
            polls=polls,
            resident=int(status["VmRSS"].split()[0]) * 1024,
            anonymous=int(status["RssAnon"].split()[0]) * 1024,
            descriptors=len(list((process / "fd").iterdir())),
            threads=int(status["Threads"]),
            history=sum(file.stat().st_size for file in self._home.glob("history.db*")),
        )


def _observed(run: Run, minutes: float, written: TextIO | None) -> Iterator[Sample]:
    """A sample each 10 s; after six of them the person looks around and changes the list."""
    began, rows = time.monotonic(), csv.writer(written) if written else None
    for seen in count(1):
        time.sleep(SAMPLED)
        sample = run.sample()
        if rows and written:
            rows.writerow(vars(sample).values())
            written.flush()
        yield sample
        if time.monotonic() - began > minutes * 60:
            return
        if seen % LINE == 0:
            run.dashboard.look_around(seen // LINE)
            run.relieve()


def _slope(samples: Sequence[Sample], of: Callable[[Sample], int]) -> float:
    """MiB an hour."""
    hours = [sample.minutes / 60 for sample in samples]
    return statistics.linear_regression(hours, [of(each) / MIB for each in samples]).slope


def _measure(run: Run, minutes: float, written: TextIO | None) -> None:
    print("minute    polls  a second    RSS  RssAnon  descriptors  threads  history KiB")
    samples: list[Sample] = []
    before: Sample | None = None
    for sample in _observed(run, minutes, written):
        samples.append(sample)
        if len(samples) % LINE:
            continue
        gone = (sample.minutes - before.minutes) * 60 if before else sample.minutes * 60
        rate = (sample.polls - (before.polls if before else 0)) / gone
        print(
            f"{sample.minutes:6.1f}  {sample.polls:7}  {rate:8.1f}"
            f"  {sample.resident / MIB:5.1f}  {sample.anonymous / MIB:7.1f}"
            f"  {sample.descriptors:11}  {sample.threads:7}  {sample.history / 1024:11.0f}",
            flush=True,
        )
        before = sample
    half = samples[len(samples) // 2 :]
    print(f"the second half: RSS {_slope(half, lambda each: each.resident):+.2f} MiB/h,", end=" ")
    print(f"RssAnon {_slope(half, lambda each: each.anonymous):+.2f} MiB/h")


def main() -> None:
    """Run it, or be its gateways."""
    words = argparse.ArgumentParser()
    words.add_argument("minutes", nargs="?", type=float, default=125.0)
    words.add_argument("--rushes", default=str(Path(sys.executable).parent / "rushes"))
    words.add_argument("--csv", type=Path)
    words.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    said = words.parse_args()
    if said.serve:
        asyncio.run(_serve())
        return
    with contextlib.ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rushes-memory-")))
        argv = [sys.executable, __file__, "--serve"]
        pipe = subprocess.PIPE
        gateways = stack.enter_context(subprocess.Popen(argv, stdin=pipe, stdout=pipe, text=True))
        assert gateways.stdout is not None
        run = Run(said.rushes, home, json.loads(gateways.stdout.readline()))
        stack.callback(run.dashboard.end)
        written = stack.enter_context(said.csv.open("w")) if said.csv else None
        _measure(run, said.minutes, written)


if __name__ == "__main__":
    main()
