"""What a paste says of a task beside its id: a label and tags, and what was submitted.

Of a submitted body only model and prompt are taken; the rest may hold anything.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from rushes.providers.frozen import frozen
from rushes.providers.text import clean
from rushes.watch.watchlist.entries import tags_in

MODEL_LIMIT = 200

_LONGEST_BODY = 256 << 10
_BODY = re.compile(r"\{\s*(?P<escape>\\?)\"")
_TRIES = 200
"""Objects of a paste that are looked at; more are not what a person submits."""


@frozen
class About:
    """What is said of a task, cleaned; `provider` is the word that stands beside its id."""

    label: str = ""
    tags: tuple[str, ...] = ()
    model: str = ""
    prompt: str = ""
    provider: str = ""


NOTHING = About()


@frozen
class Body:
    """What was submitted, and where in the text it ends."""

    end: int
    about: About


def about_of(value: object) -> About:
    """What the fields of an object, or the cells of a row by their head, say of its task."""
    values = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
    tags = values.get("tags")
    texts = cast("Sequence[object]", tags) if isinstance(tags, list) else [tags]
    return About(
        label=_text(values.get("label")),
        tags=tags_in(text for text in texts if isinstance(text, str)),
        model=clean(_text(values.get("model")), MODEL_LIMIT),
        prompt=_text(values.get("prompt")),
        provider=_text(values.get("provider")).casefold(),
    )


def bodies_in(text: str) -> Iterator[Body]:
    """The submitted bodies in a text, in order: JSON objects that name a model or a prompt.

    Also those that a shell's double quotes have escaped.
    """
    if "prompt" not in text and "model" not in text:
        return
    decoder = json.JSONDecoder()
    at, tries = 0, 0
    while tries < _TRIES and (begin := _BODY.search(text, at)):
        start, tries = begin.start(), tries + 1
        at = start + 1
        part = text[start : start + _LONGEST_BODY]
        written = part.replace('\\"', '"') if begin["escape"] else part
        try:
            value, length = decoder.raw_decode(written)
        except (ValueError, RecursionError):
            continue
        if begin["escape"]:
            length = len(json.dumps(value))  # about as long: what follows it is what counts
        at = start + max(1, length)
        if isinstance(value, dict) and (about := _submitted(cast("dict[str, Any]", value))):
            yield Body(at, about)


def _submitted(body: Mapping[str, Any]) -> About | None:
    """Model and prompt of a body, wherever the gateways have them; None where it names neither."""
    places = [body, *(body.get(name) for name in ("input", "parameters", "data"))]
    content = body.get("content")
    places += cast("list[object]", content) if isinstance(content, list) else [content]
    objects = [cast("Mapping[str, Any]", each) for each in places if isinstance(each, dict)]
    model = _first(objects, ("model", "model_name"))
    prompt = _first(objects, ("prompt", "text"))
    if not model and not prompt:
        return None
    return About(model=clean(model, MODEL_LIMIT), prompt=prompt)


def _first(objects: Sequence[Mapping[str, Any]], names: Sequence[str]) -> str:
    found = (_text(each.get(name)) for name in names for each in objects)
    return next(filter(None, found), "")


def _text(value: object) -> str:
    return clean(value) if isinstance(value, str) else ""
