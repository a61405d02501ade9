"""The vendors' own clients and Rushes say the same of every task of the demo, at several moments.

Only where RUSHES_VENDORS names a Python that has what tests/vendors/requirements.txt lists:

    python3 -m venv vendors && vendors/bin/pip install -r tests/vendors/requirements.txt
    RUSHES_VENDORS=vendors/bin/python pytest -n 0 -s tests/cli/test_vendors_clients.py
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from documents import ROOT

if TYPE_CHECKING:
    from tests.cli.conftest import Play, Rushes

PYTHON = os.environ.get("RUSHES_VENDORS", "")
MOMENTS = (0.0, 5.0, 20.0, 75.0, 110.0, 200.0, 4000.0, 90_000.0)
"""Seconds after the demo's opening: queued, amid the work, over, and files or records gone."""

WORDS = {
    "fal": "Queued=queued InProgress=running Completed=succeeded Failed=failed",
    # Its model of a prediction does not take `aborted`, and raises.
    "replicate": "starting=queued processing=running succeeded=succeeded failed=failed"
    " canceled=canceled aborted=canceled",
    "runway": "PENDING=queued THROTTLED=queued RUNNING=running SUCCEEDED=succeeded FAILED=failed",
    "veo": "running=running done=succeeded filtered=failed error=failed gone=gone",
    "openai-video": "queued=queued in_progress=running completed=succeeded failed=failed",
    "ark": "queued=queued running=running succeeded=succeeded failed=failed",
    # It waits for UNKNOWN as for RUNNING: the record is over then.
    "dashscope": "PENDING=queued RUNNING=running SUCCEEDED=succeeded FAILED=failed"
    " CANCELED=canceled UNKNOWN=gone",
}
"""What each client's word is with us."""

pytestmark = pytest.mark.skipif(not PYTHON, reason="RUSHES_VENDORS names no Python with clients")


def by_the_client(vendor: str, play: Play, ids: list[str]) -> list[Any]:
    """What the vendor's client says of each task, asked once."""
    base, key = play.gateway.base_urls[vendor], play.gateway.api_key
    script = Path(ROOT) / "tests" / "vendors" / "ask.py"
    done = subprocess.run(
        [PYTHON, str(script), vendor, base, key, *ids],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("vendor", WORDS)
def test_the_client_and_rushes_say_the_same(
    staged: Rushes, play: Play, vendor: str, moment: float
) -> None:
    play.offset = moment
    words = dict(pair.split("=") for pair in WORDS[vendor].split())
    ids = [scene.id for scene in play.gateway.tasks if scene.provider == vendor]
    if vendor == "veo" and moment > 2 * 86_400:
        pytest.skip("its records are over")
    staged.watch(*(f"{vendor}:{each}" for each in ids))
    staged("ls", "--poll")
    ours = {task["id"]: task for task in staged("ls", "--json").json()["tasks"]}
    for said in by_the_client(vendor, play, ids):
        task = ours[said["id"]]
        assert task["status"] in (words[said["status"]], "unknown"), said
        if task["status"] == "unknown":  # until the end of the record is known to have passed
            assert said["status"] == "UNKNOWN"
        if vendor != "openai-video":  # its client makes no links: the file is behind the key
            urls = [output["url"] for output in task["outputs"]]
            assert [url.removeprefix(play.gateway.base_urls[vendor]) for url in urls] == [
                url.removeprefix(play.gateway.base_urls[vendor]) for url in said["urls"]
            ]
        message: str = task["error"]["message"] or "" if task["error"] else ""
        assert message == (said["error"] or "") or (vendor == "fal" and message in said["error"])
