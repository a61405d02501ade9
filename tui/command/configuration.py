"""config.toml as it is without one: valid TOML, every setting at its default with what it does."""

import json
from collections.abc import Iterator, Mapping

from rushes.tui.actions.catalogue import COMMANDS
from rushes.watch.config.settings import Account, Settings
from rushes.watch.config.words import ADD, DOWNLOAD, GENERAL, HISTORY, NETWORK, PROVIDER
from rushes.watch.durations import duration

_COLUMN = 40
"""Where what a setting does begins."""


def written(settings: Settings) -> Iterator[str]:
    """The lines of a config.toml that says what these settings are."""
    yield "# Every setting at its default: write down only what is to differ."
    yield "# rushes config check finds what is wrong with a config.toml."
    yield ""
    yield from _lines({"glyphs": _text(settings.glyphs.value)}, GENERAL)
    yield from ("", "[download]")
    yield from _lines(_download(settings), DOWNLOAD)
    yield from ("", "[history]")
    keep = settings.history.keep
    yield from _lines({"keep": _text(duration(keep) if keep else "forever")}, HISTORY)
    yield from ("", "[network]")
    yield from _lines({"ca_file": None, "allow": "[]"}, NETWORK)
    yield from ("", "[add]")
    yield from _lines({"prefer": json.dumps(settings.prefer)}, ADD)
    words: Mapping[str, str] = PROVIDER
    for name, account in settings.accounts.items():
        yield from ("", f"[providers.{name}]")
        yield from _lines(_provider(account), words)
        words = {}  # they are the same for every provider
    yield from ("", "# [providers.studio-b]: a second account, or another host like one above")
    yield from _lines({"dialect": None}, PROVIDER)
    yield from ("", "[keys]  # one key, or a list of them")
    for command in COMMANDS:
        keys = [_text(key) for key in command.keys]
        value = keys[0] if len(keys) == 1 else f"[{', '.join(keys)}]"
        yield _line(command.id, value, command.help)


def _download(settings: Settings) -> dict[str, str | None]:
    said = settings.download
    return {
        "dir": _text(str(said.dir)),
        "template": _text(said.template),
        "auto": _text(said.auto.value),
        "rescue_before": _text(duration(said.rescue_before)),
        "parallel": str(said.parallel),
        "sidecar": _text(said.sidecar),
    }


def _provider(account: Account) -> dict[str, str | None]:
    """None for what has no default."""
    return {
        "enabled": _text(True),
        "base_url": _text(account.base),
        "api_key_env": _text(account.key.env),
        "api_key_command": None,
        "api_key": None,
        "poll_interval": _text(duration(account.poll_interval)),
        "max_concurrency": str(account.max_concurrency),
    }


def _lines(values: Mapping[str, str | None], words: Mapping[str, str]) -> Iterator[str]:
    for name, value in values.items():
        yield _line(name, value, words.get(name, ""))


def _line(name: str, value: str | None, words: str) -> str:
    setting = f"# {name} = …" if value is None else f"{name} = {value}"
    return f"{setting:<{_COLUMN}}  # {words}" if words else setting


def _text(value: str | bool) -> str:
    # JSON's quoting and its true and false are TOML's.
    return json.dumps(value, ensure_ascii=False)
