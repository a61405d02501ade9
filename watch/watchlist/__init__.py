"""The lists of watched tasks: their files, and the tasks in what a person pastes."""
