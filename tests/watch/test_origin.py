"""Where a key may go, and which addresses a foreign URL may make us connect to."""

import ipaddress
import socket
from typing import Any

import pytest

from rushes.watch.network.policy import check
from rushes.watch.network.reach import Reach, reach_of
from rushes.watch.network.unreachable import Unreachable
from rushes.watch.network.url import Origin, Refused, read

PUBLIC = "93.184.215.14"
GATEWAY = "https://api.example"


class Names:
    """A resolver that knows these names and is asked for no others."""

    def __init__(self, **known: str) -> None:
        self.known = {name.replace("_", "."): where.split() for name, where in known.items()}
        self.asked: list[str] = []

    def __call__(self, host: str, port: int, **_: object) -> list[tuple[Any, ...]]:
        self.asked.append(host)
        if host not in self.known:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [(0, 0, 0, "", (ip, port)) for ip in self.known[host]]


NAMES = Names(api_example=PUBLIC, cdn_example=PUBLIC)


@pytest.mark.parametrize(
    ("url", "origin", "target"),
    [
        ("https://cdn.example/a.mp4", Origin("https", "cdn.example", 443), "/a.mp4"),
        ("HTTPS://CDN.Example:443/A", Origin("https", "cdn.example", 443), "/A"),
        ("http://cdn.example:8080", Origin("http", "cdn.example", 8080), "/"),
        ("https://cdn.example?a=b", Origin("https", "cdn.example", 443), "/?a=b"),
        ("https://cdn.example/a?b#c", Origin("https", "cdn.example", 443), "/a?b"),
        ("http://127.0.0.1:1/", Origin("http", "127.0.0.1", 1), "/"),
        ("http://[::1]:1/", Origin("http", "::1", 1), "/"),
        (
            "https://x.example/%7E%2f?s=a%2Bb+c~",
            Origin("https", "x.example", 443),
            "/%7E%2f?s=a%2Bb+c~",
        ),
        ("https://x.example/é", Origin("https", "x.example", 443), "/%C3%A9"),
    ],
)
def test_urls_are_read_and_their_targets_kept(url: str, origin: Origin, target: str) -> None:
    place = read(url)
    assert place.origin == origin
    assert place.target == target


@pytest.mark.parametrize(
    "url",
    [
        "",
        "cdn.example/a",
        "//cdn.example/a",
        "file:///etc/passwd",
        "data:text/html,x",
        "ftp://cdn.example/",
        "javascript:alert(1)",
        "https:/cdn.example/",
        "https://",
        "https:///a",
        "https://user@cdn.example/",
        "https://user:pw@cdn.example/",
        "http://cdn.example\\@evil.example/",
        "http://cdn.example/\\evil",
        "https://cdn.example:0/",
        "https://cdn.example:65536/",
        "https://cdn.example:99999/",
        "https://cdn.example:/",
        "https://cdn.example:8a/",
        "https://cdn.example./",
        "https://.example/",
        "https://a..example/",
        "https://-a.example/",
        "https://a%2eexample/",
        "https://cdn example/",
        "https://cdn.example/a b",
        "https://cdn.example/a\nb",
        "https://cdn.example/\x00",
        "https://cdn.example/\u00a0",
        "https://cdn\u3002example/",
        "https://пример.example/",
        "https://cdn.example/\ud800",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.1/",
        "http://127.1/",
        "http://127.0.0.1.:80/",
        "http://127.000.000.001/",
        "http://0177.0.0.1/",
        "http://[::1/",
        "http://::1/",
        "http://[0:0:0:0:0:0:0:1]/",
        "http://[fe80::1%25eth0]/",
        "http://[::1]x/",
        "https://" + "a" * 64 + ".example/",
        "https://" + "a." * 140 + "example/",
        "https://cdn.example/" + "a" * 9000,
    ],
)
def test_what_two_parsers_could_read_differently_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        read(url)


def test_a_user_name_in_a_link_is_refused_and_not_repeated() -> None:
    with pytest.raises(Refused, match="holds a user name") as caught:
        read("https://somebody@cdn.example/")
    assert "somebody" not in str(caught.value)


@pytest.mark.parametrize("host", ["[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::7f00:1]"])
def test_an_ipv4_address_dressed_up_as_ipv6_is_refused(host: str) -> None:
    with pytest.raises(Refused):
        check(f"http://{host}/", "http://127.0.0.1", NAMES)


