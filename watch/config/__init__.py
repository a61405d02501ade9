"""config.toml: the settings as they are declared, read and checked."""
