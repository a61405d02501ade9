"""The address of a shared store, taken apart by us: what a driver says of a bad one can hold it.

Each parameter of a connection is given, so that no variable of the environment turns it elsewhere
(`PGHOST`, `PGOPTIONS`, `PGSSLMODE`, …). `PGPASSFILE`, `PGSERVICE` and where services are described
are the driver's own to heed: they say nothing that is given here.
"""

import re
from collections.abc import Mapping
from urllib.parse import unquote

from rushes.providers.error_codes import ErrorCode
from rushes.providers.errors import RushesError
from rushes.providers.frozen import frozen
from rushes.providers.language import _, catalogued

_FORM = catalogued("postgresql://USER@HOST/DATABASE, or USER@/DATABASE?host=/FOLDER")

CONNECT_SECONDS = 5
"""Seconds that a connection may take to be made, for each address of the host."""

_URL = re.compile(
    r"postgres(?:ql)?://(?P<user>[^\s:@/?#\[\]]+)@"
    r"(?:(?P<host>\[[0-9A-Fa-f:.]+\]|[^\s:@/?#\[\],]+)(?::(?P<port>\d{1,5}))?)?"
    r"/(?P<database>[^\s:@/?#\[\]]+)(?:\?host=(?P<folder>/[^\s?#&,]*))?"
)
_LOOPBACK = re.compile(r"localhost|127(?:\.\d{1,3}){3}|::1")
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})|%00")


class BadAddress(RushesError):
    """A text is no address of a shared store; the sentence holds nothing of it."""

    code = ErrorCode.BAD_SETTINGS


@frozen
class Address:
    """Where a store is; `host` is a name, a number, or the folder of a socket."""

    user: str
    host: str
    port: int
    database: str

    @property
    def is_near(self) -> bool:
        """Whether nothing of the connection leaves this machine."""
        return self.host.startswith("/") or bool(_LOOPBACK.fullmatch(self.host))

    def __str__(self) -> str:
        """As a person tells it from others; it is not to be read again."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.user}@{host}:{self.port}/{self.database}"


def address_in(url: str) -> Address:
    """The address that a URL spells; raises BadAddress, also for one that holds a password."""
    login = url.partition("://")[2].rpartition("@")[0]
    if ":" in login:
        raise BadAddress(_("a password has no place in it: see password_command and password_env"))
    found = _URL.fullmatch(url)
    if found is None or bool(found["host"]) == bool(found["folder"]) or _BAD_PERCENT.search(url):
        raise BadAddress(_("expected {expected}").format(expected=_(_FORM)))
    port = int(found["port"] or 5432)
    if not 0 < port < 65_536:
        raise BadAddress(_("expected a port from 1 to 65535"))
    host = found["host"] or unquote(found["folder"])
    return Address(
        user=unquote(found["user"]),
        host=host.removeprefix("[").removesuffix("]"),
        port=port,
        database=unquote(found["database"]),
    )


def parameters(address: Address, sslmode: str, ca_file: str) -> Mapping[str, str | int]:
    """What libpq is told of the connection, but for the password.

    Off this machine the certificate and its name are checked unless `sslmode`, a word of libpq's,
    says less; "" as `ca_file` stands for the authorities that the system trusts.
    """
    return {
        "host": address.host,
        "port": address.port,
        "dbname": address.database,
        "user": address.user,
        **_encryption(address, sslmode, ca_file),
        "gssencmode": "disable",
        "connect_timeout": CONNECT_SECONDS,
        "application_name": "rushes",
        "client_encoding": "utf8",
        "target_session_attrs": "read-write",
        "options": "",
    }


def _encryption(address: Address, sslmode: str, ca_file: str) -> dict[str, str]:
    mode = sslmode or ("disable" if address.is_near and not ca_file else "verify-full")
    if mode in ("verify-full", "verify-ca"):
        return {"sslmode": mode, "sslrootcert": ca_file or "system"}
    return {"sslmode": mode}
