"""Which accounts' own tasks are adopted where keys are in the system's keyring alone (row 300)."""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from rushes.watch import opening
from rushes.watch.adopting import WithLists, adopt, with_lists
from rushes.watch.config.settings import load
from rushes.watch.disk.paths import Paths
from rushes.watch.keys.find import find_key
from rushes.watch.keys.program import NoKey
from rushes.watch.opening import open_desk
from rushes.watch.task import Ref

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from rushes.watch.desk import Desk
    from tests.watch.conftest import Loopback

KEY = "sk-from-the-keyring-alone"
MINE = "tk-hiapi-0123456789abcdef"


def a_desk(folder: Path, base: str, **variables: str) -> AbstractAsyncContextManager[Desk]:
    """A desk whose HiAPI account is at `base`; no config.toml and no variable has its key."""
    paths = Paths.under(folder)
    environ = {"PATH": "", "RUSHES_HOME": str(folder), **variables}
    paths.config.write_text(f'[providers.hiapi]\nbase_url = "{base}"\n')
    paths.config.chmod(0o600)
    return open_desk(paths, load(paths.config, environ), "default", environ)


async def test_a_key_that_only_the_keyring_has_is_found_and_used(
    tmp_path: Path, loopback: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    def get_password(service: str, account: str) -> str | None:
        return KEY if (service, account) == ("rushes", "hiapi") else None

    monkeypatch.setitem(sys.modules, "keyring", SimpleNamespace(get_password=get_password))
    async with a_desk(tmp_path, loopback.url) as desk:
        now = desk.clock.now()
        mine = {"taskId": MINE, "model": "m", "status": "waiting", "created": int(now.timestamp())}
        page = {"code": 200, "message": "success", "data": {"tasks": [mine], "total": 1}}
        loopback.play([loopback.answer(200, json.dumps(page).encode())])
        assert await with_lists(desk) == WithLists(("hiapi",))
        done = await adopt(desk, "hiapi", now - timedelta(hours=24))
    assert (done.refs, done.problem) == ([Ref("hiapi", MINE)], None)
    assert [heard.headers["authorization"] for heard in loopback.heard] == [f"Bearer {KEY}"]


async def test_without_a_keyring_only_keys_at_hand_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    async with a_desk(tmp_path, "http://127.0.0.1:9", REPLICATE_API_TOKEN="r8-at-hand") as desk:
        assert await with_lists(desk) == WithLists(("replicate",))


async def test_a_keyring_that_is_silent_is_asked_once_and_told_of_and_may_answer_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    answers = False

    def keyring(_service: str, account: str) -> str:
        asked.append(account)
        if not answers:
            raise NoKey("the keyring did not answer within 3 s")
        return KEY + account

    monkeypatch.setattr(opening, "find_key", partial(find_key, keyring=keyring))
    async with a_desk(tmp_path, "http://127.0.0.1:9", REPLICATE_API_TOKEN="r8-at-hand") as desk:
        assert await with_lists(desk) == WithLists(("replicate",), silent=True)
        assert len(asked) == 1
        answers = True
        later = await with_lists(desk)
    assert not later.silent
    assert {"replicate", "hiapi", "ark", "dashscope"} <= {*later.accounts}
