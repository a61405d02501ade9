"""One more gateway of a known dialect costs three lines of config.toml, end to end."""

import asyncio
from dataclasses import replace
from pathlib import Path

from demo_gateway import desk_on, entry_of, playing, sha256
from waiting import PATIENCE

from rushes.providers.model import Status
from rushes.watch.task import Ref

CONFIG = """
[providers.studio-b]
dialect = "anyfast"
base_url = "{url}"
poll_interval = "0.2s"
"""


async def test_another_new_api_host_is_watched_to_the_end_with_its_own_key_and_its_file_saved(
    tmp_path: Path,
) -> None:
    async with playing(60.0) as gateway:
        (tmp_path / "config.toml").write_text(CONFIG.format(url=gateway.base_urls["anyfast"]))
        environ = {"RUSHES_HOME": str(tmp_path), "STUDIO_B_API_KEY": gateway.api_key}
        scene = next(s for s in gateway.tasks if s.label == "rain on glass")
        ref = Ref("studio-b", scene.id)
        async with desk_on(environ) as desk:
            await desk.watchlist.add([replace(entry_of(scene), ref=ref)])
            desk.start()
            async with asyncio.timeout(PATIENCE):
                while not desk.ledger.tasks()[ref].over:
                    await asyncio.sleep(0.05)
            desk.download_policy.queue(ref)
            await desk.downloads.settled()
            task = desk.ledger.tasks()[ref]
            (asset,) = task.assets(desk.clock.now())
    assert task.status is Status.SUCCEEDED
    assert asset.fetch is not None
    assert asset.fetch.path is not None
    assert asset.fetch.path.is_relative_to(tmp_path / "downloads" / "studio-b")
    assert sha256(asset.fetch.path) == gateway.file_sha256["anyfast", scene.id, 1]
    asked = {visit.origin for visit in gateway.requests if visit.key_sent}
    assert asked == {"anyfast"}
