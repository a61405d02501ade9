"""Settings that environment variables give; they come before what config.toml says."""

import re
from collections.abc import Collection, Mapping

from rushes.providers.frozen import frozen
from rushes.providers.language import _
from rushes.providers.nearest import nearest
from rushes.providers.text import clean

CONFIG = "RUSHES_CONFIG"
"""The variable that says which file is read in place of the home's config.toml."""

SETTINGS = {
    "RUSHES_DOWNLOAD_DIR": "download.dir",
    "RUSHES_AUTO": "download.auto",
    "RUSHES_STORE": "store.url",
}
"""The variables of settings, by the setting's table and key."""

BASE_URL = "RUSHES_{}_BASE_URL"
"""The variable of an account's address; its name stands in it as `in_variables` spells it."""


@frozen
class Given:
    """What a variable says; it is not blank."""

    variable: str
    text: str


def in_variables(name: str) -> str:
    """An account's name as it is spelled in variables."""
    return re.sub(r"\W", "_", name).upper()


def given_by(
    environ: Mapping[str, str], accounts: Collection[str], faults: list[str]
) -> dict[str, Given]:
    """What variables say of settings, by table and key, such as `providers.hiapi.base_url`.

    A variable that looks like an address and is no account's is a fault: unheeded it would leave
    the account's key to go where the person has just turned it away from.
    """
    found: dict[str, Given] = {}
    places = dict(SETTINGS)
    for name in accounts:
        variable, place = BASE_URL.format(in_variables(name)), f"providers.{name}.base_url"
        other = places.setdefault(variable, place)
        if other != place and environ.get(variable, "").strip():
            faults.append(f"{variable}: means {other} and {place}; write it in config.toml")
    for variable, place in places.items():
        if text := environ.get(variable, "").strip():
            found[place] = Given(variable, text)
    before, after = BASE_URL.split("{}")
    for variable in sorted(name for name in environ if name.startswith(before)):
        if variable.endswith(after) and variable not in places and environ[variable].strip():
            meant = variable.removeprefix(before).removesuffix(after)
            near = nearest(meant, [in_variables(name) for name in accounts])
            way_out = (
                _("; did you mean {format}?").format(format=BASE_URL.format(near)) if near else ""
            )
            faults.append(
                _("{variable}: there is no such account{way_out}").format(
                    variable=clean(variable, 80), way_out=way_out
                )
            )
    return found
