"""Turns what a reply says of an output into a URL, or into the bytes themselves."""

from rushes.providers.frozen import frozen
from rushes.providers.model import (
    Content,
    Handle,
    Inline,
    Link,
    Output,
    Problem,
    ProblemKind,
    SavedInline,
)
from rushes.providers.reply import Ask
from rushes.providers.secret import Secret
from rushes.watch.config.accounts import Account
from rushes.watch.keys.find import Key
from rushes.watch.keys.known_keys import HIDDEN, hide
from rushes.watch.network.asking import Asking
from rushes.watch.network.policy import KEY_IN_LINK, Credential, check_route
from rushes.watch.network.unreachable import Unreachable
from rushes.watch.network.url import Refused, origin_of
from rushes.watch.reasoned import reason_of
from rushes.watch.reasons import Cause, NoFileIds, Told
from rushes.watch.transfer.request import DownloadFailed, LinkAnswer, LinkRefused, Remote

_ANSWERS = {
    ProblemKind.NOT_FOUND: LinkAnswer.ABSENT,
    ProblemKind.AUTH: LinkAnswer.ABSENT,
    ProblemKind.RATE_LIMITED: LinkAnswer.BUSY,
    ProblemKind.UNAVAILABLE: LinkAnswer.BUSY,
}
"""What a problem with a file id says of it; the others will not pass."""


@frozen(kw_only=True)
class DownloadAccount:
    """An account, as its downloads need it."""

    account: Account
    client: Asking
    key: Key


async def locate(output: Output, source: DownloadAccount) -> Remote | bytes:
    """Where the output is to be fetched from, or the file itself.

    A file id is exchanged for a link now, since such a link is short-lived. Raises DownloadFailed,
    LinkRefused where there is no link for the id just now, and Refused.
    """
    base, network = source.account.base, source.account.network
    match output.where:
        case Inline(data):
            return data
        case SavedInline():
            # Its task may still be asked for it, as for a link that died.
            raise LinkRefused(Cause.INLINE_NOT_KEPT, LinkAnswer.FINAL)
        case Link(url):
            return Remote(_without_key(url, source), base, network=network)
        case Content(path):
            card = source.account.provider.card
            check_route(card, path)
            credential = Credential(origin_of(base), card.auth, _key(source))
            return Remote(base + path, base, credential, network)
        case Handle(file_id):
            link = await _exchange(file_id, source)
            return Remote(_without_key(link.url, source), base, network=network)


async def _exchange(file_id: str, source: DownloadAccount) -> Link:
    provider = source.account.provider
    path = provider.card.locate_path(file_id)
    if path is None or provider.located is None:
        raise DownloadFailed(NoFileIds(provider.card.name))
    try:
        reply = await source.client.get(path, _key(source))
    except Unreachable as error:
        raise LinkRefused(reason_of(error), LinkAnswer.BUSY) from None
    found = provider.located(reply, Ask(base=source.account.base, file_id=file_id))
    if isinstance(found, Problem):
        raise LinkRefused(
            Told(found.message),
            LinkAnswer.BUSY if reply.is_page else _ANSWERS.get(found.kind, LinkAnswer.FINAL),
            after=found.retry_after or 0.0,
            key_refused=found.kind is ProblemKind.AUTH,
        )
    return found


def _without_key(url: str, source: DownloadAccount) -> str:
    """The link itself; raises Refused where the account's key is in it, or was in the reply."""
    key = source.key.secret
    if HIDDEN in url or (key is not None and hide(url, key) != url):
        raise Refused(KEY_IN_LINK)
    return url


def _key(source: DownloadAccount) -> Secret:
    if source.key.secret is None:
        reason = Told(source.key.why_missing)  # a keyring may be locked just now
        raise LinkRefused(reason, LinkAnswer.ABSENT, key_refused=True)
    return source.key.secret
