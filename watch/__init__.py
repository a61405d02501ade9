"""What we remember of the tasks and do about them: the engine, without a screen."""
