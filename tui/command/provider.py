"""`rushes provider`: tries a provider against its contract, and drafts one in TOML."""

import json
import re
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from rushes.providers.card import Provider
from rushes.providers.contract import Row, examine
from rushes.providers.errors import UnexpectedReply
from rushes.providers.exits import Exit
from rushes.providers.language import _, plural
from rushes.providers.node import Json
from rushes.providers.registry import built_in, find
from rushes.providers.reply import read_json
from rushes.providers.text import clean
from rushes.providers.toml_dialect.draft import draft
from rushes.providers.toml_dialect.provider import ID, check, read_provider
from rushes.tui.shell.shell import BadUsage, Shell
from rushes.watch.config.outside import FOLDER
from rushes.watch.disk.atomic import plain_words

_LIMIT = 8 << 20


def run(args: Namespace, shell: Shell) -> Exit:
    """Do what the word behind `provider` says."""
    return _new(args, shell) if args.what == "new" else _test(args, shell)


def _test(args: Namespace, shell: Shell) -> Exit:
    """Hold a provider to its rows and to what holds for all; a line for each that fails."""
    provider = _provider(args.provider, shell)
    check(provider)
    report = examine(provider, [*_rows(args.rows)] if args.rows else [])
    for fault in report.faults:
        shell.out.line(clean(fault, 400))
    name = provider.card.id
    shell.tell(
        _("{name}: {rows}, {checks}").format(
            name=name,
            rows=plural("{n} row", "{n} rows", report.rows),
            checks=plural("{n} check", "{n} checks", report.checks),
        )
    )
    if report.faults:
        number = plural("{n} fault", "{n} faults", len(report.faults))
        shell.tell(f"{name}: {number}")
        return Exit.CONFIGURATION
    shell.out.line(_("{name}: holds").format(name=name))
    return Exit.FINE


def _provider(name: str, shell: Shell) -> Provider:
    """The provider of a TOML file, or of that id, built in or from outside."""
    if name.endswith(".toml"):
        path = Path(name)
        text = _text(path)
        return read_provider(
            text, path.stem, clean(str(path)), lambda it: find(it) if it in built_in() else None
        )
    shell.settings().outside.refuse(name)
    return find(name)


def _rows(folder: str) -> Iterator[Row]:
    """The rows in the JSON files of a folder."""
    files = sorted(Path(folder).rglob("*.json"))
    if not files:
        raise BadUsage(_("there is no JSON file in {folder}").format(folder=clean(folder, 200)))
    for file in files:
        try:
            rows = json.loads(_text(file))
        except (ValueError, RecursionError):
            raise BadUsage(_("{file} is not JSON").format(file=clean(str(file), 200))) from None
        for row in cast("list[Any]", rows if isinstance(rows, list) else [rows]):
            if not isinstance(row, dict) or not {"status", "body", "expect"} <= row.keys():
                raise BadUsage(
                    _("{file}: a row has a status, a body and what to expect").format(
                        file=clean(str(file), 200)
                    )
                )
            yield cast("Row", row)


def _new(args: Namespace, shell: Shell) -> Exit:
    """Print a draft; the person writes it where it belongs."""
    if not re.fullmatch(ID, args.provider):
        raise BadUsage(_("expected a name of small letters, digits and -"))
    if args.provider in built_in():
        raise BadUsage(
            _("{provider} is built in, and a file of that name would be left out").format(
                provider=args.provider
            )
        )
    if not args.from_reply:
        raise BadUsage(_("from which reply? --from-reply FILE, or - for stdin"))
    replies: list[Json] = []
    for file in args.from_reply:
        body = shell.read_bytes() if file == "-" else _text(Path(file)).encode()
        try:
            replies.append(read_json(body).fields().value)
        except UnexpectedReply as error:
            raise BadUsage(f"{clean(file, 200)}: {error}") from None
    for line in draft(args.provider, replies).splitlines():
        shell.out.line(line)
    path = shell.paths.config.parent / FOLDER / f"{args.provider}.toml"
    shell.tell(
        _("save it as {path}, then: rushes provider test {provider}").format(
            path=clean(str(path)), provider=args.provider
        )
    )
    return Exit.FINE


def _text(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(_LIMIT)
    except OSError as error:
        raise BadUsage(
            _("cannot read {path}: {error}").format(
                path=clean(str(path), 200), error=plain_words(error)
            )
        ) from None
    except UnicodeDecodeError:
        raise BadUsage(_("{path} is not UTF-8").format(path=clean(str(path), 200))) from None
