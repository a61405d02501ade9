"""The demo gateway under way, and a home whose settings lead to it."""

import contextlib
import hashlib
import time
from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime
from pathlib import Path

from rushes.demo.chaos import Chaos
from rushes.demo.gateway import Gateway
from rushes.demo.scene import Scene
from rushes.providers.registry import known
from rushes.watch.config.settings import load
from rushes.watch.desk import Desk
from rushes.watch.disk.paths import Paths
from rushes.watch.opening import open_desk
from rushes.watch.task import Entry, Ref


@contextlib.asynccontextmanager
async def playing(
    speed: float, chaos: Chaos | None = None, clock: Callable[[], float] = time.time
) -> AsyncGenerator[Gateway]:
    """A gateway that plays its cast, its files as fast as they go."""
    gateway = Gateway(speed=speed, transfer_rate=None, chaos=chaos, clock=clock)
    await gateway.start()
    try:
        yield gateway
    finally:
        await gateway.stop()


def environ_for(gateway: Gateway, home: Path, interval: float) -> dict[str, str]:
    """Settings in `home` that lead to the gateway; the environment that goes with them."""
    home.mkdir(parents=True, exist_ok=True)
    tables = [
        f'[providers.{name}]\nbase_url = "{url}"\npoll_interval = "{interval}s"\n'
        for name, url in gateway.base_urls.items()
    ]
    (home / "config.toml").write_text("\n".join(tables))
    return {"RUSHES_HOME": str(home), **keys_of(gateway)}


def keys_of(gateway: Gateway) -> dict[str, str]:
    """The gateway's key in the variable of each provider."""
    return {
        known()[name].env or f"{name.replace('-', '_').upper()}_API_KEY": gateway.api_key
        for name in gateway.base_urls
    }


@contextlib.asynccontextmanager
async def desk_on(environ: dict[str, str]) -> AsyncGenerator[Desk]:
    """A desk over the default watchlist of that home."""
    paths = Paths.find(environ)
    async with open_desk(paths, load(paths.config, environ), "default", environ) as desk:
        yield desk


def ref_of(scene: Scene) -> Ref:
    """How a scene's task is known here."""
    return Ref(scene.provider, scene.id)


def entry_of(scene: Scene) -> Entry:
    """A scene's task as a watchlist has it."""
    return Entry(ref=ref_of(scene), added=datetime.now(UTC), label=scene.label, tags=scene.tags)


def sha256(path: Path) -> str:
    """The file's SHA-256 in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
