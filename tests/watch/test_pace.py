"""How long a poll keeps its lane busy."""

from dataclasses import replace
from math import ceil

import pytest
from fake_gateway import account
from hypothesis import given
from hypothesis import strategies as st

from rushes.watch.polling.pace import ALWAYS_ALLOWED, SHORTEST, lane_time


@given(st.integers(1, 64), st.integers(0, 5000), st.floats(0.1, 600))
def test_all_lanes_together_ask_at_most_twice_what_the_tasks_need(
    lanes: int, tasks: int, interval: float
) -> None:
    time = lane_time(account(interval=interval, concurrency=lanes), tasks)
    assert time >= SHORTEST
    in_a_second = lanes * ceil(1 / time - 1e-9)
    assert in_a_second <= max(lanes, ALWAYS_ALLOWED, 2 * tasks / interval)


@pytest.mark.parametrize("lanes", [1, 4, 10])
def test_few_tasks_are_not_made_to_wait(lanes: int) -> None:
    assert lane_time(account(interval=60.0, concurrency=lanes), 3) <= 0.1 * lanes / 2 + 0.1


def test_what_the_documents_allow_an_account_is_kept_to() -> None:
    """DashScope: at most 20 queries a second (its manual, quoted in the card)."""
    its = account("dashscope", interval=1.0, concurrency=4)
    assert lane_time(its, 500) == 1 / 5
    assert lane_time(replace(its, max_concurrency=20), 500) == 1.0
