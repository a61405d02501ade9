"""What the commands say and do of an inline output that was saved and then deleted (row 89)."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from fake_gateway import hiapi_body
from sample_files import png

if TYPE_CHECKING:
    from tests.cli.conftest import Rushes

REF = "hiapi:tk-hiapi-inline-1"
WORDS = "the inline output was saved and is no longer kept"


class Inlining(ThreadingHTTPServer):
    """A gateway that gives its pictures inside its replies, for as long as it has them."""

    has_it = True
    asked = 0


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        gateway = self.server
        assert isinstance(gateway, Inlining)
        gateway.asked += 1
        link = "data:image/png;base64," + base64.b64encode(png()).decode()
        task_id = self.path.rpartition("/")[2]
        output = [{"url": link, "type": "image"}] if gateway.has_it else []
        body = hiapi_body(task_id, "success", completed=1777282033, output=output)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        pass


@pytest.fixture
def gateway() -> Iterator[Inlining]:
    server = Inlining(("127.0.0.1", 0), _Handler)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def picture(rushes: Rushes, gateway: Inlining) -> Path:
    """The file of a task whose only output came inline, after it was saved."""
    base = f"http://127.0.0.1:{gateway.server_port}"
    rushes.configure(f'[providers.hiapi]\nbase_url = "{base}"\npoll_interval = "0.1s"\n')
    rushes.environ["HIAPI_API_KEY"] = "sk-inline-1234567890"
    rushes.watch(REF)
    assert rushes("ls", "--poll").code == 0
    assert rushes("get", REF).code == 0
    (output,) = rushes("show", REF, "--json").json()["outputs"]
    assert (output["state"], output["note"]) == ("downloaded", "")
    return Path(output["path"])


def test_verify_says_why_there_is_no_second_copy(rushes: Rushes, picture: Path) -> None:
    assert rushes("verify").code == 0
    picture.unlink()
    done = rushes("verify", REF, "--json")
    (bad,) = done.json()["outputs"]
    assert (done.code, bad["fault"]) == (5, f"the file is gone; {WORDS}")


def test_get_asks_for_it_again(rushes: Rushes, picture: Path, gateway: Inlining) -> None:
    picture.unlink()
    asked = gateway.asked
    assert rushes("get", REF).code == 0
    assert picture.read_bytes() == png()
    assert gateway.asked == asked + 1


def test_get_says_so_where_the_provider_does_not_have_it_any_more(
    rushes: Rushes, picture: Path, gateway: Inlining
) -> None:
    picture.unlink()
    gateway.has_it = False
    done = rushes("get", REF)
    assert done.code == 5
    assert WORDS in done.err
    assert not picture.exists()


def test_somebody_who_imports_it_is_told_as_much(
    rushes: Rushes, picture: Path, gateway: Inlining
) -> None:
    line = json.loads(rushes("export", REF).out)
    assert "savedinline" in line["snapshot"]["outputs"][0]
    picture.unlink()
    rushes.environ["RUSHES_HOME"] = str(rushes.home.with_name("other"))
    config = (rushes.home / "config.toml").read_text()
    rushes.home = rushes.home.with_name("other")
    rushes.configure(config)
    assert rushes("import", stdin=json.dumps(line).encode()).code == 0
    (output,) = rushes("show", REF, "--json").json()["outputs"]
    assert (output["state"], output["note"]) == ("available", WORDS)
    assert WORDS in rushes("show", REF).out
