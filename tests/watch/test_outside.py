"""Providers from outside are used like built-in ones; one that cannot be is left out, and said."""

import sys
import types
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rushes.providers import registry
from rushes.providers.batches import Batch
from rushes.providers.card import Provider
from rushes.providers.model import Problem, ProblemKind, Status
from rushes.providers.node import Node
from rushes.providers.reading import Reading
from rushes.providers.reply import Ask, Reply
from rushes.providers.toml_dialect.table import BadDialect
from rushes.watch.config.entry_points import Plugin, installed
from rushes.watch.config.outside import load_outside
from rushes.watch.config.plugins import BadPlugin, guarded
from rushes.watch.config.plugins import load as load_plugin
from rushes.watch.config.settings import BadSettings, Settings, load
from rushes.watch.disk.ownership import TrustedOwners

STUDIO = (
    'base_urls = { default = "https://api.studio.example" }\n'
    'query = { path = "/v1/tasks/{id}" }\nstatus = "state"\n'
    "id_pattern = 'studio-[0-9]{6}'\nown_ids = true\nno_task = 'studio-000000'\n"
)


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    registry.include({})


def settings(home: Path, files: dict[str, str], config: str = "") -> Settings:
    (home / "providers").mkdir(exist_ok=True)
    for name, text in files.items():
        (home / "providers" / name).write_text(text, "utf-8")
    (home / "config.toml").write_text(config, "utf-8")
    return load(home / "config.toml", {"RUSHES_HOME": str(home), "STUDIO_API_KEY": "k"})


def test_a_file_is_an_account_that_is_asked_and_recognised(tmp_path: Path) -> None:
    account = settings(tmp_path, {"studio.toml": STUDIO}).accounts["studio"]
    assert (account.base, account.key.env) == ("https://api.studio.example", "STUDIO_API_KEY")
    assert account.has_key
    assert registry.recognise("studio-123456").providers == ("studio",)
    assert registry.at_host("api.studio.example") == ("studio",)
    assert registry.find("studio").card.route == "/v1/tasks/{task_id}"
    assert "studio" not in registry.all_providers()


def test_config_toml_says_of_it_what_it_says_of_all(tmp_path: Path) -> None:
    config = (
        '[providers.studio]\npoll_interval = "9s"\n'
        '[providers.other]\ndialect = "studio"\nbase_url = "https://other.example"\n'
    )
    accounts = settings(tmp_path, {"studio.toml": STUDIO}, config).accounts
    assert accounts["studio"].poll_interval == 9.0
    assert accounts["other"].provider.card.id == "studio"


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("broken.toml", "status = = 3", "Invalid value (at line 1, column 10)"),
        ("odd.toml", STUDIO + "cancel = true", "cancel: unknown key"),
        ("hiapi.toml", STUDIO, "hiapi is built in: the built-in one is used"),
        ("thief.toml", STUDIO + 'auth = { env = "HIAPI_API_KEY" }',
         "thief: its key would be that of hiapi (HIAPI_API_KEY)"),
        ("Big Name.toml", STUDIO, "expected a file name of small letters, digits and -"),
        ("latin.toml", STUDIO + "# \udcff", "not UTF-8"),
    ],
)  # fmt: skip
def test_one_with_a_fault_is_left_out_and_all_others_work(
    tmp_path: Path, name: str, text: str, why: str
) -> None:
    (tmp_path / "providers").mkdir()
    (tmp_path / "providers" / name).write_bytes(text.encode("utf-8", "surrogateescape"))
    said = settings(tmp_path, {"studio.toml": STUDIO})
    assert {"studio", "hiapi", "dashscope"} <= set(said.accounts)
    (left,) = said.outside.left_out
    assert why in left.why[0]
    assert left.why[0].startswith(f"{tmp_path}/providers/{name}")
    assert any(why in warning for warning in said.exposed)
    if name == "hiapi.toml":
        said.outside.refuse("hiapi")
    else:
        with pytest.raises(BadDialect):
            said.outside.refuse(name.removesuffix(".toml"))
    assert said.accounts["hiapi"].base == "https://api.hiapi.ai"


