"""What the header says, gathered from the desk."""

from collections.abc import Iterable
from datetime import datetime

from rushes.tui.lines.counts import Counts
from rushes.tui.lines.header import Overview, slowest
from rushes.watch.desk import Desk
from rushes.watch.polling.account_state import AccountState


def overview_of(
    desk: Desk,
    counts: Counts,
    states: Iterable[AccountState],
    now: datetime,
    *,
    fetches: bool,
    as_of: str,
    view: str,
) -> Overview:
    """The header's values; where nothing is fetched yet the downloads are not asked for.

    `view` is the id of the command whose view is in force.
    """
    loss = counts.next_loss(now)
    losing = desk.ledger.tasks().get(loss.ref) if loss else None
    downloads = desk.downloads if fetches else None
    return Overview(
        watchlist=desk.watchlist.name,
        counts=counts.counts,
        unsaved=counts.unsaved,
        in_trouble=counts.in_trouble,
        view=view,
        loss=loss if losing else None,
        loss_name=losing.name if losing else "",
        downloading=downloads.active + downloads.queued if downloads else 0,
        rate=downloads.rate if downloads else 0.0,
        paused=desk.paused,
        now=now,
        slowest=slowest(states),
        unread=desk.ledger.unread,
        as_of=as_of,
    )
