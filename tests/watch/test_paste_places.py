"""Where an id may stand, and what of a text is named although it is not taken."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sampling import rounds

from rushes.providers.registry import all_providers, recognise
from rushes.watch.config.accounts import Account
from rushes.watch.config.settings import load
from rushes.watch.watchlist.id_likeness import looks_like_id
from rushes.watch.watchlist.paste import Found, read_paste

HIAPI = "tk-hiapi-01HZTQ8BX2N3GM3YFK4Z9D7VQR"
ANYFAST = "asyntask_jwgfhsG0m2aDjLmiiELRf74eoWmss6ya"
UUID = "051c7b40-b2c5-4341-aee4-0123456789ab"
MINIMAX = "314052875571396"
UNHEARD_OF = "qjob-20260811120000-abcde"
UUIDS = recognise(UUID).providers
DIGITS = recognise(MINIMAX).providers
NOBODY: tuple[str, ...] = ()

KNOWN = load(Path("/nonexistent/config.toml"), {"RUSHES_HOME": "/nonexistent"}).accounts


def read(text: str, accounts: Mapping[str, Account] = KNOWN) -> list[Found]:
    return read_paste(text, accounts)


def taken(text: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(found.task_id, found.accounts) for found in read(text) if not found.guess]


@pytest.mark.parametrize(
    "text",
    [
        f"https://console.hiapi.ai/task?taskId={HIAPI}&tab=1#x",
        f"https://cdn.hiapi.ai/tasks/{HIAPI}/video.mp4",
        f"https://anything.example/#/detail/{HIAPI}?from=list",
        f"https://anything.example/?next=%2Ftask%2F{HIAPI}%3Ftab%3D1",
        f"https://user:secretpart123@api.hiapi.ai/v1/tasks/{HIAPI}",
        f"1,opening shot,{HIAPI},2026-11-22 07:00:00,succeeded",
        f'"1"\t"{HIAPI}"\t"queued"',
        f"Task submitted, task_id: {HIAPI}.",
        f"2026-11-22T07:00:00Z INFO [worker-3] task={HIAPI}; took 12ms",
        f"**{HIAPI}**",
        f"- [the task](https://x.example/{HIAPI})",
        f"任务已提交，任务ID：{HIAPI}。请稍候",
        f"saved downloads/{HIAPI}.mp4",
        f"saved clip_{HIAPI}_final-2.mp4",
        f"authorization: Bearer abc123def456 https://api.hiapi.ai/v1/tasks/{HIAPI}",
        f"curl 'https://g.example/q?api_key=zzzz9999zzzz&taskId={HIAPI}'",
        f'{{"jsonrpc": "2.0", "id": "call-0001", "result": {{"text": "task {HIAPI}"}}}}',
        f'{{"type": "event", "data": {{"object": {{"taskId": "{HIAPI}"}}}}}}',
        f"\ufeff{HIAPI}\u200b",
    ],
)
def test_an_id_that_can_be_nothing_else_counts_wherever_it_stands(text: str) -> None:
    assert taken(text) == [(HIAPI, ("hiapi",))]


@pytest.mark.parametrize(
    "host",
    [
        "dashscope.aliyuncs.com",
        "dashscope-intl.aliyuncs.com",
        "dashscope-us.aliyuncs.com",
        "llm-0abc.ap-southeast-1.maas.aliyuncs.com",
    ],
)
@pytest.mark.parametrize("before", ["https://", "", "GET https://"])
def test_a_host_of_any_region_decides_between_accounts(host: str, before: str) -> None:
    assert taken(f"{before}{host}/api/v1/tasks/{UUID}") == [(UUID, ("dashscope",))]


@pytest.mark.parametrize(
    ("text", "accounts"),
    [
        (f"https://bailian.console.aliyun.com/?tab=model#/task?taskId={UUID}", ("dashscope",)),
        (f"https://app.ttapi.io/jobs?jobId={UUID}", ("ttapi",)),
        (f"POST https://api.ttapi.io/x -> {{'task_id': '{UUID}'}}", ("ttapi",)),
        (
            f'{{"task_id": "{UUID}", "status_url": "https://dashscope.aliyuncs.com/api/v1/tasks/'
            f'{UUID}"}}',
            ("dashscope",),
        ),
        (f'{{"ref": "ttapi:{UUID}", "provider": "ttapi", "id": "{UUID}"}}', ("ttapi",)),
        (f"https://console.example.com/task?taskId={UUID}", UUIDS),
    ],
)
def test_a_host_named_beside_an_id_says_whose_it_is(text: str, accounts: tuple[str, ...]) -> None:
    assert taken(text) == [(UUID, accounts)]


@pytest.mark.parametrize(
    "text",
    [
        f"Task submitted, task_id: {MINIMAX}",
        f"Video generation task submitted successfully. Task ID is `{MINIMAX}`!",
        f"7,opening shot,{MINIMAX},queued",
        f"| 1 | {MINIMAX} | ok |",
        f'{{\\"task_id\\": \\"{MINIMAX}\\"}}',
        f"task_id：{MINIMAX}",
        f'["{MINIMAX}"]',
        f'{{"result": {{"taskID": "{MINIMAX}"}}}}',
        f'{{"job_id": {MINIMAX}}}',
    ],
)
def test_digits_are_an_id_where_a_word_or_a_cell_says_so(text: str) -> None:
    assert taken(text) == [(MINIMAX, DIGITS)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"submitted {UNHEARD_OF} ok", Found(1, UNHEARD_OF, NOBODY, guess=True)),
        (f"ok\n{UNHEARD_OF}", Found(2, UNHEARD_OF, NOBODY)),
        (f"the id {MINIMAX} came", Found(1, MINIMAX, DIGITS, guess=True)),
        (f"https://cdn.example/{UUID}.mp4?Expires=1", Found(1, UUID, UUIDS, guess=True)),
        (f"https://x.example/v1/tasks/{UNHEARD_OF}", Found(1, UNHEARD_OF, NOBODY, guess=True)),
        ("prediction rrr4z55ocneqzikepnug6xezpee", Found(1, "rrr4z55ocneqzikepnug6xezpee", NOBODY,
                                                        guess=True)),
        ("job id: my-own-job-7", Found(1, "my-own-job-7", NOBODY)),
    ],
)  # fmt: skip
def test_what_looks_like_an_id_and_is_not_understood_is_named(text: str, found: Found) -> None:
    assert read(text) == [found]


@pytest.mark.parametrize(
    "text",
    [
        "model seedance-1-5-pro-251215 and happyhorse-1.0-t2v, HTTP/1.1 v1.2.3 127.0.0.1:8080",
        "2026-11-22T07:00:00.123Z took 314052875571396 ns, 1024 tokens, 1920x1080",
        "sha256: 6af3c85aa1b2c3d4e5f60718293a4b5c6d7e8f90 etag=6af3c85aa1b2c3d4e5f60718293a4b5c6d7",
        f"trace_id={UUID} X-Request-Id: {UUID}",
        f"https://g.example/q?request_id={UUID}",
        "started 2026-11-22",
        "the api key is 9f8a7b6c5d4e3f2a1b0c9d8e",
        "data:image/png;base64," + "iVBORw0KGgo9AAAANSUhEUg1" * 40,
    ],
)
def test_times_sizes_names_and_other_things_ids_are_passed_over(text: str) -> None:
    assert read(text) == []


def test_one_capital_id_is_the_tasks_all_the_same() -> None:
    assert taken(UUID.upper()) == [(UUID.upper(), UUIDS)]


SEPARATORS = st.text(" \t\n,;|()[]{}<>\"'`*=!?。，：/\\", min_size=1, max_size=4)
OWN = [p.card.id_pattern for p in all_providers().values() if p.card.id_pattern]


def _ids() -> st.SearchStrategy[str]:
    by_pattern = (st.from_regex(rf"\A(?:{pattern})\Z") for pattern in OWN)
    written = st.one_of(*by_pattern).filter(lambda name: name.isascii() and name[-1].isalnum())
    return written.filter(lambda name: any(c.isdigit() for c in name))


@settings(derandomize=True, max_examples=rounds(50, 2000), deadline=None)
@given(st.lists(_ids(), min_size=1, max_size=4, unique=True), st.data())
def test_every_id_amid_any_separators_is_taken_or_named(
    ids: list[str], data: st.DataObject
) -> None:
    text = data.draw(SEPARATORS)
    for task_id in ids:
        # Bare digits that may be a time are told from one by what stands before them only.
        label = "task_id: " if task_id.isdigit() else ""
        text += label + task_id + data.draw(SEPARATORS)
    found = {one.task_id for one in read(text)}
    # Some ids are base64, whose padding nobody can tell from a separator.
    assert found | {task_id.rstrip("=") for task_id in found} >= set(ids)


@settings(derandomize=True, max_examples=rounds(50, 2000), deadline=None)
@given(
    st.from_regex(r"\A[a-z0-9]{4}-[a-z0-9]{14,24}\Z"), st.sampled_from(["saw ", "(", "x=", "-> "])
)
def test_nothing_that_looks_like_an_id_vanishes_unnamed(word: str, before: str) -> None:
    if looks_like_id(word):
        assert [found.task_id for found in read(f"it {before}{word} there")] == [word]
