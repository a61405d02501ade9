"""The views of the number keys: filters that are always there."""

from collections.abc import Mapping

from rushes.watch.query import Query, parse

VIEWS: Mapping[str, Query] = {
    name: parse(text)
    for name, text in {
        "all": "",
        "active": "is:active",
        "succeeded": "status:succeeded",
        "not saved yet": "is:unsaved",
        "failed or canceled": "status:failed,canceled",
        "in trouble": "is:trouble",
    }.items()
}
"""The views of the keys 1 to 6, by their names in interface.md."""


def name_of(view: Query) -> str:
    """What to call a view: a name of VIEWS, else its filter; "" for all tasks."""
    return next((name for name, query in VIEWS.items() if query is view), view.text) if view else ""


_COMMANDS: Mapping[str, str] = {
    "view_active": "active",
    "view_succeeded": "succeeded",
    "view_unsaved": "not saved yet",
    "view_failed": "failed or canceled",
    "view_trouble": "in trouble",
}


def command_of(view: Query) -> str:
    """The id of the command that opens a view; "" for one of a person's own."""
    if not view:
        return "view_all"
    return next((command for command, name in _COMMANDS.items() if VIEWS[name] is view), "")
