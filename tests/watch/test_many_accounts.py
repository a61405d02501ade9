"""What an account costs that no task is watched at: nothing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from fake_gateway import entry, hiapi_body
from waiting import PATIENCE

from rushes.watch.config.settings import load
from rushes.watch.disk.paths import Paths, private_dir
from rushes.watch.opening import open_desk
from rushes.watch.task import Ref

if TYPE_CHECKING:
    from pathlib import Path

    from tests.watch.conftest import Loopback

ENVIRON = {"PATH": "", "HIAPI_API_KEY": "sk-one-two-three"}


def config(base: str, more: int) -> str:
    """An account of a task, beside so many others."""
    named = [f'[providers.studio{n}]\ndialect = "hiapi"\nbase_url = "{base}"' for n in range(more)]
    return "\n".join([f'[providers.hiapi]\nbase_url = "{base}"', *named])


async def tasks_of_the_loop(home: Path, gateway: Loopback, more_accounts: int) -> int:
    """How many asyncio tasks there are once one watched task was asked about."""
    gateway.play([gateway.answer(200, hiapi_body("a", "handling"))])
    paths = Paths.under(private_dir(home))
    paths.config.write_text(config(gateway.url, more_accounts))
    settings = load(paths.config, ENVIRON)
    already = len(asyncio.all_tasks())
    async with open_desk(paths, settings, "default", ENVIRON) as desk:
        await desk.watchlist.add([entry("a")])
        desk.start()
        async with asyncio.timeout(PATIENCE):
            while not desk.ledger.tasks()[Ref("hiapi", "a")].polls:
                await asyncio.sleep(0.01)
        assert list(desk.account_states()) == ["hiapi"]
        return len(asyncio.all_tasks()) - already


async def test_one_watched_task_takes_few_asyncio_tasks_however_many_accounts_there_are(
    tmp_path: Path, loopback: Loopback
) -> None:
    one = await tasks_of_the_loop(tmp_path / "one", loopback, 0)
    many = await tasks_of_the_loop(tmp_path / "many", loopback, 20)
    assert one <= 14
    assert many <= one + 6
