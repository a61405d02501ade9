"""Every parser reads an accepted URL alike, and a key goes to its origin only."""

from urllib.parse import urlsplit

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sampling import rounds

from rushes.providers.card import Auth
from rushes.providers.secret import Secret
from rushes.watch.network.policy import Credential
from rushes.watch.network.url import Refused, origin_of, read

hosts = st.one_of(
    st.sampled_from(["cdn.example", "CDN.example", "127.0.0.1", "2130706433", "0x7f.1", "[::1]"]),
    st.from_regex(r"[a-z0-9._\-\[\]:@%\\]{1,20}", fullmatch=True),
)
urls = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["http://", "https://", "HTTP://", "//", "http:/", "ftp://"]),
    hosts,
    st.sampled_from(["", ":80", ":443", ":0", ":99999", ":8080", ":"]),
    st.text(alphabet="/?#@\\:%2ea é\t", max_size=12),
)


@given(urls)
@settings(derandomize=True, max_examples=rounds(80, 3000))
def test_every_parser_reads_an_accepted_url_as_we_do(url: str) -> None:
    try:
        place = read(url)
    except Refused:
        return
    theirs, plain = httpx.URL(place.url), urlsplit(place.url)
    default = {"http": 80, "https": 443}[place.origin.scheme]
    assert theirs.host == plain.hostname == place.origin.host
    assert (theirs.port or default) == (plain.port or default) == place.origin.port
    assert theirs.raw_path.decode() == place.target
    assert theirs.userinfo == b""
    assert read(place.url) == place


class TestCredential:
    KEY = Secret("sk-1")
    HOME = origin_of("https://api.example/prefix")

    @pytest.mark.parametrize(
        ("url", "sent"),
        [
            ("https://api.example/x", True),
            ("https://API.example:443/x?y", True),
            ("http://api.example/x", False),
            ("https://api.example:8443/x", False),
            ("https://www.api.example/x", False),
            ("https://api.example.evil.example/", False),
        ],
    )
    def test_the_key_goes_to_its_own_origin_only(self, url: str, *, sent: bool) -> None:
        header = Credential(self.HOME, Auth(env="X"), self.KEY).header(origin_of(url))
        assert header == ({"Authorization": "Bearer sk-1"} if sent else {})

    @pytest.mark.parametrize("end", ["\nb", "\r\nX: y", "ключ", "\x00", "  b", "\t"])
    def test_a_key_that_no_header_can_carry_is_refused_unshown(self, end: str) -> None:
        with pytest.raises(Refused, match="no header can carry") as caught:
            Credential(self.HOME, Auth(env="X"), Secret(f"sk-9{end}")).header(self.HOME)
        assert "sk-9" not in str(caught.value)

    def test_an_empty_key_is_refused(self) -> None:
        with pytest.raises(Refused):
            Credential(self.HOME, Auth(env="X"), Secret("")).header(self.HOME)

    def test_it_shows_its_key_nowhere(self) -> None:
        assert "sk-1" not in repr(Credential(self.HOME, Auth(env="X"), self.KEY))


@given(urls, urls)
@settings(derandomize=True, max_examples=rounds(50, 2000))
def test_key_attached_means_origin_equal(one: str, other: str) -> None:
    try:
        home, away = read(one), read(other)
    except Refused:
        return
    header = Credential(home.origin, Auth(env="X"), Secret("k")).header(away.origin)
    a, b = httpx.URL(home.url), httpx.URL(away.url)
    assert bool(header) == ((a.scheme, a.host, a.port) == (b.scheme, b.host, b.port))
