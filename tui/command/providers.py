"""`rushes providers`: lists the accounts and where their keys come from, never a key.

The table has those that are of use, with a key or a task; the JSON has all of them.
"""

import asyncio
from argparse import Namespace
from collections import Counter
from collections.abc import Iterable, Mapping

from rushes.providers.as_json import JsonObject
from rushes.providers.exits import Exit
from rushes.providers.language import _, plural
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
from rushes.watch.config.accounts import Account, of_use
from rushes.watch.config.provider_settings import Interval
from rushes.watch.config.settings import Settings
from rushes.watch.drift import counts
from rushes.watch.keys.find import Key, find_key
from rushes.watch.keys.remembered import note
from rushes.watch.polling.saved_polls import saved_polls
from rushes.watch.task import Ref, Task

_COLUMNS = ("name", "dialect", "base_url", "key_source", "poll_interval", "polls_saved", "docs")


def run(args: Namespace, shell: Shell) -> int:
    """Print the accounts; on stderr their warnings, and what of their replies was not understood.

    With `--check` each that has a key is asked once, about a task that cannot exist.
    """
    return run_loop(_list(args, shell))


async def _list(args: Namespace, shell: Shell) -> Exit:
    settings = shell.settings()
    entries = existing(shell, args.watchlist).read().entries
    tasks = await asyncio.to_thread(remembered, shell, settings.accounts, entries)
    listed = list(settings.accounts.values())
    if not args.all and not args.json:
        listed = of_use(listed, {ref.provider for ref in tasks})
    # Off the loop, where an ending signal is heeded while a command or the keyring is waited for.
    keys = {each.id: await asyncio.to_thread(_key, each, shell) for each in listed}
    _tell(settings, listed, shell)
    if args.check:
        return await _check(args, listed, keys, tasks, shell)
    if args.json:
        _print_json(_described(listed, keys, tasks, shell), settings, shell)
        return Exit.FINE
    rows = [_row(each) for each in _described(listed, keys, tasks, shell)]
    _print([[name.upper() for name in _COLUMNS], *rows], settings, shell)
    glyphs = signs(settings.glyphs, shell.out)
    for name, oddities in counts(tasks.values()).items():
        for oddity, seen in oddities.most_common():
            shell.tell(f"{name}: {oddity} {glyphs.by}{seen}")
    return Exit.FINE


async def _check(
    args: Namespace,
    listed: list[Account],
    keys: Mapping[str, Key],
    tasks: Mapping[Ref, Task],
    shell: Shell,
) -> Exit:
    from rushes.tui.command import providers_check  # with the HTTP library

    probes = await providers_check.probed(listed, keys, shell)
    if args.json:
        described = _described(listed, keys, tasks, shell)
        checks = map(providers_check.as_json, probes)
        each = [{**one, "check": check} for one, check in zip(described, checks, strict=True)]
        _print_json(each, shell.settings(), shell)
    else:
        rows = map(providers_check.cells, listed, probes)
        head = [name.upper() for name in providers_check.COLUMNS]
        _print([head, *rows], shell.settings(), shell)
    return providers_check.exit_of(probes)


def _key(account: Account, shell: Shell) -> Key:
    key = find_key(account.id, account.key, shell.environ)
    note(shell.paths.state, account.id, key)
    return key


def _tell(settings: Settings, listed: list[Account], shell: Shell) -> None:
    """Say on stderr what is to be known of the accounts beside the table."""
    for warning in settings.warnings:
        shell.tell(_("warning: {warning}").format(warning=warning))
    for account in listed:
        if (every := account_asked_every(account, shell)).held_up:
            shell.tell(f"{account.id}: {asked_words(every)}")
        if account.base != account.provider.card.base_url:
            shell.tell(f"{account.id}: {key_use(account)}")
    if left := len(settings.accounts) - len(listed):
        shell.tell(
            _("{left} more without a key or a task: --all lists them").format(
                left=plural("{n} provider", "{n} providers", left)
            )
        )


def _print(rows: list[list[str]], settings: Settings, shell: Shell) -> None:
    if not shell.out.is_terminal:
        for row in rows:
            shell.out.line("\t".join(row))
        return
    ellipsis = signs(settings.glyphs, shell.out).ellipsis
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = zip(row, widths, strict=True)
        padded = (text + " " * (room - width(text)) for text, room in cells)
        shell.out.line(clip("  ".join(padded).rstrip(), shell.out.width, ellipsis))


def _print_json(accounts: Iterable[JsonObject], settings: Settings, shell: Shell) -> None:
    left_out = settings.outside.warnings
    print_json(shell.out, {"providers": [*accounts], "left_out": [*left_out]})


def _described(
    accounts: Iterable[Account], keys: Mapping[str, Key], tasks: Mapping[Ref, Task], shell: Shell
) -> list[JsonObject]:
    drift, saved = counts(tasks.values()), saved_polls(shell.paths.state)
    return [
        _account(one, keys[one.id], drift.get(one.id, Counter()), saved.get(one.id, 0), shell)
        for one in accounts
    ]


def _account(
    account: Account, key: Key, drift: Counter[str], saved: int, shell: Shell
) -> JsonObject:
    card = account.provider.card
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
        "polls_saved": saved,
        "max_rate": account.max_rate,
        "max_concurrency": account.max_concurrency,
        "asked_every": round(every.seconds, 3),
        "asked_every_why": every.why.value,
        "docs": card.docs,
        "drift": dict(drift.most_common()),
        "check": None,
    }


def _row(described: JsonObject) -> list[str]:
    return [_cell(described, name) for name in _COLUMNS]


def _cell(described: JsonObject, name: str) -> str:
    value = described[name]
    if name == "poll_interval" and described["poll_interval_learned"]:
        return f"{Interval.AUTO.value}, {value:g}s"
    return f"{value:g}s" if isinstance(value, float) else str(value)
