"""What is in hand after a submission is enough to find the task, for each provider."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from pasted import CONFIG, KEY, Sample
from pasted_of_one_part import BFL, FILMS, KIE, LUMA, RELAY, RUNWAY, VIDU, XAI
from pasted_of_parts import ARK, FAL, KLING, MINIMAX, REPLICATE, VEO
from pasted_of_toml import TOML

from rushes.watch.config.accounts import Account
from rushes.watch.config.settings import load
from rushes.watch.watchlist.paste import Found, read_paste

SAMPLES = (
    *(*FAL, *REPLICATE, *ARK, *VEO, *KLING, *MINIMAX, *RUNWAY, *LUMA, *VIDU, *XAI, *BFL, *KIE),
    *(*RELAY, *FILMS, *TOML),
)
FOURTEEN = (
    *("fal", "replicate", "ark", "veo", "kling", "minimax", "runway", "luma", "vidu", "xai"),
    *("bfl", "kie", "relay", "films"),
)


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Account]:
    home = tmp_path_factory.mktemp("home")
    (home / "config.toml").write_text(CONFIG)
    return load(home / "config.toml", {"RUSHES_HOME": str(home)}).accounts


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Account]:
    """The same accounts, all at a proxy: their vendors' URLs are elsewhere now."""
    home = tmp_path_factory.mktemp("moved")
    (home / "config.toml").write_text(CONFIG)
    at = {
        f"RUSHES_{re.sub('-', '_', name).upper()}_BASE_URL": f"https://proxy.example/{name}"
        for name in {sample.account for sample in SAMPLES} - {"relay", "films"}
    }
    return load(home / "config.toml", {"RUSHES_HOME": str(home), **at}).accounts


def certain(text: str, accounts: Mapping[str, Account]) -> list[Found]:
    return [found for found in read_paste(text, accounts) if not found.guess]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: f"{sample.account}: {sample.what}")
def test_a_paste_names_one_task_and_its_account(
    accounts: Mapping[str, Account], sample: Sample
) -> None:
    (found,) = certain(sample.text, accounts)
    assert found.task_id == sample.task_id
    if sample.alone:
        assert found.accounts == (sample.account,)
    else:
        assert sample.account in found.accounts
    assert accounts[sample.account].provider.card.fits(found.task_id)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: f"{sample.account}: {sample.what}")
def test_a_paste_says_the_same_where_its_account_is_behind_a_proxy(
    moved: Mapping[str, Account], sample: Sample
) -> None:
    (found,) = read_paste(sample.text, moved)
    assert found.task_id == sample.task_id
    assert not found.guess
    assert sample.account in found.accounts
    if sample.alone:
        assert found.accounts == (sample.account,)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: f"{sample.account}: {sample.what}")
def test_a_key_beside_it_is_no_task(accounts: Mapping[str, Account], sample: Sample) -> None:
    found = read_paste(f"export SOME_API_KEY={KEY}\n{sample.text}\n", accounts)
    assert all(KEY not in each.task_id for each in found)
    assert sample.task_id in {each.task_id for each in found}


def test_each_of_the_fourteen_has_a_reply_a_url_and_a_ref() -> None:
    assert {sample.account for sample in SAMPLES} >= set(FOURTEEN)
    for name in FOURTEEN:
        whats = " ".join(sample.what for sample in SAMPLES if sample.account == name)
        assert all(what in whats for what in ("submit response", "URL", "curl line", "a ref")), name


def test_all_of_them_in_one_paste_are_all_found(accounts: Mapping[str, Account]) -> None:
    text = "\n\n".join(sample.text for sample in SAMPLES)
    found = {each.task_id for each in certain(text, accounts)}
    assert {sample.task_id for sample in SAMPLES} <= found


@pytest.mark.parametrize("sample", BFL[:3], ids=lambda sample: sample.what)
def test_a_polling_url_chooses_the_account_of_its_region(tmp_path: Path, sample: Sample) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        '[providers.bfl-eu]\ndialect = "bfl"\nbase_url = "https://api.eu2.bfl.ai"\n'
        'api_key_env = "BFL_EU_KEY"\n'
    )
    both = load(config, {"RUSHES_HOME": str(tmp_path)}).accounts
    assert [found.accounts for found in certain(sample.text, both)] == [("bfl-eu",)]