def test_nothing_is_wrong_with_settings_of_one_that_is_left_out(tmp_path: Path) -> None:
    config = (
        '[providers.odd]\nbase_url = "https://x.example"\n[providers.odd-2]\ndialect = "odd"\n'
        '[add]\nprefer = ["odd"]\n'
    )
    said = settings(tmp_path, {"odd.toml": "status = 3"}, config)
    assert "odd" not in said.accounts
    assert "odd-2" not in said.accounts
    with pytest.raises(BadSettings, match="unknown provider"):
        settings(tmp_path, {}, config + "[providers.nobody]\n")


def test_a_file_that_others_could_write_is_not_read(tmp_path: Path) -> None:
    settings(tmp_path, {"studio.toml": STUDIO})
    (tmp_path / "providers" / "studio.toml").chmod(0o666)
    outside = load_outside(tmp_path / "providers", TrustedOwners(), plugins=tuple)
    assert "studio" not in outside.sources
    assert "any user could have" in outside.left_out[0].why[0]


def test_two_files_may_not_share_a_key(tmp_path: Path) -> None:
    other = STUDIO.replace("api.studio", "evil") + 'auth = { env = "STUDIO_API_KEY" }'
    said = settings(tmp_path, {"studio.toml": STUDIO, "twin.toml": other})
    assert [left.id for left in said.outside.left_out] == ["twin"]


def test_a_file_may_not_name_the_variable_of_an_account(tmp_path: Path) -> None:
    config = (
        '[providers.mine]\ndialect = "hiapi"\nbase_url = "https://mine.example"\n'
        'api_key_env = "STUDIO_API_KEY"\n'
    )
    with pytest.raises(BadSettings, match="STUDIO_API_KEY, where that of mine is"):
        settings(tmp_path, {"studio.toml": STUDIO}, config)
    told = config + '[providers.studio]\napi_key_env = "MY_STUDIO_KEY"\n'
    accounts = settings(tmp_path, {"studio.toml": STUDIO}, told).accounts
    assert accounts["studio"].key.env == "MY_STUDIO_KEY"


def test_another_home_has_other_ones(tmp_path: Path) -> None:
    settings(tmp_path, {"studio.toml": STUDIO})
    empty = tmp_path / "empty"
    empty.mkdir()
    settings(empty, {})
    assert "studio" not in registry.known()


# -- distributions --------------------------------------------------------------------------------


def lumen(**changes: Any) -> Provider:
    hiapi = registry.find("hiapi")
    facts = {"id": "lumen", "base_url": "https://lumen.example", "own_ids": False, **changes}
    card = replace(hiapi.card, auth=replace(hiapi.card.auth, env="LUMEN_API_KEY"), **facts)
    return replace(hiapi, card=card)


def plugin(monkeypatch: pytest.MonkeyPatch, value: object, name: str = "lumen") -> Plugin:
    module = types.ModuleType("lumen_for_a_test")
    module.PROVIDER = value  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "lumen_for_a_test", module)
    return Plugin(name, "lumen_for_a_test:PROVIDER", "rushes_lumen")


def test_a_distributions_provider_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = plugin(monkeypatch, lumen())
    outside = load_outside(tmp_path, TrustedOwners(), lambda: [found])
    assert (dict(outside.sources), outside.left_out) == ({"lumen": "rushes_lumen"}, ())
    assert registry.find("lumen").card.base_url == "https://lumen.example"


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (None, "lumen_for_a_test:PROVIDER is no Provider"),
        (lumen(id="other"), "the card's id is not the entry point's, lumen"),
        (lumen(base_url="ftp://x"), "base_url is no address of a gateway"),
        (lumen(id_pattern="("), "cannot be loaded ("),
        (lumen(no_task="../.."), "the card is not whole"),
        (lumen(hosts=".*"), "the card is not whole"),
    ],
)
def test_one_that_is_no_provider_is_left_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, value: object, why: str
) -> None:
    found = plugin(monkeypatch, value)
    outside = load_outside(tmp_path, TrustedOwners(), lambda: [found])
    assert outside.left_out[0].why[0].startswith("rushes_lumen: ")
    assert why in outside.left_out[0].why[0]


