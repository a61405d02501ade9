"""Which proxies are followed: [network] proxy, and the variables of the environment (row 11)."""

import sys
from pathlib import Path

import pytest

from rushes.watch.config.settings import BadSettings, Settings, load
from rushes.watch.network.proxy import DIRECT, proxies_of
from rushes.watch.network.url import Refused, origin_of


class TestEnvironment:
    def to(self, url: str, **environ: str) -> str:
        return str(proxies_of(environ).to(origin_of(url)))

    def test_each_scheme_has_its_variable_and_all_stands_for_both(self) -> None:
        environ = {"HTTPS_PROXY": "http://a:1", "ALL_PROXY": "socks5h://b:2"}
        assert self.to("https://x.example", **environ) == "http://a:1"
        assert self.to("http://x.example", **environ) == "socks5://b:2"

    def test_small_letters_outrank_capitals_and_no_scheme_is_http(self) -> None:
        environ = {"HTTPS_PROXY": "http://a:1", "https_proxy": "b:2"}
        assert self.to("https://x.example", **environ) == "http://b:2"

    @pytest.mark.parametrize(
        ("entry", "exempt"),
        [
            ("*", True),
            ("api.example", True),
            (".example", True),
            ("*.example", True),
            ("EXAMPLE", True),
            ("api.example:443", True),
            ("api.example:8443", False),
            ("pi.example", False),
            ("other.test, api.example", True),
            ("", False),
        ],
    )
    def test_no_proxy_names_hosts_and_what_is_below_them(self, entry: str, exempt: bool) -> None:
        found = self.to("https://api.example", HTTPS_PROXY="a:1", NO_PROXY=entry)
        assert (found == "None") is exempt

    def test_it_names_networks_too_and_this_machine_is_always_exempt(self) -> None:
        for url in ("https://10.1.2.3", "https://127.0.0.1", "https://[::1]", "https://localhost"):
            assert self.to(url, HTTPS_PROXY="a:1", NO_PROXY="10.0.0.0/8") == "None"
        assert self.to("https://11.1.2.3", HTTPS_PROXY="a:1", NO_PROXY="10.0.0.0/8") == "http://a:1"

    def test_a_variable_at_fault_is_named_without_its_text(self) -> None:
        with pytest.raises(Refused, match="HTTPS_PROXY: expected http") as error:
            proxies_of({"HTTPS_PROXY": "ftp://ann:word@a"})
        assert "word" not in str(error.value)


class TestSettings:
    def read(self, home: Path, text: str, **environ: str) -> Settings:
        (home / "config.toml").write_text(text, encoding="utf-8")
        (home / "config.toml").chmod(0o600)
        return load(home / "config.toml", {"RUSHES_HOME": str(home), **environ})

    def test_variables_are_followed_only_where_config_toml_says_so(self, tmp_path: Path) -> None:
        variable = {"HTTPS_PROXY": "http://proxy.example:3128"}
        direct = self.read(tmp_path, "", **variable).accounts["hiapi"].network
        assert direct.proxies == DIRECT
        followed = self.read(tmp_path, '[network]\nproxy = "env"', **variable)
        proxy = followed.accounts["hiapi"].network.proxies.to(origin_of("https://api.example"))
        assert str(proxy) == "http://proxy.example:3128"

    def test_a_providers_own_proxy_outranks_the_general_one(self, tmp_path: Path) -> None:
        text = (
            '[network]\nproxy = "http://one.example:1"\n'
            '[providers.hiapi]\nproxy = "off"\n[providers.ttapi]\nproxy = "socks5://two.example"\n'
        )
        accounts = self.read(tmp_path, text).accounts
        at = origin_of("https://api.example")
        found = {name: str(accounts[name].network.proxies.to(at)) for name in ("hiapi", "ttapi")}
        assert found == {"hiapi": "None", "ttapi": "socks5://two.example:1080"}
        assert str(accounts["gptge"].network.proxies.to(at)) == "http://one.example:1"

    @pytest.mark.parametrize(
        "text", ["https://proxy.example", "proxy.example:x", "http://a b", "http://", "http://a/b"]
    )
    def test_what_is_no_proxy_is_a_fault_that_does_not_repeat_it(
        self, tmp_path: Path, text: str
    ) -> None:
        with pytest.raises(BadSettings, match=r"\[network\] proxy: expected .*env") as error:
            self.read(tmp_path, f'[network]\nproxy = "{text}"')
        assert "proxy.example" not in str(error.value)

    def test_a_variable_at_fault_counts_where_it_is_followed(self, tmp_path: Path) -> None:
        self.read(tmp_path, "", HTTPS_PROXY="ftp://x")
        with pytest.raises(BadSettings, match="HTTPS_PROXY: expected"):
            self.read(tmp_path, '[network]\nproxy = "env"', HTTPS_PROXY="ftp://x")

    def test_socks_without_its_extra_says_what_to_install(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "socksio", None)
        for text, environ in (("socks5://a:1", {}), ("env", {"ALL_PROXY": "socks5://a:1"})):
            with pytest.raises(BadSettings, match=r"pip install 'rushes\[socks\]'"):
                self.read(tmp_path, f'[network]\nproxy = "{text}"', **environ)

    def test_a_login_that_others_can_read_is_warned_of(self, tmp_path: Path) -> None:
        file = tmp_path / "config.toml"
        file.write_text('[network]\nproxy = "http://ann:word@a:1"')
        file.chmod(0o644)
        (warning,) = load(file, {"RUSHES_HOME": str(tmp_path)}).warnings
        assert "chmod 600" in warning

    def test_so_is_a_key_that_a_proxy_gets_to_read(self, tmp_path: Path) -> None:
        text = '[providers.hiapi]\nproxy = "http://a:1"\nbase_url = "http://127.0.0.1:8080"'
        (warning,) = self.read(tmp_path, text).warnings
        assert "sends the key unencrypted" in warning
