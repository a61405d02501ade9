import os
from pathlib import Path

import pytest

from rushes.providers.registry import find, known
from rushes.providers.secret import Secret
from rushes.watch.config.downloads import Auto, DownloadSettings
from rushes.watch.config.reader import settings_of
from rushes.watch.config.settings import BadSettings, GlyphSet, HistorySettings, Settings, load
from rushes.watch.keys.find import KeySource


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def read(config: Path, text: str, mode: int = 0o600) -> Settings:
    config.write_text(text, encoding="utf-8")
    config.chmod(mode)
    return load(config, {"RUSHES_HOME": str(config.parent)})


def faults(config: Path, text: str) -> list[str]:
    with pytest.raises(BadSettings) as bad:
        read(config, text)
    assert str(bad.value) == "\n".join(bad.value.lines)
    assert all(line.startswith(f"{config}: ") for line in bad.value.lines)
    return [line.removeprefix(f"{config}: ") for line in bad.value.lines]


def test_without_a_file_everything_is_the_default(config: Path) -> None:
    settings = load(config, {"RUSHES_HOME": str(config.parent)})
    assert settings.glyphs is GlyphSet.UNICODE
    assert settings.download == DownloadSettings(
        dir=config.parent / "downloads",
        template="{provider}/{name}/{kind}-{n}{ext}",
        auto=Auto.RESCUE,
        rescue_before=1800.0,
        parallel=4,
        sidecar=False,
    )
    assert list(settings.accounts) == [name for name, each in known().items() if each.base_url]
    assert settings.history == HistorySettings(keep=None)
    assert settings.keys == {}
    assert settings.warnings == ()


def test_a_provider_of_many_gateways_is_an_account_once_one_is_named(config: Path) -> None:
    home = {"RUSHES_HOME": str(config.parent)}
    assert "newapi" not in load(config, home).accounts
    told = load(config, {**home, "RUSHES_NEWAPI_BASE_URL": "https://gw.example"}).accounts["newapi"]
    assert (told.base, told.key.env) == ("https://gw.example", "NEWAPI_API_KEY")
    settings = read(config, '[providers.newapi]\nbase_url = "https://gw.example/v1"\n')
    assert settings.accounts["newapi"].base == "https://gw.example"
    with pytest.raises(BadSettings, match=r"\[providers.newapi\] base_url: expected the address"):
        read(config, '[providers.newapi]\napi_key_env = "X"\n')
    with pytest.raises(BadSettings, match=r"\[providers.own\] base_url: expected the address"):
        read(config, '[providers.own]\ndialect = "newapi"\n')


def test_a_built_in_provider_is_an_account_with_its_card_s_defaults(config: Path) -> None:
    account = load(config, {"RUSHES_HOME": str(config.parent)}).accounts["hiapi"]
    card = find("hiapi").card
    assert (account.id, account.provider.card) == ("hiapi", card)
    assert (account.base, account.poll_interval) == (card.base_url, card.poll.every)
    assert account.key == KeySource(env="HIAPI_API_KEY")


EXAMPLE = """
glyphs = "ascii"

[download]
dir = "~/Movies/rushes"
template = "{provider}/{name}/{kind}-{n}{ext}"
auto = "all"
rescue_before = "1h 30m"
parallel = 2
sidecar = true

[providers.hiapi]
base_url = "https://api.hiapi.ai"
api_key_command = ["op", "read", "op://vault/key"]
poll_interval = "5s"
max_rate = 7.5
max_concurrency = 3

[providers.studio-b]
dialect = "anyfast"
base_url = "https://gateway.example"
api_key_env = "STUDIO_B_KEY"

[keys]
download = "d"
quit = ["q", "ctrl+q"]
"""


