"""The catalogues: which words a code has in which language."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

import yaml

from exporters.words.shown import shown

logger = logging.getLogger(__name__)

LANGUAGES: Final = ("en", "zh")
"""The languages there are, each a file of this folder."""

_MOST_REPORTED = 100


class Say:
    """Says codes in one language: ``say("round.missed", reason=...)``.

    A code that the catalogue does not know is said as it is, so that the reader sees it, and is logged once.
    """

    def __init__(self, language: str, templates: Mapping[str, str]) -> None:
        self.language = language
        self._templates = templates
        self._reported: set[str] = set()

    def __call__(self, code: str, /, **fields: object) -> str:
        template = self._templates.get(code)
        if template is None:
            self._report(code, "no words for code")
            return shown(code)
        if "{" not in template:
            return template
        try:
            return template.format_map({name: shown(value) for name, value in fields.items()})
        except KeyError as error:
            self._report(code, f"no field {error} given for code")
            return template

    def __contains__(self, code: object) -> bool:
        return code in self._templates

    def __iter__(self) -> Iterator[str]:
        return iter(self._templates)

    def template(self, code: str) -> str:
        """Return the template of a code.

        Raises:
            KeyError: the catalogue does not know the code.
        """
        return self._templates[code]

    def _report(self, code: str, what: str) -> None:
        # Once a code: a page that is refreshed each few seconds would fill the log. Bounded, for codes may be names.
        if code not in self._reported and len(self._reported) < _MOST_REPORTED:
            self._reported.add(code)
            logger.warning("%s language=%s code=%r", what, self.language, shown(code))


@cache
def words(language: str) -> Say:
    """Return the words of a language; of English for one that there is not."""
    known = language if language in LANGUAGES else "en"
    if known != language:
        return words(known)
    text = (files("exporters.words") / f"{known}.yaml").read_text(encoding="utf-8")
    return Say(known, MappingProxyType(dict(_flat(yaml.safe_load(text)))))


def _flat(tree: Mapping[str, object], above: str = "") -> Iterator[tuple[str, str]]:
    """Yield ``gap.timeout`` for ``timeout`` under ``gap``."""
    for key, value in tree.items():
        # YAML reads a bare yes, no, on, off and any number as something else than the word that stands there.
        if not isinstance(key, str):
            raise TypeError(f"{above}{key}: a code that YAML does not read as words, put it in quotation marks")
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{key}.")
        elif isinstance(value, str):
            yield above + key, value
        else:
            raise TypeError(f"{above}{key}: {value!r} is not words, put it in quotation marks")
