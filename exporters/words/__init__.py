"""The words in which codes, values and times are said: one catalogue a language, no HTML.

The record keeps codes, numbers and names; they become sentences here, at the edge, in the reader's language.
Adding a language: its catalogue beside ``en.yaml``, and its name in ``LANGUAGES``.
"""

from exporters.words.catalogue import LANGUAGES, Say, words
from exporters.words.changes import say_changed, say_side
from exporters.words.external import say_alert
from exporters.words.numbers import format_value, say_line
from exporters.words.sentences import say_finding, say_maker, say_name, say_next, say_trap, say_what
from exporters.words.shown import shown
from exporters.words.signs import SIGNS
from exporters.words.times import format_ago, format_day, format_time

__all__ = [
    "LANGUAGES",
    "SIGNS",
    "Say",
    "format_ago",
    "format_day",
    "format_time",
    "format_value",
    "say_alert",
    "say_changed",
    "say_finding",
    "say_line",
    "say_maker",
    "say_name",
    "say_next",
    "say_side",
    "say_trap",
    "say_what",
    "shown",
    "words",
]
