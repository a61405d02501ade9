"""Rushes: watches AI video and image tasks across gateways, and saves their files in time."""
