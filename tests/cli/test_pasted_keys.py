"""A key that is pasted for an id, or imported as one, is refused and goes nowhere (row 85)."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING, Any

import pytest

from rushes.watch.keys import known_keys, pasted

if TYPE_CHECKING:
    from tests.cli.conftest import Play, Rushes

REF = "hiapi:tk-hiapi-01HZTQ8BX2N3GM3YFK4Z9D7VQR"


@pytest.fixture(autouse=True)
def another_process(monkeypatch: pytest.MonkeyPatch) -> None:
    forget(monkeypatch)


def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Know as much as a process that has just begun."""
    monkeypatch.setattr(known_keys, "_forms", {})
    monkeypatch.setattr(pasted, "_used", {})


def printed_by_a_command(rushes: Rushes, url: str, key: str) -> None:
    file = rushes.home.parent / "key-file"
    file.write_text(key)
    rushes.configure(
        f'[providers.hiapi]\nbase_url = "{url}"\napi_key_command = ["cat", "{file}"]\n'
    )


@pytest.mark.parametrize(
    "words",
    [
        ["hiapi", "sk-4f1c9a27e6b84f1c9a27e6b8"],
        ["ttapi:key-4f1c9a27e6b84f1c9a27e6b8"],
        ["gptge", "r8_4f1c9a27e6b84f1c9a27e6b8"],
        ["AIzaSyA4f1c9a27e6b84f1c9a27e6b8"],
        ["hiapi", "AIzaSyA4f1c9a27e6b84f1c9a27e6b8"],
        ["hiapi", "Bearer 4f1c9a27e6b84f1c9a27e6b8"],
        ["dimilinks:Bearer 4f1c9a27e6b84f1c9a27e6b8"],
        ["the key is r8_4f1c9a27e6b84f1c9a27e6b8 for task"],
    ],
)
def test_what_begins_as_keys_do_is_no_id_before_any_use(rushes: Rushes, words: list[str]) -> None:
    rushes.configure('[providers.hiapi]\napi_key_command = ["touch", "was-run"]\n')
    done = rushes("add", *words)
    assert done.code == 2
    assert "4f1c9a27" not in done.out + done.err
    assert not list(rushes.home.glob("watchlists/*"))
    assert not list(rushes.home.rglob("was-run"))


@pytest.mark.sampled(5)
@pytest.mark.parametrize(
    "key", ["opaque4f1c9a27e6b8", "4f1c9a27-e6b8-4f1c-9a27-e6b84f1c9a27", "a/b+c=4f1c9a27e6b84f1c"]
)
@pytest.mark.parametrize(
    "spelled", ["{}", "gptge:{}", "curl -H 'tt-api: {}' x", 'say "{}",', "task id {}"]
)
def test_a_commands_key_is_no_id_after_its_first_use_by_another_process(
    rushes: Rushes, play: Play, monkeypatch: pytest.MonkeyPatch, key: str, spelled: str
) -> None:
    printed_by_a_command(rushes, play.gateway.base_urls["hiapi"], key)
    rushes.watch(REF)
    rushes("ls", "--poll")
    state = rushes.home / "state.toml"
    assert stat.S_IMODE(state.stat().st_mode) == 0o600
    assert key not in state.read_text()
    forget(monkeypatch)
    (rushes.home.parent / "key-file").unlink()  # which no later command may need
    for words in ([spelled.format(key)], ["ttapi", spelled.format(key)]):
        done = rushes("add", *words)
        assert done.code == 2, words
        assert key not in done.out + done.err
    assert rushes("ls", "--json").json()["tasks"][1:] == []


def test_an_id_of_a_gateway_is_none_of_them(rushes: Rushes, play: Play) -> None:
    printed_by_a_command(rushes, play.gateway.base_urls["hiapi"], "opaque4f1c9a27e6b8")
    rushes.watch(REF)
    rushes("ls", "--poll")
    known = [scene for scene in play.gateway.tasks if scene.provider != "openai-video"]
    refs = [f"{scene.provider}:{scene.id}" for scene in known]
    assert rushes("add", *refs).code == 0
    assert rushes("add", "ttapi", "opaque4f1c9a27e6b9").code == 0  # as long, and another


