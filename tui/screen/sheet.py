"""The base of all sheets that open over the dashboard."""

from typing import ClassVar, TypeVar

from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

T = TypeVar("T")


class Sheet(ModalScreen[T]):
    """A sheet over the dashboard; escape closes it with nothing."""

    DEFAULT_CSS = """
    Sheet {
        align: center middle; background: $background 70%;
        & > #sheet {
            width: 90%; max-width: 100; height: auto; max-height: 90%;
            background: $background; border: round $ink-rule; padding: 0 1;
            border-title-color: $ink-accent; border-title-style: bold;
            border-subtitle-color: $ink-faint;
        }
        & Input, & TextArea { border: none; background: $background; padding: 0 1; height: 1; }
        & Input:focus, & TextArea:focus { border: none; background-tint: $background 0%; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "Close", show=False)]

    def dismiss(self, result: T | None = None) -> AwaitComplete:
        """Close with `result`; does nothing if the sheet was closed by an earlier key."""
        return super().dismiss(result) if self.is_active else AwaitComplete()

    def action_close(self) -> None:
        """Close without a result."""
        self.dismiss(None)
