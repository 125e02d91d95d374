"""What the forms of incidents send: words, moments, choices; and what was typed, to be shown again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeVar

from agent.console.when import moment
from duty.errors import RecordRefused
from duty.incidents import LONGEST_WORD
from exporters.words import shown

Form = Mapping[str, str]

FIELDS: Final = (
    "text", "risk", "expected", "next_at", "at", "kind", "result", "why", "grade", "person", "role", "post", "plan",
    "step", "title", "site", "target", "began", "alert", "door",
)  # fmt: skip

Choice = TypeVar("Choice", bound=StrEnum)


def text_in(form: Form, name: str = "text") -> str:
    """Return what somebody wrote: one line, cleaned, and not longer than the record keeps."""
    return shown(" ".join(form.get(name, "").split()), LONGEST_WORD).strip()


def moment_in(form: Form, name: str, zone: str, code: str) -> datetime | None:
    """Return a moment by a site's clock, None where none was given. RecordRefused where it is none."""
    if not form.get(name, "").strip():
        return None
    at = moment(form[name], zone)
    if at is None:
        raise RecordRefused(f"incidents.refused.{code}", {})
    return at


def choice_in(form: Form, name: str, among: type[Choice], otherwise: Choice) -> Choice:
    """Return what was chosen."""
    return next((one for one in among if one.value == form.get(name)), otherwise)


def typed_in(form: Form) -> dict[str, str]:
    """Return what was typed, to be shown again."""
    return {name: form.get(name, "")[: LONGEST_WORD * 2] for name in FIELDS}
