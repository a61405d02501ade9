"""How a notice reaches a person: through the terminal, or by the desktop's own tool."""
