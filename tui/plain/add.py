"""`rushes add`: on disk before anything is polled, and it polls nothing itself."""

import difflib
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence

from providers.errors import UnknownProvider
from providers.registry import recognise
from providers.text import clean
from tui.plain.exits import Exit
from tui.plain.files import title, watchlist
from tui.plain.shell import BadUsage, Shell
from watch.known_keys import hide
from watch.paste import Found, read_paste
from watch.settings import Account
from watch.task import Entry, Ref

Accounts = Mapping[str, Account]


def run(args: Namespace, shell: Shell) -> Exit:
    """Watch the tasks that the words or stdin name, and print the ref of each."""
    accounts = shell.settings().accounts
    named, words = _named(list(args.words), accounts)
    if not words and not shell.piped:
        raise BadUsage("which task? give its id, or - to read stdin")
    refs: list[Ref] = []
    for word in words or ["-"]:
        text = shell.read_text() if word == "-" else word
        refs += _read(text, named, accounts) if word == "-" else _meant(text, named, accounts)
    refs = list(dict.fromkeys(refs))
    _watch(refs, args, shell)
    return Exit.FINE


def _watch(refs: Sequence[Ref], args: Namespace, shell: Shell) -> None:
    file = watchlist(shell, args.watchlist)
    before = {entry.ref for entry in file.read().entries}
    now = shell.clock.now().replace(microsecond=0)
    file.add(Entry(ref=ref, added=now, label=args.label, tags=tuple(args.tag)) for ref in refs)
    for ref in refs:
        shell.out.line(str(ref))
    shell.out.flush()
    new = [ref for ref in refs if ref not in before]
    if new:
        shell.tell(f"watching {_tasks(len(new))} in {title(shell, args.watchlist)}")
    if len(new) < len(refs):
        shell.tell(f"already watched: {_tasks(len(refs) - len(new))}")


def _named(words: list[str], accounts: Accounts) -> tuple[str, list[str]]:
    """The provider that the first word names, "" for none, and the other words."""
    if words and words[0] in accounts:
        return words[0], words[1:]
    if len(words) > 1 and words[0].isalpha() and not recognise(words[0]).providers:
        near = difflib.get_close_matches(words[0].casefold(), accounts, n=1)
        raise UnknownProvider(clean(words[0], 80), tuple(accounts), near[0] if near else None)
    return "", words


def _meant(word: str, named: str, accounts: Accounts) -> Iterator[Ref]:
    """The task that one word of the command line is, or the tasks that it holds."""
    provider, colon, task_id = word.partition(":")
    if not named and colon and provider in accounts:
        yield _as_it_is(provider, task_id)
    elif named and not any(sign in word for sign in "/{ \n"):
        # A word that follows its provider is an id, whatever ids of that provider look like.
        yield _as_it_is(named, word.removeprefix(f"{named}:"))
    else:
        yield from _read(word, named, accounts)


def _as_it_is(provider: str, task_id: str) -> Ref:
    if hide(task_id) != task_id:
        raise BadUsage("that is a key, and no task's id")
    return Ref(provider, task_id)


def _read(text: str, named: str, accounts: Accounts) -> Iterator[Ref]:
    """The tasks in a pasted text; raises BadUsage where one could not be told or there is none."""
    found = read_paste(text, accounts)
    if not found:
        raise BadUsage("no task id in that; to take a word as it is: rushes add PROVIDER ID")
    for task in found:
        yield Ref(named or _only_account(task, accounts), task.task_id)


def _only_account(task: Found, accounts: Accounts) -> str:
    if not task.accounts:
        raise BadUsage(
            f"cannot tell whose task {clean(task.task_id, 120)} is;"
            f" name its provider ({', '.join(accounts)}): rushes add PROVIDER ID"
        )
    first, *others = task.accounts
    if others:
        refs = " or ".join(f"{name}:{task.task_id}" for name in task.accounts)
        raise BadUsage(f"several accounts have such ids; which one is it? rushes add {refs}")
    return first


def _tasks(count: int) -> str:
    return "1 task" if count == 1 else f"{count} tasks"
