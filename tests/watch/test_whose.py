"""Which account a shared form of id is taken for, and which accounts there are to choose from."""

from pathlib import Path

import pytest

from rushes.providers.secret import Secret
from rushes.watch.config.settings import BadSettings, Settings, load
from rushes.watch.keys.find import KEYRING, Key
from rushes.watch.keys.remembered import in_keyring, note
from rushes.watch.watchlist.account_choice import AccountChoice

UUIDS = ("dashscope", "gptge", "ttapi")


def settings_of(home: Path, text: str = "", **environ: str) -> Settings:
    path = home / "config.toml"
    path.write_text(text)
    path.chmod(0o600)
    return load(path, {"RUSHES_HOME": str(home)} | environ)


def left(settings: Settings, default: str = "") -> tuple[str, ...]:
    return AccountChoice(settings.accounts, settings.add.prefer, default).between(UUIDS)


def test_where_no_account_has_a_key_all_compete(tmp_path: Path) -> None:
    assert left(settings_of(tmp_path)) == UUIDS


def test_an_account_without_a_key_does_not_compete_with_one_that_has_one(tmp_path: Path) -> None:
    assert left(settings_of(tmp_path, TTAPI_API_KEY="abcdefgh")) == ("ttapi",)
    both = settings_of(tmp_path, TTAPI_API_KEY="abcdefgh", GPTGE_API_KEY="abcdefgi")
    assert left(both) == ("gptge", "ttapi")
    assert left(settings_of(tmp_path, TTAPI_API_KEY=" ")) == UUIDS


GIVEN = Key(Secret("abcdefgh"), KEYRING, asked_for=True)


@pytest.mark.parametrize("source", ['api_key_command = ["never-run"]', 'api_key = "abcdefgh"'])
def test_a_key_that_config_names_counts_and_nothing_is_run(tmp_path: Path, source: str) -> None:
    assert left(settings_of(tmp_path, f"[providers.ttapi]\n{source}\n")) == ("ttapi",)


def test_a_key_that_the_keyring_gave_before_counts(tmp_path: Path) -> None:
    note(tmp_path / "state.toml", "gptge", GIVEN)
    note(tmp_path / "state.toml", "gptge", GIVEN)
    assert in_keyring(tmp_path / "state.toml") == {"gptge"}
    assert left(settings_of(tmp_path)) == ("gptge",)


def test_what_else_stands_in_the_state_is_kept_and_a_broken_one_is_none(tmp_path: Path) -> None:
    state = tmp_path / "state.toml"
    state.write_text('theme = "nord"\n')
    note(state, "ttapi", GIVEN)
    assert 'theme = "nord"' in state.read_text()
    state.write_text("[[[")
    assert in_keyring(state) == frozenset()


def test_a_preference_settles_what_keys_do_not(tmp_path: Path) -> None:
    text = '[add]\nprefer = ["ttapi", "gptge"]\n'
    assert left(settings_of(tmp_path, text)) == ("ttapi",)
    assert left(settings_of(tmp_path, text, GPTGE_API_KEY="abcdefgh")) == ("gptge",)


def test_a_word_on_the_command_line_settles_it_before_all(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, '[add]\nprefer = ["ttapi"]\n', TTAPI_API_KEY="abcdefgh")
    assert left(settings, "dashscope") == ("dashscope",)
    assert left(settings, "hiapi") == ("ttapi",)


def test_a_provider_that_is_off_is_nowhere(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, "[providers.gptge]\nenabled = false\npoll_interval = '9s'\n")
    assert "gptge" not in settings.accounts
    assert settings.warnings == ()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('[add]\nprefer = ["ttap"]\n', "did you mean ttapi?"),
        ("[add]\nprefer = 'ttapi'\n", "expected a list of providers"),
        ("[providers.ttapi]\nenabled = 'no'\n", "expected true or false"),
        ("[providers.ttapi]\nenabled = false\nwhat = 1\n", "unknown key"),
        ('[add]\nprefer = ["ttapi"]\n[providers.ttapi]\nenabled = false\n', "unknown provider"),
    ],
)
def test_a_fault_there_is_said(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(BadSettings, match=fault.replace("?", r"\?")):
        settings_of(tmp_path, text)


def test_a_key_out_of_the_keyring_is_noted_by_who_finds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rushes.watch import opening

    def given(*_: object) -> Key:
        return GIVEN

    monkeypatch.setattr(opening, "find_key", given)
    settings = settings_of(tmp_path)
    environ = {"RUSHES_HOME": str(tmp_path)}
    opening._find_key(settings.accounts["ttapi"], tmp_path / "config.toml", environ)  # pyright: ignore[reportPrivateUsage]
    assert left(settings_of(tmp_path)) == ("ttapi",)
