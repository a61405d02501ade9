"""Novita, which `toml/novita.toml` describes; what is known of it stands there."""

from rushes.providers.toml_dialect.shipped import shipped

PROVIDER = shipped("novita")
