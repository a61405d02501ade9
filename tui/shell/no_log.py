"""Keeps the log off the screen where none is written to a file."""

import logging


def log_nothing_on_screen() -> None:
    """Have what is logged before, or without, a log go nowhere: Python writes it to stderr."""
    if not logging.root.handlers:
        logging.root.addHandler(logging.NullHandler())
