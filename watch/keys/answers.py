"""Hides keys in what an answer was parsed into.

An account's own key was hidden in the bytes of the reply, before anything was read or cut. What
only decoding puts together, such as a folded link, and other accounts' keys are hidden here.
"""

from dataclasses import replace

from rushes.providers.model import Link, Output, Problem, Snapshot, Status
from rushes.providers.secret import Secret
from rushes.watch.keys.known_keys import hide


def rid_of_keys(result: Snapshot | Problem, own: Secret) -> Snapshot | Problem:
    """The result with every known key hidden in its texts, and the account's own in its links.

    Statuses, ids, codes and links are what is acted upon: a key of another account, which may be a
    word such as "success", changes none of them.
    """
    if isinstance(result, Problem):
        return replace(result, message=hide(result.message))
    failure = result.failure
    if failure is not None:
        failure = replace(failure, message=_hidden(failure.message))
    unknown = result.status is Status.UNKNOWN
    return replace(
        result,
        raw_status=hide(result.raw_status) if unknown else result.raw_status,
        model=_hidden(result.model),
        prompt=_hidden(result.prompt),
        request_id=_hidden(result.request_id),
        upstream_id=_hidden(result.upstream_id),
        usage={
            name: hide(value) if isinstance(value, str) else value
            for name, value in result.usage.items()
        },
        failure=failure,
        outputs=tuple(_output(output, own) for output in result.outputs),
        drift=tuple(map(hide, result.drift)),
    )


def _output(output: Output, own: Secret) -> Output:
    where = output.where
    if isinstance(where, Link):
        where = Link(hide(where.url, own))
    return replace(output, where=where, note=hide(output.note))


def _hidden(text: str | None) -> str | None:
    return text and hide(text)
