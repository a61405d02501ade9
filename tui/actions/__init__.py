"""What a key press can do: the actions, when each is allowed, and the keys that reach it."""
