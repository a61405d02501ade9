"""The filter language, and the orders of a list."""

from collections.abc import Iterable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_tasks import START, a_day, output, saved, task, trouble

from rushes.providers.model import Status
from rushes.watch.query import BadFilter, parse, read
from rushes.watch.sorting import SortKey, arranged, sort_value
from rushes.watch.task import Task

SHOT = task(
    "Opening Shot",
    Status.SUCCEEDED,
    prompt="Dawn over the harbour",
    model="happyhorse-1-0",
    tags=("trailer", "act one"),
    outputs=(output(expires_in=1800),),
)


def ordered(tasks: Iterable[Task], key: SortKey, *, descending: bool = False) -> list[Task]:
    return arranged(tasks, lambda each: sort_value(key, each, START), key, descending=descending)


def names(text: str, *tasks: Task) -> list[str]:
    query = parse(text)
    return [one.name for one in tasks if query.matches(one, START)]


@pytest.mark.parametrize(
    "word", ["opening", "SHOT", "tk-hiapi", "hiapi", "happyhorse", "harbour", "trail", ""]
)
def test_a_word_is_looked_for_in_label_id_provider_model_prompt_and_tags(word: str) -> None:
    assert names(word, SHOT) == ["Opening Shot"]


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("status:succeeded", True),
        ("status:failed", False),
        ("status:failed,succ", True),
        ("STATUS:Succeeded", True),
        ("provider:hiapi", True),
        ("provider:hi", False),
        ("provider:ttapi,hiapi", True),
        ("tag:trailer", True),
        ("tag:trail", False),
        ('tag:"act one"', True),
        ("model:horse", True),
        ("model:kling", False),
        ("is:unsaved", True),
        ("is:active", False),
        ("is:lost", False),
        ("is:active,unsaved", True),
        ("expires<1h", True),
        ("expires<10m", False),
        ("expires>10m", True),
        ("-tag:trailer", False),
        ("-tag:other dawn", True),
        ("dawn dusk", False),
        ("dusk OR dawn", True),
        ("dusk OR noon", False),
        ("dusk noon OR status:succeeded dawn", True),
        ("dawn dusk OR noon", False),
        ("dusk OR -tag:other", True),
        ('dusk "OR" dawn', False),
        ("dusk or dawn", False),
        ('"opening shot"', True),
        ('"shot opening"', False),
        ("-dusk", True),
        ("-", True),
        ('"', True),
        ('"opening sh', True),
        ('dawn "opening shut', False),
        ('status:"succ', True),
        ("status:failed,succ,", True),
    ],
)
def test_a_filter_means_what_the_screen_page_says(text: str, matches: bool) -> None:
    assert bool(names(text, SHOT)) is matches


def test_trouble_and_loss_can_be_asked_for() -> None:
    stuck = task("stuck", problem=trouble())
    lost = task("lost", Status.SUCCEEDED, outputs=(output(expires_in=-5),))
    assert names("is:trouble", stuck, lost, SHOT) == ["stuck"]
    assert names("is:lost", stuck, lost, SHOT) == ["lost"]


def test_what_is_saved_neither_expires_nor_counts_as_unsaved() -> None:
    safe = task("safe", Status.SUCCEEDED, outputs=(output(expires_in=60),), fetches={1: saved()})
    assert names("expires<1h", safe) == names("is:unsaved", safe) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("dusk OR", "OR stands between two terms"),
        ("OR dawn", "OR stands between two terms"),
        ("dusk OR OR dawn", "OR stands between two terms"),
        ("OR", "OR stands between two terms"),
        ("foo:bar", "unknown field 'foo'"),
        ("statu:failed", "did you mean status?"),
        ("status:broken", "unknown status 'broken'"),
        ("is:unsafed", "did you mean unsaved?"),
        ("expires<soon", "expected a duration"),
        ("expires:1h", "expires<1h"),
        ("status<3", "has no meaning"),
        ("status:", "status: expected a word after it"),
        ("-tag:", "tag: expected a word after it"),
        ('tag:""', "tag: expected a word after it"),
        ("is:,", "is: expected a word after it"),
        ('a"b', "cannot read"),
        ("dawn AND dusk", "AND has no meaning; all terms must hold"),
        ("NOT dusk", "NOT has no meaning; write -word"),
        ("dawn || dusk", "write OR"),
        ('a"\x1b[2J', "cannot read"),
    ],
)
def test_a_filter_without_a_meaning_says_so_in_plain_text(text: str, says: str) -> None:
    with pytest.raises(BadFilter) as refused:
        parse(text)
    assert says in str(refused.value)
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("text", ["status:bogus dawn", "dawn foo:bar", 'dawn a"b', "dawn tag:"])
def test_the_terms_beside_a_faulty_one_still_say_what_is_meant(text: str) -> None:
    query, fault = read(text)
    assert fault
    assert query.matches(SHOT, START)
    assert not query.matches(task("dusk"), START)


@given(st.text(max_size=60))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    with suppress(BadFilter):
        parse(text).matches(SHOT, START)


def test_only_a_filter_that_depends_on_the_time_says_so() -> None:
    assert parse("expires<1h").timed
    assert parse("is:lost").timed
    assert not parse("rain status:failed").timed


@pytest.mark.parametrize("key", list(SortKey))
@pytest.mark.parametrize("descending", [False, True])
def test_tasks_of_which_nothing_is_known_come_last_in_either_direction(
    key: SortKey, descending: bool
) -> None:
    tasks = ordered(a_day(), key, descending=descending)
    assert len(tasks) == len(a_day())
    unknown = [sort_value(key, each, START) is None for each in tasks]
    assert unknown == sorted(unknown)
    if key in (SortKey.STATUS, SortKey.RUN, SortKey.EXPIRES):
        assert unknown[-1]


def test_sorting_by_expiry_puts_the_next_loss_first() -> None:
    first, second, third, *_ = ordered(a_day(), SortKey.EXPIRES)
    assert [first.name, second.name, third.name] == [
        "opening shot",
        "雨中的玻璃窗",
        "plate 14 (still)",
    ]


@pytest.mark.parametrize("key", list(SortKey))
def test_equal_tasks_stay_as_they_came_until_the_order_is_turned_round(key: SortKey) -> None:
    twins = [task("twin", added=600, task_id=f"tk-hiapi-{n}") for n in range(3)]
    usual = key.usually_descending
    assert ordered(twins, key, descending=usual) == twins
    assert ordered(twins, key, descending=not usual) == twins[::-1]
