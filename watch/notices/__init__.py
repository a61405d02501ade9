"""When a person is told of what happened, whatever way that takes."""
