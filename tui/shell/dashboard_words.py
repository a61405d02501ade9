"""The command lines that mean the dashboard, known without argparse, which takes long to import."""

from collections.abc import Sequence

from rushes.watch.watchlist.default import DEFAULT_WATCHLIST


def watchlist_of(words: Sequence[str]) -> str:
    """The watchlist to show; "" where the words may mean something else than the dashboard."""
    if not words:
        return DEFAULT_WATCHLIST
    if len(words) == 2 and words[0] in ("-w", "--watchlist") and not words[1].startswith("-"):
        return words[1]
    return ""
