"""Higgsfield, which `toml/higgsfield.toml` describes; what is known of it stands there."""

from rushes.providers.toml_dialect.shipped import shipped

PROVIDER = shipped("higgsfield")
