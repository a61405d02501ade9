"""`stats`, `report` and `support`, and `[prices]`: what a person and a script get."""

from __future__ import annotations

import csv
import io
import json
import re
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from figured_tasks import FIRST, HORSE, HOSTILE, PNG, film, history, made, remember, saved

from rushes.providers.model import Failure, Status
from rushes.watch.figures.totals import By

if TYPE_CHECKING:
    from pathlib import Path

    from rushes.watch.task import Task
    from tests.cli.conftest import Rushes

PRICED = f"""
[prices]
"hiapi/{HORSE}" = {{per = "output", cost = 0.30, currency = "EUR"}}
"ttapi/*" = {{per = "second", cost = "0.07", currency = "usd"}}
"""
KEY = "sk-figures-0123456789abcdef"


@pytest.fixture
def known(rushes: Rushes) -> Rushes:
    rushes.configure(PRICED)
    remember(rushes.home, history())
    return rushes


def test_the_figures_as_json(known: Rushes) -> None:
    found = known("stats", "--by", "provider", "--json").json()
    assert (found["version"], found["watchlist"], found["by"]) == (1, None, ["provider"])
    total = found["total"]
    assert total["success_rate"] == 0.6
    assert total["cost"] == [
        {"amount": "0.60", "currency": "EUR"},
        {"amount": "0.875", "currency": "USD"},
        {"amount": "0.30", "currency": "dimilinks credits"},
    ]
    assert (total["run_p50"], total["run_p95"], total["film_seconds"]) == (30, 100, 7.5)
    horse = next(group for group in found["groups"] if group["provider"] == "hiapi")
    assert (horse["film_seconds"], horse["failed_charged"]) == (None, None)
    assert found["uncounted"] == 0


def test_what_is_not_known_is_a_question_mark_and_never_zero(rushes: Rushes) -> None:
    remember(rushes.home, [made("hiapi:a", Status.SUCCEEDED, FIRST, outputs=(film(),), fetches={})])
    (row,) = csv.DictReader(io.StringIO(rushes("stats", "--csv").out))
    assert (row["cost"], row["film_seconds"], row["queue_p50"]) == ("?", "?", "?")
    assert (row["failed_charged"], row["lost"]) == ("0", "0")
    shown = rushes("stats", terminal=True, NO_COLOR="1").out
    assert re.search(r"cost +\?", shown)
    assert re.search(r"queue +\?", shown)


def test_a_csv_for_a_spreadsheet_holds_no_formula(rushes: Rushes) -> None:
    model = "=cmd|' /C calc'!A0"
    remember(rushes.home, [made("hiapi:a", Status.SUCCEEDED, FIRST, model=model)])
    rows = list(csv.DictReader(io.StringIO(rushes("stats", "--by", "model", "--csv").out)))
    assert rows[0]["model"] == f"'{model}"


def test_a_pipe_gets_tabs_and_a_terminal_a_table_that_fits(known: Rushes) -> None:
    head, *rows = known("stats", "--by", "provider,model").out.splitlines()
    assert head.split("\t")[:3] == ["provider", "model", "tasks"]
    assert len(rows) == 3
    for columns in (60, 80, 120, 200):
        known.environ |= {"COLUMNS": str(columns), "NO_COLOR": "1"}
        shown = known("stats", "--by=provider", terminal=True).out
        table = shown.partition("\n\n")[2].splitlines()
        assert table[0].startswith("PROVIDER")
        assert max(map(len, table)) <= max(columns, 75)
        assert "COST" in table[0]


def test_a_filter_and_a_list_choose_what_counts(known: Rushes) -> None:
    assert known("stats", "--json", "tag:trailer").json()["total"]["tasks"] == 2
    lost = known("stats", "--json").json()["total"]["lost"]
    assert known("stats", "--json", "is:lost").json()["total"]["tasks"] == lost
    assert known("-w", "other", "add", "hiapi", "h1").code == 0
    found = known("stats", "-w", "other", "--json").json()
    assert (found["watchlist"], found["total"]["tasks"]) == ("other", 1)


def test_what_is_taken_off_the_list_still_counts(known: Rushes) -> None:
    assert known("rm", "hiapi:h1").code == 0
    assert known("stats", "--json").json()["total"]["tasks"] == 13
    assert known("stats", "--json", "provider:hiapi").json()["total"]["tasks"] == 6
    by_tag = known("stats", "--json", "--by", "tag").json()["groups"]
    assert {group["tag"]: group["tasks"] for group in by_tag}["trailer"] == 1


