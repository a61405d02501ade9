"""`rushes providers`: the accounts that tasks can be watched at, and never a key."""

from argparse import Namespace

from providers.as_json import JsonObject
from tui.fit import clip, width
from tui.plain.as_json import print_json
from tui.plain.exits import Exit
from tui.plain.shell import Shell
from watch.credentials import find_key
from watch.settings import Account

_COLUMNS = ("name", "dialect", "base_url", "key_source", "poll_interval", "docs")


def run(args: Namespace, shell: Shell) -> Exit:
    """Print every account, and on stderr what is doubtful about its settings."""
    settings = shell.settings()
    found = [_described(account, shell) for account in settings.accounts.values()]
    for warning in settings.warnings:
        shell.tell(f"warning: {warning}")
    if args.json:
        print_json(shell.out, {"providers": [*found]})
        return Exit.FINE
    rows = [[name.upper() for name in _COLUMNS]]
    rows += [[_cell(each, name) for name in _COLUMNS] for each in found]
    if not shell.out.is_terminal:
        for row in rows:
            shell.out.line("\t".join(row))
        return Exit.FINE
    widths = [max(width(row[i]) for row in rows) for i in range(len(_COLUMNS))]
    for row in rows:
        cells = zip(row, widths, strict=True)
        padded = (text + " " * (room - width(text)) for text, room in cells)
        shell.out.line(clip("  ".join(padded).rstrip(), shell.out.width))
    return Exit.FINE


def _described(account: Account, shell: Shell) -> JsonObject:
    card = account.provider.card
    key = find_key(account.id, account.key, shell.environ)
    return {
        "name": account.id,
        "dialect": card.id,
        "base_url": account.base,
        "key_source": key.source,
        "key_hint": key.why_missing,
        "poll_interval": account.poll_interval,
        "documented_interval": card.poll.every,
        "max_concurrency": account.max_concurrency,
        "docs": card.docs,
    }


def _cell(described: JsonObject, name: str) -> str:
    value = described[name]
    return f"{value:g}s" if isinstance(value, float) else str(value)
