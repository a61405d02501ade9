"""Why a shared store cannot be used, told from what the driver raises.

A driver's text is shown as far as its first line, without keys: no password is in that as long as
it is given the parameters one by one.
"""

import re

import psycopg
from psycopg import errors

from rushes.providers.language import _
from rushes.providers.text import clean
from rushes.watch.keys.known_keys import hide
from rushes.watch.team_faults import StoreAway, StoreRefused, StoreUnusable

_NOT_LET_IN = re.compile(
    r"authentication failed|Authentifizierung|autentificación|authentification|autenticazione"
    r"|autentisering|автентифікацію|подлинности|ავთენტიფიკაცია|認証|认证失败|인증"
)
"""Of "password authentication failed", as the server says it in its languages: libpq has no code
of why a connection was not made."""


def told_of_connecting(error: psycopg.Error) -> StoreUnusable:
    """What to raise where no connection was made: StoreAway, but where that will not pass."""
    made = error.pgconn
    hint = _("see docs/team.md, The password: password_command, password_env or ~/.pgpass")
    if made is not None and made.needs_password:
        return StoreUnusable(_("the shared store wants a password, and none was found"), hint=hint)
    if not _NOT_LET_IN.search(str(error)):
        return told(error, is_closed=True)
    if made is not None and made.used_password:
        said = _("the shared store refuses the password: {why}")
        return StoreUnusable(said.format(why=_line(error)), hint=hint)
    said = _("the shared store does not let this machine in: {why}")
    return StoreUnusable(said.format(why=_line(error)))


def told(error: psycopg.Error, *, is_closed: bool) -> StoreUnusable:
    """What to raise for a driver's error; `is_closed` where there is no connection any more."""
    if is_closed:
        return StoreAway(_("the shared store is away: {why}").format(why=_line(error)))
    match error:
        case errors.UndefinedTable() | errors.InvalidSchemaName():
            return StoreUnusable(
                _("the database holds no store yet"),
                hint=_("its owner makes it: rushes store init"),
            )
        case errors.InsufficientPrivilege() | errors.ReadOnlySqlTransaction():
            return StoreRefused(
                _("the shared store refuses it to this role: {why}").format(why=_line(error)),
                hint=_("see docs/team.md, Roles"),
            )
        case (
            errors.LockNotAvailable()
            | errors.QueryCanceled()
            | errors.DeadlockDetected()
            | errors.SerializationFailure()
        ):
            return StoreAway(_("the shared store is busy: {why}").format(why=_line(error)))
        case _:
            return StoreUnusable(_("the shared store: {why}").format(why=_line(error)))


def _line(error: psycopg.Error) -> str:
    first = next(iter(str(error).strip().splitlines()), type(error).__name__)
    return clean(hide(first), 300)
