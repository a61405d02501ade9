"""Reads, writes and locks our own files: whole, durably, never through a symbolic link."""
