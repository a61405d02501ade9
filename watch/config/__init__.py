"""config.toml: read, checked and explained."""
