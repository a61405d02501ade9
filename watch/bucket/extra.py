"""Whether what speaks to object stores is installed: the library of the extra `bucket`."""

from importlib.util import find_spec


def is_installed() -> bool:
    """Whether it is there; nothing is imported for it."""
    return find_spec("obstore") is not None
