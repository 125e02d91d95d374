"""The console: pages for the people on duty, server-rendered. Reads through a ``Reader``; asks no clock."""

from agent.console.app import create_app

__all__ = ["create_app"]
