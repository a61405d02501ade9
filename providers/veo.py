"""Veo, at Google's Gemini API: GET /v1/{operation's name}, the key in `x-goog-api-key`.

- The id is the operation's name, `models/veo-3.1/operations/abc`. It holds no version of the API:
  the vendor's SDKs ask at `/v1`, other clients and older pages at `/v1beta`. An id that begins with
  `v1beta/` is asked there.
- There is no word for a status. `done` is absent until the end, and then the end may be bad: an
  `error`, or no sample but a count of what was filtered, without any `error` (the vendor's proto;
  clients that look for `done` alone call these successes). The words here are made of that.
- Files are at the API's own origin, `/v1beta/files/{id}:download?alt=media`, and want the key; they
  are kept for two days (Gemini API, video). A link to the vendor's host is asked for at the
  account's `base_url`, as without a key it is refused.
- Nothing says when it began or ended. Codes are those of google.rpc.Code, where 1 is cancelled.
- A key that is refused comes with HTTP 400; that it is the key is in `details[].reason`.
"""

import re
from collections.abc import Iterator
from datetime import timedelta

from rushes.providers.answers import because, failure, speaks
from rushes.providers.card import Auth, Card, PollPolicy, Provider
from rushes.providers.fields import replace
from rushes.providers.links import Place, at_url, elements, embedded, usable
from rushes.providers.model import Content, Failure, Link, Output, Problem, Snapshot, Status
from rushes.providers.node import Node
from rushes.providers.reply import Ask

_NAME = r"(?P<task_id>(?:models|tunedModels)/[^/]+/operations/[^/]+)"

CARD = Card(
    id="veo",
    name="Google Veo",
    docs="https://ai.google.dev/gemini-api/docs/video",
    base_url="https://generativelanguage.googleapis.com",
    id_form=_NAME,
    route="/v1/{+task_id}",
    other_routes=((f"v1beta/{_NAME}", "/v1beta/{+task_id}"),),
    content_route="/{version}/files/{file}:download?alt=media",
    auth=Auth(env="GEMINI_API_KEY", header="x-goog-api-key", scheme=""),
    poll=PollPolicy(every=10.0, quote="its examples ask every 10 s"),
    statuses={
        "running": Status.RUNNING,
        "done": Status.SUCCEEDED,
        "error": Status.FAILED,
        "filtered": Status.FAILED,
        "cancelled": Status.CANCELED,
    },
    id_pattern=r"(?:v1beta/)?(?:models|tunedModels)/[\w.-]+/operations/[\w-]+",
    own_ids=True,
    no_task="models/veo-3.1-generate-preview/operations/000000000000",
    hosts=r"generativelanguage\.googleapis\.com|aistudio\.google\.com",
    output_lifetime=timedelta(days=2),
)

_CANCELLED = "1"
_FILE = re.compile(r"https://generativelanguage\.googleapis\.com(/v1\w*/files/[\w.~-]+:download)\b")


@speaks(CARD)
def parse(body: Node, ask: Ask) -> Snapshot | Problem:
    """What `GET /v1/models/{model}/operations/{id}` said."""
    name = body["name"].ident()
    if name is None:
        raise body["name"].unexpected("the operation's name")
    body.skip("metadata")
    response = body["response"].optional()
    response.skip("@type")
    made = response["generateVideoResponse"].optional()
    why = _why(body["error"])
    files = usable(_places(made, ask))
    filtered = _filtered(made)
    word = _word(body["done"], why, bool(filtered) and not files)
    status = CARD.statuses[word]
    if status is not Status.SUCCEEDED:
        files = ()
    elif filtered and files:
        files = (replace(files[0], note=f"some were filtered: {filtered.message}"), *files[1:])
    return Snapshot(
        status=status,
        raw_status=word,
        task_id=name,
        model=name.split("/")[1] if "/" in name else None,
        failure=(why or filtered) if status is Status.FAILED else None,
        outputs=files,
    )


def _word(done: Node, why: Failure | None, is_filtered: bool) -> str:
    """The word for what the operation came to, as the documents have none."""
    if done.absent or done.value is False:
        return "running"
    if done.value is not True:
        raise done.unexpected("true or false")
    if why is not None:
        return "cancelled" if why.code == _CANCELLED else "error"
    return "filtered" if is_filtered else "done"


def _why(error: Node) -> Failure | None:
    """The operation's error; a code of 0 without a message is none (google.rpc.Status)."""
    if error.absent:
        return None
    if not error.is_object and not error.is_text:
        raise error.unexpected("object")
    if error.is_object:
        error.skip("status", "details")
    why = failure(error)
    return None if why == Failure("0", None) else why


def _filtered(made: Node) -> Failure | None:
    """Why samples were kept back; None where none were."""
    made.skip("@type")
    count = made["raiMediaFilteredCount"].whole()
    reasons = [it.text() for it in elements(made["raiMediaFilteredReasons"])]
    said = "; ".join(filter(None, reasons))
    return because(None, said or (f"{count} filtered" if count else None))


def _places(made: Node, ask: Ask) -> Iterator[Place]:
    def read(link: Node) -> Iterator[Output]:
        where = at_url(link, ask)
        if isinstance(where, Link) and (own := _FILE.match(where.url)):
            yield Output(kind="video", where=Content(f"{own[1]}?alt=media"))
        elif where is not None:
            yield Output(kind="video", where=where)

    for sample in elements(made["generatedSamples"]):
        if sample.is_object:
            video = sample["video"].optional()
            video.skip("encoding", "mimeType")
            yield video["uri"], read
            yield video["encodedVideo"], embedded


PROVIDER = Provider(card=CARD, parse=parse)
