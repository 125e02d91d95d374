"""The words that people type: ``nightduty``."""

from agent.cli.main import run

__all__ = ["run"]
