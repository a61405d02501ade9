"""The program's version; nothing is imported to know it."""

VERSION = "0.2.0.dev0"

DATE = "2026-11-28"
"""The day of this version, for the head of the manual page."""
