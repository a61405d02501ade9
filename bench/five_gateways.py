"""Five gateways on loopback whose tasks wait, run and end as in life, cheap to ask.

Usage: python bench/five_gateways.py     (prints the ports, in the order of GATEWAYS, as JSON)
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

LATENCY = 0.05
"""Seconds from a question to its answer."""

DAY = 86400


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


async def serve() -> None:
    """Listen on a port for each, print the ports as JSON, and end with the standard input."""
    loop, ports = asyncio.get_running_loop(), list[int]()
    for gateway in GATEWAYS:

        def connection(gateway: Gateway = gateway) -> Server:
            return Server(gateway)

        server = await loop.create_server(connection, "127.0.0.1", 0)
        ports.append(server.sockets[0].getsockname()[1])
    print(json.dumps(ports), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)  # until the other end goes


if __name__ == "__main__":
    asyncio.run(serve())
