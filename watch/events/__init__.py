"""What happens, queued as it is saved, and the commands that a person has for it."""
