"""Renames a file without replacing another one, where the system can."""

import errno
import os
import sys
from collections.abc import Callable
from functools import cache

_EXCLUSIVE = {"linux": ("renameat2", 1), "darwin": ("renameatx_np", 4)}
"""The call, and its flag for "do not replace" (RENAME_NOREPLACE, RENAME_EXCL)."""


def rename_exclusively(source: int, old: str, folder: int, name: str) -> None:
    """Rename `old` in the folder `source` to `name` in `folder`, in one step.

    Raises FileExistsError where the name is taken, and OSError: ENOSYS where the system has no such
    call, EINVAL where the file system has none.
    """
    call, flag = _call()
    if call(source, os.fsencode(old), folder, os.fsencode(name), flag):
        import ctypes

        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), name)


@cache
def _call() -> tuple[Callable[[int, bytes, int, bytes, int], int], int]:
    import ctypes  # most commands rename nothing, and it takes a millisecond

    name, flag = _EXCLUSIVE.get(sys.platform, ("", 0))
    found = getattr(ctypes.CDLL(None, use_errno=True), name, None) if name else None
    if found is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    found.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
    found.restype = ctypes.c_int
    return found, flag
