"""A loopback gateway that speaks every dialect, for `rushes demo` and the tests."""
