"""Why there is no account of a name: nobody is called so, or config.toml has yet to place it."""

from collections.abc import Collection

from rushes.providers.error_codes import ErrorCode
from rushes.providers.errors import RushesError, UnknownProvider
from rushes.providers.language import _
from rushes.providers.nearest import nearest
from rushes.providers.registry import known
from rushes.providers.text import clean
from rushes.watch.config.environment import in_variables


class NotPlaced(RushesError):
    """A provider whose address and key only the person can say has no account."""

    code = ErrorCode.NOT_CONFIGURED


def no_account(name: str, accounts: Collection[str]) -> RushesError:
    """The error for a name that is none of `accounts`: NotPlaced or UnknownProvider."""
    if name not in known():
        return UnknownProvider(clean(name, 80), tuple(accounts), nearest(name.casefold(), accounts))
    if known()[name].base_url:
        return NotPlaced(
            _("{name} is off: config.toml has enabled = false in [providers.{name}]").format(
                name=name
            )
        )
    return NotPlaced(
        _(
            "{name} is spoken by many gateways: config.toml has to say which one, "
            "and its key\n  [providers.{name}]\n  base_url = "
            '"https://gateway.example"\n  api_key_env = "{in_variables}_API_KEY"'
        ).format(name=name, in_variables=in_variables(name))
    )
