"""Why a team's store cannot be used; known without the driver."""

from rushes.providers.error_codes import ErrorCode
from rushes.providers.errors import RushesError


class StoreUnusable(RushesError):
    """A team's store cannot be used as it is, or not by us."""

    code = ErrorCode.STORE


class StoreAway(StoreUnusable):
    """A team's store does not answer, or not in time; it may later."""

    code = ErrorCode.STORE_AWAY


class StoreRefused(StoreUnusable):
    """A team's store is there, and lets our role, or this version, only read it."""

    code = ErrorCode.STORE
