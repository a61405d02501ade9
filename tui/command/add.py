"""`rushes add`: saves tasks to the watchlist; it polls nothing.

Every id that is certain is saved, whatever else is in doubt. Each doubtful one is named on stderr,
and the exit code is 2 then.
"""

from argparse import Namespace
from collections.abc import Iterable, Mapping

from rushes.providers.card import fits
from rushes.providers.errors import RushesError, UnknownProvider
from rushes.providers.exits import Exit
from rushes.providers.nearest import nearest
from rushes.providers.registry import recognise
from rushes.providers.text import clean
from rushes.tui.lines.words import count
from rushes.tui.shell.files import title, watchlist
from rushes.tui.shell.shell import BadUsage, Shell
from rushes.tui.shell.stdin import Stopped, batches, source_of
from rushes.tui.shell.stream import CannotWrite
from rushes.watch.config.accounts import Account
from rushes.watch.keys.known_keys import hide
from rushes.watch.keys.pasted import is_key
from rushes.watch.task import Entry, Ref
from rushes.watch.watchlist.account_choice import AccountChoice
from rushes.watch.watchlist.entries import BadEntry, checked
from rushes.watch.watchlist.paste import Found, TooMuch, read_paste

Accounts = Mapping[str, Account]


def run(args: Namespace, shell: Shell) -> int:
    """Watch the tasks that the words or stdin name, and print the ref of each."""
    settings = shell.settings()
    for warning in settings.exposed:
        shell.tell(f"warning: {warning}")
    named, words = _named(list(args.words), settings.accounts)
    if not words and not shell.piped:
        raise BadUsage("which task? give its id, or - to read stdin")
    if args.default and args.default not in settings.accounts:
        raise _unknown(args.default, settings.accounts)
    judge = AccountChoice(settings.accounts, settings.add.prefer, args.default)
    intake = _Intake(args, shell, named, judge)
    spoken = [word for word in words if word != "-"]
    intake.take([found for word in spoken for found in intake.meant(word)])
    if len(spoken) < len(words) or not words:
        return _from_stdin(shell, intake)
    return intake.end()


def _from_stdin(shell: Shell, intake: "_Intake") -> int:
    if shell.stdin is None:
        return intake.end()
    source = source_of(shell.stdin)
    with source.heeding():
        try:
            for batch in batches(source):
                intake.take(intake.read(batch.text, batch.line))
        except Stopped as stopped:
            if stopped.cut:
                intake.doubt(f"cut off by the signal: {clean(hide(stopped.cut), 120)}")
            intake.sum_up()
            return 128 + stopped.number
    return intake.end()


def _named(words: list[str], accounts: Accounts) -> tuple[str, list[str]]:
    """The provider that the first word names, "" for none, and the other words."""
    if words and words[0] in accounts:
        return words[0], words[1:]
    if len(words) > 1 and words[0].isalpha() and not recognise(words[0]).providers:
        raise _unknown(words[0], accounts)
    return "", words


def _unknown(name: str, accounts: Accounts) -> UnknownProvider:
    near = nearest(name.casefold(), accounts)
    return UnknownProvider(clean(name, 80), tuple(accounts), near)


