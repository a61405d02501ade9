"""new-api and its kin, dozens of relays: GET /v1/video/generations/{id}, bearer key (new-api).

The reply is read by `dialects/newapi.py`, as AnyFast's is. Where a relay is, and which key it
takes, only config.toml can say.
"""

from rushes.providers.answers import speaks
from rushes.providers.card import Auth, Card, PollPolicy, Provider
from rushes.providers.dialects import newapi
from rushes.providers.model import Problem, Snapshot
from rushes.providers.node import Node
from rushes.providers.reply import Ask

CARD = Card(
    id="newapi",
    name="new-api",
    docs="https://docs.newapi.pro",
    base_url="",
    route=newapi.ROUTE,
    auth=Auth(env=""),
    poll=PollPolicy(
        every=10.0, quote="the documents name no interval; 10 s is our choice", stated=False
    ),
    statuses=newapi.STATUSES,
    codes=newapi.CODES,
    # Older builds hand out ids of Google's operations in base64 (`projects/…`, `models/…`).
    id_pattern=r"task_[0-9A-Za-z]{32}|(?:cHJvamVjdHMv|bW9kZWxz)[0-9A-Za-z_-]{16,200}",
    no_task=f"task_{newapi.NO_TASK}",
    content_route=newapi.CONTENT_ROUTE,
)


@speaks(CARD)
def parse(body: Node, ask: Ask) -> Snapshot | Problem:
    """What `GET /v1/video/generations/{id}` said (new-api)."""
    return newapi.task_or_refusal(CARD, body, ask)


PROVIDER = Provider(card=CARD, parse=parse)
