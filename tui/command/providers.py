"""`rushes providers`: lists the accounts and where their keys come from, never a key."""

import asyncio
from argparse import Namespace
from collections import Counter
from collections.abc import Mapping

from rushes.providers.as_json import JsonObject
from rushes.providers.exits import Exit
from rushes.tui.lines.fit import clip, width
from rushes.tui.lines.glyphs import signs
from rushes.tui.lines.key_words import key_use
from rushes.tui.lines.pace_words import asked_words
from rushes.tui.shell.asked import account_asked_every
from rushes.tui.shell.files import existing
from rushes.tui.shell.json_output import print_json
from rushes.tui.shell.memory import remembered
from rushes.tui.shell.running import run as run_loop
from rushes.tui.shell.shell import Shell
from rushes.watch.config.accounts import Account, Interval
from rushes.watch.drift import counts
from rushes.watch.keys.find import find_key
from rushes.watch.keys.remembered import note
from rushes.watch.polling.saved_polls import saved_polls

_COLUMNS = ("name", "dialect", "base_url", "key_source", "poll_interval", "polls_saved", "docs")


def run(args: Namespace, shell: Shell) -> int:
    """Print every account; on stderr its warnings, and what of its replies was not understood."""
    return run_loop(_list(args, shell))


async def _list(args: Namespace, shell: Shell) -> Exit:
    settings = shell.settings()
    entries = existing(shell, args.watchlist).read().entries
    tasks = await asyncio.to_thread(remembered, shell, settings.accounts, entries)
    drift = counts(tasks.values())
    saved = saved_polls(shell.paths.state)
    # Off the loop, where an ending signal is heeded while a command or the keyring is waited for.
    found = [
        await asyncio.to_thread(_described, account, drift.get(account.id, Counter()), shell, saved)
        for account in settings.accounts.values()
    ]
    for warning in settings.warnings:
        shell.tell(f"warning: {warning}")
    for account in settings.accounts.values():
        if (every := account_asked_every(account, shell)).held_up:
            shell.tell(f"{account.id}: {asked_words(every)}")
        if account.base != account.provider.card.base_url:
            shell.tell(f"{account.id}: {key_use(account)}")
    if args.json:
        print_json(shell.out, {"providers": [*found]})
        return Exit.FINE
    glyphs = signs(settings.glyphs, shell.out)
    rows = [[name.upper() for name in _COLUMNS]]
    rows += [[_cell(each, name) for name in _COLUMNS] for each in found]
    if not shell.out.is_terminal:
        for row in rows:
            shell.out.line("\t".join(row))
    else:
        _draw(rows, glyphs.ellipsis, shell)
    for name, oddities in drift.items():
        for oddity, tasks in oddities.most_common():
            shell.tell(f"{name}: {oddity} {glyphs.by}{tasks}")
    return Exit.FINE


def _draw(rows: list[list[str]], ellipsis: str, shell: Shell) -> None:
    widths = [max(width(row[i]) for row in rows) for i in range(len(_COLUMNS))]
    for row in rows:
        cells = zip(row, widths, strict=True)
        padded = (text + " " * (room - width(text)) for text, room in cells)
        shell.out.line(clip("  ".join(padded).rstrip(), shell.out.width, ellipsis))


def _described(
    account: Account, drift: Counter[str], shell: Shell, saved: Mapping[str, int]
) -> JsonObject:
    card = account.provider.card
    key = find_key(account.id, account.key, shell.environ)
    note(shell.paths.state, account.id, key)
    every = account_asked_every(account, shell)
    return {
        "name": account.id,
        "dialect": card.id,
        "base_url": account.base,
        "key_source": key.source,
        "key_hint": key.why_missing,
        "poll_interval": account.poll_interval,
        "poll_interval_learned": account.learns_interval,
        "documented_interval": card.poll.every if card.poll.stated else None,
        "polls_saved": saved.get(account.id, 0),
        "max_rate": account.max_rate,
        "max_concurrency": account.max_concurrency,
        "asked_every": round(every.seconds, 3),
        "asked_every_why": every.why.value,
        "docs": card.docs,
        "drift": dict(drift.most_common()),
    }


def _cell(described: JsonObject, name: str) -> str:
    value = described[name]
    if name == "poll_interval" and described["poll_interval_learned"]:
        return f"{Interval.AUTO.value}, {value:g}s"
    return f"{value:g}s" if isinstance(value, float) else str(value)
