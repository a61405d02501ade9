"""A provider in TOML reads replies as a module does: what each of its keys means."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from toml_provider import BASE, provider_in, said, snapshot

from rushes.providers.as_json import result_json
from rushes.providers.model import (
    Basis,
    Content,
    Failure,
    Link,
    Problem,
    ProblemKind,
    Snapshot,
    Status,
)
from rushes.providers.node import OUTPUT_LIMIT

MORNING = datetime(2026, 11, 20, 8, tzinfo=UTC)

FILM = 'status = "s"\noutputs = [{ url = "u", kind = "video" }]\n'


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("queued", Status.QUEUED),
        ("finalizing", Status.FINALIZING),
        ("gone", Status.GONE),
        ("canceled", Status.CANCELED),
        ("TASK_STATUS_SUCCEED", Status.SUCCEEDED),
        ("dreaming", Status.UNKNOWN),
    ],
)
def test_a_status_expression_may_give_our_own_words(word: str, status: Status) -> None:
    assert snapshot('status = "s"', {"s": word}).status is status


def test_a_providers_own_words_come_before_those_of_all() -> None:
    text = 'status = "s"\nstates = { failed = ["Completed"] }'
    assert snapshot(text, {"s": "completed"}).status is Status.FAILED
    assert snapshot(text, {"s": "succeeded"}).status is Status.SUCCEEDED


def test_a_status_may_be_worked_out() -> None:
    text = "status = \"(done && (error && 'failed' || 'succeeded')) || 'running'\""
    assert snapshot(text, {"name": "x"}).status is Status.RUNNING
    assert snapshot(text, {"done": True, "response": {}}).status is Status.SUCCEEDED
    assert snapshot(text, {"done": True, "error": {"a": 1}, "x": 1}).status is Status.FAILED


@pytest.mark.parametrize("body", [{"a": 1}, {"s": None}, {"s": 3}, {"s": ["x"]}, {"s": ""}])
def test_a_status_that_is_no_text_is_malformed(body: object) -> None:
    result = said('status = "s"', body)
    assert isinstance(result, Problem)
    assert result.kind is ProblemKind.MALFORMED
    assert result.message.startswith("$.s: expected text, got")


def test_a_condition_that_cannot_be_had_is_malformed() -> None:
    result = said('status = "s"\nok_if = "length(s) > `0`"', {"s": None, "x": 1})
    assert isinstance(result, Problem)
    assert result.kind is ProblemKind.MALFORMED
    assert "what length() takes" in result.message


def test_comparing_a_text_with_a_number_raises_nothing() -> None:
    assert isinstance(said('status = "s"\nok_if = "s > `0`"', {"s": "x"}), Problem)


def test_a_refusal_is_a_problem_by_its_code() -> None:
    text = (
        'status = "s"\nok_if = "code == `0`"\nerror = { code = "code", message = "msg" }\n'
        'codes = { auth = ["1004"], rate_limited = ["1002"], unavailable = ["BUSY"] }'
    )
    kinds = {
        1004: "auth",
        "1002": "rate_limited",
        "busy": "unavailable",
        404: "not_found",
        9: "refused",
    }
    for code, kind in kinds.items():
        result = said(text, {"s": "succeeded", "code": code, "msg": "m"})
        assert isinstance(result, Problem)
        assert (result.kind.value, result.message, result.code) == (kind, "m", str(code))


def test_gone_if_says_that_there_is_no_such_task() -> None:
    text = 'status = "s"\ngone_if = "s == \'Task not found\'"'
    result = said(text, {"s": "Task not found"})
    assert isinstance(result, Problem)
    assert result.kind is ProblemKind.NOT_FOUND


def test_fail_if_ends_only_what_is_called_a_success() -> None:
    text = 'status = "s"\nfail_if = "ok == `false`"\nerror = "why"'
    done = snapshot(text, {"s": "succeeded", "ok": False, "why": "moderated"})
    assert (done.status, done.raw_status) == (Status.FAILED, "succeeded")
    assert done.failure == Failure(None, "moderated")
    assert snapshot(text, {"s": "running", "ok": False}).status is Status.RUNNING


def test_an_http_status_may_mean_that_it_goes_on() -> None:
    result = said('status = "s"\nhttp = { "202" = "queued" }', {"hello": 1}, status=202)
    assert isinstance(result, Snapshot)
    assert (result.status, result.raw_status) == (Status.QUEUED, "202")


@pytest.mark.parametrize(
    ("key", "value", "percent"),
    [
        ('"p"', "35%", 35),
        ('"p"', 35.5, 35),
        ('{ path = "p", scale = 1 }', 0.29, 29),
        ('{ path = "p", scale = 100 }', 100, 100),
        ('{ path = "p", scale = 1 }', 29, None),
        ('"p"', "soon", None),
        ('"length(p)"', 3, None),
    ],
)
def test_progress_is_a_percentage_or_a_fraction(
    key: str, value: object, percent: int | None
) -> None:
    result = snapshot(f'status = "s"\nprogress = {key}', {"s": "running", "p": value})
    assert result.progress == percent
    assert bool(result.drift) == (percent is None)


@pytest.mark.parametrize(
    ("more", "value", "time"),
    [
        ("", 1763625600, datetime(2025, 11, 20, 8, tzinfo=UTC)),
        ("", 1763625600000, datetime(2025, 11, 20, 8, tzinfo=UTC)),
        ("", "1763625600", datetime(2025, 11, 20, 8, tzinfo=UTC)),
        ("", "2026-11-20T08:00:00Z", MORNING),
        ("", "2026-11-20 08:00:00", MORNING),
        ('tz = "+08:00"', "2026-11-20 16:00:00.000", MORNING),
        ('tz = "+08:00"', "2026-11-20T08:00:00+00:00", MORNING),
        ('tz = "-05:30"', "2026-11-20 02:30:00", MORNING),
        ("", "0001-01-01T00:00:00Z", None),
        ("", 0, None),
        ('unit = "iso"', "2026-11-20T08:00:00Z", MORNING),
        ('unit = "s"', "2026-11-20T08:00:00Z", None),
        ("", "yesterday", None),
    ],
)
def test_times_are_read_in_whichever_form(more: str, value: object, time: datetime | None) -> None:
    text = f'status = "s"\n[times]\ncreated = "c"\n{more}\n'
    assert snapshot(text, {"s": "running", "c": value}).created_at == time


def test_a_finish_counts_at_the_end_alone() -> None:
    text = 'status = "s"\ntimes = { finished = "f" }'
    assert snapshot(text, {"s": "running", "f": 1763625600}).finished_at is None
    assert snapshot(text, {"s": "failed", "f": 1763625600}).finished_at is not None


def test_what_else_is_told() -> None:
    text = (
        'status = "s"\ncost = "usage"\n[task]\nid = "id"\nmodel = "m"\nprompt = "p"\n'
        'request_id = "r"\nupstream_id = "u"\n'
    )
    body = {"s": "running", "id": "t", "m": "M", "p": "P", "r": "R", "u": 7, "usage": {"a": 1}}
    result = snapshot(text, body)
    assert (result.task_id, result.model, result.prompt) == ("t", "M", "P")
    assert (result.request_id, result.upstream_id, result.usage) == ("R", "7", {"a": 1})
    assert result.drift == ()


@pytest.mark.parametrize(
    ("cost", "usage"),
    [
        ('"c"', {"cost": 4}),
        ('{ credits = "c", tokens = "d.n", none = "e" }', {"credits": 4, "tokens": 9}),
        ('"d"', {"n": 9}),
        ('"e"', {}),
    ],
)
def test_costs_go_into_the_usage(cost: str, usage: dict[str, object]) -> None:
    body = {"s": "running", "c": 4, "d": {"n": 9, "list": [1]}}
    assert snapshot(f'status = "s"\ncost = {cost}', body).usage == usage


def test_an_answer_about_another_task_is_none() -> None:
    result = said('status = "s"\ntask = { id = "id" }', {"s": "succeeded", "id": "x"})
    assert isinstance(result, Problem)
    assert result.kind is ProblemKind.MALFORMED


# -- files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "links"),
    [
        ("https://c/a", [("video", "https://c/a")]),
        (["https://c/a", "https://c/b.png"],
         [("video", "https://c/a"), ("video", "https://c/b.png")]),
        ({"url": "https://c/a"}, [("video", "https://c/a")]),
        ([{"url": "https://c/a"}, {"video_url": "https://c/b"}],
         [("video", "https://c/a"), ("video", "https://c/b")]),
        ("/files/a", [("video", f"{BASE}/files/a")]),
        (None, []), ("", []), ([None, 3], []),
    ],
)  # fmt: skip
def test_an_output_is_a_link_a_list_or_an_object(value: object, links: list[Any]) -> None:
    outputs = snapshot(FILM, {"s": "succeeded", "u": value}).outputs
    found = [(it.kind, it.where.url) for it in outputs if isinstance(it.where, Link)]
    assert found == links


def test_files_before_the_end_and_of_a_failure_are_none() -> None:
    for word in ("running", "failed", "unknown", "canceled"):
        assert snapshot(FILM, {"s": word, "u": "https://c/a"}).outputs == ()


def test_an_ending_or_a_member_tells_the_kind() -> None:
    text = 'status = "s"\noutputs = [{ url = "u", kind_at = "type" }]'
    body = {
        "s": "succeeded",
        "u": [{"url": "https://c/a", "type": "image"}, {"url": "https://c/b.mp3"}],
    }
    assert [it.kind for it in snapshot(text, body).outputs] == ["image", "audio"]


def test_links_are_found_anywhere_by_find_urls() -> None:
    text = 'status = "s"\noutputs = [{ url = "find_urls(out)" }]'
    body = {"s": "succeeded", "out": {"a": [{"b": "https://c/1"}, "x"], "d": "https://c/2.png"}}
    assert [it.kind for it in snapshot(text, body).outputs] == ["file", "image"]


def test_json_inside_a_text_is_read() -> None:
    text = 'status = "s"\noutputs = [{ url = "from_json(r).urls", kind = "video" }]'
    assert len(snapshot(text, {"s": "succeeded", "r": '{"urls": ["https://c/1"]}'}).outputs) == 1
    for bad in ("{", "[1, 1e999]", "", None, 3, "\ud800", "[" * 20_000):
        assert snapshot(text, {"s": "succeeded", "r": bad}).outputs == ()


def test_more_files_than_any_task_has_are_left_out() -> None:
    body = {"s": "succeeded", "u": [f"https://c/{n}" for n in range(OUTPUT_LIMIT + 9)]}
    assert len(snapshot(FILM, body).outputs) == OUTPUT_LIMIT


def test_a_file_behind_the_key_is_at_a_path_of_the_card() -> None:
    text = (
        'status = "s"\noutputs = [{ content = true, kind = "video" }, { url = "u" }]\n'
        'download = { path = "/v1/tasks/{id}/content" }'
    )
    body = {
        "s": "succeeded",
        "u": [f"{BASE}/v1/tasks/t/content", "https://evil.example/v1/tasks/t/content"],
    }
    outputs = snapshot(text, body).outputs
    assert outputs[0].where == Content("/v1/tasks/t/content")
    assert outputs[1].where == Content("/v1/tasks/t/content")
    assert outputs[2].where == Link("https://evil.example/v1/tasks/t/content")
    assert provider_in(text).card.is_route("/v1/tasks/t/content")


SIGNED = (
    "https://b.s3.amazonaws.com/a?X-Amz-Date=20261120T080000Z&X-Amz-Expires=3600&X-Amz-Signature=a"
    "&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=c"
)


@pytest.mark.parametrize(
    ("expiry", "claims"),
    [
        ("", {(Basis.SIGNED, MORNING + timedelta(hours=1))}),
        ("from_url = false", set[Any]()),
        ('at = "e"', {(Basis.STATED, MORNING), (Basis.SIGNED, MORNING + timedelta(hours=1))}),
        ('ttl = "2h"\nfrom = "created"\nfrom_url = false',
         {(Basis.DOCUMENTED, MORNING + timedelta(hours=1))}),
    ],
)  # fmt: skip
def test_the_end_of_a_file_is_stated_signed_or_documented(expiry: str, claims: set[Any]) -> None:
    text = f'{FILM}times = {{ created = "c" }}\n[expiry]\n{expiry}\n'
    body = {"s": "succeeded", "u": SIGNED, "c": "2026-11-20T07:00:00Z", "e": "2026-11-20T08:00:00Z"}
    assert {(it.basis, it.at) for it in snapshot(text, body).outputs[0].claims} == claims


def test_a_lifetime_counts_from_the_finish() -> None:
    card = provider_in(FILM + 'expiry = { ttl = "24h", record_ttl = "7d" }').card
    assert (card.output_lifetime, card.record_lifetime) == (timedelta(days=1), timedelta(days=7))


# -- drift ----------------------------------------------------------------------------------------


def test_what_no_expression_reads_is_drift() -> None:
    text = (
        'status = "d.s"\nok_if = "d"\noutputs = [{ url = "d.out[?ok].url" }]\n'
        'known = "d.seed"\ntask = { model = "d.m || n.*.m | [0]" }'
    )
    out = [{"url": "https://c/1", "ok": True, "w": 3}]
    body = {
        "d": {"s": "succeeded", "seed": 4, "new": 1, "out": out},
        "n": {"x": {"m": 1, "o": 2}},
        "top": {"deep": [1]},
    }
    assert snapshot(text, body).drift == ("$.d.new", "$.d.out[].w", "$.n.x.o", "$.top.deep[]")


def test_what_it_gives_is_json() -> None:
    result = snapshot(FILM, {"s": "succeeded", "u": "https://c/1"})
    assert "snapshot" in result_json(result, BASE)
