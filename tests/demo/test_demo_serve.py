"""The gateway on its own, as another program finds it."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from waiting import PATIENCE

from rushes import demo

PROGRAM = (
    "import asyncio, sys; from rushes.demo.serve import serve; sys.exit(asyncio.run(serve(1.0, 0)))"
)
ROOT = Path(demo.__file__).parents[1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_prints_one_json_line_narrates_and_ends_on_a_signal(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout
        place = json.loads(server.stdout.readline())
        assert list(place) == ["base_urls", "key_envs", "api_key", "tasks"]
        provider, _, task_id = place["tasks"][0].partition(":")
        url = f"{place['base_urls'][provider]}/v1/tasks/{task_id}"
        request = Request(url + "?a=b", headers={"Authorization": f"Bearer {place['api_key']}"})
        with urlopen(request, timeout=PATIENCE) as reply:
            assert json.load(reply)["code"] == 200
        with pytest.raises(HTTPError, match="404"):
            urlopen(f"{place['base_urls'][provider]}/%1b[2J", timeout=PATIENCE)
        server.send_signal(number)
        out, narration = server.communicate(timeout=PATIENCE)
    assert out == ""
    assert narration == f"GET hiapi /v1/tasks/{task_id} 200\nGET hiapi /%1B%5B2J 404\n"
    assert server.returncode == number
