"""`rushes stats`: what the history adds up to, for a person, a pipe, a spreadsheet or a script."""

from argparse import Namespace
from collections.abc import Iterator, Sequence

from rushes.providers.exits import Exit
from rushes.providers.language import _, plural
from rushes.providers.nearest import hint
from rushes.providers.text import clean
from rushes.tui.shell.figures import Wanted, read_figures
from rushes.tui.shell.files import title
from rushes.tui.shell.shell import BadUsage, Shell
from rushes.watch.config.settings import Settings
from rushes.watch.figures.totals import By, Figures
from rushes.watch.query import parse


def run(args: Namespace, shell: Shell) -> int:
    """Print the figures of what is remembered."""
    wanted = Wanted(args.watchlist, parse(" ".join(args.filter)), keys_of(args.by))
    settings = shell.settings()
    figures = read_figures(shell, settings, wanted)
    if args.json:
        from rushes.tui.command.figures_json import figures_json
        from rushes.tui.shell.json_output import print_json

        name = None if wanted.everything else title(shell, wanted.watchlist)
        print_json(shell.out, figures_json(figures, name))
    elif args.csv or not shell.out.is_terminal:
        _print_rows(figures, shell, tabs=not args.csv)
    else:
        for line in _lines(figures, settings, shell):
            shell.out.line(line)
    tell_uncounted(figures, shell)
    return Exit.FINE


def keys_of(words: Sequence[str]) -> tuple[By, ...]:
    """What `--by` asks for; raises BadUsage with the nearest word."""
    valid = {each.value: each for each in By}
    found: list[By] = []
    for word in filter(None, ",".join(words).split(",")):
        if word not in valid:
            raise BadUsage(
                _("--by: unknown word {word!r}; {hint}").format(
                    word=clean(word, 40), hint=hint(word, valid)
                )
            )
        found.append(valid[word])
    return tuple(dict.fromkeys(found))


def tell_uncounted(figures: Figures, shell: Shell) -> None:
    """Say what is not in the figures."""
    if figures.uncounted:
        number = plural("{n} task", "{n} tasks", figures.uncounted)
        shell.tell(
            _(
                "warning: {number} not counted: damaged, or the history cannot be written now"
            ).format(number=number)
        )


def _print_rows(figures: Figures, shell: Shell, *, tabs: bool) -> None:
    from rushes.tui.command.figures_json import figures_rows

    rows = figures_rows(figures)
    if tabs:
        for row in rows:
            shell.out.line("\t".join(row))
        return
    import csv
    import io

    for row in rows:
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow(row)
        shell.out.line(line.getvalue())


def _lines(figures: Figures, settings: Settings, shell: Shell) -> Iterator[str]:
    """The facts of the whole, and below them the groups; only a terminal has a use for these."""
    from rushes.tui.lines.ansi import inked
    from rushes.tui.lines.figure_lines import fact_lines, table
    from rushes.tui.lines.glyphs import signs

    out = shell.out
    ellipsis = signs(settings.glyphs, out).ellipsis
    for line in (*fact_lines(figures.total), *table(figures, out.width, ellipsis)):
        yield inked(line, out.colour).rstrip()