def test_the_documented_example_is_accepted(config: Path) -> None:
    settings = read(config, EXAMPLE)
    assert settings.glyphs is GlyphSet.ASCII
    assert settings.download == DownloadSettings(
        dir=Path("~/Movies/rushes").expanduser(),
        template="{provider}/{name}/{kind}-{n}{ext}",
        auto=Auto.ALL,
        rescue_before=5400.0,
        parallel=2,
        sidecar=True,
    )
    hiapi, studio = settings.accounts["hiapi"], settings.accounts["studio-b"]
    assert hiapi.key.command == ("op", "read", "op://vault/key")
    assert (hiapi.poll_interval, hiapi.max_rate, hiapi.max_concurrency) == (5.0, 7.5, 3)
    assert (studio.max_rate, studio.max_concurrency) == (20.0, 32)
    assert studio.provider.id == "anyfast"
    assert (studio.base, studio.key.env) == ("https://gateway.example", "STUDIO_B_KEY")
    assert settings.keys == {"download": ("d",), "quit": ("q", "ctrl+q")}
    assert settings.warnings == ()


@pytest.mark.parametrize(
    ("text", "keep"),
    [
        ("", None),
        ('keep = "forever"', None),
        ('keep = "400d"', 400 * 86_400),
        ('keep = "1d"', 86_400),
    ],
)
def test_what_was_observed_is_kept_forever_or_as_long_as_one_says(
    config: Path, text: str, keep: float | None
) -> None:
    assert read(config, f"[history]\n{text}\n").history == HistorySettings(keep=keep)


@pytest.mark.parametrize(
    ("base_url", "base"),
    [
        ("https://gw.example/", "https://gw.example"),
        ("https://gw.example/v1", "https://gw.example"),
        ("https://gw.example/proxy/v1/", "https://gw.example/proxy"),
        ("HTTPS://GW.Example:443/p", "https://gw.example/p"),
        ("http://127.0.0.1:8811", "http://127.0.0.1:8811"),
        ("http://[::1]:8811/x", "http://[::1]:8811/x"),
    ],
)
def test_a_base_url_is_kept_as_what_routes_are_appended_to(
    config: Path, base_url: str, base: str
) -> None:
    settings = read(config, f'[providers.hiapi]\nbase_url = "{base_url}"\n')
    assert settings.accounts["hiapi"].base == base
    assert settings.warnings == ()


@pytest.mark.parametrize(
    "base_url",
    [
        "gw.example",
        "ftp://gw.example",
        "https://",
        "https://user:secret@gw.example",
        "https://gw.example?x=1",
        "https://gw.example/?",
        "https://gw.example/#",
        "https://gw.example:0",
        "https://gw.example:99999",
        "https://gw.example/a b",
        "https://gw.example/../x",
        "https://gw.ex\\\\ample",
        "https://2130706433",
        "https://gw.exämple",
    ],
)
def test_a_base_url_that_is_more_or_less_than_a_prefix_is_refused_unshown(
    config: Path, base_url: str
) -> None:
    assert faults(config, f'[providers.hiapi]\nbase_url = "{base_url}"\n') == [
        "[providers.hiapi] base_url: expected http(s)://host, "
        "with a port and a path prefix if need be, and nothing else"
    ]


