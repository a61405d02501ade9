"""What was observed, in one SQLite database that the processes of a home share."""
