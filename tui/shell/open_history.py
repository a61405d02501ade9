"""Opens the history for a command that prints what is remembered: the home's, or the team's."""

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
    if (history := _opened(shell)) is None:
        yield None
        return
    try:
        yield history
        for notice in sentences(history.condition):
            shell.tell(_("warning: {warning}").format(warning=notice))
    finally:
        history.close()


def _opened(shell: Shell) -> HistoryReader | None:
    paths = shell.paths
    if shell.may_share and (settings := shell.settings()).store.url is not None:
        from rushes.watch.team.reader import TeamReader
        from rushes.watch.watchlist.named import team_of

        log_nothing_on_screen()
        team = team_of(settings.store, paths, shell.environ)()
        return TeamReader(paths, team.parameters, str(team.address))
    if not paths.history.exists():
        return None
    log_nothing_on_screen()
    return HistoryReader(paths.history, trusted=paths.trusted)
