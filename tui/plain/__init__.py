"""The plain commands: everything of `rushes` that is not the dashboard."""
