"""The page of `rushes report` as a browser shows it; without Chromium there is nothing to see."""

from __future__ import annotations

import re
import shutil
import subprocess
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from figured_tasks import FIRST, HOSTILE, PNG, film, history, made, remember, saved
from waiting import PATIENCE

from rushes.providers.model import Status

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Rushes

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")


class Elements(HTMLParser):
    """What the browser made of the page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}


def opened(page: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """The page in a headless browser with a profile of its own and no network."""
    assert CHROMIUM is not None
    return subprocess.run(
        [
            CHROMIUM,
            *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
            *("--no-first-run", "--disable-background-networking", "--enable-logging=stderr"),
            f"--user-data-dir={page.parent / 'profile'}",
            *options,
            page.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_a_browser_finds_nothing_to_refuse_and_nothing_to_fetch(
    rushes: Rushes, tmp_path: Path
) -> None:
    picture = tmp_path / "a.png"
    picture.write_bytes(PNG)
    tasks = [
        made("hiapi:a", Status.SUCCEEDED, FIRST, label=HOSTILE, prompt=HOSTILE, model=HOSTILE,
             outputs=(film(kind="image"),), fetches={1: saved(len(PNG), str(picture))}),
        *history(),
    ]  # fmt: skip
    remember(rushes.home, tasks)
    page = tmp_path / "dailies.html"
    assert rushes("report", "-o", str(page)).code == 0
    seen = opened(page, "--dump-dom")
    assert "<h1>Dailies</h1>" in seen.stdout
    found = Elements(seen.stdout)
    assert "script" not in found.names
    assert not [name for name in found.attributes if name.startswith("on")]
    assert not re.findall(r"Refused to|violates|CONSOLE.*[Ee]rror", seen.stderr)
