"""Reads HTTP answers: tells a task's own answer, a Snapshot, from any other reply, a Problem."""

import re
from collections.abc import Callable, Collection
from datetime import timedelta
from typing import TypeVar

from rushes.providers.card import Card, Parse
from rushes.providers.codes import kind_of_code, says_key_refused, says_not_found
from rushes.providers.errors import UnexpectedReply
from rushes.providers.expiry import documented
from rushes.providers.fields import replace
from rushes.providers.language import catalogued
from rushes.providers.links import distinct, elements, keyed
from rushes.providers.model import (
    Basis,
    Failure,
    Inline,
    Output,
    Problem,
    ProblemKind,
    Snapshot,
    Status,
)
from rushes.providers.named import BY_PRODUCTS
from rushes.providers.node import OUTPUT_LIMIT, Node
from rushes.providers.reply import Ask, Reply, read_json
from rushes.providers.text import clean, without_queries
from rushes.providers.unmapped import unmapped

ReadDocument = Callable[[Node, Ask], Snapshot | Problem]
T = TypeVar("T")


def speaks(card: Card, *, errors: Collection[int] = ()) -> Callable[[ReadDocument], Parse]:
    """Decorate a reader of JSON documents, so that it reads HTTP replies: pure, and never raises.

    A reply that is not the task's own answer becomes a Problem: an HTTP error, a business code, a
    body that is not of the documented form, or an answer about another task. HTTP errors in
    `errors` are the task's own answers, too: the reader reads their bodies, and returns a Snapshot.

    A status code that tells the task's status (`Card.http`; 202 without a body: it is worked on)
    does so where the reply has no readable task.
    """

    def decorate(read: ReadDocument) -> Parse:
        def parse(reply: Reply, ask: Ask) -> Snapshot | Problem:
            if reply.status == 202 and not reply.body.strip():
                return Snapshot(status=Status.RUNNING, raw_status="202")
            result = answer(
                card, reply, lambda body: _settled(read(body, ask), card, body, ask), errors
            )
            if isinstance(result, Problem) and (said := card.http.get(reply.status)) is not None:
                return Snapshot(status=said, raw_status=str(reply.status))
            return result

        return parse

    return decorate


def answer(
    card: Card, reply: Reply, read: Callable[[Node], T | Problem], errors: Collection[int] = ()
) -> T | Problem:
    """What `read` returns for a reply's JSON object, or the Problem of a reply without one.

    The bodies of HTTP errors in `errors` are read as those of good replies are.
    """
    own = reply.status in errors
    if not (200 <= reply.status < 300 or own):
        return refusal(card, reply)
    try:
        body = read_json(reply.body).fields()
        result = (None if own else _bare_error(card, body)) or read(body)
    except UnexpectedReply as error:
        message = clean(str(error), 300)
        return Problem(kind=ProblemKind.MALFORMED, message=message, http_status=reply.status)
    if isinstance(result, Problem):
        return replace(
            result,
            message=without_queries(result.message),
            http_status=reply.status,
            retry_after=reply.retry_after,
        )
    return result


def _settled(result: Snapshot | Problem, card: Card, body: Node, ask: Ask) -> Snapshot | Problem:
    if isinstance(result, Problem):
        return result
    if result.task_id and ask.task_id and not _is_asked(result.task_id, card, ask.task_id):
        message = f"the answer is about another task, {result.task_id}"
        return Problem(kind=ProblemKind.MALFORMED, message=message)
    lost = result.status in (Status.FAILED, Status.CANCELED)
    progress = None if lost else result.progress
    why = result.failure
    if why and why.message:
        # Why a picture could not be fetched is often told with its presigned link (S6).
        why = replace(why, message=without_queries(why.message))
    outputs = result.outputs
    if result.status is Status.SUCCEEDED and all(it.kind in BY_PRODUCTS for it in outputs):
        outputs = distinct((*outputs, *unmapped(body)))
    task_id = ask.task_id or result.task_id
    kept = tuple(
        _with_lifetime(keyed(output, card, task_id, ask), card.output_lifetime)
        for output in outputs[:OUTPUT_LIMIT]
    )
    return replace(result, failure=why, progress=progress, outputs=kept, drift=body.drift())


def _is_asked(said: str, card: Card, task_id: str) -> bool:
    return said == task_id or said == card.name_of(task_id)


def _with_lifetime(output: Output, lifetime: timedelta | None) -> Output:
    """The output with its gateway's documented lifetime, unless its form of reply gave it one.

    A file inside the reply cannot expire.
    """
    if lifetime is None or isinstance(output.where, Inline):
        return output
    if any(it.basis is Basis.DOCUMENTED for it in output.claims):
        return output
    return replace(output, claims=output.claims + documented(lifetime))


def failure(node: Node) -> Failure | None:
    """Why a task failed, from `{code, message}` or a bare text; None where absent."""
    if node.is_object:
        return because(node["code"].code(), node["message"].text())
    return because(None, node.text())


def because(code: str | None, message: str | None) -> Failure | None:
    """A failure with its code and message, None where both are missing."""
    return Failure(code, message) if code or message else None


