"""Servers on loopback, each in a process of its own: what they take is not what is measured."""

import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager

GATEWAY = """
import asyncio, json, signal, sys, time
latency, came = float(sys.argv[1]), []
async def answer(reader, writer):
    try:
        while head := await reader.readuntil(b"\\r\\n\\r\\n"):
            came.append(time.monotonic())
            task = head.split()[1].rsplit(b"/", 1)[-1].decode()
            await asyncio.sleep(latency)
            data = {"taskId": task, "model": "m", "status": "handling", "output": []}
            body = json.dumps({"code": 200, "message": "success", "data": data}).encode()
            writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Type: application/json\\r\\n")
            writer.write(b"Content-Length: %d\\r\\n\\r\\n" % len(body) + body)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()
def tell():
    print(json.dumps(came), flush=True)
    came.clear()
async def main():
    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=256)
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, tell)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""
"""A gateway whose tasks all run, which answers after so many seconds: its one argument.

At SIGUSR1 it prints when the questions came since the last time, in monotonic seconds.
"""


@contextmanager
def served(program: str, *words: str) -> Generator[str]:
    """The base URL of a server, whose program prints its port as soon as it listens."""
    argv = [sys.executable, "-c", program, *words]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()
