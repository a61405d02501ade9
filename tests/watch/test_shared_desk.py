"""Desks of two homes over one shared store."""

from pathlib import Path

import pytest
from fake_gateway import entry
from postgres_fixtures import Servers

from rushes.providers.model import Status
from rushes.watch.config import settings
from rushes.watch.config.settings import Settings
from rushes.watch.disk.paths import Paths
from rushes.watch.opening import open_desk
from rushes.watch.postgres.store import PostgresStore
from rushes.watch.store import StoreBusy
from rushes.watch.task import Ref, Task

A = Ref("hiapi", "a")


def home(folder: Path, database: dict[str, str | int]) -> tuple[Paths, Settings, dict[str, str]]:
    folder.mkdir()
    paths, environ = Paths.under(folder), {"PATH": "", "RUSHES_HOME": str(folder)}
    paths.config.parent.mkdir(parents=True, exist_ok=True)
    url = f"postgresql://{database['user']}@/{database['dbname']}?host={database['host']}"
    paths.config.write_text(f'[store]\nurl = "{url}"\n')
    return paths, settings.load(paths.config, environ), environ


@pytest.mark.parametrize("version", [18, 15])
async def test_what_one_home_saved_another_home_has_and_no_file_holds_it(
    version: int, tmp_path: Path, postgres_servers: Servers
) -> None:
    database = postgres_servers.of(version).empty_store()
    running = Task(entry=entry("a"), status=Status.RUNNING, raw_status="running", polls=1)
    paths, known, environ = home(tmp_path / "one", database)
    async with open_desk(paths, known, "default", environ) as desk:
        await desk.watchlist.add([running.entry])
        desk.history.save(running)
        await desk.history.flush()
    assert not paths.history.exists()
    paths, known, environ = home(tmp_path / "other", database)
    async with open_desk(paths, known, "default", environ) as desk:
        await desk.watchlist.add([running.entry])
        assert (await desk.history.load([running.entry]))[A].status is Status.RUNNING


async def test_what_was_handed_over_while_the_server_was_down_is_saved_once_it_is_back(
    postgres_servers: Servers,
) -> None:
    server = postgres_servers.of(18)
    database = server.empty_store()
    store = PostgresStore(lambda: database, home="one", where="the store")
    running = Task(entry=entry("a"), status=Status.RUNNING, raw_status="running", polls=1)
    assert await store.last_body(A) is None
    server.kill()
    with pytest.raises(StoreBusy):
        await store.last_body(A)
    store.save(running)
    assert store.condition.unsaved is not None
    server.start()
    await store.flush()
    assert store.condition.unsaved is None
    assert (await store.load([running.entry]))[A].status is Status.RUNNING
    await store.close()
