"""How each format says that a file of it is whole, told by its heads alone."""
