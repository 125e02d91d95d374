"""The daemon: makes the rounds, keeps the records, serves the people on duty."""
