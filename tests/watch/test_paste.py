import json
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sampling import rounds

from rushes.providers.registry import recognise
from rushes.watch.config.accounts import Account
from rushes.watch.config.settings import load
from rushes.watch.keys import known_keys
from rushes.watch.keys.known_keys import learn
from rushes.watch.watchlist.paste import Found, TooMuch, read_paste

HIAPI = "tk-hiapi-01HZTQ8BX2N3GM3YFK4Z9D7VQR"
ANYFAST = "asyntask_jwgfhsG0m2aDjLmiiELRf74eoWmss6ya"
TTAPI = "051c7b40-b2c5-4341-aee4-0123456789ab"
MINIMAX = "314052875571396"
UUIDS = recognise(TTAPI).providers
"""Whose ids are written as UUIDs: the id alone does not tell them apart."""
DIGITS = recognise(MINIMAX).providers
OWN_KEY = "7d1e62a0-9c55-4c1d-8f43-aaaabbbbcccc"


def accounts_of(text: str, folder: Path) -> Mapping[str, Account]:
    path = folder / "config.toml"
    path.write_text(text)
    return load(path, {"RUSHES_HOME": str(folder)}).accounts


@pytest.fixture
def accounts(tmp_path: Path) -> Mapping[str, Account]:
    return accounts_of("", tmp_path)


@pytest.fixture
def studio(tmp_path: Path) -> Mapping[str, Account]:
    """The built-in accounts and a second one that speaks AnyFast's dialect behind a proxy."""
    return accounts_of(
        '[providers.studio-b]\ndialect = "anyfast"\nbase_url = "https://gw.example:8443/any/v1"\n',
        tmp_path,
    )


def names(found: list[Found]) -> list[tuple[str, tuple[str, ...]]]:
    return [(task.task_id, task.accounts) for task in found]


def test_ids_are_found_one_or_many_to_a_line_in_their_order(
    accounts: Mapping[str, Account],
) -> None:
    text = f"{HIAPI}\n\n{ANYFAST}, {TTAPI}\t{MINIMAX};\n"
    assert read_paste(text, accounts) == [
        Found(1, HIAPI, ("hiapi",)),
        Found(3, ANYFAST, ("anyfast",)),
        Found(3, TTAPI, UUIDS),
        Found(3, MINIMAX, DIGITS),
    ]


def test_an_id_that_nobody_recognises_stands_for_itself_when_it_stands_alone(
    accounts: Mapping[str, Account],
) -> None:
    assert names(read_paste("  some-task-id,\n", accounts)) == [("some-task-id", ())]
    assert names(read_paste("abc123, def456", accounts)) == [("abc123", ()), ("def456", ())]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Overview\n\nPROCESSING\nshort\n",
        "2026-11-22 07:00:00.123 INFO poll took 314052875571396 ns status=200",
        '{"task_status": "RUNNING", "video_url": ""}',
        "the id is some-task-id, I think",
        "INFO trace_id=051c7b40-b2c5-4341-aee4-0123456789ab request-id: "
        "051c7b40-b2c5-4341-aee4-0123456789ac done",
    ],
)
def test_words_times_and_request_ids_are_no_tasks(
    accounts: Mapping[str, Account], text: str
) -> None:
    assert read_paste(text, accounts) == []


def test_an_id_in_a_page_of_log_is_found_where_its_form_tells_it(
    accounts: Mapping[str, Account],
) -> None:
    text = f"12:00 INFO submitted\n12:01 INFO task={HIAPI} status=queued [{ANYFAST}].\n"
    assert read_paste(text, accounts) == [
        Found(2, HIAPI, ("hiapi",)),
        Found(2, ANYFAST, ("anyfast",)),
    ]


def test_two_accounts_of_one_dialect_are_both_candidates(studio: Mapping[str, Account]) -> None:
    assert names(read_paste(ANYFAST, studio)) == [(ANYFAST, ("anyfast", "studio-b"))]


def test_a_ref_says_which_account(studio: Mapping[str, Account]) -> None:
    text = f"studio-b:{ANYFAST}\tstudio-b\t{ANYFAST}\nnobody:{HIAPI}"
    assert names(read_paste(text, studio)) == [(ANYFAST, ("studio-b",)), (HIAPI, ("hiapi",))]


