"""Settings for one device that stands in no file: what a person asks of it on the command line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from config import crosscheck
from config.schema import Polling, Settings, SiteModel, SnmpCredential, SnmpTarget
from config.wording import word
from duty.errors import Problem, SettingsError

NAME: Final = "device"


def single(target: Mapping[str, Any], credential: Mapping[str, Any], profiles: Path | None = None) -> Settings:
    """Return settings with one SNMP device in them, called ``NAME``; ``profiles`` is a folder of one's own.

    Raises SettingsError with all that is wrong, each by the name of the setting.
    """
    fields = {"name": NAME, "kind": "snmp", "credential": NAME, "ping": False, **target}
    settings = Settings(
        sites={NAME: SiteModel(zone="UTC")},
        credentials={NAME: _made(SnmpCredential, credential)},
        targets=(_made(SnmpTarget, fields),),
        polling=Polling(profiles=profiles),
    )
    found = [
        (str(m.path[2] if len(m.path) > 2 else m.path[-1]), m.what, m.expected) for m in crosscheck.mistakes(settings)
    ]
    if found:
        raise SettingsError([Problem("", 0, *each) for each in found])
    return settings


def _made(kind: type[Any], fields: Mapping[str, Any]) -> Any:
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        details = error.errors(include_url=False)
    raise SettingsError([Problem("", 0, str(each["loc"][0]), *word(each, kind)) for each in details]) from None
