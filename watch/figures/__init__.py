"""What a history adds up to: times, files, money. Pure; `watch/history/figures.py` reads it."""
