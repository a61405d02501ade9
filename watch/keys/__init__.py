"""The keys of accounts: where they are found, and how they stay hidden."""
