"""The program's version; nothing is imported to know it."""

VERSION = "0.2.0.dev0"
