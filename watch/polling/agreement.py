"""Agrees with other processes on whose turn it is to ask, and on what closes an account."""

import logging
from collections.abc import Iterable, Mapping, Sequence

from rushes.watch.polling.session import Session
from rushes.watch.polling.turns import NOT_KNOWN, Sharing, Turns, every_turn
from rushes.watch.task import Ref, Task

log = logging.getLogger(__name__)


class Agreement:
    """Asks `sharing` for an account's turns; where that fails, the account is polled without it."""

    def __init__(self, session: Session, sharing: Sharing) -> None:
        self._session = session
        self._sharing = sharing

    async def turns(
        self,
        tasks: Sequence[Task],
        by_hand: Iterable[Ref] = (),
        waited: Mapping[Ref, float] = NOT_KNOWN,
    ) -> Turns:
        """The turns of `tasks`; what closed the account in another process closes it here, too."""
        interval, by_hand = self._session.intervals.shortest, frozenset(by_hand)
        try:
            key = await self._session.key_mark()
            taken = await self._sharing.take(tasks, interval, key, by_hand, waited)
        except Exception:
            # An account must not stand still over this.
            log.exception("agreeing on turns at %s", self._session.account.id)
            return every_turn(tasks)
        if taken.shut is not None:
            self._session.condition.shut(taken.shut.problem, taken.shut.until)
        return taken

    async def tell_closed(self) -> None:
        """Tell other processes what holds the whole account, where something does."""
        condition = self._session.condition
        if condition.open:
            return
        try:
            key = await self._session.key_mark()
        except Exception:
            log.exception("looking for the key of %s", self._session.account.id)
            return
        # The look may have found another key, and opened the account again.
        state = condition.state
        if state.problem is not None:
            self._sharing.shut(state.problem, state.closed_until, key)
