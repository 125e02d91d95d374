"""The reference of all settings, generated from the models: ``python -m config.document > docs/settings.md``."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args, get_origin, get_type_hints

from annotated_types import Ge, Le
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from config import channels, incidents, outside, schema, units
from config.limits import Check, Limit, shipped
from config.secret import Secret
from duty.parameters import PARAMETERS

PAGE: Final = Path(__file__).parent.parent / "docs" / "settings.md"

INTRO: Final = """\
# Settings

One YAML file; [config/example.yaml](../config/example.yaml) is a start. `nightduty check-config FILE` names every
mistake with its line: those of form first, then what does not go together, then secrets that cannot be read; and it
warns of what may leave an alert with nobody. This page is generated from the models (`python -m config.document`).

How values are written:

- **duration** `90s`, `10m`, `1h30m`, `400d`, `150ms` · **time of day** `20:00` · **day** `2026-05-01` · **bit rate**
  `200M`, `1G`, `10G`
- **name** 1 to 64 letters, digits, `.`, `_`, `-` or Chinese characters
- **secret** never stands in the file, only where it is: `env:NAME`, `file:/absolute/path` (mode 0600 or 0400),
  `credential:NAME` (systemd's `LoadCredential=`)
- Text that looks like a number stands in quotes (`asset: "0042"`). For yes and no there are only `true` and `false`.
- No key twice, no aliases (`*`), anchors (`&`) or tags (`!`). A key without a value is a mistake, but for `null` where
  it is named below.
"""

SECTIONS: Final[tuple[tuple[str, type[BaseModel]], ...]] = (
    ("The file", schema.Settings),
    ("agent", schema.Agent),
    ("sites.NAME", schema.SiteModel),
    ("maintainers.NAME", schema.MaintainerModel),
    ("credentials.NAME", schema.SnmpCredential),
    ("targets[]", schema.TargetModel),
    ("targets[], kind: host", schema.HostTarget),
    ("targets[], kind: snmp", schema.SnmpTarget),
    ("targets[], kind: icmp", schema.IcmpTarget),
    ("targets[], kind: tcp", schema.TcpTarget),
    ("targets[], kind: http", schema.HttpTarget),
    ("targets[], kind: exposition", schema.ExpositionTarget),
    ("targets[].ports[]", schema.PortModel),
    ("checks", schema.Checks),
    ("checks.CHECK", Limit),
    ("cadences.NAME", schema.CadenceModel),
    ("channels.NAME", channels.ChannelModel),
    ("channels.NAME, kind: dingtalk", channels.DingTalkChannel),
    ("channels.NAME, kind: wecom_robot", channels.WecomRobotChannel),
    ("channels.NAME, kind: wecom_app", channels.WecomAppChannel),
    ("channels.NAME, kind: feishu", channels.FeishuChannel),
    ("channels.NAME, kind: smtp", channels.SmtpChannel),
    ("channels.NAME, kind: webhook", channels.WebhookChannel),
    ("channels.NAME, kind: command", channels.CommandChannel),
    ("channels.NAME, kind: apprise", channels.AppriseChannel),
    ("people[]", schema.PersonModel),
    ("people[].contacts[], fallback[]", schema.ContactModel),
    ("rotations.NAME", schema.RotationModel),
    ("escalation", schema.Escalation),
    ("escalation.rules[]", schema.RuleModel),
    ("escalation.rules[].steps[], escalation.critical[], escalation.warning[]", schema.StepModel),
    ("escalation.holds", schema.Holds),
    ("inhibit[]", schema.InhibitModel),
    ("inhibit[].source, inhibit[].target", schema.WhichModel),
    ("maintenance[]", schema.MaintenanceModel),
    ("incidents", schema.Incidents),
    ("incidents.rules[]", incidents.IncidentRuleModel),
    ("incidents.departments", incidents.Departments),
    ("plans.NAME", schema.PlanModel),
    ("plans.NAME.when", incidents.PlanWhen),
    ("plans.NAME.steps[]", incidents.PlanStepModel),
    ("watch", schema.Watch),
    ("polling", schema.Polling),
    ("retention", schema.Retention),
    ("policy", schema.Policy),
    ("handover", schema.Handover),
    ("briefs", schema.Briefs),
    ("metrics", schema.Metrics),
    ("console", schema.Console),
    ("hooks", outside.Hooks),
    ("hooks.reply", outside.ReplyHook),
    ("hooks.alertmanager", outside.AlertmanagerHook),
    ("peers.NAME", outside.Peer),
    ("heartbeat", outside.HeartbeatOut),
    ("syslog", outside.Syslog),
    ("traps", outside.Traps),
)

COMMON: Final[dict[type[BaseModel], str]] = {schema.TargetModel: "target", channels.ChannelModel: "channel"}

_WORDS: Final[tuple[tuple[Any, str], ...]] = (
    (units.Name, "name"),
    (units.Text, "text"),
    (units.Address, "address"),
    (units.PortNumber, "1 to 65535"),
    (units.TimeOfDay, "time of day"),
    (units.Day, "day"),
    (units.BitRate, "bit rate"),
    (units.Zone, "time zone"),
    (units.Listen, "address:port"),
    (units.PublicUrl, "https URL"),
    (units.Network, "address or network"),
    (outside.Server, "host:port"),
    (incidents.Words, "text, or `{zh: text, en: text}`"),
    (bool, "true or false"),
    (int, "whole number"),
    (float, "number"),
    (str, "text"),
    (Path, "path"),
    (Secret, "secret"),
)


def page() -> str:
    """Return the whole page."""
    return "\n".join([INTRO, *(line for title, model in SECTIONS for line in _section(title, model)), *_limits()])


def _section(title: str, model: type[BaseModel]) -> Iterator[str]:
    above = next((base for base in COMMON if issubclass(model, base) and model is not base), None)
    common = above.model_fields if above else {}
    yield f"## {title if title[0].isupper() else f'`{title}`'}\n"
    yield f"{inspect.cleandoc(model.__doc__ or '').replace('``', '`')}\n"
    if model is schema.Checks:
        yield f"Any check of the [table below](#shipped-limits), with {_words(Limit)}; and:\n"
    if above:
        yield f"Besides the keys of every {COMMON[above]}:\n"
    yield "| Key | Type | Default | |\n|---|---|---|---|"
    hints = get_type_hints(model, include_extras=True)
    for name, field in model.model_fields.items():
        if name not in common:
            key = field.alias or name
            yield f"| `{key}` | {_type(hints[name], field)} | {_default(model, field)} | {meaning_of(field)} |"
    yield ""


def _type(annotation: Any, field: FieldInfo) -> str:
    bounds = {type(bound): bound for bound in field.metadata}
    words = _words(annotation)
    least, most = bounds.get(Ge), bounds.get(Le)
    if words in ("whole number", "number") and least is not None:
        return f"{least.ge} to {most.le}" if most is not None else f"{words}, {least.ge} or more"
    return words


def _words(annotation: Any) -> str:
    """Say in words what may stand for an annotation."""
    if annotation == schema.AnyTarget:
        return "[targets[]](#targets), by `kind`"
    if annotation == schema.AnyChannel:
        return "[channels.NAME](#channelsname), by `kind`"
    for known, words in _WORDS:
        if annotation == known:
            return words
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        title = next(title for title, model in SECTIONS if model is annotation)
        return f"[{title}](#{''.join(c for c in title.lower().replace(' ', '-') if c.isalnum() or c == '-')})"
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return ", ".join(f"`{part}`" for part in parts)
    if origin is Annotated:
        between = next((part for part in parts if isinstance(part, units.Between)), None)
        return f"duration, {between.least} to {between.most}" if between else _words(parts[0])
    if origin is tuple:
        return f"list: {_words(parts[0])}" if parts[-1] is Ellipsis else f"two: {_words(parts[0])}"
    if origin is dict:
        return f"by name: {_words(parts[1])}"
    if type(None) in parts:
        return _words(next(part for part in parts if part is not type(None)))
    raise TypeError(annotation)  # a new type of setting needs its word in _WORDS


def _default(model: type[BaseModel], field: FieldInfo) -> str:
    if issubclass(model, Limit):
        return "of the next wider place"
    if field.default is PydanticUndefined:
        return "**required**"
    return plain(field.default)


def plain(value: Any) -> str:
    """Write a default as it would stand in the file."""
    if isinstance(value, BaseModel) or (isinstance(value, dict) and value):
        return "see there"
    if value is None or value in ("", (), {}):
        return "–"
    if isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
        return "<br>".join(_flow(item) for item in value)
    if isinstance(value, tuple):
        return "[" + ", ".join(plain(item) for item in value) + "]"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, timedelta):
        return f"`{units.in_words(value)}`"
    return f"`{value:%H:%M}`" if isinstance(value, time) else f"`{value}`"


def _flow(value: BaseModel) -> str:
    said = value.model_dump(mode="json", exclude_defaults=True)
    return f"`{{{', '.join(f'{key}: {item}' for key, item in said.items())}}}`"


def meaning_of(field: FieldInfo) -> str:
    """Return what a key is for, with the clause of the policy that it comes from."""
    extra = field.json_schema_extra
    clause = extra.get("clause") if isinstance(extra, dict) else None
    return f"{field.description}{f' (policy {clause})' if clause else ''}"


def _limits() -> Iterator[str]:
    yield "## Shipped limits\n"
    yield (
        "What is in force where the file says nothing else (`config/limits.yaml` has the sources). A limit that the\n"
        "device itself states wins. Looks in a row: for a warning / for critical / to be well again.\n"
    )
    yield "| Check | Reading | Warning | Critical | Gap | Looks | Wakes |\n|---|---|---|---|---|---|---|"
    base = shipped()
    for name, check in base.checks.items():
        yield _row(name, check)
        for profile, limits in base.by_profile.items():
            if (limit := limits.get(name)) is not None:
                said = {key: getattr(limit, key) for key in limit.model_fields_set}
                yield _row(f"{name} (profile {profile})", check.model_copy(update=said))
    yield ""


def _row(name: str, check: Check) -> str:
    unit = PARAMETERS.get(check.parameter, "")
    unit = "s" if check.kind == "trend" else "" if unit in ("1", "bool", "health") else unit
    side = "≤" if check.below else "≥"
    warning, critical = (
        "–" if limit is None else f"{side} {limit:g} {unit}".strip() for limit in (check.warning, check.critical)
    )
    looks = f"{check.looks_warning} / {check.looks_critical} / {check.looks_back}"
    cells = (f"`{name}`", check.parameter, warning, critical, f"{check.gap:g}" if check.gap else "–", looks)
    return (
        f"| {' | '.join(cells)} | {'yes' if check.wakes else 'no'} |" if not check.off else f"| `{name}` | off |||||||"
    )


def publish(made: str, file: Path) -> int:
    """Print a page; with ``--check``, say whether its file is what would be printed."""
    if sys.argv[1:] == ["--check"]:
        if not file.exists() or file.read_text("utf-8") != made:
            print(f"docs/{file.name} is stale: make docs", file=sys.stderr)
            return 1
        return 0
    sys.stdout.write(made)
    return 0


def main() -> int:
    """Print the page of settings, or check it."""
    return publish(page(), PAGE)


if __name__ == "__main__":
    sys.exit(main())
