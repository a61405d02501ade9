"""`[metrics]`: what Prometheus reads of a desk, and what keeps it from being served."""

from __future__ import annotations

import asyncio
import socket
import sys
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from demo_gateway import entry_of, environ_for, playing
from waiting import until

from rushes.providers.exits import Exit
from rushes.tui.command.metrics_server import metrics_served
from rushes.watch.config.downloads import Auto
from rushes.watch.config.kinds import BadSetting
from rushes.watch.config.metrics import LISTEN, Listen, MetricsSettings
from rushes.watch.config.settings import default_settings, load
from rushes.watch.disk.paths import Paths
from rushes.watch.opening import open_desk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.conftest import Rushes


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        return server.getsockname()[1]


async def read(port: int, question: bytes = b"GET /metrics HTTP/1.1\r\n\r\n") -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(question)
    answer = (await reader.read()).decode()
    writer.close()
    return answer


def values(answer: str) -> dict[str, float]:
    lines = (line for line in answer.partition("\r\n\r\n")[2].splitlines() if line[:1] != "#")
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


async def test_what_is_counted_has_names_of_accounts_and_words_of_ours_alone(
    tmp_path: Path,
) -> None:
    port, skipped = free_port(), 0.0
    async with playing(1.0, clock=lambda: 1_795_000_000.0 + skipped) as gateway:
        skipped = 400.0
        environ = environ_for(gateway, tmp_path / "home", 0.2)
        paths = Paths.find(environ)
        settings = load(paths.config, environ)
        settings = replace(
            settings,
            download=replace(settings.download, auto=Auto.ALL),
            metrics=MetricsSettings(listen=Listen("127.0.0.1", port)),
        )
        scenes = [s for s in gateway.tasks if s.provider == "hiapi"]
        async with open_desk(paths, settings, "default", environ) as desk:
            await desk.watchlist.add(entry_of(scene) for scene in scenes)
            desk.start()
            async with metrics_served(desk):
                await until(lambda: all(task.over for task in desk.ledger.tasks().values()))
                await until(lambda: desk.download_policy.idle)
                answer = await read(port)
            with pytest.raises(ConnectionRefusedError):
                await read(port)
            tasks = desk.ledger.tasks().values()
            polls = sum(task.polls for task in tasks)
            files = [asset for task in tasks for asset in task.assets(desk.clock.now())]
    found = values(answer)
    assert sum(v for k, v in found.items() if k.startswith("rushes_tasks{")) == len(scenes)
    asked = {k: v for k, v in found.items() if k.startswith("rushes_polls_total{")}
    assert asked['rushes_polls_total{outcome="answered",provider="hiapi"}'] > 0
    assert sum(asked.values()) >= polls
    saved = [asset for asset in files if asset.saved]
    assert found['rushes_downloads_total{end="saved"}'] == len(saved) > 0
    assert found["rushes_downloaded_bytes_total"] == sum(it.fetch.done for it in saved if it.fetch)
    assert "process_resident_memory_bytes" in found
    told = answer.lower()
    secrets = [gateway.api_key, "http://", *(s.id for s in scenes), *(s.label for s in scenes)]
    assert not [secret for secret in secrets if secret.lower() in told]


@pytest.mark.parametrize(
    ("asked", "told"),
    [("GET /metrics", "200"), ("HEAD /", "200"), ("GET /x", "404"), ("nonsense", "404")],
)
async def test_what_is_answered_is_the_metrics_alone(tmp_path: Path, asked: str, told: str) -> None:
    port = free_port()
    metrics = MetricsSettings(listen=Listen("127.0.0.1", port))
    environ = {"RUSHES_HOME": str(tmp_path)}
    settings = replace(default_settings(environ), metrics=metrics)
    async with (
        open_desk(Paths.find(environ), settings, "default", environ) as desk,
        metrics_served(desk),
    ):
        answer = await read(port, f"{asked} HTTP/1.1\r\n\r\n".encode())
    assert told in answer.partition("\r\n")[0]
    assert answer.endswith("\r\n\r\n") == asked.startswith("HEAD")


@pytest.fixture
def taken() -> Iterator[int]:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield server.getsockname()[1]


def test_a_port_in_use_is_a_line_and_exit_3(rushes: Rushes, taken: int) -> None:
    rushes.configure(f'[metrics]\nlisten = "127.0.0.1:{taken}"\n')
    done = rushes("watch", "--until-idle")
    assert done.code == Exit.CONFIGURATION
    (line,) = done.err.splitlines()
    assert f"127.0.0.1:{taken}" in line
    assert "in use" in line


def test_without_the_extra_it_is_said_what_to_install(
    rushes: Rushes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    monkeypatch.delitem(sys.modules, "rushes.tui.command.metrics", raising=False)
    rushes.configure(f'[metrics]\nlisten = "127.0.0.1:{free_port()}"\n')
    done = rushes("watch", "--until-idle")
    assert done.code == Exit.CONFIGURATION
    (line,) = done.err.splitlines()
    assert "pip install 'rushes[metrics]'" in line


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("127.0.0.1:9464", Listen("127.0.0.1", 9464)),
        ("[::1]:9464", Listen("::1", 9464)),
        ("localhost:1", Listen("localhost", 1)),
    ],
)
def test_a_place_to_listen_at(written: str, place: Listen) -> None:
    assert LISTEN.read(written) == place
    assert str(place) == written


@pytest.mark.parametrize("written", ["9464", ":9464", "a:0", "a:65536", "a:x", "a:-1", "a:"])
def test_what_is_no_place_is_refused(written: str) -> None:
    with pytest.raises(BadSetting):
        LISTEN.read(written)
