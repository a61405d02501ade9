"""HTTP: the clients of gateways and files, the policy of addresses, and the failures."""
