"""Reads a page of the list of an account's own tasks. Pure.

Each task is read as its own answer would be, where the list tells as much.
"""

from collections.abc import Sequence
from dataclasses import replace

from rushes.providers.card import Provider
from rushes.providers.errors import UnexpectedReply
from rushes.providers.frozen import frozen
from rushes.providers.listings import ListedTask, Listing
from rushes.providers.model import Problem, Snapshot
from rushes.providers.reply import Ask, Reply, read_json
from rushes.watch.polling.batch import problem_of, written


@frozen
class OwnTask:
    """A task of the account, and its answer where the list has it."""

    listed: ListedTask
    answer: tuple[Snapshot | Problem, Reply] | None = None


@frozen
class Page:
    """The tasks of a page, and what names the one that follows it, None for the last."""

    tasks: Sequence[OwnTask]
    following: str | None


def read_page(
    provider: Provider, listing: Listing, reply: Reply, number: int, base: str
) -> Page | Problem:
    """What the page of that number says; `base` is the account's base URL."""
    if not 200 <= reply.status < 300:
        return problem_of(provider, reply, base)
    try:
        body = read_json(reply.body)
        listed = list(listing.parts(body))
        following = listing.following(body, number)
    except UnexpectedReply:
        return problem_of(provider, reply, base)
    return Page([OwnTask(each, _answer(provider, each, reply, base)) for each in listed], following)


def _answer(
    provider: Provider, listed: ListedTask, reply: Reply, base: str
) -> tuple[Snapshot, Reply] | None:
    if listed.document is None or listed.task_id is None:
        return None
    own = replace(reply, body=written(listed.document))
    result = provider.parse(own, Ask(listed.task_id, base))
    # Where a second question tells the rest, or the part does not read, the task is asked itself.
    whole = isinstance(result, Snapshot) and result.then is None
    return (result, own) if isinstance(result, Snapshot) and whole else None
