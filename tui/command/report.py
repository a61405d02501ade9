"""`rushes report`: one page that tells of a list, to be opened in a browser, sent or printed."""

from argparse import Namespace
from pathlib import Path

from rushes.providers.exits import Exit
from rushes.providers.language import _
from rushes.providers.text import clean
from rushes.tui.command.posters import PagePictures
from rushes.tui.command.report_page import Report, page
from rushes.tui.command.stats import tell_uncounted
from rushes.tui.shell.figures import Tables, Wanted, read_tables
from rushes.tui.shell.files import title
from rushes.tui.shell.shell import BadUsage, Shell
from rushes.watch.disk.atomic import atomic_replace
from rushes.watch.disk.paths import NoHome, expanded
from rushes.watch.figures.totals import By
from rushes.watch.posters.extra import is_installed
from rushes.watch.posters.workshop import workshop_in
from rushes.watch.query import parse

TABLES = ((By.PROVIDER,), (By.PROVIDER, By.MODEL), (By.DAY,))
"""What the tables of a page are grouped by."""


def run(args: Namespace, shell: Shell) -> int:
    """Write the page, and print where it is."""
    wanted = Wanted(args.watchlist, parse(" ".join(args.filter)))
    settings = shell.settings()
    found = read_tables(shell, settings, wanted, TABLES)
    workshop = workshop_in(shell.paths.posters, shell.paths.trusted) if is_installed() else None
    try:
        text = page(_report(found, wanted, shell, PagePictures(workshop)))
    finally:
        if workshop is not None:
            workshop.close()
    data = text.encode("utf-8", "replace")
    tell_uncounted(found.tables[0], shell)
    if args.output == "-":
        shell.out.data(data)
        return Exit.FINE
    path = _path(args.output)
    atomic_replace(path, data)
    shell.out.line(clean(str(path)))
    return Exit.FINE


def _path(written: str) -> Path:
    try:
        return expanded(written)
    except NoHome as error:
        raise BadUsage(str(error)) from None


def _report(found: Tables, wanted: Wanted, shell: Shell, pictures: PagePictures) -> Report:
    about = (
        _("all tasks")
        if wanted.everything
        else _("the list {title}").format(title=title(shell, wanted.watchlist))
    )
    if wanted.query:
        about += _(" that match {query}").format(query=wanted.query.text)
    return Report(
        about=about,
        now=shell.clock.now(),
        total=found.tables[0].total,
        tables=found.tables,
        failed=found.failed,
        lost=found.lost,
        succeeded=found.succeeded,
        poster=pictures.of,
    )
