"""Lets `get` wait for succeeded tasks that name no file yet, while they are asked again."""

from collections.abc import Sequence
from datetime import timedelta

from rushes.providers.exits import Exit
from rushes.providers.language import _
from rushes.providers.model import ProblemKind
from rushes.tui.command.delivery import Delivery
from rushes.tui.lines.download_words import refusal_words
from rushes.tui.shell.shell import Shell
from rushes.watch.desk import Desk
from rushes.watch.task import Ref

_PATIENCE = timedelta(minutes=1)
"""How long a gateway may be out of reach before it is not waited for any more."""


class AwaitedFiles:
    """Tasks that name no file yet; `exits` are the exit codes of accounts that cannot be asked."""

    def __init__(self, desk: Desk, refs: Sequence[Ref], delivery: Delivery, shell: Shell) -> None:
        self._desk = desk
        self._left: list[Ref] = list(refs)
        self._delivery = delivery
        self._shell = shell
        self.exits: set[Exit] = set()

    async def arrive(self) -> None:
        """Have them asked about again, and what files they name fetched.

        Those that were asked about often enough before are asked about once more.
        """
        self._desk.start(only=self._left)
        before = [ref for ref in self._left if self._desk.ledger.tasks()[ref].without_files]
        if before and (why_not := self._desk.poll_now(before)) is not None:
            self._shell.tell(refusal_words(why_not))
            self.exits.add(Exit.UNREACHABLE)
            self._left = [ref for ref in self._left if ref not in before]
            before = []
        if self._left:
            is_last = len(before) == len(self._left)
            said = (
                _("no files named yet for {left}, asked once more")
                if is_last
                else _("no files named yet for {left}, asked again for some minutes")
            )
            self._delivery.narrate(said.format(left=len(self._left)))
        while self._left:
            await self._delivery.changed()
            self._left = [ref for ref in self._left if self._still_asked(ref)]
            self._delivery.progress()

    def _still_asked(self, ref: Ref) -> bool:
        """Whether its files may yet be named; if not, have them fetched or say that none are."""
        task = self._desk.ledger.task(ref)
        if task is None:
            return False
        if not task.names_no_file:
            self._desk.download_policy.queue(ref)
            return False
        if task.without_files:
            self._delivery.without_files(task)
            return False
        why_not = self._out_of_reach(ref.provider)
        if why_not is not None:
            self.exits.add(why_not)
            self._shell.tell(
                _("skipped {task}: no files named yet, and nobody to ask").format(task=task.name)
            )
        return why_not is None

    def _out_of_reach(self, account: str) -> Exit | None:
        """Why an account cannot be asked, None where it can or may be in a moment."""
        state = self._desk.account_states().get(account)
        if state is None or state.key_missing:
            return Exit.KEY
        trouble = state.trouble
        if trouble is None:
            return None
        if trouble.kind is ProblemKind.AUTH:
            return Exit.KEY
        long = self._desk.clock.now() - trouble.since > _PATIENCE
        return Exit.UNREACHABLE if long and trouble.kind is ProblemKind.UNAVAILABLE else None
