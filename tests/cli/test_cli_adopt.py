"""`rushes adopt`: an account's own tasks, from the list that its gateway documents."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from rushes.watch import adopting

if TYPE_CHECKING:
    from tests.cli.conftest import Play, Rushes

IN_PAGES = "/api/v3/contents/generations/tasks"


def test_each_is_saved_and_what_the_list_tells_of_it_is_its_first_poll(
    staged: Rushes, play: Play
) -> None:
    done = staged("adopt", "replicate")
    assert (done.code, len(done.out.splitlines())) == (0, 3)
    assert done.err == "3 tasks of the last 24h adopted\n"
    assert play.asked == ["/v1/predictions"]
    tasks = staged("ls", "--json").json()["tasks"]
    assert [task["ref"] for task in tasks] == done.out.splitlines()
    assert {task["polls"] for task in tasks} == {1}
    assert all(task["status"] and task["created_at"] for task in tasks)


def test_what_is_watched_already_stays_as_it_is_and_undo_takes_back_the_rest(
    staged: Rushes,
) -> None:
    ref = staged("adopt", "ark", "--dry-run").out.splitlines()[0]
    staged("add", ref, "--label", "mine")
    done = staged("adopt", "ark")
    assert ref not in done.out
    assert done.err == "2 tasks of the last 24h adopted, 1 watched already\n"
    assert staged("undo").out == done.out
    assert [task["label"] for task in staged("ls", "--json").json()["tasks"]] == ["mine"]


def test_a_dry_run_saves_nothing(staged: Rushes) -> None:
    done = staged("adopt", "hiapi", "--since", "9d", "--dry-run")
    assert len(done.out.splitlines()) == int(done.err.split()[0]) > 3
    assert staged("ls", "--json").json()["tasks"] == []


def test_what_was_submitted_before_is_left_out(staged: Rushes) -> None:
    assert len(staged("adopt", "replicate", "--since", "30m").out.splitlines()) == 2
    assert staged("adopt", "replicate", "--since", "1 fortnight").code == 2


def test_a_list_of_no_more_than_ids_is_taken_all_the_same(staged: Rushes) -> None:
    assert staged("adopt", "dashscope").out
    assert {task["status"] for task in staged("ls", "--json").json()["tasks"]} == {None}


@pytest.mark.parametrize("name", ["fal", "newapi"])
def test_a_gateway_without_a_list_is_said_in_a_line(staged: Rushes, play: Play, name: str) -> None:
    done = staged("adopt", name)
    assert (done.code, done.out) == (2, "")
    assert done.err == f"rushes: {name}: its documents name no list of one's own tasks\n"
    assert play.asked == []


def test_a_refused_key_is_said(staged: Rushes) -> None:
    staged.environ["ARK_API_KEY"] = "sk-another"
    done = staged("adopt", "ark")
    assert (done.code, done.out) == (4, "")
    assert "the list was not read to its end: The API key" in done.err
    assert "sk-another" not in done.err


# -- pages ----------------------------------------------------------------------------------------


THROTTLED = {"error": {"code": "RequestBurstTooFast", "message": "Slow down."}}
"""What is said in the place of a page by an account that is throttled."""


class Pages:
    """Answers with a page for each number that is asked for, and counts what was asked."""

    def __init__(self, said: Callable[[int, int], Any]) -> None:
        self.asked: list[str] = []
        pages = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                pages.asked.append(self.path)
                (number,) = parse_qs(urlsplit(self.path).query)["page_num"]
                told = said(int(number), len(pages.asked))
                body = json.dumps(told).encode()
                self.send_response(429 if told is THROTTLED else 200)
                self.send_header("retry-after", "0")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def listing(rushes: Rushes) -> Iterator[Callable[[Callable[[int, int], Any]], Pages]]:
    """Return a function that has Ark's list answered so: by the page's number, and how often."""
    served: list[Pages] = []

    def serve(said: Callable[[int, int], Any]) -> Pages:
        served.append(Pages(said))
        url = f"http://127.0.0.1:{served[-1].server.server_port}"
        rushes.configure(f'[providers.ark]\nbase_url = "{url}"\nmax_rate = 1000\n')
        rushes.environ["ARK_API_KEY"] = "ark-key-of-a-test"
        return served[-1]

    yield serve
    for each in served:
        each.server.shutdown()
        each.server.server_close()


Listing = Callable[[Callable[[int, int], Any]], Pages]


def page_of(ids: Sequence[str], number: int, total: int) -> Any:
    """That page of such tasks, two on each."""
    shown = ids[(number - 1) * 2 : number * 2]
    items = [{"id": it, "status": "running", "created_at": 4_000_000_000} for it in shown]
    return {"items": items, "total": total}


def test_a_page_that_is_throttled_is_waited_for(rushes: Rushes, listing: Listing) -> None:
    ids = ["c", "b", "a"]

    def said(number: int, asked: int) -> Any:
        return THROTTLED if asked == 2 else page_of(ids, number, total=101 if number == 1 else 0)

    pages = listing(said)
    assert len(rushes("adopt", "ark").out.splitlines()) == 3
    assert len(pages.asked) == 3


def test_a_list_that_stays_throttled_is_given_up(rushes: Rushes, listing: Listing) -> None:
    pages = listing(lambda _, __: THROTTLED)
    done = rushes("adopt", "ark")
    assert done.code == 6
    assert "the list was not read to its end" in done.err
    assert len(pages.asked) == 1 + len(adopting.PAUSES)


def test_a_task_that_moves_to_the_next_page_meanwhile_counts_once(
    rushes: Rushes, listing: Listing
) -> None:
    ids = ["c", "b", "a"]

    def growing(number: int, _: int) -> Any:
        said = page_of(ids, number, total=101 if number == 1 else 0)
        ids.insert(0, "new")
        return said

    pages = listing(growing)
    done = rushes("adopt", "ark")
    assert (done.code, done.out) == (0, "ark:c\nark:b\nark:a\n")
    assert [path.partition("?")[0] for path in pages.asked] == [IN_PAGES] * 2


def test_a_list_without_an_end_is_left_and_said(
    rushes: Rushes, listing: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adopting, "PAGES", 3)
    pages = listing(lambda number, _: page_of([*"abcdefgh"], number, total=10**6))
    done = rushes("adopt", "ark")
    assert (done.code, len(done.out.splitlines()), len(pages.asked)) == (0, 6, 3)
    assert "there are more" in done.err


@pytest.mark.parametrize(
    "broken",
    [
        {"error": {"code": "InternalServiceError", "message": "try later"}},
        {"data": []},
        {"items": {"a": 1}, "total": 3},
    ],
)
def test_what_came_before_a_page_that_is_none_is_kept(
    rushes: Rushes, listing: Listing, broken: Any
) -> None:
    listing(lambda number, _: page_of(["b", "a"], number, total=101) if number == 1 else broken)
    done = rushes("adopt", "ark")
    assert (done.code, done.out) == (6, "ark:b\nark:a\n")
    assert "the list was not read to its end: " in done.err
    assert len(rushes("ls", "--json").json()["tasks"]) == 2


def test_a_list_that_begins_with_the_oldest_is_read_to_its_end(
    rushes: Rushes, listing: Listing
) -> None:
    def rising(number: int, _: int) -> Any:
        at = [1_000_000_000, 1_000_000_001] if number == 1 else [4_000_000_000]
        items = [{"id": f"t{it}", "status": "running", "created_at": it} for it in at]
        return {"items": items, "total": 101}

    listing(rising)
    assert rushes("adopt", "ark").out == "ark:t4000000000\n"


def test_undo_takes_back_the_tasks_of_every_page(rushes: Rushes, listing: Listing) -> None:
    listing(lambda number, _: page_of(["c", "b", "a"], number, total=101))
    done = rushes("adopt", "ark")
    assert sorted(rushes("undo").out.splitlines()) == sorted(done.out.splitlines())
    assert rushes("ls", "--json").json()["tasks"] == []
