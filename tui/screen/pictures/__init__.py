"""Pictures in cells of the terminal: half blocks, which work wherever there are colours."""
