"""Asks whether a gateway can be reached at all, and what time it is there: without any key."""

import asyncio
import time
from collections.abc import Mapping

import httpx

from rushes.providers.frozen import frozen
from rushes.providers.reply import Reply
from rushes.watch.clock import Clock
from rushes.watch.network.connections import ApiConnection, Question
from rushes.watch.network.http import TROUBLE, request_headers
from rushes.watch.network.options import Network
from rushes.watch.network.pacing import Incoming, Turns
from rushes.watch.network.trust import trust
from rushes.watch.network.unreachable import Unreachable, hinting, unreachable
from rushes.watch.network.url import origin_of

WITHIN = 5.0
"""Seconds that a gateway has to answer."""


@frozen
class Probed:
    """An answer, whatever it said: the seconds that it took, and how far ahead that clock is.

    `ahead` is seconds, negative where the gateway's clock is behind ours; None where it says no
    time. A `Date` has whole seconds, so it is off by one at most.
    """

    took: float
    ahead: float | None


async def probe(base: str, network: Network, clock: Clock, within: float = WITHIN) -> Probed:
    """Ask the origin of `base` for `/`, which costs nothing and takes no key; by the proxy, if any.

    Raises Unreachable, in plain words, where no answer came in `within` seconds.
    """
    origin = origin_of(base)
    tls = await asyncio.to_thread(trust, network.trust)
    proxy = network.proxies.to(origin)
    passed_on = proxy if proxy and proxy.forwards(origin.scheme) else None
    login: Mapping[str, str] = passed_on.headers() if passed_on else {}
    headers = httpx.Headers({"Host": origin.authority, **request_headers("*/*"), **login})
    target = f"{origin}/" if passed_on else "/"
    question = Question(httpx.URL(str(origin)), target.encode("ascii"), headers)
    connection = ApiConnection(tls, within, proxy)
    begun, began = clock.now(), time.monotonic()
    try:
        async with asyncio.timeout(within):
            reply = await connection.ask(question, Incoming(Turns().rest))
    except (TimeoutError, httpx.ConnectTimeout):
        late = Unreachable(f"timed out after {within:g} s")
        raise hinting(late, network.unfollowed_variable(origin)) from None
    except TROUBLE as error:
        reason = unreachable(error, origin.host)
        raise hinting(reason, network.unfollowed_variable(origin)) from None
    finally:
        await connection.aclose()
    took = time.monotonic() - began
    return Probed(took, _ahead(reply, begun.timestamp() + took / 2))


def _ahead(reply: Reply, now: float) -> float | None:
    """How far the answer's clock is ahead of `now`, which is Unix seconds."""
    # On average half a second has passed since the whole second that it names.
    return reply.date.timestamp() + 0.5 - now if reply.date else None
