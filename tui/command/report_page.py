"""The page of `rushes report`: totals, tables, what failed and why, what was lost, and the films.

It is whole in itself: no script, nothing that is fetched, and a policy that forbids both.
"""

from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from hashlib import sha256

from rushes.providers.frozen import frozen
from rushes.providers.language import _, plural
from rushes.tui.command.html_text import Child, Html, element, joined, picture
from rushes.tui.command.report_style import STYLE
from rushes.tui.lines import figure_words as words
from rushes.tui.lines.words import run_time, size, status_word
from rushes.watch.figures.spans import ran_for
from rushes.watch.figures.totals import By, Figures, Totals
from rushes.watch.ratings import BEST
from rushes.watch.task import Task

DAYS = 62
"""Days that the picture of days has at most, the last ones."""


@frozen(kw_only=True)
class Report:
    """What a page tells. `tables` are the figures by one key each; tasks are the newest ones.

    `poster` gives a picture of a task as a data: link, or None.
    """

    about: str
    now: datetime
    total: Totals
    tables: tuple[Figures, ...]
    failed: Sequence[Task]
    lost: Sequence[Task]
    succeeded: Sequence[Task]
    poster: Callable[[Task], str | None]


def page(report: Report) -> str:
    """The whole document."""
    digest = b64encode(sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:"
    head = joined(
        element("meta", charset="utf-8"),
        Html(f'<meta http-equiv="Content-Security-Policy" content="{policy}">'),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", _("Dailies: {about}").format(about=report.about)),
        Html(f"<style>{STYLE}</style>"),
    )
    body = joined(*_body(report))
    whole = element("html", element("head", head), element("body", body), lang=_("en"))
    return f"<!DOCTYPE html>\n{whole.text}\n"


def _body(report: Report) -> Iterator[Html]:
    at = report.now.astimezone()
    yield element("h1", _("Dailies"))
    yield element(
        "p",
        _("{about}, as of {time}").format(
            about=report.about, time=at.strftime(_("%d %B %Y, %H:%M"))
        ),
        class_="quiet",
    )
    yield _totals(report.total)
    for figures in report.tables:
        if By.DAY in figures.by:
            yield from _days(figures.groups)
        yield from _table(figures)
    total = report.total
    yield from _listed(_("Failed"), report.failed, total.failed, (_("WHEN"), _("WHY")), _why)
    yield from _listed(_("Lost"), report.lost, total.lost, (_("ENDED"), _("FILES")), _what_was_lost)
    yield from _cards(report)


# -- figures --------------------------------------------------------------------------------------


def _totals(total: Totals) -> Html:
    facts = (
        (_("tasks"), words.number(total.tasks), ""),
        (_("succeeded"), words.rate(total), "good"),
        (_("run, half / 95 of 100 within"), words.times(total.run), ""),
        (_("queue, half / 95 of 100 within"), words.times(total.queue), ""),
        (
            _("files of {number} saved").format(number=words.number(total.files)),
            words.number(total.saved),
            "",
        ),
        (_("saved"), size(total.bytes), ""),
        (_("of film"), words.film(total), ""),
        (_("cost"), words.cost(total), "warm"),
        (
            _("failed but charged"),
            words.charged(total),
            "bad" if total.failed_charged.value else "",
        ),
        (_("for failures"), words.money(total.failed_cost) or _nothing(total), ""),
        (_("tasks lost a file"), words.number(total.lost), "bad" if total.lost else ""),
    )
    tiles = (
        element("div", element("b", value, class_=role), element("span", name))
        for name, value, role in facts
    )
    return element("div", *tiles, class_="totals")


def _nothing(total: Totals) -> str:
    return words.UNKNOWN if total.failed_charged.unknown else "0"


def _table(figures: Figures) -> Iterator[Html]:
    if not figures.groups:
        return
    yield element(
        "h2",
        _("By {names}").format(names=_(" and ").join(words.key_name(each) for each in figures.by)),
    )
    heads = [element("th", words.key_heading(each), class_="key") for each in figures.by]
    heads += [element("th", column.heading) for column in words.COLUMNS]
    rows = (
        element(
            "tr",
            *(element("td", word, class_="key") for word in words.key_words(group, figures.by)),
            *(
                element("td", column.text(group), class_=column.english.partition(" ")[0].lower())
                for column in words.COLUMNS
            ),
        )
        for group in figures.groups
    )
    yield _wide(heads, rows, "grouped")


def _wide(heads: Iterable[Html], rows: Iterable[Html], kind: str) -> Html:
    head, body = element("thead", element("tr", *heads)), element("tbody", *rows)
    return element("div", element("table", head, body, class_=kind), class_="wide")


def _days(groups: Sequence[Totals]) -> Iterator[Html]:
    """A bar a day: what succeeded, and above it what failed."""
    days = [group for group in groups if group.key[0] is not None][-DAYS:]
    most = max((day.succeeded + day.failed for day in days), default=0)
    if len(days) < 2 or not most:
        return
    bars: list[Html] = []
    for n, day in enumerate(days):
        good, bad = 100 * day.succeeded / most, 100 * day.failed / most
        bars += [_bar(n, 100 - good, good, "good"), _bar(n, 100 - good - bad, bad, "bad")]
    yield element("h2", _("Succeeded and failed, day by day"))
    box = f"0 0 {10 * len(days)} 100"
    yield element("svg", *bars, viewBox=box, preserveAspectRatio="none", class_="chart", role="img")
    first, last = days[0].key[0] or "", days[-1].key[0] or ""
    ends = (
        element("span", first),
        element("span", _("at most {number} a day").format(number=words.number(most))),
    )
    yield element("p", *ends, element("span", last), class_="ends faint")


def _bar(n: int, top: float, height: float, kind: str) -> Html:
    place = {"x": f"{10 * n + 1}", "y": f"{top:.2f}", "width": "8", "height": f"{height:.2f}"}
    return element("rect", class_=kind, **place)


# -- tasks ----------------------------------------------------------------------------------------


def _listed(
    heading: str,
    tasks: Sequence[Task],
    all_of_them: int,
    heads: tuple[str, ...],
    cells: Callable[[Task], tuple[str, ...]],
) -> Iterator[Html]:
    if not tasks:
        return
    yield element("h2", heading)
    titles = [element("th", each) for each in (_("TASK"), _("REF"), _("MODEL"), *heads)]
    rows = (
        element("tr", *(element("td", text) for text in (*_named(task), *cells(task))))
        for task in tasks
    )
    yield _wide(titles, rows, "list")
    yield from _rest(all_of_them - len(tasks))


def _rest(number: int) -> Iterator[Html]:
    if number > 0:
        yield element(
            "p",
            plural("and {n} task before these", "and {n} tasks before these", number),
            class_="faint",
        )


def _named(task: Task) -> tuple[str, str, str]:
    model = task.snapshot.model if task.snapshot else None
    return task.name, str(task.ref), model or words.UNKNOWN


def _why(task: Task) -> tuple[str, str]:
    failure = task.snapshot.failure if task.snapshot else None
    said = (failure.code, failure.message) if failure else ()
    return _ended(task), ": ".join(filter(None, said)) or _("no reason given")


def _what_was_lost(task: Task) -> tuple[str, str]:
    missing = [it for it in task.assets(_after(task)) if it.lost]
    return _ended(task), ", ".join(f"{asset.output.kind} {asset.n}" for asset in missing)


def _after(task: Task) -> datetime:
    """A time at which all that can be lost is."""
    return max(task.ends_of_unsaved, default=task.entry.added)


def _ended(task: Task) -> str:
    at = task.finished_at
    return f"{at.astimezone():%Y-%m-%d %H:%M}" if at else words.UNKNOWN


def _cards(report: Report) -> Iterator[Html]:
    if not report.succeeded:
        return
    yield element("h2", _("Films and pictures"))
    cards = (_card(task, report) for task in report.succeeded)
    yield element("div", *cards, class_="cards")
    yield from _rest(report.total.succeeded - len(report.succeeded))


def _card(task: Task, report: Report) -> Html:
    said = task.snapshot
    span = ran_for(task, report.now)
    poster = report.poster(task)
    top = picture(poster, task.name) if poster else element("div", _kinds(task), class_="plain")
    about: list[Child] = [element("h3", task.name)]
    model = (said.model if said else None) or words.UNKNOWN
    about.append(element("p", f"{model} · {task.ref.provider}", class_="quiet"))
    facts = (
        status_word(task.status),
        _("ran {time}").format(time=run_time(span)) if span else "",
        _saved(task),
        _ended(task),
        _rating(task),
    )
    about.append(element("p", " · ".join(filter(None, facts)), class_="faint"))
    if task.entry.tags:
        about.append(element("p", " ".join(f"#{tag}" for tag in task.entry.tags), class_="warm"))
    if said is not None and said.prompt:
        about.append(element("p", said.prompt, class_="prompt quiet"))
    files = ", ".join(
        f.place.rpartition("/")[2] for _n, f in sorted(task.fetches.items()) if f.place
    )
    about += [element("p", files, class_="faint")] if files else []
    about.append(element("p", str(task.ref), class_="faint"))
    return element("article", top, element("div", *about, class_="about"), class_="card")


def _kinds(task: Task) -> str:
    """What a task without a picture made."""
    kinds = [output.kind for output in task.snapshot.outputs] if task.snapshot else []
    return ", ".join(dict.fromkeys(kinds)) or _("no files")


def _rating(task: Task) -> str:
    if task.rating is None:
        return ""
    return f"{'★' * task.rating}{'☆' * (BEST - task.rating)}" if task.rating else _("rejected")


def _saved(task: Task) -> str:
    assets = list(task.assets(_after(task)))
    saved = [asset.fetch.done for asset in assets if asset.saved and asset.fetch]
    return (
        _("{saved}/{assets} saved, {size}").format(
            saved=len(saved), assets=len(assets), size=size(sum(saved))
        )
        if assets
        else ""
    )
