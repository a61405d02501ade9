"""Opens history.db for a command that prints what is remembered."""

from collections.abc import Generator
from contextlib import contextmanager

from rushes.providers.language import _
from rushes.tui.shell.no_log import log_nothing_on_screen
from rushes.tui.shell.shell import Shell
from rushes.watch.history.reader import HistoryReader
from rushes.watch.store_words import sentences


@contextmanager
def history_of(shell: Shell) -> Generator[HistoryReader | None]:
    """The history, None where there is none. Says at the end what there is to say of it."""
    paths = shell.paths
    if not paths.history.exists():
        yield None
        return
    log_nothing_on_screen()
    history = HistoryReader(paths.history, trusted=paths.trusted)
    try:
        yield history
        for notice in sentences(history.condition):
            shell.tell(_("warning: {warning}").format(warning=notice))
    finally:
        history.close()
