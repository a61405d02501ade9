"""The rows of shared lists: what a list holds, and what an edit changes of it."""

import json
from collections.abc import Collection, Iterable
from datetime import UTC

from rushes.providers.frozen import frozen
from rushes.watch.postgres.connection import Connection
from rushes.watch.postgres.schema import CHANNEL, LISTS
from rushes.watch.task import Entry, Ref


@frozen
class Row:
    """An entry and its place in the list; `extra` is the keys that we do not know, as TOML."""

    place: float
    entry: Entry
    extra: str = ""


@frozen
class Named:
    """A shared list: its name, and how many tasks it holds."""

    name: str
    tasks: int


def names(connection: Connection) -> list[Named]:
    """The shared lists, by name."""
    rows = connection.execute(
        "SELECT name, (SELECT count(*) FROM rushes.entry WHERE list = name)"
        ' FROM rushes.watchlist ORDER BY name COLLATE "C"'
    )
    return [Named(str(name), int(tasks)) for name, tasks in rows]


def change_of(connection: Connection, name: str) -> str:
    """What tells this state of the list from any other; "" where there is no such list."""
    row = connection.execute(
        "SELECT change::text FROM rushes.watchlist WHERE name = %s", (name,)
    ).fetchone()
    return str(row[0]) if row else ""


def begin_edit(connection: Connection, name: str) -> None:
    """Have every other edit of the list wait for the end of this one; makes the list if need be."""
    connection.execute("SET LOCAL lock_timeout = '2s'")
    connection.execute(
        "INSERT INTO rushes.watchlist (name) VALUES (%s) ON CONFLICT DO NOTHING", (name,)
    )
    connection.execute("SELECT 1 FROM rushes.watchlist WHERE name = %s FOR UPDATE", (name,))


def end_edit(connection: Connection, name: str) -> str:
    """Tell the new state of the list from the last one; returns what `change_of` will."""
    row = connection.execute(
        "UPDATE rushes.watchlist SET change = pg_current_xact_id() WHERE name = %s"
        " RETURNING change::text",
        (name,),
    ).fetchone()
    connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, LISTS))
    return str(row[0]) if row else ""


def extra_of(connection: Connection, name: str) -> str:
    """The list's own keys that we do not know, as TOML."""
    row = connection.execute(
        "SELECT extra FROM rushes.watchlist WHERE name = %s", (name,)
    ).fetchone()
    return str(row[0]) if row else ""


def set_extra(connection: Connection, name: str, extra: str) -> None:
    """Keep the list's own keys that we do not know."""
    connection.execute("UPDATE rushes.watchlist SET extra = %s WHERE name = %s", (extra, name))


def rows_of(connection: Connection, name: str) -> list[Row]:
    """All entries of the list in their order."""
    found = connection.execute(
        "SELECT place, ref, added, label, tags, model, prompt, extra"
        ' FROM rushes.entry WHERE list = %s ORDER BY place, ref COLLATE "C"',
        (name,),
    )
    return [
        Row(
            place,
            Entry(
                ref=Ref(*ref.split(":", 1)),
                added=added.astimezone(UTC),
                label=label,
                tags=tuple(tags),
                model=model,
                prompt=prompt,
            ),
            extra,
        )
        for place, ref, added, label, tags, model, prompt, extra in found
    ]


def put(connection: Connection, name: str, rows: Iterable[Row]) -> None:
    """Save these rows, new or changed, in one statement."""
    document = json.dumps([_written(row) for row in rows])
    connection.execute(
        "INSERT INTO rushes.entry AS e (list, ref, place, label, tags, model, prompt, added, extra)"
        " SELECT %s, r.* FROM json_to_recordset(%s::json) AS r(ref text, place float8, label text,"
        " tags text[], model text, prompt text, added timestamptz, extra text)"
        " ON CONFLICT (list, ref) DO UPDATE SET place = excluded.place, label = excluded.label,"
        " tags = excluded.tags, extra = excluded.extra",
        (name, document),
    )


def drop(connection: Connection, name: str, refs: Collection[Ref]) -> None:
    """Remove the entries of these refs."""
    connection.execute(
        "DELETE FROM rushes.entry WHERE list = %s AND ref = ANY(%s)", (name, [str(r) for r in refs])
    )


def _written(row: Row) -> dict[str, object]:
    entry = row.entry
    return {
        "ref": str(entry.ref),
        "place": row.place,
        "label": entry.label,
        "tags": entry.tags,
        "model": entry.model,
        "prompt": entry.prompt,
        "added": entry.added.isoformat(),
        "extra": row.extra,
    }
