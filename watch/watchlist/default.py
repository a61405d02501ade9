"""The watchlist that is opened where none is named.

It has a module of its own so that parsing the command line imports nothing else of the engine.
"""

DEFAULT_WATCHLIST = "default"
