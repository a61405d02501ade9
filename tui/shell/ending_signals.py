"""The signals that end a command or the dashboard."""

import signal

OF_KEYS = (signal.SIGINT, signal.SIGQUIT)
"""Those that keys of the terminal send to all that run in it."""

ENDING_SIGNALS = (*OF_KEYS, signal.SIGTERM, signal.SIGHUP)
"""Signals that end a command or the dashboard cleanly; the exit code is 128 plus the number."""
