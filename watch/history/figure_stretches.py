"""Adds up figures by day without sorting them.

The index has the tasks of a model and status in the order of their ends: a day of them is one
stretch of it, and a look at its first task says where it ends. To group by the day all rows would
have to be sorted, which takes three times as long.
"""

import json
import sqlite3
from collections.abc import Iterator

from rushes.watch.history.figure_sums import SUMS
from rushes.watch.history.step_rows import Row

_BEGINNING = -1e12
"""Unix seconds before which nothing ended."""

_SUCH = "provider = {it}.provider AND model IS {it}.model AND status = {it}.status"
_OF_SUCH = _SUCH.format(it="such")
_OF_STRETCH = _SUCH.format(it="stretch")
# Where summer time begins at midnight the end of a day can come out before its last task: then a
# stretch is a second long, and the day has several.
_END = """
(SELECT max(ended + 1, CAST(strftime('%s', ended, 'unixepoch', 'localtime', 'start of day',
    '+1 day', 'utc') AS REAL))
FROM figure WHERE {such} AND ended >= {starts} ORDER BY ended LIMIT 1)
"""
_STRETCHES = f"""
WITH RECURSIVE such AS (SELECT DISTINCT provider, model, status FROM figure),
stretch AS (
    SELECT *, :since AS starts, {_END.format(such=_OF_SUCH, starts=":since")} AS ends FROM such
    UNION ALL
    SELECT provider, model, status, ends, {_END.format(such=_OF_STRETCH, starts="stretch.ends")}
    FROM stretch WHERE ends IS NOT NULL
)
SELECT date(ends - 1, 'unixepoch', 'localtime') AS day, provider, model,
    (SELECT json_array({SUMS}) FROM figure WHERE {_OF_STRETCH}
    AND ended >= starts AND ended < ends)
FROM stretch WHERE ends IS NOT NULL
UNION ALL
SELECT NULL, provider, model,
    (SELECT json_array({SUMS}) FROM figure WHERE {_OF_SUCH} AND ended IS NULL)
FROM such
"""  # noqa: S608 - of our own texts alone


def by_day(db: sqlite3.Connection, now: float, since: float | None) -> Iterator[Row]:
    """The day, the provider, the model and the sums of each stretch; no day: it is under way.

    `now` and `since` are Unix seconds; what ended before `since` is left out.
    """
    given = {"now": now, "since": _BEGINNING if since is None else since}
    for day, provider, model, sums in db.execute(_STRETCHES, given):
        its = json.loads(sums)
        if its[0] is not None:
            yield (day, provider, model, *its)
