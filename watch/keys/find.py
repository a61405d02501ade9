"""Finds an account's key: in the environment, by a command, in the keyring, in config.toml.

reliability.md S6 gives the order, the time limits, and the rule that no output is shown.
"""

import importlib
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from enum import Enum

from rushes.providers.frozen import frozen
from rushes.providers.language import _
from rushes.providers.secret import Secret
from rushes.watch.keys.known_keys import SHORTEST, learn
from rushes.watch.keys.program import NoKey, command_name

KEYRING_SECONDS = 3.0

KEYRING = "keyring"
"""The source of a key that the system's keyring gave."""

_KEY = re.compile(r"[\x21-\x7e]{1,4096}")

RunCommand = Callable[[tuple[str, ...], Mapping[str, str]], str]
AskKeyring = Callable[[str, str], str | None]


class Flaw(Enum):
    """Why what was found cannot be used."""

    CHARACTERS = "characters"
    """It holds some that no header can carry."""

    TOO_SHORT = "too short"
    """It could not be hidden where a gateway repeats it: see `known_keys`."""


@frozen
class KeySource:
    """Where to look for a key: a variable, a command's argv, config.toml's own, the keyring."""

    env: str
    command: tuple[str, ...] = ()
    literal: Secret | None = None
    service: str = "rushes"


@frozen
class Key:
    """A key and its source; or no key, and what a person can do about it.

    `asked_for`: a command or the keyring gave it, so it is not at hand without asking again.
    `silent`: the keyring was asked for it and did not answer in time. `flaw` is what is the matter
    with the one that was found.
    """

    secret: Secret | None
    source: str
    why_missing: str = ""
    asked_for: bool = False
    silent: bool = False
    flaw: Flaw | None = None


def ask_keyring(service: str, account_id: str, timeout: float = KEYRING_SECONDS) -> str | None:
    """The key that the system's keyring holds for the account; None also without a keyring.

    Raises NoKey when it does not answer within `timeout` seconds: some wait for a dialogue.
    """
    import queue

    answers: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answer = importlib.import_module("keyring").get_password(service, account_id)
        except Exception:  # noqa: BLE001 - a thread's boundary; backends raise what they like
            answer = None
        answers.put(answer if isinstance(answer, str) else None)

    # Not a pool: a pool's threads are joined at exit, and this one may never end.
    threading.Thread(target=ask, name="keyring", daemon=True).start()
    try:
        return answers.get(timeout=timeout)
    except queue.Empty:
        raise NoKey(
            _("the keyring did not answer within {timeout:g} s").format(timeout=timeout)
        ) from None


def run_command(command: tuple[str, ...], environ: Mapping[str, str]) -> str:
    """The key that a command prints; raises NoKey. What runs it is loaded only now."""
    from rushes.watch.keys.command import key_printed_by

    return key_printed_by(command, environ)


def find_key(
    account_id: str,
    source: KeySource,
    environ: Mapping[str, str],
    run: RunCommand = run_command,
    keyring: AskKeyring = ask_keyring,
) -> Key:
    """The key of the first source that has one; blocks for up to 13 s, so call it in a thread.

    A key that no header can carry, or that is too short to be hidden, is refused, and later sources
    are not asked. Every key that is found is learnt by `rushes.watch.keys.known_keys`.
    """
    name = command_name(source.command)
    literal = source.literal

    def from_command() -> str | None:
        return run(source.command, environ) if source.command else None

    places: tuple[tuple[str, bool, Callable[[], str | None]], ...] = (
        (f"environment {source.env}", False, lambda: environ.get(source.env)),
        (f"command {name}", True, from_command),
        (KEYRING, True, lambda: keyring(source.service, account_id)),
        ("config.toml", False, lambda: literal.reveal() if literal else None),
    )
    reasons: list[str] = []
    silent = False
    for place, asked_for, look in places:
        try:
            found = look()
        except NoKey as error:
            reasons.append(str(error))
            silent = place == KEYRING
            continue
        if found and found.strip():
            return _checked(found.strip(), place, asked_for)
    if source.env:
        reasons.append(_("set {variable}").format(variable=source.env))
    why = "; ".join(reasons)
    return Key(None, "missing", why, silent=silent)


def learn_at_hand(sources: Iterable[KeySource], environ: Mapping[str, str]) -> None:
    """Have `known_keys` learn the keys of the environment and config.toml before one is used."""
    for source in sources:
        literal = source.literal.reveal() if source.literal else ""
        for found in (environ.get(source.env, ""), literal):
            learn(found.strip())


def _checked(found: str, place: str, asked_for: bool) -> Key:
    learn(found)
    if not _KEY.fullmatch(found):
        return Key(
            None,
            place,
            _("the key from {place} holds spaces or characters that no key has").format(
                place=place
            ),
            flaw=Flaw.CHARACTERS,
        )
    if len(found) < SHORTEST:
        return Key(
            None,
            place,
            _("the key from {place} has fewer than {shortest} characters").format(
                place=place, shortest=SHORTEST
            ),
            flaw=Flaw.TOO_SHORT,
        )
    return Key(Secret(found), place, asked_for=asked_for)
