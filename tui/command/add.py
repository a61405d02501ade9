"""`rushes add`: saves tasks to the watchlist; it polls nothing.

Every id that is certain is saved, whatever else is in doubt. Each doubtful one is named on stderr,
and the exit code is 2 then.
"""

from argparse import Namespace
from collections.abc import Iterable, Mapping
from datetime import datetime

from rushes.providers.errors import RushesError
from rushes.providers.exits import Exit
from rushes.providers.language import _, plural
from rushes.providers.registry import known, recognise
from rushes.providers.text import clean
from rushes.tui.command.no_account import no_account
from rushes.tui.shell.files import title, watchlist
from rushes.tui.shell.shell import BadUsage, Shell
from rushes.tui.shell.stdin import Stopped, batches, source_of
from rushes.tui.shell.stream import CannotWrite
from rushes.watch.config.accounts import Account
from rushes.watch.keys.known_keys import hide
from rushes.watch.keys.pasted import is_key
from rushes.watch.task import Entry, Ref
from rushes.watch.watchlist.about import About
from rushes.watch.watchlist.account_choice import AccountChoice
from rushes.watch.watchlist.entries import BadEntry, checked
from rushes.watch.watchlist.paste import Found, TextReader, TooMuch, read_paste

Accounts = Mapping[str, Account]


def run(args: Namespace, shell: Shell) -> int:
    """Watch the tasks that the words or stdin name, and print the ref of each."""
    settings = shell.settings()
    for warning in settings.exposed:
        shell.tell(_("warning: {warning}").format(warning=warning))
    for word in args.words:
        settings.outside.refuse(word.partition(":")[0])
    named, words = _named(list(args.words), settings.accounts)
    if not words and not shell.piped:
        raise BadUsage(_("which task? give its id, or - to read stdin"))
    if args.default and args.default not in settings.accounts:
        raise no_account(args.default, settings.accounts)
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
                intake.take(intake.read_on(batch.text, batch.line))
            intake.take(intake.rest())
        except Stopped as stopped:
            if stopped.cut:
                intake.doubt(
                    _("cut off by the signal: {cut}").format(cut=clean(hide(stopped.cut), 120))
                )
            intake.sum_up()
            return 128 + stopped.number
    return intake.end()


def _named(words: list[str], accounts: Accounts) -> tuple[str, list[str]]:
    """The provider that the first word names, "" for none, and the other words."""
    if words and words[0] in accounts:
        return words[0], words[1:]
    if words and words[0] in known():
        raise no_account(words[0], accounts)
    if len(words) > 1 and words[0].isalpha() and not recognise(words[0]).providers:
        raise no_account(words[0], accounts)
    return "", words