@pytest.mark.parametrize(
    ("ip", "reach"),
    [
        (PUBLIC, Reach.GLOBAL),
        ("2606:2800:21f:cb07::1", Reach.GLOBAL),
        ("64:ff9b::5db8:d70e", Reach.GLOBAL),
        ("64:ff9b::7f00:1", Reach.LOOPBACK),
        ("127.0.0.1", Reach.LOOPBACK),
        ("127.255.0.9", Reach.LOOPBACK),
        ("::1", Reach.LOOPBACK),
        ("10.0.0.1", Reach.PRIVATE),
        ("172.31.255.255", Reach.PRIVATE),
        ("192.168.1.1", Reach.PRIVATE),
        ("fd00::1", Reach.PRIVATE),
        ("100.64.0.1", Reach.SHARED),
        ("169.254.169.254", Reach.NEVER),
        ("fe80::1", Reach.NEVER),
        ("0.0.0.0", Reach.NEVER),  # noqa: S104
        ("::", Reach.NEVER),
        ("::ffff:127.0.0.1", Reach.NEVER),
        ("::7f00:1", Reach.NEVER),
        ("255.255.255.255", Reach.NEVER),
        ("224.0.0.1", Reach.NEVER),
        ("198.18.0.1", Reach.RESERVED),
        ("192.0.2.1", Reach.RESERVED),
        ("2002:7f00:1::", Reach.RESERVED),
        ("2001:db8::1", Reach.RESERVED),
        ("4000::1", Reach.RESERVED),
    ],
)
def test_what_an_address_leads_to(ip: str, reach: Reach) -> None:
    assert reach_of(ipaddress.ip_address(ip)) is reach


