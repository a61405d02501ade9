"""Asking a gateway, as its callers see it."""

from typing import Protocol

from rushes.providers.reply import Reply
from rushes.providers.secret import Secret


class Asking(Protocol):
    """What sends a gateway its questions (`rushes.watch.network.client.ApiClient`)."""

    async def get(self, path: str, key: Secret) -> Reply:
        """The answer to `GET base + path`, or to the card's POST there, no known key in it.

        Raises Unreachable and NotARoute.
        """
        ...

    async def aclose(self) -> None:
        """Let go of the connections."""
        ...
