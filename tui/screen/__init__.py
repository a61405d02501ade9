"""The dashboard: its screens, its widgets and the terminal under them, in Textual."""
