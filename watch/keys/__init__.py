"""Finds the keys of accounts, and keeps them hidden."""
