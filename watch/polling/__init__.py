"""Asking the gateways: which task is due, whose turn it is, and what an answer makes of it."""
