"""Loads the providers that distributions bring.

What they do wrong, when they are imported or parse a reply, is theirs: it ends nothing.
"""

import importlib
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from rushes.providers.card import Card, Parse, Provider
from rushes.providers.error_codes import ErrorCode
from rushes.providers.errors import RushesError
from rushes.providers.language import _
from rushes.providers.listed import listed
from rushes.providers.model import Link, Problem, ProblemKind, Snapshot
from rushes.providers.reply import Ask, Reply
from rushes.providers.text import clean
from rushes.watch.config.entry_points import Plugin

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


class BadPlugin(RushesError):
    """A distribution's provider cannot be used."""

    code = ErrorCode.BAD_PLUGIN


def load(plugin: Plugin) -> Provider:
    """Import the provider, its parsers guarded; raises BadPlugin, whatever is wrong with it."""
    module, _colon, attribute = plugin.value.partition(":")
    try:
        found: Any = importlib.import_module(module.strip())
        for name in filter(None, attribute.strip().split(".")):
            found = getattr(found, name)
        if not isinstance(found, Provider):
            raise BadPlugin(
                _("{source}: {plugin} is no Provider").format(
                    source=plugin.source, plugin=clean(plugin.value, 100)
                )
            )
        _check(found, plugin)
        return guarded(found, plugin.source)
    except BadPlugin:
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin's boundary
        said = clean(f"{type(error).__name__}: {error}".rstrip(": "), 200)
        raise BadPlugin(
            _("{source}: {module} cannot be loaded ({said})").format(
                source=plugin.source, module=clean(module, 100), said=said
            )
        ) from None


def _check(provider: Provider, plugin: Plugin) -> None:
    """Raise BadPlugin for a card that the program could not work with."""
    card = provider.card
    if card.id != plugin.name or not _ID.fullmatch(card.id):
        raise BadPlugin(
            _("{source}: the card's id is not the entry point's, {plugin}").format(
                source=plugin.source, plugin=plugin.name
            )
        )
    if not re.fullmatch(r"https?://[\w.:-]+(/[\w.~%/-]*)?", card.base_url) and card.base_url:
        raise BadPlugin(
            _("{source}: base_url is no address of a gateway").format(source=plugin.source)
        )
    for pattern in (card.id_pattern, card.hosts, card.id_form):
        re.compile(pattern)
    known = listed(card)
    if not known.every > 0 or not card.fits(card.no_task) or known.is_at(""):
        raise BadPlugin(_("{source}: the card is not whole").format(source=plugin.source))


def guarded(provider: Provider, source: str) -> Provider:
    """The provider with parsers that raise nothing and give what they promise."""
    card: Card = provider.card
    if card.batch is not None:
        card = replace(card, batch=replace(card.batch, parts=_listing(card.batch.parts)))
    return replace(
        provider,
        card=card,
        parse=_parse(provider.parse, source),
        result=_parse(provider.result, source) if provider.result else None,
        located=_locating(provider.located, source) if provider.located else None,
    )


def _parse(parse: Callable[[Reply, Ask], object], source: str) -> Parse:
    def guard(reply: Reply, ask: Ask) -> Snapshot | Problem:
        try:
            result = parse(reply, ask)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin's boundary
            return _fault(source, f"failed ({type(error).__name__})")
        if isinstance(result, (Snapshot, Problem)):
            return result
        return _fault(source, f"gave a {type(result).__name__}, no snapshot and no problem")

    return guard


def _locating(
    located: Callable[[Reply, Ask], object], source: str
) -> Callable[[Reply, Ask], Link | Problem]:
    def guard(reply: Reply, ask: Ask) -> Link | Problem:
        try:
            result = located(reply, ask)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin's boundary
            return _fault(source, f"failed ({type(error).__name__})")
        if isinstance(result, (Link, Problem)):
            return result
        return _fault(source, f"gave a {type(result).__name__}, no link and no problem")

    return guard


def _fault(source: str, what: str) -> Problem:
    return Problem(kind=ProblemKind.MALFORMED, message=f"the plugin {source} {what}")


def _listing(yields: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A generator of a plugin that ends where it fails: what it did not yield is asked alone."""

    def guard(body: Any) -> Iterator[Any]:
        try:
            yield from yields(body)
        except RushesError:
            raise
        except (Exception, SystemExit):  # noqa: BLE001 - a plugin's boundary
            return

    return guard
