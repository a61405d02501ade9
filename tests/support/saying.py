"""What a person reads of an error or a download."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from typing import TypeVar

import pytest

from rushes.providers.errors import RushesError
from rushes.tui.lines.reason_words import error_words

E = TypeVar("E", bound=RushesError)


@contextmanager
def raises_saying(kind: type[E], match: str) -> Generator[pytest.ExceptionInfo[E]]:
    """As `pytest.raises`, with the words that a person reads."""
    with pytest.raises(kind) as caught:
        yield caught
    said = error_words(caught.value)
    assert re.search(match, said), said