def test_words_that_mean_nothing(known: Rushes) -> None:
    wrong = known("stats", "--by", "providr")
    assert (wrong.code, "provider" in wrong.err) == (2, True)
    assert known("stats", "status:nonsense").code == 2
    assert known("stats", "-w", "nowhere").code == 7


def test_a_home_that_knows_nothing(rushes: Rushes) -> None:
    assert rushes("stats", "--json").json()["total"]["tasks"] == 0
    assert rushes("stats", terminal=True).code == 0


def test_show_compares_a_run_with_those_before_and_beside_it(rushes: Rushes) -> None:
    now = datetime.now(UTC)
    before = [
        made(f"hiapi:done-{n}", Status.SUCCEEDED, FIRST, run=100, model=HORSE) for n in range(20)
    ]
    beside = made("hiapi:beside", Status.RUNNING, now - timedelta(seconds=40), model=HORSE)
    late = made("hiapi:late", Status.RUNNING, now - timedelta(hours=1), model=HORSE)
    other = made("hiapi:other", Status.RUNNING, now - timedelta(hours=1), model="another")
    running = [replace(one, last_polled_at=now) for one in (beside, late, other)]
    remember(rushes.home, [*before, *running])
    shown = rushes("show", "hiapi:late").out
    assert "usually   1m 40s, 95 of 100 within 1m 40s (20 tasks)" in shown
    assert "takes longer than 95 of 100 did" in shown
    assert "1 of the same model runs, for 4" in shown
    assert "usually" not in rushes("show", "hiapi:other").out
    assert "usually" not in rushes("show", "hiapi:done-1").out


# -- prices ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('"hiapi" = {per = "task", cost = 1, currency = "USD"}', "a slash"),
        ('"hiapi/m" = 3', "a table"),
        ('"hiapi/m" = {per = "task", cost = 1}', "is missing"),
        ('"hiapi/m" = {per = "minute", cost = 1, currency = "USD"}', "unknown value"),
        ('"hiapi/m" = {per = "task", cost = -1, currency = "USD"}', "a number such as"),
        ('"hiapi/m" = {per = "task", cost = nan, currency = "USD"}', "a number such as"),
        ('"hiapi/m" = {per = "task", cost = true, currency = "USD"}', "a number such as"),
        ('"hiapi/m" = {per = "task", cost = 1, currency = "$"}', "a currency such as"),
        ('"hiapi/m" = {per = "task", cost = 1, currency = "USD", x = 1}', "unknown key"),
    ],
)
def test_a_price_of_another_shape_is_a_fault(rushes: Rushes, line: str, said: str) -> None:
    rushes.configure(f"[prices]\n{line}\n")
    checked = rushes("config", "check")
    assert checked.code == 3
    assert "prices" in checked.err
    assert said in checked.err


def test_a_price_of_what_nobody_has_is_said_by_config_check_alone(known: Rushes) -> None:
    known.configure(
        f"""{PRICED}
"fal/kling-v2" = {{per = "second", cost = 0.07, currency = "USD"}}
"hiapi/happyhorse-1-1" = {{per = "task", cost = 1, currency = "USD"}}
"""
    )
    checked = known("config", "check")
    assert checked.code == 0
    lines = [line for line in checked.err.splitlines() if "[prices]" in line]
    assert len(lines) == 2
    assert "fal" in lines[0]
    assert f'"{HORSE}"' in lines[1]
    assert "prices" not in known("stats", "--json").err


# -- report ---------------------------------------------------------------------------------------


