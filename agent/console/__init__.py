"""The console: pages for the people on duty, server-rendered. Reads through a ``Reader``; asks no clock."""
