import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

import pytest

from rushes.providers.secret import Secret
from rushes.watch.keys.find import Flaw, Key, KeySource, NoKey, ask_keyring, find_key

SOURCE = KeySource(env="HIAPI_API_KEY", command=("op", "read"), literal=Secret("from-config"))


IN_KEYRING = "from-keyring"


def no_keyring(service: str, account_id: str) -> None:
    return None


class Command:
    """Stands in for the running of a command and remembers what it was called with."""

    def __init__(self, line: str = "", error: NoKey | None = None) -> None:
        self.line, self.error = line, error
        self.calls: list[tuple[tuple[str, ...], Mapping[str, str]]] = []

    def __call__(self, command: tuple[str, ...], environ: Mapping[str, str]) -> str:
        self.calls.append((command, environ))
        if self.error:
            raise self.error
        return self.line


FAILING = NoKey("command op failed with exit code 1")


def look(
    command: Command,
    environ: dict[str, str] | None = None,
    source: KeySource = SOURCE,
    in_keyring: str | None = None,
) -> Key:
    return find_key("hiapi", source, environ or {}, command, lambda service, account: in_keyring)


def test_the_environment_comes_first_and_asks_nobody_else() -> None:
    command = Command("from-command")
    key = look(command, {"HIAPI_API_KEY": " from-env\n"}, in_keyring="from-keyring")
    assert key == Key(Secret("from-env"), "environment HIAPI_API_KEY")
    assert command.calls == []


def test_then_the_command_then_the_keyring_then_the_file() -> None:
    command = Command("from-command")
    assert look(command, in_keyring=IN_KEYRING) == Key(
        Secret("from-command"), "command op", asked_for=True
    )
    silent = KeySource(env="HIAPI_API_KEY", literal=Secret("from-config"))
    found = look(command, source=silent, in_keyring=IN_KEYRING)
    assert found == Key(Secret(IN_KEYRING), "keyring", asked_for=True)
    assert look(command, source=silent) == Key(Secret("from-config"), "config.toml")


@pytest.mark.parametrize("short", ["k", "abcde"])
def test_a_key_that_is_too_short_to_be_hidden_is_refused(short: str) -> None:
    key = look(Command(), {"HIAPI_API_KEY": short})
    place = "environment HIAPI_API_KEY"
    assert key == Key(
        None, place, f"the key from {place} has fewer than 6 characters", flaw=Flaw.TOO_SHORT
    )
    assert look(Command(), {"HIAPI_API_KEY": "abcdef"}).secret == Secret("abcdef")


def test_a_missing_key_says_which_variable_to_set() -> None:
    key = look(Command(), {"HIAPI_API_KEY": " "}, source=KeySource(env="HIAPI_API_KEY"))
    assert key == Key(None, "missing", "set HIAPI_API_KEY")


def test_the_keyring_is_asked_for_the_account() -> None:
    asked: list[tuple[str, str]] = []

    def keyring(service: str, account_id: str) -> str:
        asked.append((service, account_id))
        return "k"

    find_key("studio-b", KeySource(env="STUDIO_B_KEY"), {}, Command(), keyring)
    assert asked == [("rushes", "studio-b")]


def test_the_command_is_run_in_the_environment_that_was_searched() -> None:
    command = Command("k")
    look(command, {"PATH": "/bin"})
    assert command.calls == [(("op", "read"), {"PATH": "/bin"})]


def test_a_command_that_gives_no_key_is_said_when_no_key_is_found() -> None:
    source = KeySource(env="HIAPI_API_KEY", command=("op", "read"))
    key = look(Command(error=FAILING), source=source)
    assert key == Key(None, "missing", f"{FAILING}; set HIAPI_API_KEY")


def test_a_failing_command_does_not_hide_the_key_in_the_file() -> None:
    assert look(Command(error=FAILING)) == Key(Secret("from-config"), "config.toml")


def test_a_real_command_is_run(tmp_path: Path) -> None:
    script = tmp_path / "print-key"
    script.write_text("import sys; print('real-key'); print('more'); print('x', file=sys.stderr)")
    source = KeySource(env="X", command=(sys.executable, str(script)))
    key = find_key("hiapi", source, {}, keyring=no_keyring)
    assert key.secret == Secret("real-key")


@pytest.mark.parametrize(
    "bad", ["two words", "a\tb", "a\x07b", "schlüssel", "x" * 5000, "a\u200bb"]
)
def test_a_key_that_no_request_can_carry_is_refused_without_being_shown(bad: str) -> None:
    key = look(Command(), {"HIAPI_API_KEY": bad})
    place = "environment HIAPI_API_KEY"
    assert key == Key(
        None,
        place,
        f"the key from {place} holds spaces or characters that no key has",
        flaw=Flaw.CHARACTERS,
    )


def test_a_key_shows_in_no_repr() -> None:
    key = look(Command(), {"HIAPI_API_KEY": "very-secret"})
    assert "very-secret" not in repr(key)
    assert "from-config" not in repr(SOURCE)


def test_the_keyring_package_is_asked_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def get_password(service: str, account_id: str) -> str:
        return f"{service}/{account_id}"

    monkeypatch.setitem(sys.modules, "keyring", SimpleNamespace(get_password=get_password))
    assert ask_keyring("rushes", "hiapi") == "rushes/hiapi"


def test_a_missing_or_failing_keyring_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    def get_password(service: str, account_id: str) -> str:
        raise RuntimeError("no backend")

    monkeypatch.setitem(sys.modules, "keyring", SimpleNamespace(get_password=get_password))
    assert ask_keyring("rushes", "hiapi") is None
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert ask_keyring("rushes", "hiapi") is None


def test_a_keyring_that_waits_for_a_dialogue_is_given_up_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answered = threading.Event()

    def get_password(service: str, account_id: str) -> str:
        answered.wait(10)
        return "late"

    monkeypatch.setitem(sys.modules, "keyring", SimpleNamespace(get_password=get_password))
    with pytest.raises(NoKey, match=r"the keyring did not answer within 0\.02 s"):
        ask_keyring("rushes", "hiapi", timeout=0.02)
    answered.set()


def test_a_hanging_keyring_is_said_when_no_key_is_found() -> None:
    def keyring(service: str, account_id: str) -> str:
        raise NoKey("the keyring did not answer within 3 s")

    key = find_key("hiapi", KeySource(env="K"), {}, Command(), keyring)
    assert key.why_missing == "the keyring did not answer within 3 s; set K"
