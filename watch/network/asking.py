"""Asking a gateway, as those who ask see it, and an answer that no key is left in."""

from dataclasses import replace
from typing import Protocol

from rushes.providers.reply import Reply
from rushes.providers.secret import Secret
from rushes.watch.keys.known_keys import hide, hide_in


class Asking(Protocol):
    """What sends a gateway its questions (`rushes.watch.network.client.ApiClient`)."""

    async def get(self, path: str, key: Secret) -> Reply:
        """The answer to `GET base + path`; raises Unreachable."""
        ...

    async def aclose(self) -> None:
        """Let go of the connections."""
        ...


def rid_of_keys(reply: Reply) -> Reply:
    """`reply` fit to be read: some gateways repeat the key they refuse, and it is shown and kept.

    Whoever reads a reply reads it through this.
    """
    headers = {name: hide(value) for name, value in reply.headers.items()}
    return replace(reply, headers=headers, body=hide_in(reply.body))
