"""One output from its URL to a whole, verified file on disk."""
