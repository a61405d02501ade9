"""`rushes doctor`: what is looked at, and what mends it."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING, Any

import pytest
from demo_gateway import keys_of
from proxies import Speak, http, running, socks5

from rushes.tui.command import findings
from rushes.watch.clock import SystemClock
from rushes.watch.network.options import USUAL_NETWORK, Network
from rushes.watch.network.probe import Probed, probe
from rushes.watch.network.proxy import Proxies, read_proxy
from rushes.watch.network.unreachable import Unreachable

if TYPE_CHECKING:
    from tests.cli.conftest import Play, Rushes

TASK = "tk-hiapi-01HZTQ8BX2N3GM3YFK4Z9D7VQR"


def found(done: Any) -> dict[str, list[tuple[str, str, str | None]]]:
    told: dict[str, list[tuple[str, str, str | None]]] = {}
    for each in done.json()["findings"]:
        told.setdefault(each["what"], []).append((each["verdict"], each["said"], each["mend"]))
    return told


def test_all_is_well(staged: Rushes, play: Play) -> None:
    staged.watch(play.ref("opening shot"))
    done = staged("doctor", "--json")
    assert done.code == 0
    told = found(done)
    assert list(told) == [
        "versions", "extras", "terminal", "home", "locks", "watchlist", "history", "settings",
        "downloads", "keys", "network", "clock",
    ]  # fmt: skip
    odd = [each for many in told.values() for each in many if each[0] != "fine"]
    assert {said.partition("poll_interval")[2][:6] for _, said, _ in odd} == {": 0.1s"}
    assert len(told["network"]) == len(play.gateway.base_urls)


def test_no_key_is_sent_and_no_task_asked_about(staged: Rushes, play: Play) -> None:
    staged.watch(play.ref("opening shot"))
    staged("doctor")
    assert set(play.asked) == {"/"}
    assert not any(visit.key_sent for visit in play.gateway.requests)


def test_a_person_gets_a_line_each_and_a_pipe_four_columns(staged: Rushes) -> None:
    piped = [line.split("\t") for line in staged("doctor").out.splitlines()]
    assert {len(row) for row in piped} == {4}
    shown = staged("doctor", terminal=True, NO_COLOR="1", LANG="C.UTF-8").out.splitlines()
    assert len(shown) == len(piped)
    assert {line.split()[0] for line in shown} == {"fine", "warning"}


def test_nothing_is_made(rushes: Rushes) -> None:
    assert rushes("doctor").code == 0
    assert not rushes.home.exists()


def test_an_account_that_has_tasks_and_no_key_is_a_fault_and_is_not_asked(rushes: Rushes) -> None:
    rushes.watch(f"hiapi:{TASK}")
    done = rushes("doctor", "--json")
    assert done.code == 4
    verdict, said, mend = found(done)["keys"][0]
    assert (verdict, said) == ("fault", "hiapi has none at hand, and 1 task")
    assert mend == "set HIAPI_API_KEY, or see: rushes providers"
    assert found(done)["network"] == [("fine", "nobody is asked: no account has a key", None)]


def test_an_account_that_nobody_configured_is_one_too(rushes: Rushes) -> None:
    folder = rushes.home / "watchlists"
    folder.mkdir(parents=True)
    (folder / "default.toml").write_text('[[task]]\nprovider = "ghost"\nid = "x"\n')
    done = rushes("doctor", "--json")
    assert done.code == 3
    assert "ghost, which config.toml does not have" in found(done)["keys"][0][1]


def test_a_gateway_that_cannot_be_reached(
    staged: Rushes, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuses(*_: object) -> Probed:
        raise Unreachable("connection refused")

    monkeypatch.setattr(findings, "probe", refuses)
    done = staged("doctor", "--json")
    assert done.code == 6
    assert all(verdict == "fault" for verdict, _, _ in found(done)["network"])
    assert found(done)["network"][0][1].endswith("connection refused")


@pytest.mark.parametrize(
    ("ahead", "verdict", "said"),
    [(0.4, "fine", "to 1 s"), (95.0, "warning", "95 s behind"), (-95.0, "warning", "95 s ahead")],
)
def test_a_clock_that_is_wrong_is_said(
    staged: Rushes, monkeypatch: pytest.MonkeyPatch, ahead: float, verdict: str, said: str
) -> None:
    async def answers(*_: object) -> Probed:
        return Probed(0.02, ahead)

    monkeypatch.setattr(findings, "probe", answers)
    done = staged("doctor", "--json")
    assert done.code == 0
    assert found(done)["clock"][0][0] == verdict
    assert said in found(done)["clock"][0][1]


async def test_what_time_it_is_there_is_read_from_any_answer(play: Play) -> None:
    class Ours:
        def now(self) -> Any:
            from datetime import UTC, datetime

            return datetime.fromtimestamp(play.opened, UTC)

    play.offset = 120.0
    base = next(iter(play.gateway.base_urls.values()))
    seen = await probe(base, USUAL_NETWORK, Ours())  # pyright: ignore[reportArgumentType]
    assert seen.ahead is not None
    assert 118 < seen.ahead < 122


@pytest.mark.parametrize("speak", [http, socks5])
def test_a_gateway_behind_a_proxy_is_asked_through_it_alone(
    staged: Rushes, play: Play, speak: Speak
) -> None:
    if speak is socks5:
        pytest.importorskip("socksio")
    (name, base), *_ = play.gateway.base_urls.items()
    port = int(base.rpartition(":")[2].partition("/")[0])
    with running(speak, {"gateway.test": port, "film.test": port}) as proxy:
        scheme = "http" if speak is http else "socks5"
        staged.configure(
            f'[network]\nproxy = "{scheme}://127.0.0.1:{proxy.port}"\n'
            f'[providers.{name}]\nbase_url = "http://film.test:{port}"\n'
        )
        for other in keys_of(play.gateway).keys() - {f"{name.upper()}_API_KEY"}:
            del staged.environ[other]
        told = found(staged("doctor", "--json"))
    assert told["network"][0][1].startswith(f"{name} answers in ")
    assert proxy.asked == [f"film.test:{port}"]
    assert play.asked == ["/"]
    assert play.gateway.api_key.encode() not in proxy.everything


async def test_a_proxy_that_nobody_follows_is_named() -> None:
    named = read_proxy("http://127.0.0.1:9", variable="HTTP_PROXY")
    with socket.create_server(("127.0.0.1", 0)) as gone:
        base = f"http://127.0.0.1:{gone.getsockname()[1]}"
    with pytest.raises(Unreachable, match="HTTP_PROXY is not followed"):
        await probe(base, Network(named=Proxies(named, named)), SystemClock())


def test_settings_that_are_wrong_are_named_and_the_rest_is_looked_at(rushes: Rushes) -> None:
    rushes.configure("glyfs = 1\n")
    done = rushes("doctor", "--json")
    assert done.code == 3
    told = found(done)
    assert told["settings"][0][0] == "fault"
    assert told["settings"][0][2] == "every setting there is: rushes help config"
    assert told["watchlist"][0][0] == "fine"


def test_a_list_and_a_history_that_cannot_be_read(rushes: Rushes) -> None:
    rushes.watch(TASK)
    (rushes.home / "watchlists" / "default.toml").write_text("no TOML")
    (rushes.home / "history.db").mkdir()
    done = rushes("doctor", "--json")
    assert done.code == 3
    told = found(done)
    assert (told["watchlist"][0][0], told["history"][0][0]) == ("fault", "fault")


def test_no_home_is_the_last_thing_that_is_looked_at(rushes: Rushes) -> None:
    done = rushes("doctor", "--json", RUSHES_HOME="~nobody-of-that-name/x")
    assert done.code == 3
    assert list(found(done)) == ["versions", "extras", "terminal", "home"]
    assert found(done)["home"][0][2] == "set RUSHES_HOME to a folder of yours"


def test_a_folder_that_cannot_be_written(rushes: Rushes, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object) -> bool:
        return False

    monkeypatch.setattr(os, "access", denied)
    done = rushes("doctor", "--json")
    assert done.code == 3
    assert found(done)["home"][0][0] == "fault"


@pytest.mark.parametrize(("term", "verdict"), [("dumb", "warning"), ("xterm", "fine")])
def test_a_terminal_that_can_draw_nothing(rushes: Rushes, term: str, verdict: str) -> None:
    done = rushes("doctor", terminal=True, TERM=term, NO_COLOR="1", LANG="C.UTF-8")
    (line,) = [line for line in done.out.splitlines() if line.split()[1] == "terminal"]
    assert line.startswith(verdict)
