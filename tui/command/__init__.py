"""The commands of `rushes`, a module each, and what several of them need."""