@pytest.mark.parametrize(
    ("url", "task_id", "candidates"),
    [
        (f"https://api.hiapi.ai/v1/tasks/{HIAPI}", HIAPI, ("hiapi",)),
        (f"https://api.ttapi.io/happyhorse/api/v1/tasks/{TTAPI}?x=1", TTAPI, ("ttapi",)),
        (f"https://dashscope.aliyuncs.com/api/v1/tasks/{TTAPI}", TTAPI, ("dashscope",)),
        (f"https://dashscope-intl.aliyuncs.com/api/v1/tasks/{TTAPI}", TTAPI, ("dashscope",)),
        ("https://dimilinks.com/v1/tasks/img%5F1", "img_1", ("dimilinks",)),
        (
            "https://dimilinks.com/v1/videos/video_123/content",
            "video_123",
            ("dimilinks",),
        ),
        (f"https://gw.example:8443/any/v1/video/generations/{ANYFAST}", ANYFAST, ("studio-b",)),
        (f"https://www.anyfast.com.cn/v1/video/generations/{ANYFAST}.", ANYFAST, ("anyfast",)),
        (f"https://mirror.example/v1/tasks/{HIAPI}", HIAPI, ("hiapi",)),
    ],
)
def test_a_url_names_the_account_that_it_leads_to(
    studio: Mapping[str, Account], url: str, task_id: str, candidates: tuple[str, ...]
) -> None:
    assert names(read_paste(f"see {url} there", studio)) == [(task_id, candidates)]


def test_a_moved_account_keeps_the_gateway_s_own_address_as_one_of_its(tmp_path: Path) -> None:
    moved = accounts_of(
        '[providers.dimilinks]\nbase_url = "https://api-direct.dimilinks.com/v1"\n', tmp_path
    )
    url = "https://dimilinks.com/v1/tasks/anything"
    assert names(read_paste(url, moved)) == [("anything", ("dimilinks",))]


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/v1/tasks/create",
        "https://www.anyfast.com.cn/v1/video/generations",
        "https://api.hiapi.ai/v1/tasks/{id}",
        "https://api.hiapi.ai/v1/tasks/%2e%2e",
        "https://[broken/v1/tasks/x",
    ],
)
def test_a_url_that_asks_for_no_task_is_passed_over(
    accounts: Mapping[str, Account], url: str
) -> None:
    assert read_paste(url, accounts) == []


KEY_FORMS = [
    "-H 'Authorization: Bearer {key}'",
    '-H "authorization: Token {key}"',
    "-H 'TT-API-KEY: {key}'",
    "--header 'x-api-key:{key}'",
    "-u user:{key}",
    "--oauth2-bearer {key}",
    "-H 'Cookie: session={key}'",
    "export HIAPI_API_KEY={key}",
    "Bearer {key}",
]


@pytest.mark.parametrize("form", KEY_FORMS)
@pytest.mark.parametrize("key", [TTAPI, "asyntask_notATask123", "sk-proj-abcdef1234567890"])
def test_a_key_in_a_curl_line_is_dropped_even_where_it_looks_like_an_id(
    accounts: Mapping[str, Account], form: str, key: str
) -> None:
    text = f"curl {form.format(key=key)} \\\n  --url https://api.hiapi.ai/v1/tasks/{HIAPI}\n"
    assert read_paste(text, accounts) == [Found(2, HIAPI, ("hiapi",))]


@pytest.mark.parametrize(
    "form",
    [
        "curl -uuser:{key} https://gateway.example/",
        "Authorization: Bearer\xa0{key}",
        '"{{\\"Authorization\\": \\"{key}\\", \\"api_key\\": \\"{key}\\"}}"',
        "headers.set('TT-API-KEY', '{key}')",
        "'TT-API-KEY' => '{key}',",
    ],
)
def test_a_key_in_code_is_dropped_too(accounts: Mapping[str, Account], form: str) -> None:
    text = f"{form.format(key=TTAPI)}\n{HIAPI}\n"
    assert read_paste(text, accounts) == [Found(2, HIAPI, ("hiapi",))]


