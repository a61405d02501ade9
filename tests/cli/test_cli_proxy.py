"""A whole command through a proxy: questions, files, and what is said where the proxy is gone."""

import pytest
from proxies import Speak, http, running, socks5

from tests.cli.conftest import Play, Rushes


def led_through(staged: Rushes, proxy: str) -> None:
    config = staged.home / "config.toml"
    config.write_text(f'[network]\nproxy = "{proxy}"\n' + config.read_text())


@pytest.mark.parametrize(("scheme", "speak"), [("http", http), ("socks5", socks5)])
def test_a_task_is_asked_about_and_its_files_are_fetched(
    staged: Rushes, play: Play, scheme: str, speak: Speak
) -> None:
    play.offset = 60.0
    ref = play.ref("harbour, dusk")
    staged.watch(ref)
    with running(speak) as proxy:
        led_through(staged, f"{scheme}://127.0.0.1:{proxy.port}")
        done = staged("wait", "--download", "--timeout", "30s")
        assert (done.code, list(staged.home.rglob("*.mp4")) != []) == (0, True), done.err
        gateway = play.gateway.base_urls[ref.partition(":")[0]].removeprefix("http://")
        cdn = play.gateway.cdn_url.removeprefix("http://")
        assert {gateway, cdn} <= set(proxy.asked)


def test_a_proxy_that_is_not_there_is_said(staged: Rushes, play: Play) -> None:
    staged.watch(play.ref("harbour, dusk"))
    with running(http) as proxy:
        place = f"http://127.0.0.1:{proxy.port}"
    led_through(staged, place)
    assert staged("ls", "--poll").code == 6
    assert f"the proxy {place}: connection refused" in staged("show", play.ref("harbour, dusk")).out
    assert play.asked == []
