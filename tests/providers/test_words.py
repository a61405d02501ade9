"""Status words that mean the same wherever they come from."""

import pytest

from rushes.providers.model import Status
from rushes.providers.registry import all_providers
from rushes.providers.words import WORDS, meaning

PROVIDERS = list(all_providers().values())


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("SUCCEED", Status.SUCCEEDED),
        ("TASK_STATUS_SUCCEED", Status.SUCCEEDED),
        ("Completed", Status.SUCCEEDED),
        ("In Progress", Status.RUNNING),
        ("in-progress", Status.RUNNING),
        ("TASK_STATUS_QUEUED", Status.QUEUED),
        ("Cancelled", Status.CANCELED),
        ("FAILURE", Status.FAILED),
    ],
)
def test_case_and_spelling_do_not_matter(word: str, status: Status) -> None:
    assert all(meaning(word, provider.card.statuses) is status for provider in PROVIDERS)


@pytest.mark.parametrize("word", ["timeout", "deleted", "aborted", "nsfw", "paused", "_", " "])
def test_what_no_two_vendors_say_in_one_sense_is_only_its_own_gateways(word: str) -> None:
    assert meaning(word, {}) is None


@pytest.mark.parametrize("word", ["done", "ready", "expired", "error"])
def test_a_word_of_several_meanings_is_only_its_own_gateways(word: str) -> None:
    assert word not in WORDS


def test_a_gateways_own_meaning_comes_first() -> None:
    assert meaning("Pending", {"pending": Status.RUNNING}) is Status.RUNNING
