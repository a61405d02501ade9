"""Reads the replies of a provider that is described in TOML, as a module's `parse` would.

What decides on a status is refused where it has a wrong type; anything else is noted as drift.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta, timezone

from rushes.providers.answers import because, failure, without_task
from rushes.providers.card import Card
from rushes.providers.errors import UnexpectedReply
from rushes.providers.expiry import stated
from rushes.providers.fields import replace
from rushes.providers.links import Place as LinkPlace
from rushes.providers.links import distinct, usable
from rushes.providers.model import (
    Basis,
    Content,
    ExpiryClaim,
    Failure,
    Output,
    Problem,
    ProblemKind,
    Scalar,
    Snapshot,
    Status,
)
from rushes.providers.named import under
from rushes.providers.node import Json, Node
from rushes.providers.reply import Ask
from rushes.providers.toml_dialect.description import Description, Place
from rushes.providers.toml_dialect.expressions import Expression, compiled
from rushes.providers.toml_dialect.places import NOTHING, mark, tree_of
from rushes.providers.toml_dialect.table import BadDialect, Written

RESOLVED = "resolve"
"""The name under which expressions find the reply to the second question."""

_ZERO_TIME = "0001-01-01"
"""How a time begins that was never set, where a server is written in Go."""


class Reader:
    """The expressions of a description, compiled; raises BadDialect with a line for each fault."""

    def __init__(self, card: Card, said: Description) -> None:
        self._card = card
        self._said = said
        self._compiled: dict[Written, Expression] = {}
        faults: list[str] = []
        for written in said.written():
            try:
                self._compiled[written] = compiled(written)
            except BadDialect as error:
                faults.append(str(error))
        if faults:
            raise BadDialect("\n".join(faults))
        conditions = [it for it in (said.ok_if, said.fail_if, said.gone_if) if it]
        self._looked = tree_of(self._compiled[it].reads - {()} for it in conditions)
        self._places = tree_of(
            it.reads for each, it in self._compiled.items() if each not in conditions
        )

    def read(self, body: Node, ask: Ask) -> Snapshot | Problem:
        """What the reply to the first question said."""
        self._mark(body)
        if problem := self._refusal(body):
            return problem
        status, raw = self._card.status(self._value(self._said.status, body))
        snapshot = self._snapshot(body, ask, self._judged(status, body), raw)
        return self._with_second_question(snapshot, body, ask)

    def read_result(self, body: Node, ask: Ask) -> Snapshot | Problem:
        """What the reply to the second question said; expressions find it under `resolve`."""
        inner = body.beside("$", {RESOLVED: body.value})
        self._mark(body, RESOLVED)
        if self._reads_result(self._said.ok_if) and (problem := self._refusal(inner)):
            return problem
        resolve = self._said.resolve
        status = self._judged(resolve.when if resolve else Status.SUCCEEDED, inner)
        snapshot = self._snapshot(inner, ask, status, "")
        return replace(snapshot, task_id=None)

    def parts(self, body: Node) -> Iterator[tuple[str | None, Json]]:
        """Each task in the reply about several: its id, and what its own answer would be."""
        items = self._value(self._said.batch_items, body)
        key = self._said.batch_key
        for item in items.items():
            found = self._compiled[key].of(item).ident() if key else None
            yield found, item.value

    def _mark(self, body: Node, *names: str) -> None:
        """Mark what is known of a reply; what a condition looks at may hold more than it asks."""
        for tree, whole in ((self._places, True), (self._looked, False)):
            found = tree
            for name in names:
                found = found.get(name, NOTHING)
            mark(body, found, whole=whole)

    # -- what decides ---------------------------------------------------------------------------

    def _refusal(self, body: Node) -> Problem | None:
        said = self._said
        if said.gone_if and self._compiled[said.gone_if].holds(body):
            code, message = self._error(body)
            words = message or "the provider does not know the task"
            return Problem(kind=ProblemKind.NOT_FOUND, message=words, code=code)
        if said.ok_if and not self._compiled[said.ok_if].holds(body):
            return without_task(self._card, *self._error(body))
        return None

    def _judged(self, status: Status, body: Node) -> Status:
        """The status, FAILED for a success of which the file says that it is none."""
        fail_if = self._said.fail_if
        if status is Status.SUCCEEDED and fail_if and self._compiled[fail_if].holds(body):
            return Status.FAILED
        return status

    def _value(self, written: Written | None, body: Node) -> Node:
        return self._compiled[written].of(body) if written else body.beside("", None)

    def _reads_result(self, written: Written | None) -> bool:
        reads = self._compiled[written].reads if written else ()
        return any(path[:1] == (RESOLVED,) for path in reads)

    # -- what is told besides -------------------------------------------------------------------

    def _other(self, written: Written | None, body: Node) -> Node:
        """A value that decides nothing: null, with a note, where it cannot be had."""
        try:
            return self._value(written, body)
        except UnexpectedReply as error:
            body.beside(error.path, None).note(f"expected {error.expected}, got {error.got}")
            return body.beside(error.path, None)

    def _snapshot(self, body: Node, ask: Ask, status: Status, raw: str) -> Snapshot:
        said, told = self._said, self._said.told
        created = self._time(said.times.created, body)
        succeeded, over = status is Status.SUCCEEDED, status.terminal
        return Snapshot(
            status=status,
            raw_status=raw,
            task_id=self._value(told.id, body).ident(),
            progress=self._progress(body),
            model=self._other(told.model, body).text(),
            prompt=self._other(told.prompt, body).text(),
            request_id=self._other(told.request_id, body).text(),
            upstream_id=self._other(told.upstream_id, body).text(),
            created_at=created,
            started_at=self._time(said.times.started, body),
            finished_at=self._time(said.times.finished, body) if over else None,
            usage=self._usage(body),
            failure=self._failure(body) if status is Status.FAILED else None,
            outputs=self._outputs(body, ask, created) if succeeded else (),
        )

    def _progress(self, body: Node) -> int | None:
        node = self._other(self._said.progress, body)
        return node.fraction() if self._said.is_fraction else node.percent()

    def _time(self, written: Written | None, body: Node) -> datetime | None:
        node, times = self._other(written, body), self._said.times
        if node.is_text and str(node.value).startswith(_ZERO_TIME):
            return None
        if times.unit == "iso" or (not times.unit and node.is_text and not _is_number(node)):
            return _moment(node, times.zone)
        return node.epoch()

    def _usage(self, body: Node) -> Mapping[str, Scalar]:
        whole = self._other(self._said.cost, body)
        if whole.is_object:
            return whole.scalars()
        each = self._said.costs.items()
        costs: dict[str, Json] = {name: self._other(it, body).value for name, it in each}
        if whole.value is not None:
            costs["cost"] = whole.value
        kept: Json = {name: value for name, value in costs.items() if value is not None}
        return body.beside("cost", kept).scalars()

    def _error(self, body: Node) -> tuple[str | None, str | None]:
        """The code and the message of what went wrong."""
        said = self._said
        if said.error:
            found = failure(self._other(said.error, body))
            return (found.code, found.message) if found else (None, None)
        code = self._other(said.error_code, body).code()
        return code, self._other(said.error_message, body).text()

    def _failure(self, body: Node) -> Failure | None:
        return because(*self._error(body))

    # -- files ----------------------------------------------------------------------------------

    def _outputs(self, body: Node, ask: Ask, created: datetime | None) -> tuple[Output, ...]:
        around = stated(self._time(self._said.expiry.at, body))
        found: list[Output] = []
        for place in self._said.outputs:
            if place.content:
                found += self._content(place, ask)
            else:
                node = self._other(place.url, body)
                found += usable(self._links(place, node, ask, around))
        return tuple(self._ending(output, created) for output in distinct(found))

    def _content(self, place: Place, ask: Ask) -> Sequence[Output]:
        path = self._card.content_path(ask.task_id) if ask.task_id else None
        return [Output(kind=place.kind or "file", where=Content(path))] if path else []

    def _links(
        self, place: Place, node: Node, ask: Ask, around: tuple[ExpiryClaim, ...]
    ) -> Iterator[LinkPlace]:
        kind, kind_at = place.kind, place.kind_at
        yield from under(node, ask, kind=kind, kind_at=kind_at, ends_around=around)

    def _ending(self, output: Output, created: datetime | None) -> Output:
        """The output with the claims that this file's `expiry` makes of its links."""
        expiry, claims = self._said.expiry, output.claims
        if not expiry.signed:
            claims = tuple(claim for claim in claims if claim.basis is not Basis.SIGNED)
        if expiry.from_created and expiry.ttl and created:
            claims += (ExpiryClaim(Basis.DOCUMENTED, at=created + expiry.ttl),)
        return replace(output, claims=claims)

    # -- the second question --------------------------------------------------------------------

    def _with_second_question(self, snapshot: Snapshot, body: Node, ask: Ask) -> Snapshot:
        resolve = self._said.resolve
        if resolve is None or snapshot.status is not resolve.when or not ask.task_id:
            return snapshot
        values: dict[str, str] = {}
        for name, written in resolve.values.items():
            value = self._value(written, body).ident()
            if value is None:
                return snapshot
            values[name] = value
        return replace(snapshot, then=self._card.result_path(ask.task_id, values))


def _moment(node: Node, zone: timezone) -> datetime | None:
    """A time in ISO 8601; one that names no zone is of the zone that the file names."""
    moment = node.time()
    if moment is None or datetime.fromisoformat(str(node.value).strip()).tzinfo is not None:
        return moment
    return moment - (zone.utcoffset(None) or timedelta())


def _is_number(node: Node) -> bool:
    return isinstance(node.value, str) and node.value.strip().replace(".", "", 1).isdigit()
