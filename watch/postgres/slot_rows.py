"""Slots for questions under way, and the plan of an account's starts, over all machines."""

from datetime import datetime
from uuid import UUID

from rushes.watch.postgres.connection import Connection
from rushes.watch.start_times import FURTHEST

# Of two that choose the same one the first has it; the other one looks again.
_TAKE = """
WITH at AS (SELECT coalesce(%(moment)s::timestamptz, clock_timestamp()) AS now)
INSERT INTO slot (account, n, owner, until)
SELECT %(account)s, these.n, %(owner)s, at.now + %(lasts)s * interval '1 second'
FROM at CROSS JOIN generate_series(1, %(count)s) AS these (n)
    LEFT JOIN slot AS held ON held.account = %(account)s AND held.n = these.n
WHERE held.until IS NULL OR held.until <= at.now OR (%(again)s AND held.owner = %(owner)s)
ORDER BY random() LIMIT 1
ON CONFLICT (account, n) DO UPDATE SET owner = excluded.owner, until = excluded.until
WHERE slot.until <= (SELECT now FROM at) OR slot.owner = excluded.owner RETURNING n
"""
_GIVE_BACK = "DELETE FROM slot WHERE account = %s AND owner = %s"

_NEXT = """
WITH at AS (SELECT coalesce(%(moment)s::timestamptz, clock_timestamp()) AS now)
INSERT INTO budget AS kept (account, start)
SELECT %(account)s, at.now + %(period)s * interval '1 second' FROM at
ON CONFLICT (account) DO UPDATE SET start = (
    SELECT CASE WHEN kept.start > at.now + %(furthest)s * interval '1 second' THEN at.now
        ELSE greatest(kept.start, at.now - %(behind)s * interval '1 second') END FROM at
    ) + %(period)s * interval '1 second'
RETURNING extract(epoch FROM start - (SELECT now FROM at))::float8
"""


def take(
    db: Connection,
    account: str,
    owner: UUID,
    *,
    count: int,
    lasts: float,
    moment: datetime | None,
    again: bool = False,
) -> bool:
    """Take one of `count` slots for at most `lasts` seconds; False where none was found free.

    Where it is `again`, one that the owner has is taken for longer.
    """
    wanted = {"account": account, "owner": owner, "count": count, "lasts": lasts, "moment": moment,
              "again": again}  # fmt: skip
    return db.execute(_TAKE, wanted).fetchone() is not None


def give_back(db: Connection, account: str, owner: UUID) -> None:
    """Give a slot back before its time."""
    db.execute(_GIVE_BACK, (account, owner))


def next_start(
    db: Connection, account: str, period: float, behind: float, moment: datetime | None
) -> float:
    """In how many seconds the account's next question may start; below 0: it could have."""
    wanted = {"account": account, "period": period, "behind": behind, "moment": moment,
              "furthest": FURTHEST * period}  # fmt: skip
    row = db.execute(_NEXT, wanted).fetchone()
    return 0.0 if row is None else float(row[0]) - period
