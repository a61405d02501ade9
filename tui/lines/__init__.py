"""What is shown, as pure lines and cells: no Textual, no terminal, no clock."""