def test_a_second_account_never_falls_back_on_the_first_one_s_key(config: Path) -> None:
    settings = read(config, '[providers.studio-b]\ndialect = "hiapi"\n')
    assert settings.accounts["studio-b"].key.env == "STUDIO_B_API_KEY"
    assert settings.accounts["studio-b"].base == find("hiapi").card.base_url


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('glyps = "ascii"', "glyps: unknown key; did you mean glyphs?"),
        ('glyphs = "asci"', "glyphs: unknown value; did you mean ascii?"),
        ("glyphs = 1", "glyphs: expected one of unicode, ascii, got 1"),
        ("download = 1", "download: expected a table, got 1"),
        ("[download]\nparalel = 4", "[download] paralel: unknown key; did you mean parallel?"),
        (
            "[download]\nzzz = 4",
            "[download] zzz: unknown key; "
            f"expected one of {', '.join(settings_of(DownloadSettings))}",
        ),
        (
            "[download]\nparallel = 0",
            "[download] parallel: expected a whole number from 1 to 32, got 0",
        ),
        (
            "[download]\nparallel = true",
            "[download] parallel: expected a whole number from 1 to 32, got true or false",
        ),
        ('[download]\nauto = "resuce"', "[download] auto: unknown value; did you mean rescue?"),
        (
            "[download]\nrescue_before = 30",
            '[download] rescue_before: expected a duration such as "5s", "30m", "1h 30m" or "2d",'
            " got 30",
        ),
        (
            '[download]\nsidecar = "no"',
            "[download] sidecar: expected true or false, got text",
        ),
        (
            '[download]\ndir = "films"',
            "[download] dir: expected an absolute path, or one that begins with ~/",
        ),
        ('[download]\ndir = " "', "[download] dir: expected text, got an empty text"),
        (
            '[download]\ntemplate = "{provider}/{nam}"',
            "[download] template: unknown field nam; did you mean name?",
        ),
        (
            '[download]\ntemplate = "{n.__class__}"',
            "[download] template: unknown field n.__class__; "
            "expected one of provider, name, kind, id, model, tag, watchlist, prompt, upstream_id,"
            " sha256, date, time, n, ext",
        ),
        ('[download]\ntemplate = "{name!r}"', "[download] template: expected {name} without a !"),
        ('[download]\ntemplate = "{name"', "[download] template: expected every { to have its }"),
        (
            '[download]\ntemplate = "../{name}"',
            "[download] template: expected a path inside the download folder",
        ),
        (
            "[history]\nkeep = 400",
            '[history] keep: expected "forever" or a duration such as "5s", "30m", "1h 30m" or'
            ' "2d", got 400',
        ),
        (
            '[history]\nkeep = "for ever"',
            '[history] keep: expected "forever" or a duration such as "5s", "30m", "1h 30m" or'
            ' "2d", got text',
        ),
        (
            '[network]\nallow = ["10.0.0.1/8"]',
            '[network] allow: expected networks such as "10.0.0.0/8" or "fd00::/8"',
        ),
        (
            '[network]\nallow = "10.0.0.0/8"',
            '[network] allow: expected a list of networks such as ["10.0.0.0/8"], got text',
        ),
        (
            '[network]\nca_file = "nowhere.pem"',
            "[network] ca_file: expected a file that can be read",
        ),
        (
            '[providers.hiapi]\nca_file = "config.toml"',
            "[providers.hiapi] ca_file: expected certificates in PEM form"
            " (-----BEGIN CERTIFICATE-----)",
        ),
        ('[network]\ncafile = "a"', "[network] cafile: unknown key; did you mean ca_file?"),
        ('[history]\nkeep = "12h"', "[history] keep: expected at least 1d"),
        ('[history]\nkep = "2d"', "[history] kep: unknown key; did you mean keep?"),
        ("[providers]\nhiapi = 1", "[providers] hiapi: expected a table, got 1"),
        (
            "[providers.hiappi]",
            "[providers.hiappi]: unknown provider without a dialect; did you mean hiapi?",
        ),
        (
            '[providers.hiappi]\nbase_url = "https://gw.example"\napi_key_env = "B"',
            "[providers.hiappi]: unknown provider without a dialect; did you mean hiapi?",
        ),
        ("[providers.b]\ndialect = 1", "[providers.b] dialect: expected text, got 1"),
        (
            '[providers.b]\ndialect = "hiap"',
            "[providers.b] dialect: unknown dialect; did you mean hiapi?",
        ),
        (
            '[providers."b/c"]\ndialect = "hiapi"',
            "[providers.b/c]: expected a name of letters, digits, - and _",
        ),
        (
            '[providers.hiapi]\ndialect = "anyfast"',
            "[providers.hiapi] dialect: expected none: hiapi is built in",
        ),
        (
            '[providers.hiapi]\napi_key_env = "MY KEY"',
            "[providers.hiapi] api_key_env: expected the name of an environment variable",
        ),
        (
            '[providers.hiapi]\napi_key_command = "op read"',
            "[providers.hiapi] api_key_command: expected a list of texts, got text",
        ),
        (
            "[providers.hiapi]\napi_key_command = []",
            "[providers.hiapi] api_key_command: expected a list of texts, got a list",
        ),
        (
            '[providers.hiapi]\npoll_interval = "0s"',
            "[providers.hiapi] poll_interval: expected at least 0.1s",
        ),
        (
            "[keys]\ndownload = 1",
            '[keys] download: expected a key such as "d", or a list of keys, got 1',
        ),
    ],
)
def test_a_fault_is_one_line_that_says_where_and_what(config: Path, text: str, line: str) -> None:
    assert faults(config, text) == [line]


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
