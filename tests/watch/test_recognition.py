"""The table of id forms, hosts and URL forms that the index is: over all providers."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sampling import rounds

from rushes.providers.registry import at_host, find, ids_in, known, recognise, task_in_path
from rushes.watch.config.settings import load
from rushes.watch.watchlist.account_choice import AccountChoice
from rushes.watch.watchlist.paste import read_paste

FEW = settings(derandomize=True, max_examples=rounds(6, 200), deadline=None, database=None)
ASCII = st.characters(codec="ascii")
ACCOUNTS = load(Path("/nonexistent/config.toml"), {"RUSHES_HOME": "/nonexistent"}).accounts
WITH_IDS = [name for name, each in known().items() if each.id_pattern]
PLACED = [name for name, each in known().items() if each.base_url]


@pytest.mark.sampled(6)
@pytest.mark.parametrize("name", WITH_IDS)
@FEW
@given(data=st.data())
def test_no_two_claim_an_id_that_one_says_is_its_own(name: str, data: st.DataObject) -> None:
    each = known()[name]
    task_id = data.draw(st.from_regex(rf"\A(?:{each.id_pattern})\Z", alphabet=ASCII))
    claimed = recognise(task_id).providers
    assert name in claimed
    owners = [other for other in claimed if known()[other].own_ids]
    assert claimed == (name,) or not owners
    assert each.fits(task_id)
    if each.own_ids:
        assert [(seen.task_id, seen.own) for seen in ids_in(f"saw {task_id} today")] == [
            (task_id, True)
        ]


@pytest.mark.sampled(6)
@pytest.mark.parametrize("name", [name for name, each in known().items() if each.hosts])
@FEW
@given(data=st.data())
def test_no_two_own_a_host(name: str, data: st.DataObject) -> None:
    pattern = known()[name].hosts.replace("(.+", "([a-z]+").replace(".+", "[a-z]+")
    host = data.draw(st.from_regex(rf"\A(?:{pattern})\Z", alphabet=ASCII))
    assert at_host(host) == (name,)
    assert at_host(f"{host}.example") == ()


@pytest.mark.parametrize("name", PLACED)
def test_the_vendors_host_is_its_own(name: str) -> None:
    each = known()[name]
    host = re.sub(r"https://([^/:]+).*", r"\1", each.base_url)
    assert at_host(host) in ((name,), ())


@pytest.mark.parametrize("name", PLACED)
def test_the_url_that_asks_about_a_task_names_it_and_its_account(name: str) -> None:
    card = find(name).card
    if "#" in card.route:
        pytest.skip("the task is named in the body that is sent there")
    seen = task_in_path(card.path(card.no_task))
    assert seen is not None
    assert seen.task_id == card.no_task
    assert name in seen.providers
    (found,) = read_paste(f"curl '{card.base_url}{card.path(card.no_task)}'", ACCOUNTS)
    assert (found.task_id, found.accounts, found.guess) == (card.no_task, (name,), False)


def test_one_without_a_form_is_offered_to_all_those_with_a_key_first() -> None:
    one = load(
        Path("/nonexistent/config.toml"), {"RUSHES_HOME": "/nonexistent", "VIDU_API_KEY": "x"}
    ).accounts
    (found,) = read_paste("job id: my-own-job-7", one)
    assert found.accounts == ()
    every = AccountChoice(one).every
    assert every[0] == "vidu"
    assert set(every) == set(one)