def refusal(card: Card, reply: Reply) -> Problem:
    """The problem of an HTTP error: its kind is the business code's if known, else the status's.

    A web page with status 401 or 403 does not mean that the key was refused: it comes from a proxy
    or a browser check in front of the gateway.
    """
    code, message = _complaint(reply)
    kind = _kind_in_body(card, code, message) or kind_of_http(reply.status)
    if reply.is_page and kind is ProblemKind.AUTH:
        kind, message = ProblemKind.UNAVAILABLE, f"a web page came ({reply.status})"
    return Problem(
        kind=kind,
        message=without_queries(message or "") or _http_words(reply),
        code=code,
        http_status=reply.status,
        retry_after=reply.retry_after,
    )


def _kind_in_body(card: Card, code: str | None, message: str | None) -> ProblemKind | None:
    """The kind that a body's code or message means; `404` as a code means what the status means."""
    kind = card.codes.get((code or "").casefold()) or kind_of_code(code)
    if kind is None and says_not_found(message):
        return ProblemKind.NOT_FOUND
    if kind is None and says_key_refused(message):
        return ProblemKind.AUTH
    if kind is None and code and re.fullmatch(r"[345]\d\d", code):
        return kind_of_http(int(code))
    return kind


def kind_of_http(status: int) -> ProblemKind:
    """What an HTTP status says about a poll (interface.md, "Statuses")."""
    if status in (401, 402, 403):
        return ProblemKind.AUTH
    if status == 404:
        return ProblemKind.NOT_FOUND
    if status == 429:
        return ProblemKind.RATE_LIMITED
    if status in (408, 499) or status >= 500:
        return ProblemKind.UNAVAILABLE
    return ProblemKind.REFUSED


def business_problem(card: Card, code: str | None, message: str | None) -> Problem | None:
    """The problem that a body's own code means, None for a code that means no problem."""
    kind = _kind_in_body(card, code, None) if code else None
    if kind is None:
        return None
    return Problem(kind=kind, message=message or f"code {code}", code=code)


def without_task(card: Card, code: str | None, message: str | None) -> Problem:
    """The problem of a readable body that holds no task, only a code or a message."""
    refused = Problem(kind=ProblemKind.REFUSED, message=message or f"code {code}", code=code)
    return business_problem(card, code, message) or refused


def _bare_error(card: Card, body: Node) -> Problem | None:
    """The problem of an `error` that stands alone under a good status (new-api's and others' form).

    None as soon as anything stands beside it that may be a task, whose error it then would be.
    """
    members = body.value.items() if isinstance(body.value, dict) else ()
    said = {name for name, value in members if value is not None and value != ""}
    if not said <= {"error", "code", "request_id"}:
        return None
    code, message = _of_error(body)
    return without_task(card, code, message) if code or message else None


def _of_error(body: Node) -> tuple[str | None, str | None]:
    """The code and message of a body's `error`, an object or a text; nothing where absent.

    Google's `code` repeats the HTTP status: a refused key is told by a `reason` in its `details`
    (google.rpc.ErrorInfo).
    """
    error = body["error"]
    if error.is_text:
        return body["code"].code(), error.text()
    error = error.optional()
    details = (it for it in elements(error["details"]) if it.is_object)
    reasons = (reason for it in details if kind_of_code(reason := it["reason"].code()))
    return next(reasons, None) or error["code"].code(), error["message"].text()


def _complaint(reply: Reply) -> tuple[str | None, str | None]:
    """The code and message of an error body in any of the shapes the gateways use."""
    try:
        body = read_json(reply.body).fields()
    except UnexpectedReply:
        return None, None
    if "detail" in body and body["message"].absent and body["error"].absent:
        return body["code"].code(), detail(body["detail"])
    if body["error"].is_text or body["error"].is_object:
        return _of_error(body)
    if body["base_resp"].is_object:
        return body["base_resp"]["status_code"].code(), body["base_resp"]["status_msg"].text()
    said = body["message"].text() or body["msg"].text()
    return body["error_code"].code() or body["code"].code(), said


def detail(node: Node) -> str | None:
    """What a `detail` says: a text, or a list of what is wrong with each field (FastAPI's form)."""
    said = [
        (it["msg"].text() or it["message"].text()) if it.is_object else it.text()
        for it in elements(node)
    ]
    return "; ".join(filter(None, said)) or None


def _http_words(reply: Reply) -> str:
    if 300 <= reply.status < 400:
        target = re.match(r"(?:https?:)?//([^/?#\s]+)", reply.headers.get("location", ""))
        host = f" to {clean(target.group(1), 100)}" if target else ""
        return f"redirected{host}: check base_url"
    return _HTTP_WORDS.get(reply.status, f"HTTP {reply.status}")


_HTTP_WORDS = {
    400: catalogued("bad request (400)"),
    401: catalogued("key refused (401)"),
    402: catalogued("payment required (402)"),
    403: catalogued("forbidden (403)"),
    404: catalogued("task not found (404)"),
    408: catalogued("request timed out (408)"),
    429: catalogued("too many requests (429)"),
    499: catalogued("queue exhausted (499)"),
    500: catalogued("server error (500)"),
    502: catalogued("bad gateway (502)"),
    503: catalogued("service unavailable (503)"),
    504: catalogued("gateway timed out (504)"),
    522: catalogued("origin unreachable (522)"),
    524: catalogued("origin timed out (524)"),
}
