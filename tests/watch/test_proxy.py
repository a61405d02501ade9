"""Proxies: what is followed, what they see, and what holds through them (rows 11, 190 and 191)."""

import socket
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest
from certificate import Certificate
from plain_card import plain_card
from proxies import LocalProxy, Speak, http, running, socks5

from rushes.providers.reply import Reply
from rushes.providers.secret import Secret
from rushes.watch.network.assets import open_asset
from rushes.watch.network.client import ApiClient
from rushes.watch.network.hang_up import Connection
from rushes.watch.network.options import Network, Trust, network_of
from rushes.watch.network.policy import check
from rushes.watch.network.proxy import Proxies, Proxy, read_proxy
from rushes.watch.network.unreachable import Unreachable, Untrusted
from rushes.watch.network.url import Refused, origin_of
from tests.watch.conftest import Loopback

KEY = Secret("sk-a-key-that-nobody-may-see")
HOST = "film.test"
GATEWAY = f"https://{HOST}"


def resolve_nothing(*_: object, **__: object) -> list[tuple[Any, ...]]:
    raise AssertionError("a name was looked up that is the proxy's to resolve")


def through(proxy: Proxy, certificate: Certificate | None = None) -> Network:
    trust = Trust(ca_file=certificate.file) if certificate else Trust()
    return Network(proxies=Proxies(proxy, proxy), trust=trust)


def local(proxy: LocalProxy, login: str = "") -> Proxy:
    scheme = "socks5" if proxy.speak is socks5 else "http"
    return read_proxy(f"{scheme}://{login}127.0.0.1:{proxy.port}")


async def asked(base: str, network: Network) -> Reply:
    client = ApiClient(base, plain_card("/v1/{task_id}"), concurrency=1, network=network)
    try:
        return await client.get("/v1/task", KEY)
    finally:
        await client.aclose()


def fetched(url: str, network: Network, gateway: str = GATEWAY) -> bytes:
    with open_asset(
        url,
        {},
        gateway=gateway,
        connection=Connection(),
        resolve=resolve_nothing,
        network=network,
    ) as arriving:
        return b"".join(map(bytes, arriving.chunks))


@pytest.fixture
def gateway(loopback: Loopback, certificate: Certificate) -> Loopback:
    loopback.wrap = certificate.serve
    return loopback


@pytest.fixture(params=[http, socks5])
def proxy(request: pytest.FixtureRequest, loopback: Loopback) -> Iterator[LocalProxy]:
    speak: Speak = request.param
    with running(speak, {HOST: loopback.port, "127.0.0.1": loopback.port}) as made:
        yield made


class TestHttps:
    async def test_a_key_passes_a_proxy_within_tls_alone(
        self, gateway: Loopback, proxy: LocalProxy, certificate: Certificate
    ) -> None:
        gateway.play([gateway.answer(200, b"{}")])
        network = through(local(proxy), certificate)
        assert (await asked(GATEWAY, network)).body == b"{}"
        assert gateway.heard[0].headers["authorization"] == f"Bearer {KEY.reveal()}"
        assert proxy.asked == [f"{HOST}:443"]
        assert KEY.reveal().encode() not in proxy.everything
        assert b"/v1/task" not in proxy.everything

    async def test_one_way_through_serves_many_questions(
        self, gateway: Loopback, proxy: LocalProxy, certificate: Certificate
    ) -> None:
        gateway.play([gateway.answer(200, b"{}")])
        network = through(local(proxy), certificate)
        client = ApiClient(GATEWAY, plain_card(), concurrency=1, network=network)
        for _ in range(3):
            await client.get("/task", KEY)
        await client.aclose()
        assert (len(proxy.asked), len(gateway.heard)) == (1, 3)

    async def test_the_gateways_certificate_is_what_counts(
        self, gateway: Loopback, proxy: LocalProxy
    ) -> None:
        gateway.play([gateway.answer(200, b"{}")])
        with pytest.raises(Untrusted):
            await asked(GATEWAY, through(local(proxy)))
        assert not gateway.heard

    def test_a_file_passes_in_the_same_way_and_no_name_is_looked_up_here(
        self, gateway: Loopback, proxy: LocalProxy, certificate: Certificate
    ) -> None:
        film = bytes(range(256)) * 2000
        gateway.play([gateway.answer(200, film)])
        link = f"{GATEWAY}/film.mp4?signature=secret"
        assert fetched(link, through(local(proxy), certificate)) == film
        assert gateway.heard[0].target == "/film.mp4?signature=secret"
        assert gateway.heard[0].headers["host"] == HOST
        assert b"signature" not in proxy.everything

    def test_each_redirect_asks_the_proxy_anew(
        self, gateway: Loopback, proxy: LocalProxy, certificate: Certificate
    ) -> None:
        gateway.play(
            [gateway.answer(302, b"", Location="https://127.0.0.1:8443/b"), gateway.CLOSE],
            [gateway.answer(200, b"film")],
        )
        network = through(local(proxy), certificate)
        assert fetched(f"{GATEWAY}/a", network, gateway="https://127.0.0.1") == b"film"
        assert proxy.asked == [f"{HOST}:443", "127.0.0.1:8443"]

    def test_a_transfer_that_is_ended_while_the_proxy_keeps_still_ends_at_once(self) -> None:
        connection = Connection()

        def still(proxy: LocalProxy, peer: socket.socket) -> None:
            proxy.head(peer)
            connection.cut()
            peer.recv(1)

        with (
            running(still) as proxy,
            pytest.raises(Unreachable),
            open_asset(
                f"{GATEWAY}/a",
                {},
                gateway=GATEWAY,
                connection=connection,
                network=through(local(proxy)),
            ),
        ):
            pass


