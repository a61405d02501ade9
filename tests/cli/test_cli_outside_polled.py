"""Providers from outside over real HTTP: asked by POST, asked twice, and one that raises."""

from __future__ import annotations

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from rushes.providers import registry
from rushes.watch.config.entry_points import installed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.cli.conftest import Rushes


KEY = "a-test-key"


class Gateway:
    """Answers each method and path with one JSON body, and notes what was asked."""

    def __init__(self, answers: Mapping[str, object]) -> None:
        self.asked: list[str] = []
        self.bodies: list[bytes] = []
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                length = int(self.headers.get("content-length", "0"))
                question = f"{self.command} {self.path}"
                gateway.asked.append(question)
                gateway.bodies.append(self.rfile.read(length))
                found = answers.get(question)
                body = json.dumps(found if found is not None else {"message": "no"}).encode()
                self.send_response(404 if found is None else 200)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET  # noqa: N815
            do_PUT = do_GET  # noqa: N815
            do_DELETE = do_GET  # noqa: N815

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    registry.include({})


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    answers: dict[str, object] = {
        "POST /v1/video/status": {
            "status": "Succeed",
            "results": {"videos": [{"url": "https://cdn.example/a.mp4"}]},
        },
        "GET /v1/tasks/t1": {"state": "done", "file": "f:7"},
        "GET /v1/files?id=f%3A7": {"file": {"link": "https://cdn.example/b.mp4"}},
    }
    gateway = Gateway(answers)
    yield gateway
    gateway.stop()


def test_a_task_that_is_asked_about_by_post(rushes: Rushes, gateway: Gateway) -> None:
    rushes.environ |= {"SILICONFLOW_API_KEY": KEY, "RUSHES_SILICONFLOW_BASE_URL": gateway.url}
    assert rushes("add", "siliconflow", "o9k3m1").code == 0
    assert rushes("ls", "--poll").code == 0
    (task,) = rushes("ls", "--json").json()["tasks"]
    assert (task["status"], task["raw_status"]) == ("succeeded", "Succeed")
    assert [output["url"] for output in task["outputs"]] == ["https://cdn.example/a.mp4"]
    assert gateway.asked == ["POST /v1/video/status"]
    assert json.loads(gateway.bodies[0]) == {"requestId": "o9k3m1"}


def test_a_task_that_is_asked_about_twice(rushes: Rushes, gateway: Gateway) -> None:
    rushes.environ |= {"STUDIO_API_KEY": KEY}
    (rushes.home / "providers").mkdir(parents=True)
    (rushes.home / "providers" / "studio.toml").write_text(
        f'base_urls = {{ default = "{gateway.url}" }}\n'
        'query = { path = "/v1/tasks/{id}" }\nstatus = "state"\n'
        'states = { succeeded = ["done"] }\n'
        'outputs = [{ url = "resolve.file.link", kind = "video" }]\n'
        'resolve = { path = "/v1/files", params = { id = "{f}" }, values = { f = "file" } }\n'
    )
    assert rushes("add", "studio", "t1").code == 0
    assert rushes("ls", "--poll").code == 0
    (task,) = rushes("ls", "--json").json()["tasks"]
    assert (task["status"], task["raw_status"]) == ("succeeded", "done")
    assert [output["url"] for output in task["outputs"]] == ["https://cdn.example/b.mp4"]
    assert gateway.asked == ["GET /v1/tasks/t1", "GET /v1/files?id=f%3A7"]


PLUGIN = """
from dataclasses import replace
from rushes.providers.registry import find
HIAPI = find("hiapi")
def parse(reply, ask):
    raise RuntimeError("a fault of a plugin's")
AUTH = replace(HIAPI.card.auth, env="LUMEN_API_KEY")
CARD = replace(HIAPI.card, id="lumen", base_url="BASE", auth=AUTH, id_pattern="", own_ids=False)
PROVIDER = replace(HIAPI, card=CARD, parse=parse)
"""


def test_a_plugin_that_raises_is_named_in_the_rows_trouble(
    rushes: Rushes, gateway: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lumen_that_raises.py").write_text(PLUGIN.replace("BASE", gateway.url))
    metadata = tmp_path / "rushes_lumen-1.0.dist-info"
    metadata.mkdir()
    (metadata / "entry_points.txt").write_text(
        "[rushes.providers]\nlumen = lumen_that_raises:PROVIDER\nnone = no_such_module_here:X\n"
    )
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    installed.cache_clear()
    try:
        rushes.environ |= {"LUMEN_API_KEY": KEY}
        assert rushes("add", "lumen", "t1").code == 0
        polled = rushes("ls", "--poll")
        assert "rushes_lumen: no_such_module_here cannot be loaded" in polled.err
        (task,) = rushes("ls", "--json").json()["tasks"]
        assert task["problem"]["message"] == "the plugin rushes_lumen failed (RuntimeError)"
        assert "rushes_lumen" in rushes("providers", "--json").json()["left_out"][0]
    finally:
        installed.cache_clear()
