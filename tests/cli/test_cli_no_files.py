"""A success that names no file, at the command line (reliability.md row 97)."""

from __future__ import annotations

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from rushes.watch.polling import late_files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.conftest import Rushes

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="
)


class Gateway(ThreadingHTTPServer):
    """Speaks HiAPI: a task succeeds at once, and names its file from the `named_from`th answer."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.named_from = 10**9
        self.asked = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def task(self, task_id: str) -> bytes:
        self.asked += 1
        named = self.asked >= self.named_from
        output = [{"url": f"{self.url}/f.png", "type": "image"}] if named else []
        task = {"taskId": task_id, "status": "success", "created": 1777282033, "output": output}
        return json.dumps({"code": 200, "message": "success", "data": task}).encode()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Gateway)
        is_file = self.path.endswith(".png")
        body = PNG if is_file else self.server.task(self.path.rpartition("/")[2])
        self.send_response(200)
        self.send_header("Content-Type", "image/png" if is_file else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""
        del format, args


@pytest.fixture
def gateway(rushes: Rushes, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    monkeypatch.setattr(late_files, "PAUSES", (0.0,) * 5)
    with Gateway() as gateway:
        rushes.configure(f'[providers.hiapi]\nbase_url = "{gateway.url}"\npoll_interval = "0.1s"\n')
        rushes.environ["HIAPI_API_KEY"] = "a-test-key"
        rushes.watch("hiapi:tk-hiapi-case-a")
        thread = threading.Thread(target=gateway.serve_forever, args=(0.01,))
        thread.start()
        yield gateway
        gateway.shutdown()
        thread.join()


def test_wait_ends_at_the_status(rushes: Rushes, gateway: Gateway) -> None:
    result = rushes("wait")
    assert (result.code, "succeeded" in result.out) == (0, True)
    assert gateway.asked <= 2


def test_wait_with_download_asks_five_times_more_and_says_that_there_is_none(
    rushes: Rushes, gateway: Gateway
) -> None:
    for _ in (1, 2):  # its exit code counts its own tasks, each time
        result = rushes("wait", "--download")
        assert result.code == 5
        assert "no files: tk-hiapi-case-a succeeded, and its provider named none" in result.err
        assert gateway.asked == 6
    assert "no files named yet" not in result.err
    assert rushes("get", "--all").code == 0  # it was reported


def test_wait_with_download_fetches_what_is_named_late(rushes: Rushes, gateway: Gateway) -> None:
    gateway.named_from = 4
    result = rushes("wait", "--download")
    assert result.code == 0
    assert "saved tk-hiapi-case-a: image 1" in result.err
    assert result.err.count("tk-hiapi-case-a: no files named yet, asked again") == 1
    assert gateway.asked == 4


def test_a_time_out_counts_while_files_are_awaited(
    rushes: Rushes, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(late_files, "PAUSES", (600.0,) * 5)
    result = rushes("wait", "--download", "--timeout", "2s")
    assert result.code == 124
    assert "timed out after 2s: no files of tk-hiapi-case-a yet" in result.err
    assert gateway.asked == 1


def test_get_waits_too_reports_it_once_and_asks_again_for_a_ref(
    rushes: Rushes, gateway: Gateway
) -> None:
    first = rushes("get", "--all")
    assert first.code == 5
    assert first.err.count("no files: tk-hiapi-case-a") == 1
    assert first.err.splitlines()[-1] == "1 without files"
    assert gateway.asked == 6
    again = rushes("get", "--all")
    assert (again.code, again.out, again.err) == (0, "", "nothing to fetch\n")
    assert gateway.asked == 6
    asked = rushes("get", "tk-hiapi-case-a")
    assert (asked.code, gateway.asked) == (5, 7)
    assert (rushes("get", "--retry").code, gateway.asked) == (5, 8)
    gateway.named_from = 9
    found = rushes("get", "tk-hiapi-case-a")
    assert (found.code, gateway.asked) == (0, 9)
    assert found.out.endswith(".png\n")


def test_get_gives_up_where_the_key_is_gone(rushes: Rushes, gateway: Gateway) -> None:
    assert rushes("ls", "--poll").code == 0
    del rushes.environ["HIAPI_API_KEY"]
    result = rushes("get", "--all")
    assert result.code == 4
    assert "skipped tk-hiapi-case-a: no files named yet, and nobody to ask" in result.err


def test_a_row_says_so_and_a_filter_finds_it(rushes: Rushes, gateway: Gateway) -> None:
    rushes("ls", "--poll")
    assert "no files" not in rushes("ls").out
    assert rushes("ls", "is:empty").out.count("tk-hiapi") == 0
    rushes("wait", "--download")
    assert "\tno files\t" in rushes("ls").out
    assert "no files" in rushes("ls", terminal=True, COLUMNS="120").out
    assert rushes("ls", "is:empty").out.count("tk-hiapi") == 1
    shown = rushes("show", "tk-hiapi-case-a").out
    assert "no files  asked 5 times more" in shown
    assert "none: the task is over" in shown
