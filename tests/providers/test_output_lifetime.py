"""A card's `output_lifetime` is the one place that says how long a gateway's links live."""

from datetime import timedelta

import pytest

from rushes.providers.answers import speaks
from rushes.providers.card import Auth, Card, PollPolicy
from rushes.providers.model import (
    Basis,
    Content,
    ExpiryClaim,
    Handle,
    Inline,
    Link,
    Output,
    Snapshot,
    Status,
    Where,
)
from rushes.providers.node import Node
from rushes.providers.reply import Ask, Reply

CARD = Card(
    id="plain",
    name="Plain",
    docs="https://docs.example",
    base_url="https://api.example",
    route="/tasks/{task_id}",
    auth=Auth(env="PLAIN_API_KEY"),
    poll=PollPolicy(every=5.0, quote="made for tests"),
    statuses={},
    output_lifetime=timedelta(hours=7),
)


def claims_of(output: Output) -> tuple[ExpiryClaim, ...]:
    def read(body: Node, ask: Ask) -> Snapshot:
        return Snapshot(status=Status.SUCCEEDED, raw_status="done", outputs=(output,))

    parsed = speaks(CARD)(read)(Reply(200, {}, b"{}"), Ask("t"))
    assert isinstance(parsed, Snapshot)
    return parsed.outputs[0].claims


@pytest.mark.parametrize("where", [Link("https://cdn.example/a"), Content("/c"), Handle("7")])
def test_every_file_behind_a_link_has_it(where: Where) -> None:
    (claim,) = claims_of(Output(kind="video", where=where))
    assert (claim.basis, claim.lifetime) == (Basis.DOCUMENTED, timedelta(hours=7))


def test_a_file_inside_the_reply_has_none() -> None:
    assert claims_of(Output(kind="video", where=Inline(b"x"))) == ()


def test_a_lifetime_that_is_known_of_the_file_itself_counts_instead() -> None:
    own = ExpiryClaim(Basis.DOCUMENTED, lifetime=timedelta(hours=1))
    assert claims_of(Output(kind="video", where=Link("https://cdn.example/a"), claims=(own,))) == (
        own,
    )
