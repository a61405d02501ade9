"""A desk from what is on this machine: where its accounts' keys come from while it runs."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import pytest
from fake_gateway import entry
from waiting import PATIENCE

from rushes.watch.config import settings
from rushes.watch.disk.paths import Paths
from rushes.watch.opening import open_desk
from rushes.watch.task import Ref

if TYPE_CHECKING:
    from pathlib import Path

    from tests.watch.conftest import Loopback


async def keys_sent(tmp_path: Path, before: str, after: str, gateway: Loopback) -> list[str]:
    """The keys that arrive with the one config.toml, and after a key press with the other."""
    paths, environ = Paths.under(tmp_path), {"PATH": "", "RUSHES_HOME": str(tmp_path)}
    paths.config.write_text(before)
    paths.config.chmod(0o600)
    known = settings.load(paths.config, environ)
    async with open_desk(paths, known, "default", environ) as desk:
        await desk.watchlist.add([entry("a")])
        desk.start()
        async with asyncio.timeout(PATIENCE):
            while desk.account_states()["hiapi"].trouble is None:
                await asyncio.sleep(0.01)
            paths.config.write_text(after)
            heard = len(gateway.heard)
            while len(gateway.heard) == heard:
                desk.poll_now([Ref("hiapi", "a")])
                await asyncio.sleep(0.05)
    return [heard.headers["authorization"] for heard in gateway.heard]


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)


def config(base: str, key: str) -> str:
    return f'[providers.hiapi]\nbase_url = "{base}"\napi_key = "{key}"\n'


async def test_a_refused_key_that_is_mended_in_the_config_is_used_without_a_new_start(
    tmp_path: Path, loopback: Loopback
) -> None:
    loopback.play([loopback.answer(401, b'{"message": "invalid key"}')])
    before, after = (config(loopback.url, key) for key in ("first-key", "second-key"))
    sent = await keys_sent(tmp_path, before, after, loopback)
    assert set(sent) == {"Bearer first-key", "Bearer second-key"}
    assert sent[-1] == "Bearer second-key"


async def test_a_key_that_was_written_for_another_origin_is_not_sent_to_this_one(
    tmp_path: Path, loopback: Loopback
) -> None:
    loopback.play([loopback.answer(401, b'{"message": "invalid key"}')])
    before = config(loopback.url, "first-key")
    after = config("https://elsewhere.example", "second-key")
    sent = await keys_sent(tmp_path, before, after, loopback)
    assert set(sent) == {"Bearer first-key"}
