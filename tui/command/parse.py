"""`rushes parse`: shows how Rushes reads a saved response body."""

from argparse import Namespace
from pathlib import Path

from rushes.providers.as_json import result_json
from rushes.providers.card import base_of
from rushes.providers.exits import Exit
from rushes.providers.registry import find
from rushes.providers.reply import BODY_LIMIT, Ask, Reply
from rushes.providers.text import clean
from rushes.tui.shell.json_output import print_json
from rushes.tui.shell.shell import BadUsage, Shell
from rushes.watch.disk.atomic import plain_words


def run(args: Namespace, shell: Shell) -> Exit:
    """Print the snapshot or the problem as JSON; the exit code is 0 for either."""
    provider = find(args.provider)
    base = base_of(args.base_url or provider.card.base_url, provider.card)
    reply = Reply(args.http_status, dict(map(_header, args.header)), _body(args.file, shell))
    print_json(shell.out, result_json(provider.parse(reply, Ask(args.id, base)), base))
    return Exit.FINE


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise BadUsage(f"expected --header 'Name: value', got {clean(text, 60)!r}")
    return name.strip().lower(), value.strip()


def _body(file: str, shell: Shell) -> bytes:
    if file == "-":
        return shell.read_bytes()
    try:
        # One byte more than a parser takes, so that it refuses what it did not see the end of.
        with Path(file).open("rb") as opened:
            return opened.read(BODY_LIMIT + 1)
    except OSError as error:
        raise BadUsage(f"cannot read {clean(file, 200)}: {plain_words(error)}") from None
