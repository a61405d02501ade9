"""How a machine works on the team's store."""

from rushes.providers.frozen import frozen


@frozen(kw_only=True)
class Conduct:
    """What `[store]` says of that.

    After `alone_after` seconds without the store gateways are asked without it, None: never. Who
    does not `poll` leaves it to others to ask; who does not `listen` looks at what they saved.
    """

    alone_after: float | None = 600.0
    poll: bool = True
    listen: bool = True
