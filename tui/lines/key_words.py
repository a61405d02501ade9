"""Says where an account's key is looked for, and where it goes."""

from rushes.providers.language import _
from rushes.watch.config.accounts import Account
from rushes.watch.keys.find import command_name


def key_use(account: Account) -> str:
    """The places of the key in their order, and the address that it is sent to; never the key."""
    source = account.key
    places = [source.env]
    if source.command:
        places.append(_("command {command_name}").format(command_name=command_name(source.command)))
    places.append(_("the keyring"))
    if source.literal:
        places.append("config.toml")
    told = (
        _(", as {base_from} says").format(base_from=account.base_from) if account.base_from else ""
    )
    return _("key from {names}; sent to {base}{told}").format(
        names=_(", else ").join(places), base=account.base, told=told
    )
