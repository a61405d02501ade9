"""Files of ours: written whole, locked, and never reached through a symbolic link."""
