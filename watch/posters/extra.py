"""Whether what makes posters is installed: the libraries of the extra `preview`."""

from importlib.util import find_spec

DECODERS = ("PIL", "av")
"""The packages that decode."""


def is_installed() -> bool:
    """Whether they are there; nothing is imported for it."""
    return all(find_spec(name) is not None for name in DECODERS)
