"""The rights in a shared store, as the SQL that its owner gives them with.

The owner's role makes and upgrades the tables. A poller's machine reads and writes all of them; a
viewer reads, and edits lists. Both are roles without a login, to be granted to those that have one.
"""

from collections.abc import Iterator


def quoted(name: str) -> str:
    """A name as an identifier of SQL."""
    return '"' + name.replace('"', '""') + '"'


def rights(database: str) -> Iterator[str]:
    """The statements, one a line; roles are the whole server's, so they are named for the base."""
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
    yield f"ALTER DEFAULT PRIVILEGES IN SCHEMA rushes GRANT SELECT ON TABLES TO {poller}, {viewer};"
    yield (
        "ALTER DEFAULT PRIVILEGES IN SCHEMA rushes"
        f" GRANT INSERT, UPDATE, DELETE ON TABLES TO {poller};"
    )
    yield f"ALTER DEFAULT PRIVILEGES IN SCHEMA rushes GRANT USAGE ON SEQUENCES TO {poller};"
