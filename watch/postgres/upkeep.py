"""What a store is held to before it is used, and how its owner makes it and brings it up to date.

`about` says how old a program may be: one that is older than `writes_from` only reads, and one
older than `reads_from` does neither. Opening a store never changes it.
"""

from rushes.providers.language import _
from rushes.watch.postgres import schema
from rushes.watch.postgres.connection import Connection
from rushes.watch.postgres.schema import About
from rushes.watch.team_faults import StoreUnusable

_NUMBERED_ANEW = """
UPDATE rushes.task SET change = pg_current_xact_id() WHERE change > pg_current_xact_id()
"""
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('rushes store'))"


def check(connection: Connection) -> About:
    """Have the transaction only read where we are too old to write; raises StoreUnusable."""
    found = about_usable(connection)
    if not found.writable:
        connection.execute("SET TRANSACTION READ ONLY")
    return found


def about_usable(connection: Connection) -> About:
    """What a store says of itself that we can read at least; raises StoreUnusable."""
    found = schema.about_there(connection)
    if found.reads_from > schema.VERSION:
        raise StoreUnusable(
            _("the store has version {version}, which takes a newer Rushes").format(
                version=found.version
            )
        )
    if found.version < schema.VERSION:
        raise StoreUnusable(
            _("the store has version {version}, this Rushes {ours}").format(
                version=found.version, ours=schema.VERSION
            ),
            hint=_("its owner brings it up to date: rushes store upgrade"),
        )
    return found


def make(connection: Connection) -> bool:
    """Make the tables as the connection's role, their owner; False where there are some."""
    connection.execute(_ONE_AT_A_TIME)
    if schema.about(connection) is not None:
        return False
    schema.upgrade(connection, 0)
    return True


def upgrade(connection: Connection) -> int:
    """Take the steps that are missing; returns how many.

    Tasks that a backup of another server brought, of which commits had higher numbers, are saved
    now: they would be news at each look until this server has come as far.
    It waits for a second at most, and is busy then: readers wait no longer for it than that.
    """
    connection.execute("SET LOCAL lock_timeout = '1s'")
    connection.execute(_ONE_AT_A_TIME)
    version = _about(connection).version
    if version < schema.VERSION:
        schema.upgrade(connection, version)
    connection.execute(_NUMBERED_ANEW)
    return max(schema.VERSION - version, 0)


def _about(connection: Connection) -> About:
    found = schema.about(connection)
    if found is None:
        raise StoreUnusable(
            _("the database holds no store yet"), hint=_("its owner makes it: rushes store init")
        )
    return found
