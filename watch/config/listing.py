"""`[list]` and `[views]`: how a list of tasks is shown, and filters by name."""

import re
from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

from rushes.providers.frozen import frozen
from rushes.providers.language import _
from rushes.providers.nearest import hint
from rushes.providers.text import clean
from rushes.watch.config.kinds import BadSetting, Kind, members, text
from rushes.watch.config.reader import SettingsTable, setting
from rushes.watch.disk.tomlfile import Toml
from rushes.watch.sorting import SortKey, SortOrder


class ListColumn(Enum):
    """A column of `rushes ls`, by its name."""

    TASK = "task"
    VIA = "via"
    STATUS = "status"
    RUN = "run"
    EXPIRES = "expires"
    FILES = "files"
    MODEL = "model"
    PROMPT = "prompt"
    ERROR = "error"
    TAGS = "tags"
    ADDED = "added"
    CREATED = "created"
    FINISHED = "finished"
    SIZE = "size"
    RATING = "rating"
    ID = "id"
    REF = "ref"
    LABEL = "label"
    RAW = "raw"
    PROGRESS = "progress"
    PROBLEM = "problem"


def order_of(written: str) -> SortOrder:
    """The order that a name means, with `-` in front for the greatest first; raises BadSetting."""
    name = written.removeprefix("-")
    valid = {key.value: key for key in SortKey}
    if name not in valid:
        raise BadSetting(
            _("unknown order {name!r}; {hint}").format(name=clean(name, 40), hint=hint(name, valid))
        )
    return SortOrder(valid[name], descending=written.startswith("-"))


def columns_of(written: str) -> tuple[ListColumn, ...]:
    """The columns that names between commas mean; raises BadSetting."""
    names: list[Toml] = [name for each in written.split(",") if (name := each.strip().casefold())]
    if not names:
        raise BadSetting(_("expected columns such as task,status,run"))
    return COLUMNS.read(names)


COLUMNS = members(ListColumn)
_ORDER: Kind[SortOrder | None] = Kind(
    'a column such as "added", or "-added" for the latest first',
    text("text", order_of).read,
    lambda value: (
        None if value is None else f'"{"-" if value.descending else ""}{value.key.value}"'
    ),
)


_BATCH = text('"tag", or a tag in which * stands for anything, such as "act-*"', str)


@frozen(kw_only=True)
class ListSettings:
    """`[list]`: the columns, none for those that fit, the order, and which tags make batches."""

    columns: tuple[ListColumn, ...] = setting(
        COLUMNS, (), "what the dashboard shows, and ls at a terminal; without it what fits"
    )
    sort: SortOrder | None = setting(_ORDER, None, "how the dashboard begins, and ls at a terminal")
    batch: str = setting(
        _BATCH, "tag", 'what f folds: "tag" for any tag that several tasks have, else only such'
    )


_NAME = re.compile(r"[\w-]{1,40}")
_FILTER = text("a filter, as for rushes ls", str)


def read_views(table: SettingsTable) -> Mapping[str, str]:
    """The filters of `[views]` by name; those at fault are noted."""
    names = list(table)
    if not names:
        return MappingProxyType({})
    from rushes.watch.query import read  # few have any

    found: dict[str, str] = {}
    for name in names:
        written = table.value(name, _FILTER, "")
        if not _NAME.fullmatch(name):
            table.fault(name, _("expected a name of letters, digits, - and _"))
        elif fault := read(written)[1]:
            table.fault(name, fault)
        else:
            found[name] = written
    return MappingProxyType(found)