def exported(**changed: Any) -> bytes:
    provider, _, task_id = REF.partition(":")
    line: dict[str, Any] = {
        "rushes": 1, "provider": provider, "id": task_id, "label": "", "tags": [],
        "added": "2026-11-22T07:00:00Z", "status": "succeeded", "raw_status": "success",
        "snapshot": {"status": "succeeded", "raw_status": "success", "outputs": []},
        "transitions": [], "polls": 1, "last_polled_at": None, "unfinished_at": None,
        "downloads": {},
    }  # fmt: skip
    return json.dumps(line | changed).encode()


def with_content(path: str) -> dict[str, Any]:
    output = {"kind": "video", "content": path}
    return {"status": "succeeded", "raw_status": "success", "outputs": [output]}


@pytest.mark.parametrize(
    ("provider", "path"),
    [
        ("hiapi", "/v1/account/keys/revoke?all=1"),
        ("hiapi", "/../v1/account/keys/revoke"),
        ("hiapi", "/v1/tasks/%2e%2e"),
        ("dimilinks", "/v1/videos/a%2f..%2f..%2fkeys/content"),
        ("dimilinks", "@elsewhere.example/v1/videos/a/content"),
        ("dimilinks", ".elsewhere.example/v1/videos/a/content"),
    ],
)
def test_an_import_that_names_another_path_than_a_route_is_refused(
    rushes: Rushes, provider: str, path: str
) -> None:
    bad = exported(provider=provider, snapshot=with_content(path))
    done = rushes("import", "-", stdin=exported() + b"\n" + bad)
    assert done.code == 2
    assert "line 2: " in done.err
    assert "is no route of" in done.err
    assert not (rushes.home / "history.db").exists()
    assert not list(rushes.home.glob("watchlists/*"))


def test_an_import_that_names_a_route_is_taken(rushes: Rushes) -> None:
    fine = exported(provider="dimilinks", snapshot=with_content("/v1/videos/video_1/content"))
    assert rushes("import", "-", stdin=fine).code == 0


@pytest.mark.parametrize("task_id", ["sk-4f1c9a27e6b84f1c", "../keys", "a%2fcancel"])
def test_an_import_of_a_task_that_cannot_be_asked_about_is_refused(
    rushes: Rushes, task_id: str
) -> None:
    done = rushes("import", "-", stdin=exported(id=task_id))
    assert done.code == 2
    assert "4f1c9a27" not in done.out + done.err


@pytest.mark.parametrize("command", [("add", REF), ("ls", "--poll"), ("wait", "--timeout", "0.1s")])
def test_a_key_that_goes_unencrypted_is_warned_of_once_a_run(
    rushes: Rushes, command: tuple[str, ...]
) -> None:
    rushes.configure('[providers.hiapi]\nbase_url = "http://gateway.invalid"\n')
    done = rushes(*command)
    assert done.err.count("http:// sends the key unencrypted") == 1


def test_config_check_and_providers_say_where_each_key_is_looked_for_and_goes(
    rushes: Rushes,
) -> None:
    rushes.configure(
        '[providers.hiapi]\nbase_url = "https://elsewhere.example"\n'
        '[providers.studio-b]\ndialect = "ttapi"\napi_key_command = ["/usr/bin/op", "read"]\n'
    )
    line = "hiapi: key from HIAPI_API_KEY, else the keyring; sent to https://elsewhere.example"
    told = rushes("config", "check").out
    assert line in told
    assert "studio-b: key from STUDIO_B_API_KEY, else command op, else the keyring; sent to" in told
    assert line in rushes("providers", "--json", HIAPI_API_KEY="abcdefgh").err