class TestHttp:
    async def test_a_plain_request_is_passed_on_whole(self, loopback: Loopback) -> None:
        loopback.play([loopback.answer(200, b"{}")])
        with running(http, {HOST: loopback.port}) as proxy:
            await asked(f"http://{HOST}", through(local(proxy)))
            assert f"GET http://{HOST}/v1/task HTTP/1.1".encode() in proxy.everything
        assert loopback.heard[0].headers["host"] == HOST

    def test_so_is_that_for_a_file_of_the_gateways_own_host(self, loopback: Loopback) -> None:
        loopback.play([loopback.answer(200, b"film")])
        with running(http, {HOST: loopback.port}) as proxy:
            network = through(local(proxy))
            assert fetched(f"http://{HOST}:81/a?b=c", network, f"http://{HOST}") == b"film"
            assert f"GET http://{HOST}:81/a?b=c HTTP/1.1".encode() in proxy.everything

    async def test_socks_opens_a_way_for_it(self, loopback: Loopback) -> None:
        loopback.play([loopback.answer(200, b"{}")])
        with running(socks5, {HOST: loopback.port}) as proxy:
            await asked(f"http://{HOST}", through(local(proxy)))
            assert proxy.asked == [f"{HOST}:80"]
        assert loopback.heard[0].target == "/v1/task"


class TestLogins:
    @pytest.mark.parametrize("speak", [http, socks5])
    async def test_a_login_goes_to_the_proxy_alone(
        self, gateway: Loopback, certificate: Certificate, speak: Speak
    ) -> None:
        gateway.play([gateway.answer(200, b"{}")])
        with running(speak, {HOST: gateway.port}, ("ann", "p:w@d")) as proxy:
            network = through(local(proxy, "ann:p%3Aw%40d@"), certificate)
            await asked(GATEWAY, network)
            assert fetched(f"{GATEWAY}/a", network) == b"{}"
        assert all("proxy-authorization" not in heard.headers for heard in gateway.heard)

    @pytest.mark.parametrize("speak", [http, socks5])
    @pytest.mark.parametrize("login", ["", "ann:wrong-word@"])
    async def test_one_that_is_wanted_or_refused_is_said_without_its_text(
        self, loopback: Loopback, speak: Speak, login: str
    ) -> None:
        with running(speak, {HOST: loopback.port}, ("ann", "right-word")) as proxy:
            with pytest.raises(Unreachable, match=r"the proxy .*name and password") as error:
                await asked(GATEWAY, through(local(proxy, login)))
            with pytest.raises(Unreachable, match=r"the proxy .*name and password"):
                fetched(f"{GATEWAY}/a", through(local(proxy, login)))
        assert not loopback.heard
        assert "word" not in str(error.value).replace("password", "")

    async def test_a_plain_request_brings_it_along(self, loopback: Loopback) -> None:
        loopback.play([loopback.answer(200, b"{}")])
        with running(http, {HOST: loopback.port}, ("ann", "word")) as proxy:
            await asked(f"http://{HOST}", through(local(proxy, "ann:word@")))
            assert b"Basic " + b64encode(b"ann:word") in proxy.everything
        assert len(loopback.heard) == 1

    def test_no_text_of_a_proxy_has_it(self) -> None:
        proxy = read_proxy("http://ann:sesame@proxy.example:3128")
        assert str(proxy) == "http://proxy.example:3128"
        assert "sesame" not in repr(proxy)


