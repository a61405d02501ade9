"""A team's store as one machine uses it: what is shared, and this home's own copy of it."""
