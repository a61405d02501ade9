"""Readers that several gateways share, because they pass on the same upstream's replies."""
