"""Names what the machine has too little of for a download, which then waits (row 88)."""

import errno

from rushes.watch.disk.shortage import shortage
from rushes.watch.disk.system_fault import lacks_threads
from rushes.watch.reasoned import disk_fault
from rushes.watch.reasons import Cause, Reason


def lack_of(error: Exception) -> Reason | None:
    """What there is too little of for now; None where that is not what is wrong."""
    if (few := shortage(error)) is not None:
        return Cause.NO_MEMORY if few.errno == errno.ENOMEM else disk_fault(few)
    return Cause.NO_THREAD if lacks_threads(error) else None
