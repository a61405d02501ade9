"""EvoLink, which `toml/evolink.toml` describes; what is known of it stands there."""

from rushes.providers.toml_dialect.shipped import shipped

PROVIDER = shipped("evolink")
