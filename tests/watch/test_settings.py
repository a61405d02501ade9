"""What config.toml may say, and what is said of its faults."""

from pathlib import Path

import pytest
from written_settings import faults, read

from rushes.providers.registry import find, known
from rushes.watch.bucket import extra
from rushes.watch.config.downloads import Auto, DownloadSettings
from rushes.watch.config.reader import settings_of
from rushes.watch.config.settings import BadSettings, GlyphSet, HistorySettings, load
from rushes.watch.keys.find import KeySource


def test_without_a_file_everything_is_the_default(config: Path) -> None:
    settings = load(config, {"RUSHES_HOME": str(config.parent)})
    assert settings.glyphs is GlyphSet.UNICODE
    assert settings.download == DownloadSettings(
        dir=config.parent / "downloads",
        staging=config.parent / "staging",
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
        staging=config.parent / "staging",
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


@pytest.mark.parametrize("url", ["s3://dailies/rushes", "gs://dailies", "az://dailies/a/b"])
def test_files_may_go_to_a_bucket(config: Path, url: str) -> None:
    download = read(config, f'[download]\ndir = "{url}"\nstaging = "/var/staging"').download
    assert str(download.bucket).rstrip("/") == url
    assert download.folder == Path("/var/staging")


def test_a_url_that_names_no_bucket_is_at_fault(config: Path) -> None:
    with pytest.raises(BadSettings, match=r"\[download\] dir: expected"):
        read(config, '[download]\ndir = "s3://"')


def test_a_bucket_without_its_extra_is_at_fault(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extra, "is_installed", lambda: False)
    with pytest.raises(BadSettings, match=r"pip install 'rushes\[bucket\]'"):
        read(config, '[download]\ndir = "s3://dailies"')
