"""The providers in TOML that come with the program, as examples of what a page of it can do."""

import pkgutil

from rushes.providers.card import Provider
from rushes.providers.toml_dialect.provider import read_provider


def shipped(provider_id: str) -> Provider:
    """The provider whose description is `toml/PROVIDER_ID.toml`, beside the modules."""
    file = f"{provider_id}.toml"
    described = pkgutil.get_data("rushes.providers", f"toml/{file}") or b""
    return read_provider(described.decode(), provider_id, file, lambda _: None)
