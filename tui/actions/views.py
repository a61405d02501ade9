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
