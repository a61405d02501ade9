"""What every command runs in: arguments, streams, signals, exit codes and the log."""
