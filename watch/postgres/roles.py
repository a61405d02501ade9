"""The rights in a shared store, as the SQL that its owner gives them with.

The owner's role makes and upgrades the tables. A poller's machine reads and writes all of them; a
viewer reads, and edits lists. Both are roles without a login, to be granted to those that have one.
"""

from collections.abc import Iterator

from rushes.watch.postgres.connection import Connection


def quoted(name: str) -> str:
    """A name as an identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'


def owner_of(connection: Connection) -> str:
    """The role that the tables belong to."""
    found = connection.execute(
        "SELECT pg_get_userbyid(nspowner) FROM pg_namespace WHERE nspname = 'rushes'"
    ).fetchone()
    return str(found[0]) if found else ""


def rights(database: str, owner: str) -> Iterator[str]:
    """The statements, one a line; roles are the whole server's, so they are named for the base.

    They hold for tables that `owner` makes later, too, whoever runs them.
    """
    later = f"ALTER DEFAULT PRIVILEGES FOR ROLE {quoted(owner)} IN SCHEMA rushes"
    poller, viewer = quoted(f"{database}_poller"), quoted(f"{database}_viewer")
    yield f"CREATE ROLE {poller} NOLOGIN;"
    yield f"CREATE ROLE {viewer} NOLOGIN;"
    yield f"GRANT CONNECT ON DATABASE {quoted(database)} TO {poller}, {viewer};"
    yield f"GRANT USAGE ON SCHEMA rushes TO {poller}, {viewer};"
    yield f"GRANT SELECT ON ALL TABLES IN SCHEMA rushes TO {poller}, {viewer};"
    yield f"GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA rushes TO {poller};"
    yield f"REVOKE INSERT, UPDATE, DELETE ON rushes.about FROM {poller};"
    yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA rushes TO {poller};"
    yield f"GRANT INSERT, UPDATE, DELETE ON rushes.watchlist, rushes.entry TO {viewer};"
    yield f"{later} GRANT SELECT ON TABLES TO {poller}, {viewer};"
    yield f"{later} GRANT INSERT, UPDATE, DELETE ON TABLES TO {poller};"
    yield f"{later} GRANT USAGE ON SEQUENCES TO {poller};"
