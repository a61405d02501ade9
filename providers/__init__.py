"""Parses what gateways answer: bytes in, snapshots or problems out. Imports no other floor."""
