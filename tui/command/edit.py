"""`rushes rm`, `label`, `tag` and `undo`: edits of the watchlist and of nothing else."""

from argparse import Namespace
from collections.abc import Iterable, Iterator
from dataclasses import replace

from rushes.providers.exits import Exit
from rushes.providers.language import _, plural
from rushes.providers.text import clean
from rushes.tui.shell.files import NothingThere, chosen_entries, existing, spelled
from rushes.tui.shell.kept_frames import KeptFrames
from rushes.tui.shell.shell import BadUsage, Shell
from rushes.watch.durations import seconds_of
from rushes.watch.task import Entry, Ref
from rushes.watch.watchlist.contents import Contents
from rushes.watch.watchlist.entries import Edit, tags_in
from rushes.watch.watchlist.refs import find_entry


def rm(args: Namespace, shell: Shell) -> Exit:
    """Stop watching the tasks, and print the ref of each."""
    if not (args.refs or args.older or shell.piped):
        raise BadUsage(_("which task? give its ref, or - to read refs from stdin"))
    seconds = seconds_of(args.older) if args.older else None
    # What is old is not to be read from a pipe that a script happens to have.
    words = spelled(args.refs or ([] if args.older else ["-"]), shell)
    file = existing(shell, args.watchlist)
    contents = file.look()
    entries: Iterable[Entry] = chosen_entries(words, shell, contents)
    if seconds is not None:
        chosen = entries if args.refs else contents.entries()
        entries = list(_over_for(seconds, chosen, shell))
    refs = [entry.ref for entry in entries]
    if refs:
        file.remove(refs)
    KeptFrames(shell.paths, shell.environ).forget(file.path)
    _print(refs, shell)
    shell.tell(_("no longer watched: {refs}").format(refs=len(refs)))
    return Exit.FINE


def label(args: Namespace, shell: Shell) -> Exit:
    """Name the task, or take its name away; with `-` each task of stdin's lines."""
    file = existing(shell, args.watchlist)
    contents = file.look()
    if args.ref == "-" and args.text is None:
        named = list(_labelled(shell, contents))
    elif args.text is None:
        raise BadUsage(_("which TEXT? an empty one takes the name away"))
    else:
        named = [(entry, args.text) for entry in chosen_entries([args.ref], shell, contents)]
        if len(named) > 1:
            raise BadUsage(
                _("stdin names {named} tasks; with a TEXT it is one at a time").format(
                    named=len(named)
                )
            )
    file.put(*(replace(entry, label=text) for entry, text in named), edit=Edit.LABEL)
    return Exit.FINE


def tag(args: Namespace, shell: Shell) -> Exit:
    """Give the tasks more tags, or take some away."""
    file = existing(shell, args.watchlist)
    named = tags_in(args.tags)
    changed: list[Entry] = []
    for entry in chosen_entries([args.ref], shell, file.look()):
        kept = tuple(each for each in entry.tags if each not in named)
        changed.append(replace(entry, tags=kept if args.remove else (*entry.tags, *named)))
    file.put(*changed, edit=Edit.TAG)
    return Exit.FINE


def undo(args: Namespace, shell: Shell) -> Exit:
    """Take back the last edit of the list, and print the ref of each task that it concerned."""
    from rushes.tui.lines.undo_words import undone_words

    file = existing(shell, args.watchlist)
    _watchlist, done = file.undo()
    shell.tell(undone_words(done))
    if done is None:
        return Exit.GONE
    KeptFrames(shell.paths, shell.environ).forget(file.path)
    _print(done.refs, shell)
    for ref in done.left:
        shell.tell(_("changed since, so left as it is: {ref}").format(ref=ref))
    return Exit.FINE


def _print(refs: Iterable[Ref], shell: Shell) -> None:
    for ref in refs:
        shell.out.line(str(ref))


def _over_for(seconds: float, entries: Iterable[Entry], shell: Shell) -> Iterator[Entry]:
    """The tasks that were over for longer than so many seconds, as last known."""
    from contextlib import closing

    from rushes.tui.shell.memory import each_remembered

    now = shell.clock.now()
    with closing(each_remembered(shell, shell.settings().accounts, entries)) as tasks:
        for task in tasks:
            ended = task.finished_at
            if ended is not None and (now - ended).total_seconds() > seconds:
                yield task.entry


def _labelled(shell: Shell, contents: Contents) -> Iterator[tuple[Entry, str]]:
    """The entries of stdin's lines, each with its text; one that is wrong changes nothing."""
    lines = shell.read_text().splitlines()
    for number, line in enumerate(lines, start=1):
        ref, tab, text = line.partition("\t")
        if not line.strip() or ref == "REF":
            continue
        if not tab:
            raise BadUsage(
                _("line {number}: expected REF<tab>TEXT, got {line!r}").format(
                    number=number, line=clean(line, 80)
                )
            )
        yield find_entry(ref.strip(), contents), text
    if not any(map(str.strip, lines)):
        raise NothingThere(
            _("stdin names no task ({lines})").format(
                lines=plural("{n} line", "{n} lines", len(lines))
            )
        )
