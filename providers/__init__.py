"""What the gateways say: bytes in, meaning out. Imports nothing else of ours."""
