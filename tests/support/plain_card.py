"""A card for tests of what carries a key: its routes are the paths that those tests ask for."""

from rushes.providers.card import Auth, Card, PollPolicy


def plain_card(
    route: str = "/{task_id}", *, locate_route: str | None = None, auth: Auth | None = None
) -> Card:
    """A card with these routes; the key goes into a bearer header unless `auth` says otherwise."""
    return Card(
        id="plain",
        name="Plain",
        docs="https://docs.example",
        base_url="https://api.example",
        route=route,
        locate_route=locate_route,
        auth=auth or Auth(env="PLAIN_API_KEY"),
        poll=PollPolicy(every=5.0, quote="made for tests"),
        statuses={},
    )
