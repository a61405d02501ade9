"""Watchlists: their files, and the recognition of tasks in pasted text."""
