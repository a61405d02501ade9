"""A warm process that forks victims (`killed_process.py`): each is there in milliseconds.

Run as a script it is that process; `ForkServer` starts it and asks it for victims.
"""

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import killed_process

_LONGEST = 90
"""Seconds after which a victim that should have ended by itself is given up."""


class Victim:
    """One that lives. What it says is a line of JSON each."""

    def __init__(self, pid: int, control: socket.socket, stdin: int, stdout: int) -> None:
        self.pid = pid
        self._control = control
        self._stdin = os.fdopen(stdin, "wb", buffering=0)
        self._stdout = os.fdopen(stdout, "rb", buffering=0)

    def until_ready(self) -> list[dict[str, Any]]:
        """What it says until it is ready for its script; raises AssertionError if it never is."""
        said: list[dict[str, Any]] = []
        for line in self._stdout:
            said.append(json.loads(line))
            if said[-1]["is"] == "ready":
                return said
        raise AssertionError(f"it never was ready: {said}")

    def go_on(self) -> None:
        """Have it do the one step for which it waits."""
        self._stdin.write(b"now\n")

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def bury(self) -> tuple[list[dict[str, Any]], bool]:
        """What it still said, and whether it was killed; raises AssertionError if it crashed."""
        self._stdin.close()
        with self._stdout as stdout:
            lines = stdout.readall().splitlines(keepends=True)
        self._control.send(json.dumps(self.pid).encode())
        status = json.loads(self._control.recv(100))
        assert status in (0, -signal.SIGKILL), f"it ended with {status}: see stderr"
        return [json.loads(line) for line in lines if line.endswith(b"\n")], bool(status)


class ForkServer:
    """Forks victims for as long as it is open."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.settimeout(_LONGEST)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, __file__, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            )

    def bear(self, **wanted: object) -> Victim:
        """A victim under way; `wanted` is a `killed_process.Wanted`."""
        stdin, to_stdin = os.pipe()
        from_stdout, stdout = os.pipe()
        # It must never wait for us to listen.
        fcntl.fcntl(stdout, fcntl.F_SETPIPE_SZ, 1 << 20)
        socket.send_fds(self._control, [json.dumps(wanted).encode()], [stdin, stdout])
        os.close(stdin)
        os.close(stdout)
        return Victim(json.loads(self._control.recv(100)), self._control, to_stdin, from_stdout)

    def close(self) -> None:
        self._control.close()
        self._process.wait(_LONGEST)


def _fork(control: socket.socket, wanted: dict[str, Any], ends: Sequence[int]) -> int:
    child = os.fork()
    if child:
        return child
    control.close()
    for number, end in enumerate(ends):
        os.dup2(end, number)
        os.close(end)
    signal.alarm(_LONGEST)
    try:
        killed_process.be_one(killed_process.Wanted(**wanted))
    except BaseException:  # noqa: BLE001  it must not go on as another forks
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    # What is being looked at is one step; closing the database would be another.
    os._exit(0)


def _status(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _main() -> None:
    killed_process.warm_up()
    with socket.socket(fileno=int(sys.argv[1])) as control, suppress(ConnectionError):
        while True:
            asked, ends, _, _ = socket.recv_fds(control, 1 << 16, 2)
            if not asked:
                return
            wanted = json.loads(asked)
            answer = _fork(control, wanted, ends) if ends else _status(wanted)
            for end in ends:
                os.close(end)
            control.send(json.dumps(answer).encode())


if __name__ == "__main__":
    _main()
