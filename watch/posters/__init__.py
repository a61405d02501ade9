"""Small pictures of what arrived, made off the loop in a process of their own, and kept."""
