"""The signals that end a command or the dashboard."""

import signal

ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
"""Signals that end a command or the dashboard cleanly; the exit code is 128 plus the number."""
