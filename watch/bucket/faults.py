"""Why a bucket did not take or give a file, in one word of ours.

The library's own texts are not passed on: they are over a thousand characters of debug output, and
hold the endpoint, in which a person may have written a password.
"""

from rushes.watch.reasoned import Reasoned
from rushes.watch.reasons import Cause

_BY_NAME = {
    "PermissionDeniedError": Cause.BUCKET_DENIED,
    "UnauthenticatedError": Cause.BUCKET_DENIED,
    "NotFoundError": Cause.BUCKET_LACKS,
    "FileNotFoundError": Cause.BUCKET_LACKS,
}


class BucketFault(Reasoned):
    """A bucket did not take or give a file; `reason` says why."""


def fault_of(error: Exception) -> BucketFault:
    """What an error of the library comes to."""
    return BucketFault(_BY_NAME.get(type(error).__name__, Cause.BUCKET_UNREACHABLE))
