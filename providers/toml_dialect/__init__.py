"""Providers that are described by a page of TOML (docs/providers.md, "A provider in TOML")."""
