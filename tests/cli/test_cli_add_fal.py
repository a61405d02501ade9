"""An id of fal has two names before it: with a third, as an endpoint has, it is another one's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Rushes

REQUEST = "3f2c1b52-3e0f-4c8e-8f0e-3b0d6f6a2c11"


@pytest.mark.parametrize(
    "text",
    [
        f"fal-ai/flux/dev#{REQUEST}",
        f"fal:fal-ai/flux/dev#{REQUEST}",
        f"https://queue.fal.run/fal-ai/flux/dev/requests/{REQUEST}/status",
        REQUEST,
    ],
)
def test_it_is_never_taken_in_part(rushes: Rushes, text: str) -> None:
    for words in ([text], ["fal", text]):
        done = rushes("add", *words)
        assert (done.code, done.out) == (2, "")
    assert "an id of fal is written as fal-ai/flux#" in done.err
    assert rushes("ls", "--json").json()["tasks"] == []


def test_a_namespace_belongs_to_it(rushes: Rushes) -> None:
    assert rushes("add", f"workflows/a/b#{REQUEST}").out == f"fal:workflows/a/b#{REQUEST}\n"
    assert rushes("add", f"(see fal-ai/flux#{REQUEST})").out == f"fal:fal-ai/flux#{REQUEST}\n"
