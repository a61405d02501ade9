"""Reads the rest of a file's body from its socket, past the HTTP library.

Once the head of an answer and its first bytes were read, a body that is framed by its length alone
is nothing but so many bytes of the connection. The library would copy each of them four times.
"""

import socket
import ssl
from collections.abc import Iterator

BUFFER = 256 * 1024
"""Bytes of a chunk at most; larger ones keep the event loop's thread waiting for longer."""

LENT = 3
"""Chunks that stay as they are while the next one is read."""

Chunk = bytes | memoryview
"""Some of a body; a view stays as it is until LENT more chunks were taken."""


class Cut(OSError):
    """The connection ended before the whole body came."""


def rest_of(
    peer: socket.socket, left: int, silence: float, piece: int | None = None
) -> Iterator[memoryview]:
    """The next `left` bytes of a connection, which may be one of TLS; no byte more is read.

    They come in a few buffers in turn, see `Chunk`, of `piece` bytes where that is fewer. Raises
    OSError: Cut where fewer came, and TimeoutError where none did for `silence` seconds.
    """
    buffers: list[memoryview] = []
    number = 0
    while left:
        if number == len(buffers):
            buffers.append(memoryview(bytearray(min(piece or BUFFER, BUFFER, left))))
        wanted = buffers[number][:left]
        count, trouble = _read(peer, wanted, silence)
        left -= count
        yield wanted[:count]
        if trouble is not None:
            raise trouble
        number = (number + 1) % (LENT + 1)


def _read(peer: socket.socket, wanted: memoryview, silence: float) -> tuple[int, OSError | None]:
    """How many bytes came, and the error that came behind them.

    Waits for the first one, and takes what else is there: TLS gives 16 KiB at once, and nothing of
    what came is to wait for what may not come.
    """
    peer.settimeout(silence)
    count = peer.recv_into(wanted)
    if not count:
        raise Cut
    peer.settimeout(0.0)
    try:
        while count < len(wanted):
            more = peer.recv_into(wanted[count:])
            if not more:
                return count, Cut()
            count += more
    except (BlockingIOError, ssl.SSLWantReadError):
        pass
    except OSError as error:
        return count, error
    return count, None
