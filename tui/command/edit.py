"""`rushes rm`, `rushes label` and `rushes tag`: edits of the watchlist and of nothing else."""

from argparse import Namespace
from dataclasses import replace

from rushes.providers.exits import Exit
from rushes.tui.shell.files import chosen_entries, chosen_one, existing, spelled
from rushes.tui.shell.kept_frames import KeptFrames
from rushes.tui.shell.shell import BadUsage, Shell
from rushes.watch.task import Entry
from rushes.watch.watchlist.entries import tags_in
from rushes.watch.watchlist.file import WatchlistFile


def rm(args: Namespace, shell: Shell) -> Exit:
    """Stop watching the tasks, and print the ref of each."""
    if not args.refs and not shell.piped:
        raise BadUsage("which task? give its ref, or - to read refs from stdin")
    words = spelled(args.refs or ["-"], shell)
    file = existing(shell, args.watchlist)
    refs = [entry.ref for entry in chosen_entries(words, shell, file.look())]
    file.remove(refs)
    KeptFrames(shell.paths, shell.environ).forget(file.path)
    for ref in refs:
        shell.out.line(str(ref))
    shell.tell(f"no longer watched: {len(refs)}")
    return Exit.FINE


def label(args: Namespace, shell: Shell) -> Exit:
    """Name the task, or take its name away."""
    file, entry = _entry(args, shell)
    file.put(replace(entry, label=args.text))
    return Exit.FINE


def tag(args: Namespace, shell: Shell) -> Exit:
    """Give the task more tags, or take some away."""
    file, entry = _entry(args, shell)
    named = tags_in(args.tags)
    kept = tuple(each for each in entry.tags if each not in named)
    file.put(replace(entry, tags=kept if args.remove else (*entry.tags, *named)))
    return Exit.FINE


def _entry(args: Namespace, shell: Shell) -> tuple[WatchlistFile, Entry]:
    file = existing(shell, args.watchlist)
    return file, chosen_one(args.ref, shell, file.look())