class Page(HTMLParser):
    """What a browser would see: the elements, and all attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


SAFE = frozenset(
    (
        *("html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "p", "div", "b"),
        *("span", "table", "thead", "tbody", "tr", "th", "td", "svg", "rect", "article", "img"),
    )
)


def hostile(ref: str, status: Status, path: Path) -> Task:
    return made(
        ref,
        status,
        FIRST,
        model=HOSTILE,
        prompt=HOSTILE,
        label=HOSTILE,
        tags=(HOSTILE.replace(",", ""),),
        failure=Failure(HOSTILE, f"{HOSTILE} https://x.example/a?Signature=s3cret {KEY}"),
        outputs=(film(kind=HOSTILE, ends=FIRST), film(kind="image")),
        fetches={2: saved(len(PNG), str(path))},
    )


def test_nothing_foreign_becomes_anything_but_text(rushes: Rushes, tmp_path: Path) -> None:
    rushes.environ["HIAPI_API_KEY"] = KEY
    picture = tmp_path / "<script>.png"
    picture.write_bytes(PNG)
    remember(
        rushes.home,
        [hostile("hiapi:a", Status.SUCCEEDED, picture), hostile("hiapi:b", Status.FAILED, picture)],
    )
    assert rushes("report", "-o", str(tmp_path / "page.html"), HOSTILE.split()[0]).code in (0, 2)
    done = rushes("report", "-o", str(tmp_path / "page.html"))
    assert (done.code, done.out) == (0, f"{tmp_path / 'page.html'}\n")
    text = (tmp_path / "page.html").read_text("utf-8")
    page = Page(text)
    assert set(page.elements) <= SAFE
    names = {name for name, _ in page.attributes}
    assert not {name for name in names if name.startswith("on")} | (names & {"href", "style"})
    links = [value for name, value in page.attributes if name == "src"]
    assert links
    assert all(re.match("data:image/(png|jpeg);base64,", str(link)) for link in links)
    assert page.text.count("<script>alert(1)</script>") > 6
    assert "\u202e" not in text
    assert KEY not in text
    assert "s3cret" not in text


def test_the_page_forbids_all_that_it_does_not_have(known: Rushes, tmp_path: Path) -> None:
    assert known("report", "-o", str(tmp_path / "a.html")).code == 0
    text = (tmp_path / "a.html").read_text()
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert not re.findall(r"(?:https?:)?//[a-z]", text)


def test_the_page_tells_the_figures_what_failed_and_what_was_lost(
    known: Rushes, tmp_path: Path
) -> None:
    path = tmp_path / "dailies.html"
    path.write_text("an older one")
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    lost = made("hiapi:lost", Status.SUCCEEDED, long_ago, outputs=(film(ends=long_ago),))
    remember(known.home, [lost])
    assert known("report", "-o", str(path)).code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {each.name for each in tmp_path.iterdir()} == {"home", "dailies.html"}
    page = Page(path.read_text()).text
    for words in (
        "63.6 %",
        "0.60 EUR, 0.875 USD, 0.30 dimilinks credits + ?",
        "E1: the filter said no",
    ):
        assert words in page
    assert page.count("E1: the filter said no") == 4
    assert "Lost" in page


def test_the_page_on_stdout_is_the_same(known: Rushes, tmp_path: Path) -> None:
    printed = known("report", "-o", "-", "provider:ttapi")
    assert printed.out.startswith("<!DOCTYPE html>")
    assert "ttapi:t1" in printed.out
    assert "hiapi:h1" not in printed.out
    assert known("report", "-o", str(tmp_path / "no" / "a.html")).code == 3


def test_a_page_goes_over_no_device_and_not_through_a_link(known: Rushes, tmp_path: Path) -> None:
    precious, link = tmp_path / "precious", tmp_path / "dailies.html"
    precious.write_text("mine")
    link.symlink_to(precious)
    assert known("report", "-o", str(link)).code == 0
    assert precious.read_text() == "mine"
    assert not link.is_symlink()
    refused = known("report", "-o", "/dev/null")
    assert (refused.code, "no file" in refused.err) == (3, True)


# -- support --------------------------------------------------------------------------------------


def test_what_support_asks_for_without_what_is_private(rushes: Rushes) -> None:
    rushes.environ["HIAPI_API_KEY"] = KEY
    task = made(
        "hiapi:tk-hiapi-01HZTQ",
        Status.FAILED,
        FIRST,
        queue=2,
        run=8,
        model=HORSE,
        prompt="a secret fox in the rain",
        failure=Failure("E7", "refused: a secret fox in the rain"),
        usage={"duration": 5},
        outputs=(film(),),
    )
    body = json.dumps({"data": {"status": "fail", "prompt": "a secret fox", "key": KEY}}).encode()
    remember(rushes.home, [task], {task.ref.id: body})
    told = rushes("support", "tk-hiapi-01HZ")
    assert told.code == 0
    for words in (
        "tk-hiapi-01HZTQ",
        "https://api.hiapi.ai",
        "E7: refused: <the prompt>",
        "duration 5",
        "2026-11-20T09:00:10Z",
        "X-Request-Id: req-42",
        '"status": "fail"',
    ):
        assert words in told.out
    for private in ("fox", KEY, "s3cret", "private=1"):
        assert private not in told.out + told.err


def test_support_of_a_task_that_never_answered(rushes: Rushes) -> None:
    rushes.watch("hiapi", "tk-hiapi-01HZ")
    told = rushes("support", "tk-hiapi-01HZ")
    assert (told.code, "never yet" in told.out, "None" in told.out) == (0, True, False)
    assert rushes("support", "nothing").code == 7


def test_every_key_has_a_word_of_its_own() -> None:
    assert {each.value for each in By} == {"provider", "model", "tag", "day"}
