"""How a profile of devices is written, for whoever adds one: ``python -m config.document_profiles > docs/profiles.md``.

The guide stands here, the reference of all keys is generated from the models.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from pydantic import BaseModel

from config import profile
from config.document import meaning_of, plain, publish
from duty.parameters import PARAMETERS

PAGE: Final = Path(__file__).parent.parent / "docs" / "profiles.md"

INTRO: Final = """\
# A device that nobody knows yet

A device is data: one YAML file says which objects of its MIBs become which readings. Those that are shipped stand in
[config/profiles](../config/profiles), listed in [devices.md](devices.md); yours in the folder that `polling.profiles`
names, and of one name yours counts. This page is generated (`python -m config.document_profiles`).

1. `nightduty look ADDRESS` shows what is read already. What nobody knows is asked for the standard MIBs.
2. `nightduty record ADDRESS` writes a walk: all that the device tells, without names, addresses and secrets.
3. Write `MAKER-FAMILY.yaml` as below, by the maker's MIB: which column, which unit, what each code means.
4. `nightduty profile check FILE` names every mistake with its line.
5. `nightduty replay WALK --profiles FOLDER` shows what it makes of the walk: read, missing, not well.
6. To give it to everybody: a small walk and what must be read of it (`tests/profiles/NAME.walk` and `NAME.yaml`).

```yaml
title: Acme switches
extends: [interfaces, bgp, lldp]       # ports, neighbours: they come before it
match:
  - {object_id: [1.3.6.1.4.1.99999]}   # what its sysObjectID begins with; the longest of all profiles counts
vendor: Acme
tables:
  fans:
    called: Fan                        # rows are "Fan 1", "Fan 2"
    columns:
      acmeFanState:
        oid: 1.3.6.1.4.1.99999.1.2.1.3
        parameter: fan_health
        states: {ok: {1: running}, critical: {2: stopped}, absent: {3: notPresent}}
  temperatures:
    instance: [acmeSensorName]
    columns:
      acmeSensorName: {oid: 1.3.6.1.4.1.99999.1.3.1.2, kept: true}
      acmeSensorValue: {oid: 1.3.6.1.4.1.99999.1.3.1.3, parameter: temperature, scale: 0.1, absent: [-1]}
      acmeSensorHigh: {oid: 1.3.6.1.4.1.99999.1.3.1.4, scale: 0.1, kept: true}
    limits:
      - {parameter: temperature, critical: acmeSensorHigh}
```

- **Unknown is not zero.** What a device says where it has nothing (-1, 65535, 2147483647) stands under `absent`, and
  what cannot be true outside `between`.
- **Air or chip?** `temperature` is judged like air (50 and 60 °C) where the device states no limit; chips, processors
  and disks are `part_temperature`.
- **States** stand with the device's own words, and each is judged once: `ok`, `warning`, `critical`, or `told` where it
  is neither, like an outlet that is switched off.
- **Computed** of a row: `sum`, `product`; `percent` and `percent_left` of part and whole; `remainder` of whole, part
  and unit; `sensor` of value, scale and precision (ENTITY-SENSOR-MIB), `light` of these and the type, in dBm;
  `decibels` of milliwatts; `digits` of value and decimal places; `itself`. Of a whole column: `mean`, `count`.
- **The watch asks each minute.** What only the inspection needs is `full`; what does not change while the device runs
  (names, limits) is `kept`.
"""

SECTIONS: Final[tuple[tuple[str, type[BaseModel]], ...]] = (
    ("The file", profile.Profile),
    ("match[]", profile.Match),
    ("scalars.NAME, tables.NAME.columns.NAME", profile.Object),
    ("states", profile.States),
    ("tables.NAME", profile.Table),
    ("computed[]", profile.Computed),
    ("tables.NAME.limits[]", profile.Stating),
)


def page() -> str:
    """Return the whole page."""
    sections = (line for title, model in SECTIONS for line in _section(title, model))
    return "\n".join([INTRO, *sections, *_parameters()])


def _section(title: str, model: type[BaseModel]) -> Iterator[str]:
    yield f"## {title if title[0].isupper() else f'`{title}`'}\n"
    yield f"{(model.__doc__ or '').partition(chr(10) * 2)[0].replace('``', '`')}\n"
    yield "| Key | Default | |\n|---|---|---|"
    for name, field in model.model_fields.items():
        yield f"| `{name}` | {'**required**' if field.is_required() else plain(field.default)} | {meaning_of(field)} |"
    yield ""


def _parameters() -> Iterator[str]:
    yield "## Parameters\n"
    yield "Each with its unit; a name that ends in `_total` is a counter, and its rate is made of it.\n"
    units: dict[str, list[str]] = {}
    for name, unit in PARAMETERS.items():
        units.setdefault(unit, []).append(name)
    for unit, names in units.items():
        yield f"- **{unit}**: {', '.join(f'`{name}`' for name in names)}"
    yield ""


def main() -> int:
    """Print the page, or check it."""
    return publish(page(), PAGE)


if __name__ == "__main__":
    sys.exit(main())