class TestThePolicy:
    def test_a_public_place_may_be_asked_at_the_addresses_that_were_looked_at(self) -> None:
        names = Names(cdn_example=f"{PUBLIC} 2606:2800:21f:cb07::1")
        checked = check("https://cdn.example/a", GATEWAY, names)
        assert checked.ips == (PUBLIC, "2606:2800:21f:cb07::1")
        assert names.asked == ["cdn.example"]

    @pytest.mark.parametrize(
        ("link", "asked"),
        [
            ("http://cdn.example/a?b=1", "https://cdn.example/a?b=1"),
            ("http://cdn.example:80/a", "https://cdn.example/a"),
            ("http://cdn.example:8080/a", "https://cdn.example:8080/a"),
        ],
    )
    def test_an_http_link_of_a_gateway_that_speaks_https_is_asked_for_over_https(
        self, link: str, asked: str
    ) -> None:
        checked = check(link, GATEWAY, NAMES)
        assert (checked.address.url, checked.upgraded) == (asked, True)

    def test_an_http_link_of_an_http_gateway_stays_what_it_is(self) -> None:
        checked = check("http://cdn.example/a", "http://api.example", NAMES)
        assert (checked.address.url, checked.upgraded) == ("http://cdn.example/a", False)

    @pytest.mark.parametrize("inward", ["127.0.0.1", "10.0.0.1", "100.64.1.1", "192.0.2.9", "::1"])
    def test_a_name_that_leads_inward_is_refused_even_beside_a_public_address(
        self, inward: str
    ) -> None:
        names = Names(api_example=PUBLIC, cdn_example=f"{PUBLIC} {inward}")
        with pytest.raises(Refused, match=r"cdn\.example leads to"):
            check("https://cdn.example/a", GATEWAY, names)

    @pytest.mark.parametrize("inward", ["127.0.0.1", "10.0.0.1", "100.64.1.1", "198.18.0.9"])
    def test_a_gateway_of_the_same_kind_makes_it_right(self, inward: str) -> None:
        names = Names(api_example=inward, cdn_example=inward)
        assert check("https://cdn.example/a", GATEWAY, names).ips == (inward,)

    def test_one_kind_does_not_stand_for_another(self) -> None:
        names = Names(api_example="10.0.0.1", cdn_example="127.0.0.1")
        with pytest.raises(Refused, match="this machine"):
            check("https://cdn.example/a", GATEWAY, names)

    @pytest.mark.parametrize(
        "answers",
        [
            f"{PUBLIC} 10.0.0.1",
            f"10.0.0.1 {PUBLIC}",
            f"127.0.0.1 {PUBLIC} 10.0.0.1",
            f"::1 fd00::1 100.64.0.1 10.0.0.1 198.18.0.1 {PUBLIC}",
            "10.0.0.1 2606:2800:21f:cb07::1",
            "10.0.0.1 64:ff9b::5db8:d70e",
            f"64:ff9b::a00:1 {PUBLIC}",
            f"{PUBLIC} 198.18.0.1",
        ],
    )
    @pytest.mark.parametrize(
        "inward", ["127.0.0.1", "::1", "10.0.0.2", "fd00::2", "100.64.0.2", "64:ff9b::a00:2"]
    )
    def test_a_gateway_whose_name_answers_public_addresses_too_gives_no_leave_for_inward_ones(
        self, answers: str, inward: str
    ) -> None:
        """Row 74, whatever else its name answers, and in whatever order."""
        names = Names(api_example=answers, cdn_example=inward, both_example=f"{PUBLIC} {inward}")
        for gateway in ("https://api.example", "http://api.example:8080"):
            for link in ("https://cdn.example/a", "http://both.example/a"):
                with pytest.raises(Refused, match=r"example leads to .*\[network\] allow"):
                    check(link, gateway, names)

    @pytest.mark.parametrize(
        ("answers", "inward"),
        [
            ("127.0.0.1 ::1", "127.0.0.1"),
            ("127.0.0.1 ::1", "::1"),
            ("10.0.0.1 192.168.1.1", "10.0.0.2"),
            ("10.0.0.1 fd00::1", "fd00::2"),
            ("127.0.0.1 10.0.0.1", "10.0.0.2"),
        ],
    )
    def test_one_that_is_wholly_inward_keeps_its_leave(self, answers: str, inward: str) -> None:
        names = Names(api_example=answers, cdn_example=inward)
        assert check("https://cdn.example/a", GATEWAY, names).ips == (inward,)

    @pytest.mark.parametrize("ip", ["198.18.0.25", "198.19.255.1", "64:ff9b::c612:19"])
    def test_a_name_behind_a_proxy_of_this_machine_is_proved_by_its_certificate(
        self, ip: str
    ) -> None:
        names = Names(api_example=PUBLIC, cdn_example=ip)
        assert check("https://cdn.example/a", GATEWAY, names).ips == (ip,)
        assert check("http://cdn.example/a", GATEWAY, names).upgraded

    def test_without_a_certificate_or_a_name_a_proxys_address_is_refused(self) -> None:
        names = Names(api_example=PUBLIC, cdn_example="198.18.0.25")
        with pytest.raises(Refused, match=r"198\.18\.0\.25.*allow"):
            check("http://cdn.example/a", "http://api.example", names)
        with pytest.raises(Refused, match="a reserved network"):
            check("https://198.18.0.25/a", GATEWAY, names)

    @pytest.mark.parametrize(
        ("ip", "network"),
        [("10.1.2.3", "10.0.0.0/8"), ("fd00::7", "fd00::/8"), ("64:ff9b::a01:203", "10.0.0.0/8")],
    )
    def test_a_network_that_config_allows_may_be_led_into(self, ip: str, network: str) -> None:
        names = Names(api_example=PUBLIC, cdn_example=f"{PUBLIC} {ip}")
        allow = [ipaddress.ip_network(network)]
        assert check("https://cdn.example/a", GATEWAY, names, allow).ips == (PUBLIC, ip)
        with pytest.raises(Refused, match=r"\[network\] allow"):
            check("https://cdn.example/a", GATEWAY, names)

    @pytest.mark.parametrize("never", ["169.254.169.254", "0.0.0.0", "fe80::1"])  # noqa: S104
    def test_no_setting_opens_link_local_addresses(self, never: str) -> None:
        names = Names(api_example=PUBLIC, cdn_example=never)
        allow = [ipaddress.ip_network(text) for text in ("0.0.0.0/0", "::/0")]
        with pytest.raises(Refused, match="link-local"):
            check("https://cdn.example/a", GATEWAY, names, allow)

    @pytest.mark.parametrize("never", ["169.254.169.254", "fe80::1", "0.0.0.0"])  # noqa: S104
    def test_link_local_is_refused_whatever_the_gateway_is(self, never: str) -> None:
        names = Names(api_example=never, cdn_example=never)
        with pytest.raises(Refused, match="link-local"):
            check("https://cdn.example/a", GATEWAY, names)

    def test_the_demo_on_this_machine_is_served_from_its_other_ports(self) -> None:
        checked = check("http://127.0.0.1:8081/a", "http://127.0.0.1:8080", Names())
        assert checked.ips == ("127.0.0.1",)

    def test_a_name_without_an_address_may_have_one_later(self) -> None:
        with pytest.raises(Unreachable, match=r"cannot resolve nowhere\.example"):
            check("https://nowhere.example/", GATEWAY, NAMES)