class _Intake:
    """Saves the certain tasks of each batch, and counts the doubtful ones."""

    def __init__(self, args: Namespace, shell: Shell, named: str, judge: AccountChoice) -> None:
        self._file = watchlist(shell, args.watchlist)
        self._title = title(shell, args.watchlist)
        self._label, self._tags = args.label, tuple(args.tag)
        self._shell = shell
        self._named = named
        self._judge = judge
        self._printed: dict[Ref, bool] = {}
        self._doubts = 0
        self._unheard: CannotWrite | BrokenPipeError | None = None

    # -- which tasks ------------------------------------------------------------------------------

    def meant(self, word: str) -> list[Found]:
        """The task that one word of the command line is, or the tasks that it holds."""
        provider, colon, task_id = word.partition(":")
        if not self._named and colon and provider in self._judge.accounts:
            return self._as_it_is(provider, task_id)
        if self._named and not any(sign in word for sign in "/{ \n"):
            # A word that follows its provider is an id, whatever ids of that provider look like.
            return self._as_it_is(self._named, word.removeprefix(f"{self._named}:"))
        found = self.read(word)
        if not found:
            self.doubt("no task id in that; to take a word as it is: rushes add PROVIDER ID")
        return found

    def _as_it_is(self, provider: str, task_id: str) -> list[Found]:
        if is_key(task_id):
            self.doubt("that is a key, and no task's id")
            return []
        if not fits(task_id):
            self.doubt("an id holds no blank, and none of / \\ ? # ; %")
            return []
        return [Found(0, task_id, (provider,))]

    def read(self, text: str, first_line: int = 0) -> list[Found]:
        """The tasks in a text whose first line has that number, 0 for a word of the command."""
        try:
            found = read_paste(text, self._judge.accounts)
        except TooMuch as error:
            self.doubt(f"{_at(first_line)}{error}")
            return []
        return [one.at_line(first_line + one.line - 1 if first_line else 0) for one in found]

    # -- what becomes of them ---------------------------------------------------------------------

    def take(self, found: Iterable[Found]) -> None:
        """Save those that are certain, print the ref of each, and name the others."""
        certain: dict[Ref, Entry] = {}
        doubtful: list[Found] = []
        now = self._shell.clock.now().replace(microsecond=0)
        for one in found:
            accounts = self._accounts(one)
            if one.guess or len(accounts) != 1:
                doubtful.append(one)
                continue
            ref = Ref(accounts[0], one.task_id)
            entry = Entry(ref=ref, added=now, label=self._label, tags=self._tags)
            try:
                certain.setdefault(ref, checked(entry))
            except BadEntry as error:
                self.doubt(f"{_at(one.line)}{error}")
        self._save(certain)
        for one in doubtful:
            self.doubt(f"{_at(one.line)}{self._why(one, self._accounts(one))}")

    def _accounts(self, one: Found) -> tuple[str, ...]:
        return (self._named,) if self._named else self._judge.between(one.accounts)

    def _save(self, certain: Mapping[Ref, Entry]) -> None:
        fresh = {ref: entry for ref, entry in certain.items() if ref not in self._printed}
        if not fresh:
            return
        try:
            before = {entry.ref for entry in self._file.read().entries}
            self._file.add(fresh.values())
        except RushesError:
            for ref in fresh:
                self._shell.tell(f"not saved: {ref}")
            raise
        self._printed |= {ref: ref not in before for ref in fresh}
        self._say(fresh)

    def _say(self, refs: Iterable[Ref]) -> None:
        """Print refs. When stdout fails, what still comes is saved all the same."""
        try:
            for ref in refs if self._unheard is None else ():
                self._shell.out.line(str(ref))
            self._shell.out.flush()
        except (CannotWrite, BrokenPipeError) as error:
            self._unheard = error

    def _why(self, one: Found, accounts: tuple[str, ...]) -> str:
        name = clean(one.task_id, 120)
        among = " or ".join(f"{account}:{name}" for account in accounts)
        if one.guess:
            return f"{name} looks like an id; if it is one: rushes add {among or 'PROVIDER ID'}"
        if accounts:
            return f"several accounts have such ids; which one is it? rushes add {among}"
        return (
            f"cannot tell whose task {name} is;"
            f" name its provider ({', '.join(self._judge.accounts)}): rushes add PROVIDER ID"
        )

    # -- what is said -----------------------------------------------------------------------------

    def doubt(self, text: str) -> None:
        """Say on stderr what is not saved, and count it."""
        self._doubts += 1
        self._shell.tell(f"rushes: {clean(text, 1000)}")

    def sum_up(self) -> None:
        """Say how many there are now."""
        new = sum(self._printed.values())
        if new:
            self._shell.tell(f"watching {count(new, 'task')} in {self._title}")
        if known := len(self._printed) - new:
            self._shell.tell(f"already watched: {count(known, 'task')}")

    def end(self) -> Exit:
        """Say the sum and return the exit code; raises the error of stdout, if there was one."""
        if not self._printed and not self._doubts:
            self.doubt("no task id in that; to take a word as it is: rushes add PROVIDER ID")
        self.sum_up()
        if self._unheard is not None:
            raise self._unheard
        return Exit.USAGE if self._doubts else Exit.FINE


def _at(line: int) -> str:
    return f"line {line}: " if line else ""
