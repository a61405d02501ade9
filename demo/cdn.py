"""The origin that plays the providers' file storages: no key, links that expire, byte ranges.

A link expires by the clock of the provider that gave it, since its end is stated by that clock.
Refusals are those of Aliyun OSS and S3: an XML `<Error>` with a code.
"""

from xml.sax.saxutils import escape

from rushes.demo.dialects import DIALECTS
from rushes.demo.http import Request, Response
from rushes.demo.signing import Verdict, judge
from rushes.demo.stage import CDN, Stage

_OPEN_LINKS = {dialect.name: dialect.open_links for dialect in DIALECTS}


def answer(stage: Stage, request: Request, *, key_sent: bool) -> Response:
    """Return the file at the request's path, or the storage's refusal.

    A request that carries a provider's key is refused as S3 refuses a second way to authenticate.
    """
    if key_sent:
        return _refuse(400, "InvalidArgument", "Only one auth mechanism allowed.")
    found = stage.published(request.path)
    if found is None:
        return _refuse(404, "NoSuchKey", "The specified key does not exist.")
    moment, n = found
    life = _OPEN_LINKS[moment.scene.provider]
    if life is not None:
        alive = moment.now < moment.expiry(moment.scene.outputs[n - 1], life)
        verdict = Verdict.VALID if alive else Verdict.EXPIRED
    else:
        verdict = judge(request.path, request.parameters, moment.now)
    if verdict is Verdict.EXPIRED:
        return _refuse(403, verdict.value, "Request has expired.")
    if verdict is Verdict.FORGED:
        return _refuse(403, verdict.value, "The request signature does not match.")
    return stage.send(moment, n, request, CDN)


def _refuse(status: int, code: str, message: str) -> Response:
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error>\n"
    )
    return Response(status, {"Content-Type": "application/xml"}, text.encode())
