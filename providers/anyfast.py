"""AnyFast, a new-api gateway: GET /v1/video/generations/{id}, bearer key (seed 003)."""

from datetime import timedelta

from rushes.providers.answers import speaks
from rushes.providers.card import Auth, Card, PollPolicy, Provider
from rushes.providers.dialects import newapi
from rushes.providers.model import Problem, Snapshot
from rushes.providers.node import Node
from rushes.providers.reply import Ask

CARD = Card(
    id="anyfast",
    name="AnyFast",
    docs="https://docs.anyfast.com.cn",
    base_url="https://www.anyfast.com.cn",
    route=newapi.ROUTE,
    auth=Auth(env="ANYFAST_API_KEY"),
    poll=PollPolicy(every=15.0, quote="the gateway's guide asks about every 15 s"),
    statuses=newapi.STATUSES,
    codes=newapi.CODES,
    id_pattern=r"asyntask_[0-9A-Za-z]{4,64}",
    own_ids=True,
    no_task=f"asyntask_{newapi.NO_TASK}",
    hosts=r"(.+\.)?anyfast\.(ai|com\.cn)",
    content_route=newapi.CONTENT_ROUTE,
    output_lifetime=timedelta(hours=24),
)


@speaks(CARD)
def parse(body: Node, ask: Ask) -> Snapshot | Problem:
    """What `GET /v1/video/generations/{id}` said (seed 003)."""
    return newapi.task_or_refusal(CARD, body, ask)


PROVIDER = Provider(card=CARD, parse=parse)