@pytest.mark.parametrize(
    "code",
    ["raise RuntimeError('boom\\x1b')", "raise SystemExit(3)", "import nobody_has_this", "("],
)
def test_what_an_import_raises_ends_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: str
) -> None:
    (tmp_path / "raising_for_a_test.py").write_text(code, "utf-8")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    found = Plugin("lumen", "raising_for_a_test:PROVIDER", "rushes_lumen")
    with pytest.raises(BadPlugin, match="rushes_lumen: raising_for_a_test cannot be loaded") as bad:
        load_plugin(found)
    assert str(bad.value).isprintable()


def test_a_built_in_one_and_a_file_come_before_a_distribution(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "lumen.toml").write_text(STUDIO, "utf-8")
    plugins = [plugin(monkeypatch, lumen()), plugin(monkeypatch, lumen(), "hiapi")]
    outside = load_outside(tmp_path, TrustedOwners(), lambda: plugins)
    assert dict(outside.sources) == {"lumen": str(tmp_path / "lumen.toml")}
    outside.refuse("lumen")
    outside.refuse("hiapi")
    assert [left.why for left in outside.left_out] == [
        (f"rushes_lumen: lumen is described in {tmp_path}/lumen.toml: that is used",),
        ("rushes_lumen: hiapi is built in: the built-in one is used",),
    ]


def raising(*_: object) -> Any:
    raise RuntimeError("a plugin's fault")


def leaving(*_: object) -> Any:
    raise SystemExit(1)


def nothing(*_: object) -> Any:
    return None


def text(*_: object) -> Any:
    return "done"


def one_id(_: object) -> Any:
    return iter(["a"])


@pytest.mark.parametrize("parse", [raising, leaving, nothing, text])
def test_what_a_parser_does_wrong_is_that_tasks_trouble(parse: Any) -> None:
    provider = guarded(replace(lumen(), parse=parse, result=parse, located=parse), "rushes_lumen")
    for reads in (provider.parse, provider.result, provider.located):
        assert reads is not None
        problem = reads(Reply(200, {}, b"{}"), Ask("x"))
        assert isinstance(problem, Problem)
        assert problem.kind is ProblemKind.MALFORMED
        assert problem.message.startswith("the plugin rushes_lumen ")


def test_what_it_does_right_is_passed_on() -> None:
    provider = guarded(lumen(), "rushes_lumen")
    body = b'{"code": 200, "data": {"status": "handling"}}'
    assert getattr(provider.parse(Reply(200, {}, body), Ask()), "status", None) is Status.RUNNING
    node = Node("$", None, Reading())
    for parts, found in ((one_id, ["a"]), (raising, [])):
        batch = Batch(route="/q?ids={task_ids}", limit=2, parts=parts)
        listing = guarded(lumen(batch=batch), "p").card.batch
        assert listing is not None
        assert [*listing.parts(node)] == found


def test_entry_points_are_found_in_what_is_installed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    metadata = tmp_path / "rushes_lumen-1.0.dist-info"
    metadata.mkdir()
    (metadata / "entry_points.txt").write_text(
        "[console_scripts]\nx = a:b\n\n[rushes.providers]\n# none\nlumen = rushes_lumen:PROVIDER\n"
    )
    (tmp_path / "other-2.dist-info").mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path), str(tmp_path / "nowhere")])
    installed.cache_clear()
    assert installed() == (Plugin("lumen", "rushes_lumen:PROVIDER", "rushes_lumen"),)
    monkeypatch.undo()
    installed.cache_clear()
