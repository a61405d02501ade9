"""`rushes show`: one task, for a person, as JSON, or as its provider's last answer."""

from argparse import Namespace

from rushes.providers.exits import Exit
from rushes.providers.language import _
from rushes.providers.text import clean
from rushes.tui.command.task_json import task_json
from rushes.tui.lines.ansi import inked
from rushes.tui.lines.glyphs import signs
from rushes.tui.lines.task_page import page
from rushes.tui.shell.asked import account_asked_every, task_asked_every
from rushes.tui.shell.files import chosen_one, existing
from rushes.tui.shell.json_output import print_json
from rushes.tui.shell.memory import last_body, remembered
from rushes.tui.shell.shell import Shell
from rushes.watch.figures.usual import ALONE
from rushes.watch.keys.known_keys import hide_in
from rushes.watch.keys.redact import redacted
from rushes.watch.moved_files import FileLook
from rushes.watch.task import Entry


def run(args: Namespace, shell: Shell) -> int:
    """Print what is known of the task."""
    return _body(args, shell) if args.raw or args.redacted else _show(args, shell)


def _show(args: Namespace, shell: Shell) -> Exit:
    settings = shell.settings()
    entry = _entry(args, shell)
    ref = entry.ref
    (task,) = FileLook().at(remembered(shell, settings.accounts, [entry]).values())
    account, now = settings.accounts.get(ref.provider), shell.clock.now()
    every = account and task_asked_every(task, account, account_asked_every(account, shell))
    if args.json:
        print_json(shell.out, task_json(task, now, account.base if account else "", every))
        return Exit.FINE
    glyphs, beside = signs(settings.glyphs, shell.out), ALONE
    if not task.over:
        from rushes.tui.shell.figures import compared

        beside = compared(shell, task)
    for line in page(task, account, now, glyphs, every, beside):
        shell.out.line(inked(line, shell.out.colour))
    return Exit.FINE


def _body(args: Namespace, shell: Shell) -> Exit:
    """The last response body, redacted or as it came; on a terminal its lines made safe."""
    ref = _entry(args, shell).ref
    body = last_body(shell, ref)
    if body is None:
        shell.tell(_("no answer about {ref} yet").format(ref=ref))
        return Exit.GONE
    # Its own account's key was taken out when it came; another's may have been written by a person.
    shell.settings()
    body = hide_in(body)
    if args.redacted:
        body = redacted(body).encode() + b"\n"
        shell.tell(_("hosts, models and status words are left in: read it before you send it"))
    if not shell.out.is_terminal:
        shell.out.data(body)
        return Exit.FINE
    for line in body.decode("utf-8", "replace").splitlines():
        shell.out.line(clean(line, limit=len(line) + 1))
    return Exit.FINE


def _entry(args: Namespace, shell: Shell) -> Entry:
    return chosen_one(args.ref, shell, existing(shell, args.watchlist).look())
