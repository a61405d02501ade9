"""What each field of the JSON means, by name: for `rushes help json`, from what makes the JSON."""

from collections.abc import Mapping
from types import MappingProxyType

from rushes.providers import as_json
from rushes.tui.command import event_json, fetched, figures_json, task_json
from rushes.watch.task_fields import WATCHED

TASK: Mapping[str, str] = MappingProxyType(
    {field.name: field.meaning for field in (*WATCHED, *as_json.SNAPSHOT, *task_json.OBSERVED)}
)

OUTPUT: Mapping[str, str] = MappingProxyType(
    {field.name: field.meaning for field in (*as_json.OUTPUT, *task_json.FETCHED)}
)

GOT: Mapping[str, str] = MappingProxyType({field.name: field.meaning for field in fetched.GOT})

EVENT: Mapping[str, str] = event_json.FIELDS

GROUP: Mapping[str, str] = MappingProxyType(
    {field.name: field.meaning for field in figures_json.GROUP}
)
