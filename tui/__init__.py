"""What a person sees and presses, and the plain commands."""
