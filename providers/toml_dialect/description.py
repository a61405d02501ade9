"""What a TOML file says of its provider's replies: an expression for each thing that they tell."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, cast

from rushes.providers.fields import field, fields
from rushes.providers.frozen import frozen
from rushes.providers.model import Status
from rushes.providers.toml_dialect.table import Table, Written

_KIND = r"[a-z][a-z0-9_]{0,39}"
_UNITS = ("s", "ms", "iso")


@frozen(kw_only=True)
class Place:
    """Where outputs are: `url` gives a link, a list of links, or objects that hold one.

    `kind` is the kind of file, "" where the ending of its link tells it; `kind_at` is the member of
    such an object that names it. With `content` the output is the file behind the key.
    """

    url: Written | None
    kind: str
    kind_at: str
    content: bool


@frozen(kw_only=True)
class Resolve:
    """The second question: at which status it is asked, and what of the first reply it names."""

    when: Status
    values: Mapping[str, Written]


@frozen(kw_only=True)
class Times:
    """The three times of a task; `unit` is "" where the form of a value tells it."""

    created: Written | None
    started: Written | None
    finished: Written | None
    unit: str
    zone: timezone


@frozen(kw_only=True)
class Told:
    """What a reply tells of the task beside its status."""

    id: Written | None
    model: Written | None
    prompt: Written | None
    request_id: Written | None
    upstream_id: Written | None


@frozen(kw_only=True)
class Expiry:
    """The stated end of files, and whether links sign one and a lifetime begins at the creation."""

    at: Written | None
    signed: bool
    from_created: bool
    ttl: timedelta | None


@frozen(kw_only=True)
class Description:
    """All expressions of a provider. `error` is a code and a message, or one place of both."""

    status: Written | None
    ok_if: Written | None
    fail_if: Written | None
    gone_if: Written | None
    progress: Written | None
    is_fraction: bool
    times: Times
    told: Told
    error: Written | None
    error_code: Written | None
    error_message: Written | None
    cost: Written | None
    costs: Mapping[str, Written]
    outputs: tuple[Place, ...]
    expiry: Expiry
    resolve: Resolve | None
    batch_items: Written | None
    batch_key: Written | None
    known: tuple[Written, ...] = field(default=())

    def written(self) -> Iterator[Written]:
        """Every expression in it, each to be checked."""
        yield from _written(self)


def _written(value: Any) -> Iterator[Written]:
    if isinstance(value, Written):
        yield value
    elif isinstance(value, (Description, Place, Resolve, Times, Told, Expiry)):
        for each in fields(value):
            yield from _written(getattr(value, each.name))
    elif isinstance(value, tuple):
        for one in cast("tuple[Any, ...]", value):
            yield from _written(one)
    elif isinstance(value, Mapping):
        yield from cast("Mapping[str, Written]", value).values()


def description_of(table: Table) -> Description:
    """The expressions in a provider's file; what is wrong with them is noted as faults."""
    progress, is_fraction = _progress(table)
    error = table.table("error") if "error" in table and not table.is_text("error") else None
    cost = table.table("cost") if "cost" in table and not table.is_text("cost") else None
    batch = table.table("batch")
    table.needed("status")
    return Description(
        status=table.expression("status"),
        ok_if=table.expression("ok_if"),
        fail_if=table.expression("fail_if"),
        gone_if=table.expression("gone_if"),
        progress=progress,
        is_fraction=is_fraction,
        times=_times(table.table("times")),
        told=_told(table.table("task")),
        error=None if error else table.expression("error"),
        error_code=error.expression("code") if error else None,
        error_message=error.expression("message") if error else None,
        cost=None if cost else table.expression("cost"),
        costs=_expressions(cost) if cost else {},
        outputs=tuple(map(_place, table.tables("outputs"))),
        expiry=_expiry(table.table("expiry")),
        resolve=_resolve(table.table("resolve")),
        batch_items=batch.expression("items"),
        batch_key=batch.expression("key"),
        known=table.expressions("known"),
    )


def _expressions(table: Table) -> Mapping[str, Written]:
    found = ((key, table.expression(key)) for key in table)
    return {key: written for key, written in found if written is not None}


def _progress(table: Table) -> tuple[Written | None, bool]:
    """Where the progress stands, and whether it is a fraction of 1 instead of 100."""
    if "progress" not in table or table.is_text("progress"):
        return table.expression("progress"), False
    progress = table.table("progress")
    if "scale" in progress:
        progress.needed("path")
    scale = progress.plain("scale")
    if type(scale) not in (int, type(None)) or scale not in (None, 1, 100):
        progress.fault("scale", "1 or 100, which means that all is done")
    return progress.expression("path"), scale == 1


def _times(table: Table) -> Times:
    unit = table.text("unit", form="s|ms|iso", expected=f"one of {', '.join(_UNITS)}")
    return Times(
        created=table.expression("created"),
        started=table.expression("started"),
        finished=table.expression("finished"),
        unit=unit,
        zone=_zone(table),
    )


def _zone(table: Table) -> timezone:
    said = table.text("tz", form=r"[+-](0\d|1[0-4]):[0-5]\d", expected="an offset such as +08:00")
    if not said:
        return UTC
    offset = datetime.fromisoformat(f"2000-01-01T00:00:00{said}").utcoffset()
    return timezone(offset) if offset else UTC


def _told(table: Table) -> Told:
    return Told(**{each.name: table.expression(each.name) for each in fields(Told)})


def _place(table: Table) -> Place:
    content = table.flag("content")
    if content == ("url" in table):
        table.fault("url", "either an expression or content = true")
    return Place(
        url=table.expression("url"),
        kind=table.text("kind", form=_KIND, expected="a word such as video"),
        kind_at=table.text("kind_at", form=r"\w{1,80}", expected="the name of a member"),
        content=content,
    )


def _expiry(table: Table) -> Expiry:
    begin = table.text("from", form="finished|created", expected='"finished" or "created"')
    if begin and "ttl" not in table:
        table.fault("from", "none without ttl")
    return Expiry(
        at=table.expression("at"),
        signed=table.flag("from_url", otherwise=True),
        from_created=begin == "created",
        ttl=table.duration("ttl"),
    )


def _resolve(table: Table) -> Resolve | None:
    if not any(True for _ in table):
        return None
    when = table.text("when", form="succeeded|failed", expected='"succeeded" or "failed"')
    values = table.table("values")
    for name in values:
        if not re.fullmatch(r"[a-z_]\w{0,39}", name, re.ASCII) or name in ("id", "task_id"):
            values.fault(name, "a name of letters and digits, other than id")
    return Resolve(when=Status(when or "succeeded"), values=_expressions(values))