class _Intake:
    """Saves the certain tasks of each batch, and counts the doubtful ones."""

    def __init__(self, args: Namespace, shell: Shell, named: str, judge: AccountChoice) -> None:
        self._file = watchlist(shell, args.watchlist)
        self._title = title(shell, args.watchlist)
        self._given = args
        self._reader = TextReader(judge.accounts)
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
        if not self._named and colon and provider in known():
            raise no_account(provider, self._judge.accounts)
        if self._named and not any(sign in word for sign in "{ \n") and "://" not in word:
            # A word that follows its provider is an id, whatever ids of that provider look like.
            bare = word.removeprefix(f"{self._named}:")
            if "/" not in bare or self._judge.accounts[self._named].fits(bare):
                return self._as_it_is(self._named, bare)
        found = self.read(word)
        if not found:
            self.doubt(_("no task id in that; to take a word as it is: rushes add PROVIDER ID"))
        return found

    def _as_it_is(self, provider: str, task_id: str) -> list[Found]:
        if is_key(task_id):
            self.doubt(_("that is a key, and no task's id"))
            return []
        if not self._judge.accounts[provider].fits(task_id):
            self.doubt(self._form(provider))
            return []
        return [Found(0, task_id, (provider,))]

    def _form(self, account: str) -> str:
        """What an id of an account is like, where a word is none."""
        card = self._judge.accounts[account].provider.card
        if any(form for form, _ in card.routes):
            return _("an id of {account} is written as {no_task}").format(
                account=account, no_task=card.no_task
            )
        return _("an id holds no blank, and none of / \\ ? # ; %")

    def read(self, word: str) -> list[Found]:
        """The tasks in a word of the command line."""
        try:
            return [one.at_line(0) for one in read_paste(word, self._judge.accounts)]
        except TooMuch as error:
            self.doubt(str(error))
            return []

    def read_on(self, text: str, first_line: int) -> list[Found]:
        """The tasks in the next piece of stdin, whose first line has that number."""
        try:
            return self._reader.read(text, first_line)
        except TooMuch as error:
            self.doubt(f"{_at(first_line)}{error}")
            return []

    def rest(self) -> list[Found]:
        """The tasks of what is left where nothing more comes."""
        return self._reader.rest()

    # -- what becomes of them ---------------------------------------------------------------------

    def take(self, found: Iterable[Found]) -> None:
        """Save those that are certain, print the ref of each, and name the others."""
        certain: dict[Ref, Entry] = {}
        doubtful: list[Found] = []
        now = self._shell.clock.now().replace(microsecond=0)
        for one in found:
            if one.fault:
                self.doubt(f"{_at(one.line)}{one.fault}")
                continue
            accounts = self._accounts(one)
            if one.guess or len(accounts) != 1:
                doubtful.append(one)
                continue
            ref = Ref(accounts[0], one.task_id)
            if not self._judge.accounts[ref.provider].fits(ref.id):
                self.doubt(f"{_at(one.line)}{self._form(ref.provider)}")
                continue
            try:
                certain.setdefault(ref, checked(self._entry(ref, one.about, now)))
            except BadEntry as error:
                self.doubt(f"{_at(one.line)}{error}")
        self._save(certain)
        for one in doubtful:
            self.doubt(f"{_at(one.line)}{self._why(one, self._accounts(one))}")

    def _entry(self, ref: Ref, about: About, now: datetime) -> Entry:
        """The entry; what the command says of all tasks comes before what is said of one."""
        given = self._given
        return Entry(
            ref=ref,
            added=now,
            label=given.label or about.label,
            tags=(*given.tag, *about.tags),
            model=given.model or about.model,
            prompt=given.prompt or about.prompt,
        )

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
                self._shell.tell(_("not saved: {ref}").format(ref=ref))
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
        among = _(" or ").join(f"{account}:{name}" for account in accounts)
        if one.guess:
            return _("{name} looks like an id; if it is one: rushes add {among}").format(
                name=name, among=among or "PROVIDER ID"
            )
        if accounts:
            return _("several accounts have such ids; which one is it? rushes add {among}").format(
                among=among
            )
        return _(
            "cannot tell whose task {name} is; name its provider ({names}): rushes add PROVIDER ID"
        ).format(name=name, names=", ".join(self._judge.every))

    # -- what is said -----------------------------------------------------------------------------

    def doubt(self, text: str) -> None:
        """Say on stderr what is not saved, and count it."""
        self._doubts += 1
        self._shell.tell(f"rushes: {clean(text, 1000)}")

    def sum_up(self) -> None:
        """Say how many there are now."""
        new = sum(self._printed.values())
        if new:
            self._shell.tell(
                _("watching {new} in {title}").format(
                    new=plural("{n} task", "{n} tasks", new), title=self._title
                )
            )
        if known := len(self._printed) - new:
            self._shell.tell(
                _("already watched: {known}").format(known=plural("{n} task", "{n} tasks", known))
            )

    def end(self) -> Exit:
        """Say the sum and return the exit code; raises the error of stdout, if there was one."""
        if not self._printed and not self._doubts:
            self.doubt(_("no task id in that; to take a word as it is: rushes add PROVIDER ID"))
        self.sum_up()
        if self._unheard is not None:
            raise self._unheard
        return Exit.USAGE if self._doubts else Exit.FINE


def _at(line: int) -> str:
    return _("line {line}: ").format(line=line) if line else ""
