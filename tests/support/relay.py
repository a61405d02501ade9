"""A way to a server's socket on which answers can be held back, as a half-open network does."""

import contextlib
import socket
import threading
from collections.abc import Mapping
from pathlib import Path


class Relay:
    """Hands on what goes either way between `folder` and a PostgreSQL that is elsewhere."""

    def __init__(self, folder: Path, server: Mapping[str, str | int]) -> None:
        """`server` are its parameters, `folder` is where the relay's own socket is to be."""
        self.folder = folder
        name = f".s.PGSQL.{server['port']}"
        self._there = f"{server['host']}/{name}"
        self._passes = threading.Event()
        self._passes.set()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(folder / name))
        self._listening.listen()
        threading.Thread(target=self._accept, name="relay", daemon=True).start()

    def hold(self) -> None:
        """From now on no answer comes; what is asked goes on to the server."""
        self._passes.clear()

    def release(self) -> None:
        """Let the answers come, those that were held back first."""
        self._passes.set()

    def close(self) -> None:
        """End all connections."""
        self.release()
        for one in (self._listening, *(each for pair in self._pairs for each in pair)):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                here = self._listening.accept()[0]
                there = socket.socket(socket.AF_UNIX)
                there.connect(self._there)
                self._pairs.append((here, there))
                for way in ((here, there, False), (there, here, True)):
                    threading.Thread(target=self._hand_on, args=way, daemon=True).start()

    def _hand_on(self, source: socket.socket, target: socket.socket, answers: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if answers:
                    self._passes.wait()
                target.sendall(data)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)
