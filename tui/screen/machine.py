"""The parts of the machine that the dashboard uses besides its terminal."""

import os
from collections.abc import Callable

from rushes.providers.fields import field
from rushes.providers.frozen import frozen
from rushes.tui.screen.clipboard import copy_natively
from rushes.tui.screen.opener import Opener


def _copy(text: str) -> bool:
    return copy_natively(text, os.environ)


@frozen
class Machine:
    """The opener and the clipboard. `copy` may take seconds: call it off the event loop."""

    opener: Opener = field(default_factory=Opener)
    copy: Callable[[str], bool] = _copy
