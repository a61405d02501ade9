"""The shared store: PostgreSQL, which a team's machines have in common."""
