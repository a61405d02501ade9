"""`rushes parse`: shows how Rushes reads a saved response body."""

from argparse import Namespace
from pathlib import Path

from rushes.providers.as_json import result_json
from rushes.providers.card import Provider, base_of
from rushes.providers.exits import Exit
from rushes.providers.language import _
from rushes.providers.model import Problem, ProblemKind, Snapshot
from rushes.providers.registry import built_in, find
from rushes.providers.reply import BODY_LIMIT, Ask, Reply
from rushes.providers.text import clean
from rushes.tui.shell.json_output import print_json
from rushes.tui.shell.shell import BadUsage, Shell
from rushes.watch.disk.atomic import plain_words


def run(args: Namespace, shell: Shell) -> Exit:
    """Print the snapshot or the problem as JSON; the exit code is 0 for either."""
    if args.provider not in built_in():
        shell.settings().outside.refuse(args.provider)
    provider = find(args.provider)
    base = base_of(args.base_url or provider.card.base_url, provider.card.route)
    reply = Reply(args.http_status, dict(map(_header, args.header)), _body(args.file, shell))
    print_json(shell.out, result_json(_read(provider, reply, Ask(args.id, base)), base))
    return Exit.FINE


def _read(provider: Provider, reply: Reply, ask: Ask) -> Snapshot | Problem:
    """What the answer says: to the question about the task, else to the second one about it.

    Nearly anything can be a result, so it counts as one only where it names a file or a failure.
    """
    first = provider.parse(reply, ask)
    unreadable = isinstance(first, Problem) and first.kind is ProblemKind.MALFORMED
    if provider.result is None or not unreadable:
        return first
    second = provider.result(reply, ask)
    tells = isinstance(second, Snapshot) and (second.outputs or second.failure)
    return second if tells else first


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise BadUsage(
            _("expected --header 'Name: value', got {text!r}").format(text=clean(text, 60))
        )
    return name.strip().lower(), value.strip()


def _body(file: str, shell: Shell) -> bytes:
    if file == "-":
        return shell.read_bytes()
    try:
        # One byte more than a parser takes, so that it refuses what it did not see the end of.
        with Path(file).open("rb") as opened:
            return opened.read(BODY_LIMIT + 1)
    except OSError as error:
        raise BadUsage(
            _("cannot read {file}: {error}").format(file=clean(file, 200), error=plain_words(error))
        ) from None
