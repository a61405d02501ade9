"""A loopback server of films: each task id has one of its own, sent a little at a time."""

import re
import time
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

from mp4_files import film

FILM = 48_000
"""Bytes of every film."""

_PIECE = 6_000


@cache
def film_of(task_id: str) -> bytes:
    """The film of a task whose id ends in a number."""
    return film(FILM, seed=int(task_id.rpartition("-")[2]))


class FilmServer:
    """Serves `/TASK-ID?most=BYTES`, with ranges; the connection ends after `most` bytes."""

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Films)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Films(BaseHTTPRequestHandler):
    """Answers for a film, and ends the connection after it."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        task_id = parts.path.removeprefix("/")
        most = int(parse_qs(parts.query).get("most", [str(FILM)])[0])
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        start = int(wanted[1]) if wanted else 0
        self.send_response(206 if wanted else 200)
        if wanted:
            self.send_header("Content-Range", f"bytes {start}-{FILM - 1}/{FILM}")
        self.send_header("Content-Length", str(FILM - start))
        self.send_header("ETag", f'"{task_id}"')
        self.end_headers()
        self.close_connection = True
        try:
            for at in range(start, max(start, most), _PIECE):
                self.wfile.write(film_of(task_id)[at : min(at + _PIECE, most)])
                time.sleep(0.001)
        except ConnectionError:
            pass  # it was killed

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class's name
        """Say nothing."""
