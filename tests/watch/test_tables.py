"""Tables and JSON with more than ids, and what was submitted beside an id."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from rushes.watch.config.accounts import Account
from rushes.watch.config.settings import load
from rushes.watch.keys import known_keys
from rushes.watch.watchlist.paste import Found, TextReader, read_paste

UUID = "051c7b40-b2c5-4341-aee4-0123456789ab"
HIAPI = "tk-hiapi-01HZTQ8BX2N3GM3YFK4Z9D7VQR"


@pytest.fixture
def accounts(tmp_path: Path) -> Mapping[str, Account]:
    return load(tmp_path / "config.toml", {"RUSHES_HOME": str(tmp_path)}).accounts


def told(found: Found) -> tuple[object, ...]:
    about = found.about
    return found.task_id, found.accounts, about.label, about.tags, about.model, about.prompt


def test_a_table_says_whose_an_id_is_and_more(accounts: Mapping[str, Account]) -> None:
    text = (
        "provider,id,label,tags,model,prompt,cost\n"
        f'ttapi,{UUID},"one, two","a,b",kling-v2,"a ""cat""\nsits",7\n'
        f"HiAPI,{HIAPI},'=sum,,,'tis,\n"
    )
    first, second = read_paste(text, accounts)
    wanted = (UUID, ("ttapi",), "one, two", ("a", "b"), "kling-v2", 'a "cat" sits')
    assert told(first) == wanted
    assert told(second) == (HIAPI, ("hiapi",), "=sum", (), "", "'tis")
    assert (first.line, second.line) == (2, 4)


@pytest.mark.parametrize("delimiter", ["\t", ";", ","])
def test_a_head_may_stand_in_any_order_and_case(
    accounts: Mapping[str, Account], delimiter: str
) -> None:
    rows = [["Label", "Task ID", "VIA"], ["shot", UUID, "gptge"], ["", HIAPI, ""]]
    text = "\r\n".join(delimiter.join(row) for row in rows)
    assert [told(found)[:3] for found in read_paste(text, accounts)] == [
        (UUID, ("gptge",), "shot"),
        (HIAPI, ("hiapi",), ""),
    ]


def test_what_a_row_lacks_is_said_with_its_line(accounts: Mapping[str, Account]) -> None:
    text = f"id,provider\n,hiapi\nab c,hiapi\n{UUID},hiap\n\nx-1,ttapi\n"
    found = read_paste(text, accounts)
    assert [(one.line, one.fault) for one in found] == [
        (2, "no id in this row"),
        (3, "an id holds no blank, and none of / \\ ? # ; %"),
        (4, "unknown provider 'hiap'; did you mean hiapi?"),
        (6, ""),
    ]


def test_a_key_in_a_table_is_no_id(accounts: Mapping[str, Account]) -> None:
    key = "7d1e62a0-9c55-4c1d-8f43-aaaabbbbcccc"
    known_keys.learn(key)
    (found,) = read_paste(f"id,label\n{key},mine\n", accounts)
    assert key not in repr(found)
    assert found.fault


def test_a_table_may_come_in_pieces_that_end_within_a_row(
    accounts: Mapping[str, Account],
) -> None:
    reader = TextReader(accounts)
    assert reader.read("id,prompt\n", 1) == []
    assert reader.read(f'{HIAPI},"one\n', 2) == []
    (first,) = reader.read(f'two"\n{UUID},"never\n', 3)
    (rest,) = reader.rest()
    assert (first.line, first.about.prompt) == (2, "one two")
    assert (rest.line, rest.task_id) == (4, UUID)


def test_lines_of_json_say_the_same(accounts: Mapping[str, Account]) -> None:
    text = (
        f'{{"provider": "ttapi", "id": "{UUID}", "label": "a", "tags": ["x", "y"]}}\n'
        f'{{"id": "{HIAPI}",\n  "model": "veo-3", "prompt": "rain"}}\n'
    )
    first, second = read_paste(text, accounts)
    assert told(first) == (UUID, ("ttapi",), "a", ("x", "y"), "", "")
    assert told(second) == (HIAPI, ("hiapi",), "", (), "veo-3", "rain")


@pytest.mark.parametrize(
    "submitted",
    [
        """curl https://api.hiapi.ai/v1/x -d '{"model": "kling-v2", "prompt": "a \\"cat\\""}'""",
        """curl x -d "{\\"model\\": \\"kling-v2\\", \\"prompt\\": \\"a 'cat'\\"}" """,
        """{"model": "kling-v2", "input": {"prompt": "a cat", "seed": 7}}""",
        """{"model_name": "kling-v2",\n "content": [{"type": "text", "text": "a cat"}]}""",
    ],
)
def test_model_and_prompt_of_what_was_submitted_belong_to_the_id_that_comes_next(
    accounts: Mapping[str, Account], submitted: str
) -> None:
    text = f'{submitted}\n{{"code": 200, "data": {{"taskId": "{HIAPI}"}}}}\n{UUID}\n'
    first, second = read_paste(text, accounts)
    assert first.task_id == HIAPI
    assert first.about.model == "kling-v2"
    assert first.about.prompt.strip('"').endswith(("cat", "cat'"))
    assert (second.about.model, second.about.prompt) == ("", "")


def test_a_list_with_a_heading_is_no_table(accounts: Mapping[str, Account]) -> None:
    for text in (f"tasks of today\n{HIAPI}\n", f"my id, and more\n{HIAPI}\n", f"id\n{HIAPI}\n"):
        assert [one.task_id for one in read_paste(text, accounts)] == [HIAPI]
