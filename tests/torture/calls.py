"""The calls that are made to fail, and the ways in which each of them can.

Errors of files are those that the manual pages and POSIX list, on local file systems and on NFS;
EINTR only where Python does not call again by itself (PEP 475).
"""

import errno
import os
import socket
import sqlite3
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Failure:
    """One way to fail: `error` is raised instead of the call, or once it was done.

    Done all the same: a file server did it, and its reply was lost. Without an error the call
    takes, or gives, less than it could.
    """

    name: str
    error: Callable[[], BaseException] | None
    done: bool = False


@dataclass(frozen=True, slots=True)
class Strike:
    """The `number`-th call of that name (from 1) fails so; `lasting`: and all after it, too."""

    call: str
    number: int
    failure: str
    lasting: bool = False


@dataclass(frozen=True, slots=True)
class Injection:
    """The `number`-th system call of that name in each thread (from 1) returns so, by strace."""

    call: str
    number: int
    failure: str
    lasting: bool = False

    @property
    def options(self) -> tuple[str, ...]:
        """What strace is told."""
        doing = f"{self.call}:error={self.failure}:when={self.number}"
        return f"--trace={self.call}", f"--inject={doing}"


DONE = " though done"
"""The end of the name of a failure that is reported of a call that was done."""

PART, END, MEMORY = "a part of it", "the end", "no memory"

_SQLITE = {
    "BUSY": "database is locked",
    "CANTOPEN": "unable to open database file",
    "CORRUPT": "database disk image is malformed",
    "FULL": "database or disk is full",
    "INTERRUPT": "interrupted",
    "IOERR": "disk I/O error",
    "NOTADB": "file is not a database",
    "PROTOCOL": "locking protocol",
    "READONLY": "attempt to write a readonly database",
}

_SSL = {
    "ALERT": (ssl.SSLError, 1, "TLSV1_ALERT_INTERNAL_ERROR"),
    "CERT": (ssl.SSLCertVerificationError, 1, "CERTIFICATE_VERIFY_FAILED"),
    "EOF": (ssl.SSLEOFError, 8, "UNEXPECTED_EOF_WHILE_READING"),
    "ZERO": (ssl.SSLZeroReturnError, 6, ""),
}

_FILE = "EACCES EIO ENOENT ENOMEM EPERM ESTALE"
_NAMES = "EACCES EDQUOT EINTR EIO ENOENT ENOMEM ENOSPC EPERM EROFS ESTALE"
_SQL = " ".join(_SQLITE)
_TLS = "ALERT EOF ECONNRESET EPIPE ETIMEDOUT NOMEM"

_WAYS = {
    "os.open": f"{_FILE} EDQUOT ELOOP EMFILE ENFILE ENOSPC EROFS",
    "io.open": f"{_FILE} EDQUOT ELOOP EMFILE ENFILE ENOSPC EROFS",
    "os.close": "EDQUOT+ EINTR+ EIO+ ENOSPC+",
    "os.read": "EIO ESTALE",
    "os.pread": "EIO ESTALE",
    "os.write": "EDQUOT EFBIG EIO ENOSPC ESTALE",
    "os.fsync": "EDQUOT EINVAL EIO ENOSPC EROFS ESTALE",
    "os.ftruncate": "EFBIG EIO ENOSPC EPERM EROFS ESTALE",
    "os.rename": f"{_NAMES} EBUSY EXDEV EIO+ ENOENT+",
    "os.replace": f"{_NAMES} EBUSY EXDEV EIO+ ENOENT+",
    "os.link": f"{_NAMES} EMLINK EOPNOTSUPP EXDEV EEXIST+ EIO+",
    "os.unlink": "EACCES EBUSY EINTR EIO ENOENT ENOMEM EPERM EROFS ESTALE EIO+ ENOENT+",
    "os.mkdir": f"{_NAMES} EEXIST EMLINK EEXIST+ EIO+",
    "os.rmdir": "EACCES EBUSY EIO ENOENT ENOTEMPTY EROFS",
    "os.stat": f"{_FILE} EINTR ELOOP",
    "os.lstat": f"{_FILE} EINTR",
    "os.fstat": "EIO ENOMEM ESTALE",
    "os.readlink": "EACCES EIO ENOENT ENOMEM ESTALE",
    "os.statvfs": "EACCES EINTR EIO ENOENT ENOMEM ENOSYS ESTALE",
    "os.fstatvfs": "EINTR EIO ENOMEM ENOSYS ESTALE",
    "os.scandir": f"{_FILE} EMFILE ENFILE",
    "os.listdir": f"{_FILE} EMFILE ENFILE",
    "os.chmod": "EACCES EIO ENOENT EPERM EROFS ESTALE",
    "os.fchmod": "EIO EPERM EROFS ESTALE",
    "os.utime": "EACCES EIO ENOENT EPERM EROFS ESTALE",
    "fcntl.flock": "EAGAIN EIO ENOLCK ENOSYS EOPNOTSUPP ESTALE",
    "fcntl.lockf": "EACCES EAGAIN EIO ENOLCK EOPNOTSUPP ESTALE",
    "socket.socket": "EACCES EAFNOSUPPORT EMFILE ENFILE ENOBUFS ENOMEM",
    "socket.connect": "EACCES EADDRNOTAVAIL ECONNREFUSED ECONNRESET EHOSTUNREACH ENETDOWN"
    " ENETUNREACH EPERM ETIMEDOUT",
    "socket.send": "ECONNRESET EHOSTUNREACH ENETDOWN ENOBUFS ENOMEM EPIPE ETIMEDOUT",
    "socket.recv": "ECONNRESET EHOSTUNREACH ENETDOWN ENOMEM ETIMEDOUT",
    "socket.recv_into": "ECONNRESET EHOSTUNREACH ENETDOWN ENOMEM ETIMEDOUT",
    "socket.setsockopt": "EINVAL ENOBUFS ENOMEM",
    "socket.shutdown": "ENOBUFS ENOTCONN",
    "socket.dup": "EMFILE ENFILE",
    "socket.getpeername": "ENOBUFS ENOTCONN",
    "socket.getaddrinfo": "EAI_AGAIN EAI_FAIL EAI_MEMORY EAI_NONAME EMFILE",
    "ssl.do_handshake": f"CERT {_TLS}",
    "ssl.read": f"ZERO {_TLS}",
    "ssl.write": _TLS,
    "sqlite3.connect": f"{_SQL} NOMEM",
    "sqlite3.execute": f"{_SQL} NOMEM",
    "sqlite3.fetch": "BUSY CORRUPT INTERRUPT IOERR NOMEM NOTADB",
    "sqlite3.commit": "BUSY FULL INTERRUPT IOERR IOERR+ NOMEM READONLY",
    "threading.start": "THREAD",
    "json.loads": "NOMEM",
    "json.dumps": "NOMEM",
}