def test_a_key_that_was_found_is_no_task_wherever_it_stands(
    accounts: Mapping[str, Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_keys, "_forms", {})
    learn(OWN_KEY)
    for text in (OWN_KEY, f"ttapi:{OWN_KEY}", f'{{"id": "{OWN_KEY}"}}', f"TT-API-KEY {OWN_KEY}"):
        assert read_paste(f"{text}\n{HIAPI}\n", accounts) == [Found(2, HIAPI, ("hiapi",))]


def test_a_key_on_a_line_of_its_own_is_no_task(accounts: Mapping[str, Account]) -> None:
    assert read_paste("sk-proj-abcdef1234567890\n", accounts) == []
    assert read_paste('{"id": "sk-proj-abcdef1234567890"}', accounts) == []


@pytest.mark.parametrize(
    ("reply", "task_id"),
    [
        ({"code": 200, "message": "success", "data": {"taskId": HIAPI}}, HIAPI),
        ({"task_id": MINIMAX, "base_resp": {"status_code": 0, "status_msg": "success"}}, MINIMAX),
        ({"request_id": TTAPI, "output": {"task_id": ANYFAST, "task_status": "PENDING"}}, ANYFAST),
        ({"id": "x-1234567", "task_id": ANYFAST, "object": "video"}, ANYFAST),
        ({"id": "video_abc1", "object": "video", "status": "queued"}, "video_abc1"),
        ({"data": {"task_id": ANYFAST, "data": {"output": {"task_id": TTAPI}}}}, ANYFAST),
        ({"data": {"id": "img_0001", "status": "queued"}}, "img_0001"),
        ({"task_id": 314052875571396}, MINIMAX),
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_a_submit_response_gives_its_task_and_nothing_else(
    accounts: Mapping[str, Account], reply: object, task_id: str, indent: int | None
) -> None:
    text = f"200 OK\n{json.dumps(reply, indent=indent)}\n"
    assert [(found.line, found.task_id) for found in read_paste(text, accounts)] == [(2, task_id)]


def test_several_responses_in_lines_lists_and_batches_are_all_found(
    accounts: Mapping[str, Account],
) -> None:
    batch = {"data": {"page": 1, "tasks": [{"taskId": "tk-hiapi-AAAA"}, {"taskId": HIAPI}]}}
    text = "\n".join(
        [
            json.dumps({"task_id": MINIMAX}),
            json.dumps([{"id": ANYFAST}, {"output": {"task_id": TTAPI}}]),
            "INFO reply: " + json.dumps(batch),
            json.dumps({"data": [{"task_id": "img_0001"}, {"task_id": "img_0002"}]}),
        ]
    )
    found = read_paste(text, accounts)
    assert [(task.line, task.task_id) for task in found] == [
        (1, MINIMAX),
        (2, ANYFAST),
        (2, TTAPI),
        (3, "tk-hiapi-AAAA"),
        (3, HIAPI),
        (4, "img_0001"),
        (4, "img_0002"),
    ]


@pytest.mark.parametrize(
    "reply",
    ['{"id": 7, "level": "info"}', '{"error": {"id": "abc1234"}}', '{"task_id": null}', "{}", "["],
)
def test_json_without_a_task_gives_nothing(accounts: Mapping[str, Account], reply: str) -> None:
    assert read_paste(reply, accounts) == []


def test_a_cut_off_response_still_gives_an_id_that_is_told_by_its_form(
    accounts: Mapping[str, Account],
) -> None:
    text = '{"code": 200, "data": {"taskId": "' + HIAPI + '", "model": "happy'
    assert names(read_paste(text, accounts)) == [(HIAPI, ("hiapi",))]


def test_a_task_named_twice_is_found_once_by_what_tells_most(
    studio: Mapping[str, Account],
) -> None:
    url = f"https://gw.example:8443/any/v1/video/generations/{ANYFAST}"
    text = f"{ANYFAST}\n{url}\n{json.dumps({'task_id': ANYFAST})}\n"
    assert read_paste(text, studio) == [Found(2, ANYFAST, ("studio-b",))]


def test_one_id_at_two_accounts_is_two_tasks(studio: Mapping[str, Account]) -> None:
    text = f"studio-b:{ANYFAST} anyfast:{ANYFAST} {ANYFAST}"
    assert names(read_paste(text, studio)) == [(ANYFAST, ("studio-b",)), (ANYFAST, ("anyfast",))]


def test_too_much_is_refused_rather_than_read_in_part(accounts: Mapping[str, Account]) -> None:
    with pytest.raises(TooMuch, match="more text than 1048576"):
        read_paste("x" * ((1 << 20) + 1), accounts)
    with pytest.raises(TooMuch, match="more than 10000 tasks"):
        read_paste("\n".join(f"asyntask_{n:06}" for n in range(10_001)), accounts)


@pytest.mark.sampled(4)
@pytest.mark.parametrize(
    ("unit", "length"),
    [
        ('{"', 400_000),
        ('{"a":', 400_000),
        ('{"a":' * 300 + "1" + "}" * 300 + "\n", 400_000),
        ("{ ", 100_000),
        ("-", 100_000),
        ("a", 100_000),
        ("\n", 100_000),
        ("x: ", 100_000),
        ("api-key", 100_000),
        ("sk-", 100_000),
        ("authorization: ", 100_000),
        ("https://api.hiapi.ai/v1/tasks/a ", 100_000),
        ("https://x/v1/tasks/v1/tasks/", 100_000),
    ],
)
def test_text_made_to_be_slow_is_not(
    accounts: Mapping[str, Account], unit: str, length: int
) -> None:
    text = (unit * (length // len(unit) + 1))[:length]
    start = time.process_time()
    read_paste(text, accounts)
    assert time.process_time() - start < 3


PIECES = [HIAPI, TTAPI, '{"task_id":', '"', "}", "{", "https://", "Bearer ", "\n", " ", ":", "sk-a"]


@settings(derandomize=True, max_examples=rounds(40, 1500), deadline=None)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=25).map("".join))
def test_any_text_gives_clean_ids_each_once_on_lines_that_exist(text: str) -> None:
    known = load(Path("/nonexistent/config.toml"), {"RUSHES_HOME": "/nonexistent"}).accounts
    found = read_paste(text, known)
    assert len({(task.task_id, task.accounts) for task in found}) == len(found)
    for task in found:
        assert task.task_id in text
        assert task.task_id.isascii()
        assert not task.task_id.startswith("sk-")
        assert 1 <= task.line <= text.count("\n") + text.count("\r") + 1
