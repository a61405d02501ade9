"""HTTP: the one client, which addresses it may reach, and why no answer came."""