_LESS = {"os.read": (PART,), "os.write": (PART,), "socket.send": (PART,)}
_ENDS = {"socket.recv": (PART, END), "socket.recv_into": (PART, END), "os.read": (PART,)}
_ALSO_WITHOUT_MEMORY = ("os.read", "os.pread", "io.open", "socket.recv", "socket.getaddrinfo")


def _failure(word: str) -> Failure:
    done, code = word.endswith("+"), word.removesuffix("+")
    name = MEMORY if code == "NOMEM" else "no thread" if code == "THREAD" else code
    return Failure(name + DONE if done else name, lambda: _error(code), done)


def _error(code: str) -> BaseException:
    if code == "NOMEM":
        return MemoryError()
    if code == "THREAD":
        return RuntimeError("can't start new thread")
    if code.startswith("EAI_"):
        number = getattr(socket, code)
        return socket.gaierror(number, f"the name server says {code}")
    if code in _SQLITE:
        return sqlite_error(code)
    if code in _SSL:
        return _tls_error(code)
    number = getattr(errno, code)
    return OSError(number, os.strerror(number))


def _tls_error(code: str) -> ssl.SSLError:
    kind, number, reason = _SSL[code]
    error = kind(number, f"[SSL: {reason}]")
    if reason:  # one that Python raises by itself has none
        error.reason = reason
    if isinstance(error, ssl.SSLCertVerificationError):
        error.verify_code, error.verify_message = 10, "certificate has expired"
    return error


def sqlite_error(code: str) -> sqlite3.Error:
    """What the module raises where SQLite returns that code."""
    damaged = code in ("CORRUPT", "NOTADB")
    error = (sqlite3.DatabaseError if damaged else sqlite3.OperationalError)(_SQLITE[code])
    error.sqlite_errorcode = getattr(sqlite3, f"SQLITE_{code}")
    error.sqlite_errorname = f"SQLITE_{code}"
    return error


def _ways(call: str) -> Sequence[Failure]:
    words = _WAYS[call].split()
    if call in _ALSO_WITHOUT_MEMORY:
        words.append("NOMEM")
    less = dict.fromkeys((*_LESS.get(call, ()), *_ENDS.get(call, ())))
    return [*map(_failure, words), *(Failure(name, None) for name in less)]


FAILURES = {call: tuple(_ways(call)) for call in _WAYS}
"""Every call that is struck, with all the ways in which it fails."""

LASTING = ("EDQUOT", "EIO", "EMFILE", "ENOSPC", "EROFS", "ESTALE", "FULL", "IOERR", "READONLY")
"""Failures that are also tried as ones that last: a full disk does not get empty by itself."""


INJECTED = {
    "clone,clone3": "EAGAIN",
    "connect": "ENETUNREACH ETIMEDOUT",
    "epoll_ctl": "ENOMEM ENOSPC",
    "fcntl": "EIO ENOLCK",
    "flock": "EINTR ENOLCK",
    "fsync,fdatasync": "EIO ENOSPC",
    "ftruncate": "EINTR EIO",
    "getdents64": "EIO",
    "link,linkat": "EINTR EPERM",
    "mkdir,mkdirat": "ENOSPC",
    "openat": "EINTR EIO EMFILE ENOSPC",
    "pread64": "EINTR EIO",
    "pwrite64": "EDQUOT EIO ENOSPC",
    "read": "EINTR EIO",
    "recvfrom": "EINTR",
    "rename,renameat,renameat2": "EIO ENOSPC",
    "sendto": "EINTR EPIPE",
    "socket": "EMFILE",
    "stat,newfstatat,fstat,statx": "EIO",
    "unlink,unlinkat": "EIO",
    "write": "EDQUOT EINTR EIO ENOSPC",
}
"""The system calls that strace makes fail, below what the seam sees: those of SQLite, of C.

Not those for memory: where Python has none for a thread that begins, whoever starts it waits for
ever. Not a reset of what is received: the pair of sockets that wakes an event loop has none.
"""


def failure_of(strike: Strike) -> Failure:
    """How that call fails."""
    return next(one for one in FAILURES[strike.call] if one.name == strike.failure)
