"""Faults are told at once, and what is allowed and unwise is warned of."""

import os
from pathlib import Path

import pytest
from written_settings import faults, read

from rushes.providers.secret import Secret
from rushes.watch.config.settings import BadSettings, load


def test_every_fault_is_told_at_once(config: Path) -> None:
    text = 'glyps = 1\n[download]\nparallel = 0\n[providers.hiapi]\nmax_concurrency = "x"\n'
    assert len(faults(config, text)) == 3


def test_a_key_shows_in_no_fault_and_no_repr(config: Path) -> None:
    assert "sk-very" not in " ".join(faults(config, '[providers.hiapi]\napi_key = ["sk-very"]\n'))
    assert "123456" not in " ".join(faults(config, "[providers.hiapi]\napi_key = 123456\n"))
    settings = read(config, '[providers.hiapi]\napi_key = "sk-very"\n')
    assert settings.accounts["hiapi"].key.literal == Secret("sk-very")
    assert "sk-very" not in repr(settings)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("glyphs = \n", "line 1, column 10"),
        ('glyphs = "ascii"\n[download\n', "line 2, column 10"),
        ('a = 1\nglyphs = "asc', "line 2, column 14"),
        ("x = " + "[" * 20_000, "line 1, column"),
        ("x = " + "9" * 5_000, "line 1, column"),
    ],
)
def test_what_is_no_toml_is_named_by_line_and_column(config: Path, text: str, place: str) -> None:
    (line,) = faults(config, text)
    assert line.startswith(place)


def test_giants_and_pipes_are_refused(config: Path) -> None:
    (line,) = faults(config, "#" * ((1 << 20) + 1))
    assert line == "larger than 1048576 bytes"
    config.unlink()
    os.mkfifo(config)
    with pytest.raises(BadSettings, match="not a regular file"):
        load(config, {})


def test_polling_faster_than_the_provider_wants_is_allowed_and_warned_of(config: Path) -> None:
    settings = read(config, '[providers.hiapi]\npoll_interval = "0.5s"\n')
    assert settings.accounts["hiapi"].poll_interval == 0.5
    (warning,) = settings.warnings
    assert "[providers.hiapi] poll_interval: 0.5s is below the provider's 3s" in warning


def test_the_interval_is_learned_where_no_documents_give_one_and_where_one_says_so(
    config: Path,
) -> None:
    usual = read(config, "").accounts
    learning = {name for name, account in usual.items() if account.learns_interval}
    assert "gptge" in learning
    assert "hiapi" not in learning
    told = read(
        config, '[providers.hiapi]\npoll_interval = "auto"\n[providers.gptge]\npoll_interval = "5s"'
    ).accounts
    assert (told["hiapi"].poll_interval, told["hiapi"].learns_interval) == (3.0, True)
    assert (told["gptge"].poll_interval, told["gptge"].learns_interval) == (5.0, False)


def test_a_key_in_the_clear_on_the_wire_is_warned_of(config: Path) -> None:
    settings = read(config, '[providers.hiapi]\nbase_url = "http://gw.example"\n')
    (warning,) = settings.warnings
    assert warning.endswith("base_url: http:// sends the key unencrypted")

    assert settings.exposed == (warning,)


@pytest.mark.parametrize(
    "base",
    ["http://localhost:1", "http://127.0.0.1:1", "http://[::1]", "http://10.0.0.5", "https://a.b"],
)
def test_a_key_that_stays_on_ones_own_network_or_is_encrypted_is_not(
    config: Path, base: str
) -> None:
    settings = read(config, f'[providers.hiapi]\nbase_url = "{base}"\n')
    assert settings.warnings == settings.exposed == ()


SHARED = "its key would be looked for in {}, where that of {} is; name another variable with"


@pytest.mark.parametrize(
    ("text", "own", "variable", "other"),
    [
        ('[providers.Hiapi]\ndialect = "hiapi"\n', "Hiapi", "HIAPI_API_KEY", "hiapi"),
        (
            '[providers.studio-b]\ndialect = "hiapi"\n[providers.studio_b]\ndialect = "ttapi"\n',
            *("studio_b", "STUDIO_B_API_KEY", "studio-b"),
        ),
        (
            '[providers.b]\ndialect = "hiapi"\n[providers.ttapi]\napi_key_env = "B_API_KEY"\n',
            *("b", "B_API_KEY", "ttapi"),
        ),
        (
            '[providers.HIAPI]\ndialect = "hiapi"\n[providers.hiapi]\nenabled = false\n',
            *("HIAPI", "HIAPI_API_KEY", "hiapi"),
        ),
    ],
)
def test_no_account_derives_the_variable_of_another(
    config: Path, text: str, own: str, variable: str, other: str
) -> None:
    with pytest.raises(BadSettings) as caught:
        read(config, text)
    (line,) = caught.value.lines
    assert f"[providers.{own}]: {SHARED.format(variable, other)} api_key_env" in line


def test_a_variable_may_be_shared_where_api_key_env_says_so(config: Path) -> None:
    second = '[providers.Hiapi]\ndialect = "hiapi"\napi_key_env = "HIAPI_API_KEY"\n'
    moved = '[providers.hiapi]\nbase_url = "https://elsewhere.example"\n'
    accounts = read(config, second + moved).accounts
    assert accounts["Hiapi"].key.env == accounts["hiapi"].key.env == "HIAPI_API_KEY"
    assert accounts["hiapi"].base == "https://elsewhere.example"


@pytest.mark.parametrize(
    ("text", "mode", "warned"),
    [
        ('api_key = "k"', 0o600, ""),
        ('api_key = "k"', 0o640, "others can read the keys in it"),
        ('api_key = "k"', 0o604, "others can read the keys in it"),
        ('api_key_env = "K"', 0o644, ""),
        ('api_key_command = ["op"]', 0o644, ""),
        ('api_key_command = ["op"]', 0o664, "a group could change it; chmod g-w"),
        ('base_url = "https://gateway.example"', 0o664, "a group could change it; chmod g-w"),
    ],
)
def test_a_file_that_others_may_touch_is_warned_of_where_it_matters(
    config: Path, text: str, mode: int, warned: str
) -> None:
    settings = read(config, f"[providers.hiapi]\n{text}\n", mode)
    assert len(settings.warnings) == bool(warned)
    assert warned in "".join(settings.warnings)


def test_a_rate_above_what_the_documents_allow_is_warned_of(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    settings = read(config, "[providers.dashscope]\nmax_rate = 30\n")
    (warning,) = settings.warnings
    assert settings.accounts["dashscope"].max_rate == 30.0
    assert "[providers.dashscope] max_rate: 30 is above the provider's 20 a second" in warning


@pytest.mark.parametrize("wrong", ["0", "0.05", "1001", "true", '"20"'])
def test_a_rate_is_a_number_within_bounds(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(BadSettings, match=r"max_rate: expected a number from 0\.1 to 1000"):
        read(tmp_path / "config.toml", f"[providers.hiapi]\nmax_rate = {wrong}\n")
