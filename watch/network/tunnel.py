"""Opens a way through a proxy to a host: what is said and heard, whoever sends and receives.

With CONNECT (RFC 9110, 9.3.6) and SOCKS5 (RFC 1928, RFC 1929) alike the proxy resolves the host's
name. After that every byte is the host's, TLS from the first one on for https.
"""

import re
from collections.abc import Generator
from typing import NoReturn

from rushes.watch.network.proxy import Proxy, ProxyScheme
from rushes.watch.network.unreachable import Unreachable
from rushes.watch.version import VERSION

HEAD = 16 * 1024
"""Bytes of a proxy's answer at most."""

Opening = Generator[bytes, bytes, None]
"""Yields what is to be sent, perhaps nothing, and takes what came then: nothing at the end.

It returns once the way is open, and raises Unreachable where it does not get so far.
"""

_REASONS = {
    1: "it failed",
    2: "it does not allow it",
    3: "the network is unreachable",
    4: "the host is unreachable",
    5: "connection refused",
    6: "it took too long",
}
"""What the codes of a SOCKS5 answer mean."""


def opening(proxy: Proxy, host: str, port: int) -> Opening:
    """Open a way through `proxy` to a host and its port."""
    if proxy.scheme is ProxyScheme.SOCKS5:
        return _socks(proxy, host, port)
    return _connect(proxy, host, port)


def _connect(proxy: Proxy, host: str, port: int) -> Opening:
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    headers = {"Host": place, "User-Agent": f"rushes/{VERSION}", **proxy.headers()}
    lines = [f"CONNECT {place} HTTP/1.1", *(f"{name}: {text}" for name, text in headers.items())]
    sending, heard = "\r\n".join([*lines, "", ""]).encode("ascii"), b""
    while b"\r\n\r\n" not in heard and len(heard) <= HEAD:
        heard += yield from _exchanged(proxy, sending)
        sending = b""
    head, _, rest = heard.partition(b"\r\n\r\n")
    status = re.match(rb"HTTP/1\.[01] ([1-5][0-9]{2})[ \r\n]", head + b"\r\n")
    if status is None or len(head) > HEAD:
        _fail(proxy, "gives no HTTP answer")
    if status[1] in (b"407", b"401"):  # the latter is tinyproxy's for a wrong one
        _fail(proxy, "wants a name and password, or other ones: http://name:password@host:port")
    if not status[1].startswith(b"2"):
        _fail(proxy, f"answers {status[1].decode('ascii')} for {place}")
    if rest:
        # TLS waits for us: what comes before is from somebody else.
        _fail(proxy, "says more than its answer")


def _socks(proxy: Proxy, host: str, port: int) -> Opening:
    from socksio import socks5  # of the extra `socks`; config.toml is refused without

    login = proxy.login
    method = socks5.SOCKS5AuthMethod
    offered = [method.NO_AUTH_REQUIRED, *([method.USERNAME_PASSWORD] if login else [])]
    asked = socks5.SOCKS5AuthMethodsRequest(offered).dumps()
    # The library reads whole messages alone, so that what comes in pieces is put together here.
    chosen, rest = yield from _taken(proxy, asked, 2)
    if chosen[0] != 5 or rest:
        _fail(proxy, "does not speak SOCKS5")
    if login and chosen[1:] == method.USERNAME_PASSWORD:
        user, password = login.user.reveal().encode(), login.password.reveal().encode()
        said = socks5.SOCKS5UsernamePasswordRequest(user[:255], password[:255]).dumps()
        answer, _ = yield from _taken(proxy, said, 2)
        if not socks5.SOCKS5UsernamePasswordReply.loads(answer).success:
            _fail(proxy, "refuses its name and password")
    elif chosen[1:] != method.NO_AUTH_REQUIRED:
        _fail(proxy, "wants a name and password: socks5://name:password@host:port")
    request = socks5.SOCKS5CommandRequest.from_address(socks5.SOCKS5Command.CONNECT, (host, port))
    head, rest = yield from _taken(proxy, request.dumps(), 5)
    if head[0] == 5 and head[1]:
        _fail(proxy, f"opens no way to {host}: {_REASONS.get(head[1], f'code {head[1]}')}")
    if head[0] != 5 or head[3] not in (1, 3, 4):
        _fail(proxy, "does not speak SOCKS5")
    # Its own address, which is of no use: 4 or 16 bytes or a name, and a port.
    left = {1: 4, 3: head[4] + 1, 4: 16}[head[3]] + 2 - 1
    while len(rest) < left:
        rest += yield from _exchanged(proxy, b"")
    if len(rest) > left:
        _fail(proxy, "says more than its answer")


def _taken(
    proxy: Proxy, sending: bytes, count: int
) -> Generator[bytes, bytes, tuple[bytes, bytes]]:
    """So many bytes of the answer to what is sent, and what came with them."""
    heard = yield from _exchanged(proxy, sending)
    while len(heard) < count:
        heard += yield from _exchanged(proxy, b"")
    return heard[:count], heard[count:]


def _exchanged(proxy: Proxy, sending: bytes) -> Generator[bytes, bytes, bytes]:
    heard = yield sending
    if not heard:
        _fail(proxy, "hung up")
    return heard


def _fail(proxy: Proxy, said: str) -> NoReturn:
    raise Unreachable(f"the proxy {proxy} {said}")