class TestTroubles:
    async def test_a_proxy_that_is_not_there_is_what_is_named(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        network = through(read_proxy(f"http://127.0.0.1:{port}"))
        said = rf"the proxy http://127\.0\.0\.1:{port}: connection refused"
        with pytest.raises(Unreachable, match=said):
            await asked(GATEWAY, network)
        with pytest.raises(Unreachable, match=said):
            fetched(f"{GATEWAY}/a", network)

    async def test_a_host_that_it_cannot_reach_is_its_word(self, proxy: LocalProxy) -> None:
        elsewhere = "https://nowhere.test"
        with pytest.raises(Unreachable, match=r"502 for nowhere|no way to nowhere.*unreachable"):
            await asked(elsewhere, through(local(proxy)))
        with pytest.raises(Unreachable, match=r"the proxy"):
            fetched(f"{elsewhere}/a", through(local(proxy)), elsewhere)


class TestLinks:
    """What can be checked is; what only the proxy knows is decided on the safe side."""

    PROXIES = through(read_proxy("http://proxy.example:3128")).proxies

    def checked(self, url: str, gateway: str = "https://api.example") -> Proxy | None:
        return check(url, gateway, resolve_nothing, proxies=self.PROXIES).proxy

    @pytest.mark.parametrize("host", ["10.0.0.5", "[fd00::5]", "127.0.0.1", "169.254.169.254"])
    def test_an_address_that_leads_inward_is_refused_as_ever(self, host: str) -> None:
        with pytest.raises(Refused, match="leads to"):
            self.checked(f"https://{host}/a")

    def test_localhost_is_this_machine_and_the_proxys(self) -> None:
        def here(*_: object, **__: object) -> list[tuple[Any, ...]]:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 443))]

        for host in ("localhost", "a.localhost"):
            with pytest.raises(Refused, match="this machine"):
                check(f"https://{host}/a", "https://api.example", here, proxies=self.PROXIES)

    def test_a_name_over_https_is_the_certificates_to_prove(self) -> None:
        assert self.checked("https://cdn.example/a") is not None
        assert self.checked("http://cdn.example/a") is not None  # asked for over https

    def test_a_name_over_http_is_only_asked_at_the_gateways_own_host(self) -> None:
        assert self.checked("http://api.example:8080/a", "http://api.example") is not None
        with pytest.raises(Refused, match="only the proxy knows"):
            self.checked("http://cdn.example/a", "http://api.example")

    def test_a_host_that_is_asked_directly_is_checked_as_ever(self) -> None:
        def inward(*_: object, **__: object) -> list[tuple[Any, ...]]:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.5", 443))]

        proxies = Proxies(self.PROXIES.http, self.PROXIES.https, ("cdn.example",))
        with pytest.raises(Refused, match="a private network"):
            check("https://cdn.example/a", "https://api.example", inward, proxies=proxies)


class TestUnfollowed:
    """An account that cannot be reached says that a proxy variable is not followed."""

    PROXY = read_proxy("http://ann:word@proxy.example:1", "ALL_PROXY")
    NETWORK = Network(named=Proxies(PROXY, PROXY))

    async def test_a_trouble_says_so(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as closed:
            base = f"http://127.0.0.1:{closed.getsockname()[1]}"
        said = r"refused; ALL_PROXY is not followed without \[network\] proxy"
        with pytest.raises(Unreachable, match=said) as error:
            await asked(base, self.NETWORK)
        assert "word" not in str(error.value)
        with pytest.raises(Unreachable, match=said):
            fetched(f"{base}/a", self.NETWORK, base)

    async def test_what_it_has_nothing_to_do_with_does_not(
        self, loopback: Loopback, certificate: Certificate
    ) -> None:
        loopback.play([loopback.answer(200, b"{}", content_length="9"), loopback.CLOSE])
        with pytest.raises(Unreachable) as cut:
            await asked(loopback.url, self.NETWORK)
        assert "not followed" not in str(cut.value)
        loopback.wrap = certificate.serve
        with pytest.raises(Untrusted) as distrusted:
            await asked(loopback.url, self.NETWORK)
        assert "not followed" not in str(distrusted.value)

    def test_nor_does_one_that_is_exempt_at_fault_or_of_another_way(self) -> None:
        at = origin_of("https://api.example")
        variable = {"HTTPS_PROXY": "a:1"}
        assert network_of(variable).unfollowed_variable(at) == "HTTPS_PROXY"
        assert network_of(variable | {"NO_PROXY": "*"}).unfollowed_variable(at) == ""
        assert network_of({"HTTPS_PROXY": "ftp://a"}).unfollowed_variable(at) == ""
        used = Network(proxies=self.NETWORK.named, named=self.NETWORK.named)
        assert used.unfollowed_variable(at) == ""
