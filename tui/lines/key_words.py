"""Says where an account's key is looked for, and where it goes."""

from rushes.watch.config.accounts import Account
from rushes.watch.keys.find import command_name


def key_use(account: Account) -> str:
    """The places of the key in their order, and the address that it is sent to; never the key."""
    source = account.key
    places = [source.env]
    if source.command:
        places.append(f"command {command_name(source.command)}")
    places.append("the keyring")
    if source.literal:
        places.append("config.toml")
    return f"key from {', else '.join(places)}; sent to {account.base}"
