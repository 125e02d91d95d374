"""What the samples of an exposition page mean: its map applied, row by row. Nothing here asks anybody."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import translate
from types import MappingProxyType
from typing import Final

from collectors.exposition.body import Sample
from collectors.text import clean
from config.exposition import LABEL, Family, Map, Series
from duty.parameters import PARAMETERS
from duty.readings import Fact, Gap, Notes, Reading, Stated

INSTANCES_MOST: Final = 256
"""Things of one family; what is beyond is a gap."""
STALE_S: Final = 300.0
"""A sample with a time of its own counts no longer than this, as in Prometheus."""

Number = int | float
Row = dict[str, Number]


@dataclass(slots=True)
class _Rows:
    """What has come of one family: a row for each thing, by its name."""

    by_name: dict[str, Row] = field(default_factory=dict)
    once: dict[str, str] = field(default_factory=dict)
    met: bool = False
    too_many: bool = False


class _Picker:
    """One series of a map, ready to be applied."""

    def __init__(self, title: str, family: Family, name: str, series: Series) -> None:
        self.title, self.family, self.name, self.series = title, family, name, series
        self._only = _compiled(series.only_if) + _compiled(family.only_if)
        self._unless = _compiled(series.unless) + _compiled(family.unless)

    def wants(self, labels: Mapping[str, str]) -> bool:
        return all(fits(labels.get(label, "")) for label, fits in self._only) and not any(
            fits(labels.get(label, "")) for label, fits in self._unless
        )


def _compiled(patterns: Mapping[str, Iterable[str]]) -> list[tuple[str, Callable[[str], object]]]:
    return [(label, re.compile("|".join(map(translate, texts))).match) for label, texts in patterns.items()]


class Meaning:
    """A map made ready; one serves all targets that use it."""

    def __init__(self, made: Map) -> None:
        self.map = made
        self.pickers: dict[str, list[_Picker]] = {}
        for title, family in made.families.items():
            for name, series in family.series.items():
                self.pickers.setdefault(series.metric, []).append(_Picker(title, family, name, series))
        self.facts: dict[str, list[tuple[str, str]]] = {}
        for fact, words in made.facts.items():
            self.facts.setdefault(words.metric, []).append((fact, words.text))

    @property
    def metrics(self) -> set[str]:
        """The metrics that the map knows."""
        return self.pickers.keys() | self.facts.keys()


class Gathered:
    """The samples of one page as they come in, then written down."""

    def __init__(self, meaning: Meaning, *, services: Sequence[str], now: float) -> None:
        """Take the moment of the look in Unix time, and the services that the operator chose."""
        self._meaning = meaning
        self._services = services
        self._now = now
        self._rows = {title: _Rows() for title in meaning.map.families}
        self._facts: dict[str, str] = {}
        self._gaps: dict[tuple[str, str], str] = {}
        self.any = False

    def take(self, sample: Sample) -> None:
        """Take in one sample; what it is for is decided by its map."""
        if sample.value is not None:
            self.any = True
            for fact, text in self._meaning.facts.get(sample.metric, ()):
                self._facts.setdefault(fact, clean(_filled(text, sample.labels)))
        stale = sample.at is not None and not self._now - sample.at < STALE_S
        for picker in self._meaning.pickers.get(sample.metric, ()):
            if sample.value is None or stale:
                # Its labels may be nonsense as well: the gap is of the parameter as a whole.
                self._gaps[picker.series.parameter or sample.metric, ""] = "stale" if stale else "malformed"
            else:
                self._pick(picker, sample.labels, sample.value)

    def _pick(self, picker: _Picker, labels: Mapping[str, str], value: Number) -> None:
        series, family, rows = picker.series, picker.family, self._rows[picker.title]
        rows.met = True
        if not picker.wants(labels):
            return
        name = clean(_filled(family.instance, labels))
        if series.chosen and name not in self._services:
            return
        row = rows.by_name.get(name)
        if row is None:
            if len(rows.by_name) >= INSTANCES_MOST:
                rows.too_many = True
                return
            row = rows.by_name[name] = {}
            rows.once[name] = labels.get(family.once, "") if family.once else name
        scaled = _scaled(series, value)
        if scaled is None:
            return
        if series.combine == "first":
            row.setdefault(picker.name, scaled)
        else:
            row[picker.name] = row.get(picker.name, 0) + (1 if series.combine == "count" else scaled)

    def write(self, notes: Notes, *, whole: bool, full: bool) -> None:
        """Write down what the rows say. Of a ``whole`` page, what is not there is not offered."""
        for title, family in self._meaning.map.families.items():
            self._write(notes, family, self._rows[title], whole=whole)
        # Only what is a parameter by itself: a series that others are computed of has no name for people.
        notes.gaps += [Gap(p, instance, code) for (p, instance), code in self._gaps.items() if p in PARAMETERS]
        if full:
            notes.facts += [Fact(fact, "", text) for fact, text in self._facts.items() if text]

    def _write(self, notes: Notes, family: Family, rows: _Rows, *, whole: bool) -> None:
        written: set[tuple[str, str]] = set()
        for name in _chosen(rows):
            row = rows.by_name[name]
            _compute(family, row)
            for parameter, value in _readings(family, row):
                if (parameter, name) not in written:
                    written.add((parameter, name))
                    width = 64 if parameter.endswith("_total") else 0
                    notes.add(Reading(parameter, name, value, PARAMETERS[parameter], width))
            notes.stated += _stated(family, row, name)
        seen = {parameter for parameter, _ in written}
        parameters = _parameters(family)
        if rows.too_many:
            notes.gaps.append(Gap(parameters[0], "", "row_cap", f"more than {INSTANCES_MOST}"))
        if not whole:
            return
        if any(series.chosen for series in family.series.values()):
            self._write_missing(notes, parameters[0], {name for _, name in written}, rows)
        else:
            told = {parameter for parameter, _ in self._gaps}
            notes.gaps += [Gap(name, "", "not_offered") for name in parameters if name not in seen | told]

    def _write_missing(self, notes: Notes, parameter: str, there: set[str], rows: _Rows) -> None:
        """Write what became of the chosen that are not there: one that systemd does not know does not run."""
        for service in self._services:
            if service not in there and rows.met:
                notes.add(Reading(parameter, service, 0, PARAMETERS[parameter]))
            elif service not in there:
                notes.gaps.append(Gap(parameter, service, "not_offered"))


def _filled(text: str, labels: Mapping[str, str]) -> str:
    return LABEL.sub(lambda place: labels.get(place[1], ""), text).strip()


def _scaled(series: Series, value: Number) -> Number | None:
    if series.bit is not None:
        return (int(value) >> series.bit) & 1 if math.isfinite(value) else None
    if (series.least is not None and value < series.least) or (series.most is not None and value > series.most):
        return None
    whole = isinstance(value, int) and series.scale == int(series.scale)
    # Whole numbers stay whole, and so exact.
    return value * int(series.scale) if whole else value * series.scale


def _chosen(rows: _Rows) -> list[str]:
    """Return the names of the things that count: of those that are one and the same, the shortest."""
    best: dict[str, str] = {}
    for name in sorted(rows.by_name, key=lambda name: (len(name), name)):
        best.setdefault(rows.once[name], name)
    return sorted(best.values())


def _compute(family: Family, row: Row) -> None:
    for made in family.computed:
        values = [row[name] for name in made.of if name in row]
        if len(values) == len(made.of) and (value := COMPUTE[made.compute](*values)) is not None:
            row[made.name or made.parameter] = value


def _readings(family: Family, row: Row) -> Iterable[tuple[str, Number]]:
    for name, series in family.series.items():
        if series.parameter and not series.states and name in row:
            yield series.parameter, row[name]
    for made in family.computed:
        if made.parameter and (key := made.name or made.parameter) in row:
            yield made.parameter, row[key]


def _stated(family: Family, row: Row, name: str) -> Iterable[Stated]:
    limits: dict[str, dict[str, Number]] = {}
    for title, series in family.series.items():
        if series.states and title in row:
            limits.setdefault(series.parameter, {})[series.states] = row[title]
    for parameter, of in limits.items():
        warning, critical = of.get("warning"), of.get("critical")
        if warning is not None and critical is not None and critical < warning:
            warning = None
        yield Stated(parameter, name, warning, critical)


def _parameters(family: Family) -> list[str]:
    names = [series.parameter for series in family.series.values() if not series.states]
    names += [made.parameter for made in family.computed]
    return list(dict.fromkeys(name for name in names if name))


def _percent(part: Number, whole: Number) -> float | None:
    return 100 * part / whole if whole > 0 else None


def _percent_left(left: Number, whole: Number) -> float | None:
    return 100 * (whole - left) / whole if whole > 0 else None


COMPUTE: Final[Mapping[str, Callable[..., Number | None]]] = MappingProxyType(
    {
        "sum": lambda *values: sum(values),
        "difference": lambda value, less: value - less,
        "percent": _percent,
        "percent_left": _percent_left,
        "absolute": abs,
        "where": lambda value, condition: value if condition else None,
    }
)
"""What ``config.exposition.COMPUTATIONS`` names; None where it makes no number."""
