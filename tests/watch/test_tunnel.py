"""What a proxy may answer, in whatever pieces it comes (row 190)."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sampling import rounds

from rushes.watch.network.proxy import read_proxy
from rushes.watch.network.tunnel import HEAD, opening
from rushes.watch.network.unreachable import Unreachable

HTTP = read_proxy("http://proxy.example:3128")
SOCKS = read_proxy("socks5://proxy.example")
OPEN = b"HTTP/1.1 200 Connection established\r\nVia: 1.1 a\r\n\r\n"


def said(url: str, pieces: list[bytes], host: str = "film.test") -> bytes:
    """What is sent while these pieces come, one after the other; raises Unreachable."""
    steps = opening(read_proxy(url), host, 443)
    sent = next(steps)
    for piece in [*pieces, b""]:
        try:
            sent += steps.send(piece)
        except StopIteration:
            return sent
    raise AssertionError("it goes on without an answer")


def test_connect_names_the_host_and_its_port_alone() -> None:
    sent = said("http://proxy.example", [OPEN])
    assert sent.startswith(b"CONNECT film.test:443 HTTP/1.1\r\nHost: film.test:443\r\n")
    assert b"Proxy-Authorization" not in sent
    assert said("http://proxy.example", [OPEN], "fd00::1").startswith(b"CONNECT [fd00::1]:443 ")


@settings(max_examples=rounds(8, 200))
@given(st.lists(st.integers(1, len(OPEN) - 1), max_size=6))
def test_an_answer_counts_once_it_is_whole(cuts: list[int]) -> None:
    places = [0, *sorted(set(cuts)), len(OPEN)]
    pieces = [OPEN[a:b] for a, b in pairwise(places)]
    assert said("http://proxy.example", pieces).startswith(b"CONNECT")


@pytest.mark.parametrize(
    ("pieces", "why"),
    [
        ([b"HTTP/1.1 403 No\r\n\r\n"], "answers 403 for film.test:443"),
        ([b"HTTP/1.1 407 Login\r\n\r\n"], "name and password"),
        ([b"HTTP/1.1 401 Login\r\n\r\n"], "name and password"),
        ([b"HTTP/1.1 302 Found\r\nLocation: http://x\r\n\r\n"], "answers 302"),
        ([b"HTTP/1.1 200\r\n\r\nSSH-2.0"], "says more than its answer"),
        ([b"SSH-2.0-x\r\n\r\n"], "gives no HTTP answer"),
        ([b"HTTP/1.1 20"], "hung up"),
        ([], "hung up"),
        ([b"x" * (HEAD + 1)], "gives no HTTP answer"),
        ([b"HTTP/1.1 200 OK\r\nA: " + b"x" * HEAD + b"\r\n\r\n"], "gives no HTTP answer"),
    ],
)
def test_what_opens_no_way_is_said(pieces: list[bytes], why: str) -> None:
    with pytest.raises(Unreachable, match=f"the proxy {HTTP} .*{why}"):
        said("http://proxy.example:3128", pieces)


GRANTED = b"\x05\x00\x00\x01" + bytes(6)


@pytest.mark.parametrize(
    "answer", [GRANTED, b"\x05\x00\x00\x04" + bytes(18), b"\x05\x00\x00\x03\x04abcd\x01\xbb"]
)
def test_socks_hands_the_name_over_whatever_address_the_proxy_uses(answer: bytes) -> None:
    pieces = [bytes([one]) for one in b"\x05\x00" + answer]
    sent = said("socks5://proxy.example", pieces)
    assert sent == b"\x05\x01\x00" + b"\x05\x01\x00\x03\x09film.test\x01\xbb"
    assert said("socks5://ann:word@proxy.example", pieces).startswith(b"\x05\x02\x00\x02")


def test_a_login_is_sent_only_where_the_proxy_chooses_it() -> None:
    login = b"\x01\x03ann\x04word"
    url = "socks5://ann:word@proxy.example"
    assert login in said(url, [b"\x05\x02", b"\x01\x00", GRANTED])
    assert login not in said(url, [b"\x05\x00", GRANTED])


@pytest.mark.parametrize(
    ("pieces", "why"),
    [
        ([b"\x05\xff"], "wants a name and password"),
        ([b"\x05\x02"], "wants a name and password"),
        ([b"HTTP/1.1 400 Bad\r\n\r\n"], "does not speak SOCKS5"),
        ([b"\x05\x00", b"\x04\x00\x00\x01" + bytes(6)], "does not speak SOCKS5"),
        ([b"\x05\x00", b"\x05\x00\x00\x09" + bytes(6)], "does not speak SOCKS5"),
        ([b"\x05\x00", b"\x05\x02\x00\x01" + bytes(6)], "it does not allow it"),
        ([b"\x05\x00", b"\x05\x63\x00\x01" + bytes(6)], "code 99"),
        ([b"\x05\x00", GRANTED + b"SSH-2.0"], "says more than its answer"),
        ([b"\x05\x00", GRANTED[:7]], "hung up"),
        ([b"\x05"], "hung up"),
    ],
)
def test_what_socks_refuses_is_said(pieces: list[bytes], why: str) -> None:
    with pytest.raises(Unreachable, match=f"the proxy {SOCKS} .*{why}"):
        said("socks5://proxy.example", pieces)
