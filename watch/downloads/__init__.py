"""Which outputs are fetched, in which order and where to, and what becomes of each."""
