"""The program's version; nothing is imported to know it."""

VERSION = "0.1.0"
