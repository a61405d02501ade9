"""A driver at an emulated terminal that draws pictures, and what says that it is there."""

import os

import pytest
from emulated_terminal import EmulatedDriver
from textual.app import App


class PictureDriver(EmulatedDriver):
    """It takes pictures from its terminal as it gives that back; what is written a subclass has."""

    def __init__(self, app: App[None], **kwargs: object) -> None:
        super().__init__(app, **kwargs)
        self.fileno = os.open(os.devnull, os.O_RDONLY)

    def start_application_mode(self) -> None:
        super().start_application_mode()
        self.in_use = True

    def stop_application_mode(self) -> None:
        self.write(self.take_pictures())

    def close(self) -> None:
        self.in_use = False


def say_terminal(patched: pytest.MonkeyPatch, term: str, size: tuple[int, int]) -> None:
    """Have the environment tell of a terminal of that name and size, in all colours."""
    patched.setenv("COLORTERM", "truecolor")
    patched.setenv("TERM", term)
    patched.setenv("COLUMNS", str(size[0]))
    patched.setenv("LINES", str(size[1]))
    patched.delenv("NO_COLOR", raising=False)
