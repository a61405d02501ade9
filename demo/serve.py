"""Runs the gateway alone: prints its addresses as one line of JSON, then a line per request."""

import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType
from urllib.parse import quote

from rushes.demo.chaos import Chaos
from rushes.demo.gateway import Gateway, Visit

_ENDING = (signal.SIGINT, signal.SIGTERM)


def _leave(_: Gateway) -> None:
    """Do nothing more once a gateway is open."""


async def serve(
    speed: float,
    port: int,
    chaos: Chaos | None = None,
    key_envs: Mapping[str, str] = MappingProxyType({}),
    opened: Callable[[Gateway], None] = _leave,
) -> int:
    """Run until a SIGINT, a SIGTERM or a cancellation; return the signal's number.

    Prints `{"base_urls", "key_envs", "api_key", "tasks"}` as one line to stdout, after `opened` was
    called; then writes each request to stderr: method, origin, path without its query, status.
    `key_envs` are the variables of keys, by provider. Raises OSError if a port is taken.
    """
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[int] = loop.create_future()
    gateway = Gateway(speed=speed, port=port, on_visit=_narrate, chaos=chaos)
    await gateway.start()
    for number in _ENDING:
        loop.add_signal_handler(number, _end, ended, number)
    try:
        opened(gateway)
        refs = [f"{task.provider}:{task.id}" for task in gateway.tasks]
        place = {
            "base_urls": gateway.base_urls,
            "key_envs": {name: key_envs[name] for name in gateway.base_urls if name in key_envs},
            "api_key": gateway.api_key,
            "tasks": refs,
        }
        print(json.dumps(place), flush=True)
        return await ended
    finally:
        for number in _ENDING:
            loop.remove_signal_handler(number)
        await gateway.stop()


def _end(ended: asyncio.Future[int], number: int) -> None:
    # A second Ctrl-C may come before the first is through.
    if not ended.done():
        ended.set_result(number)


def _narrate(visit: Visit) -> None:
    status = visit.status or "dropped"
    # Whoever read the narration may have gone; the play goes on.
    with contextlib.suppress(OSError):
        print(visit.method, visit.origin, quote(visit.path), status, file=sys.stderr, flush=True)
