"""A gateway whose one task is over, and the store that its file is in, over real HTTP."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

from mp4_files import film

if TYPE_CHECKING:
    from collections.abc import Callable

FILM = film(50_000)
TASK = "tk-hiapi-CASE0000AAAA"
REF = f"hiapi:{TASK}"


@dataclass
class FilmStore:
    """A gateway whose one task is over, and the store that its file is in."""

    refused: int = 0
    status: int = 404
    body: bytes = b"<Error><Code>NoSuchKey</Code></Error>"
    lives: float = 86_400.0
    polls: int = 0
    asked: list[str] = field(default_factory=list[str])
    link: Callable[[FilmStore], str] = lambda _: "/film.mp4"

    def __post_init__(self) -> None:
        store = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body = store.answer(self.path)
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base's name
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def answer(self, path: str) -> tuple[int, bytes]:
        if TASK in path:
            self.polls += 1
            now = int(time.time())
            link = {"type": "video", "url": self.url + self.link(self)}
            data = {
                "taskId": TASK, "model": "m", "status": "success", "created": now - 100,
                "completed": now - 10, "output": [{**link, "expireAt": now + int(self.lives)}],
            }  # fmt: skip
            return 200, json.dumps({"code": 200, "message": "success", "data": data}).encode()
        self.asked.append(path)
        return (self.status, self.body) if len(self.asked) <= self.refused else (200, FILM)

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
