"""Tells for each format, by its heads alone, whether a file is whole."""
