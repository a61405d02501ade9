"""What each field of the JSON means, by name: for `rushes help json`, from what makes the JSON."""

from collections.abc import Mapping
from types import MappingProxyType

from rushes.providers import as_json
from rushes.tui.command import task_json
from rushes.watch.task_fields import WATCHED

TASK: Mapping[str, str] = MappingProxyType(
    {field.name: field.meaning for field in (*WATCHED, *as_json.SNAPSHOT, *task_json.OBSERVED)}
)

OUTPUT: Mapping[str, str] = MappingProxyType(
    {field.name: field.meaning for field in (*as_json.OUTPUT, *task_json.FETCHED)}
)

EVENT: Mapping[str, str] = MappingProxyType(
    {field.name: field.meaning for field in task_json.EVENT}
)
