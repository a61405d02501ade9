"""`rushes demo`: the dashboard on an embedded gateway, in a temporary home."""

import asyncio
import os
import tempfile
from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

import tomli_w

from rushes.demo.chaos import Chaos
from rushes.demo.gateway import ORIGINS, Gateway
from rushes.demo.serve import serve
from rushes.providers.exits import Exit
from rushes.providers.language import _
from rushes.providers.registry import known
from rushes.tui.command.dashboard import show
from rushes.tui.command.demo_config import refuse_anothers, write_pointer
from rushes.tui.command.ls import print_tasks
from rushes.tui.lines.reason_words import reasons_words
from rushes.tui.shell.logfile import keep_log
from rushes.tui.shell.running import run as run_loop
from rushes.tui.shell.shell import BadUsage, Shell
from rushes.watch.config.accounts import usual_variable
from rushes.watch.config.settings import Settings, load
from rushes.watch.disk.paths import Paths
from rushes.watch.opening import open_desk
from rushes.watch.task import Entry, Ref
from rushes.watch.watchlist.default import DEFAULT_WATCHLIST
from rushes.watch.watchlist.file import WatchlistFile, path_for

PLAYED_AT = 20.0
"""The speed where there is no terminal."""

PLAYED_FOR = 6.0
"""Seconds for which the demo plays where there is no terminal."""

_POLL = 3.0
_FASTEST_POLL = 0.5
_LAST_PORT = 65536 - ORIGINS


def run(args: Namespace, shell: Shell) -> int:
    """Show the demo, play it fast where there is no terminal, or only serve its gateway."""
    if args.speed is not None and not 0 < args.speed <= 1000:
        raise BadUsage(_("expected --speed above 0 and at most 1000"))
    if not 0 <= args.port <= _LAST_PORT:
        raise BadUsage(
            _("expected --port from 1 to {last_port}, or 0 for any").format(last_port=_LAST_PORT)
        )
    if args.config is not None and not args.serve:
        raise BadUsage(_("--config goes with --serve: the demo itself has a home of its own"))
    chaos = Chaos() if args.chaos else None
    if args.serve:
        return run_loop(_serve(args, chaos))
    speed = args.speed or (1.0 if shell.has_screen else PLAYED_AT)
    with tempfile.TemporaryDirectory(prefix="rushes-demo-") as home:
        return run_loop(_play(Path(home), speed, args.port, chaos, shell))


async def _serve(args: Namespace, chaos: Chaos | None) -> int:
    speed = args.speed or 1.0
    key_envs = {name: usual_variable(name, provider) for name, provider in known().items()}

    def furnish(gateway: Gateway) -> None:
        if args.config is not None:
            write_pointer(Path(args.config), _accounts(gateway, speed), gateway.api_key)

    if args.config is not None:
        refuse_anothers(Path(args.config))
    try:
        return 128 + await serve(speed, args.port, chaos, key_envs, furnish)
    except OSError as error:
        raise BadUsage(
            _("cannot open the ports: {strerror}").format(strerror=os.strerror(error.errno or 0))
        ) from None


async def _play(home: Path, speed: float, port: int, chaos: Chaos | None, shell: Shell) -> int:
    gateway = Gateway(speed=speed, port=port, chaos=chaos)
    try:
        await gateway.start()
    except OSError as error:
        raise BadUsage(
            _("cannot open the ports: {strerror}").format(strerror=os.strerror(error.errno or 0))
        ) from None
    try:
        paths, environ = Paths.under(home), {"RUSHES_HOME": str(home)}
        keep_log(paths.log)
        settings = _furnish(paths, gateway, environ, speed)
        environ |= {settings.accounts[name].key.env: gateway.api_key for name in gateway.base_urls}
        if shell.has_screen:
            return await show(paths, settings, DEFAULT_WATCHLIST, environ, shell.tell)
        await _watch_a_while(paths, settings, environ, shell)
        return Exit.FINE
    finally:
        await gateway.stop()


def _furnish(paths: Paths, gateway: Gateway, environ: dict[str, str], speed: float) -> Settings:
    """Write a config.toml that names the gateway, and a watchlist of its cast."""
    accounts = _accounts(gateway, speed)
    paths.config.write_text(tomli_w.dumps({"providers": accounts}), encoding="utf-8")
    now = datetime.now(UTC).replace(microsecond=0)
    WatchlistFile(path_for(DEFAULT_WATCHLIST, paths)).add(
        Entry(
            ref=Ref(scene.provider, scene.id),
            added=now,
            label=scene.label,
            tags=scene.tags,
            model=scene.model,
            prompt=scene.prompt,
        )
        for scene in gateway.tasks
    )
    return load(paths.config, environ)


def _accounts(gateway: Gateway, speed: float) -> dict[str, dict[str, str]]:
    """The tables of providers that name the gateway."""
    interval = f"{max(_FASTEST_POLL, _POLL / speed):.1f}s"
    return {
        name: {"base_url": url, "poll_interval": interval}
        for name, url in gateway.base_urls.items()
    }


async def _watch_a_while(
    paths: Paths, settings: Settings, environ: dict[str, str], shell: Shell
) -> None:
    shell.tell(
        _("no terminal to draw on: playing the demo fast for {played_for:g} s").format(
            played_for=PLAYED_FOR
        )
    )
    async with open_desk(paths, settings, DEFAULT_WATCHLIST, environ, words=reasons_words) as desk:
        desk.start()
        await asyncio.sleep(PLAYED_FOR)
        print_tasks(list(desk.ledger.tasks().values()), desk.clock.now(), settings, shell)
