"""Maps of exposition pages: which metrics of an exporter become which readings and facts.

An exporter is data, not code. A map is one file of ``config/exposition``; its name is the file's. Series that are about
the same things (the disks, the ports) make a family; a family without ``instance`` is about the machine itself. Of the
series in one family that give the same parameter the first one that a page has counts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Final, Literal, NamedTuple

from pydantic import Field, ValidationError

from config.marked import Marked, read
from config.marked import Path as Place
from config.model import Model
from config.wording import one_of, word
from duty.errors import Problem, SettingsError
from duty.parameters import FACTS, PARAMETERS

SHIPPED: Final = Path(__file__).with_name("exposition")

COMPUTATIONS: Final[Mapping[str, tuple[int, int]]] = {
    "sum": (2, 8),
    "difference": (2, 2),
    "percent": (2, 2),
    "percent_left": (2, 2),
    "absolute": (1, 1),
    "where": (2, 2),
}
"""What can be computed, with the least and the most it is computed of; ``collectors.exposition.meaning`` does it."""

LABEL: Final = re.compile(r"\{([a-zA-Z_][a-zA-Z0-9_]*)\}")
"""A label's place in a text: ``{device}``."""

Metric = Annotated[str, Field(pattern=r"^[a-zA-Z_:][a-zA-Z0-9_:]*$", description="The name of the metric.")]
Patterns = dict[str, tuple[str, ...]]


class Series(Model):
    """Samples of one metric and what becomes of them: a reading, a limit, or something to compute with."""

    metric: Metric
    parameter: str = Field("", description="The parameter that it is a reading of; one in `_total` is a counter.")
    states: Literal["", "warning", "critical"] = Field(
        "", description="It is no reading but the limit that the device itself states for the parameter."
    )
    only_if: Patterns = Field({}, description="Only samples whose label fits one of these patterns.")
    unless: Patterns = Field({}, description="No samples whose label fits one of these.")
    combine: Literal["first", "sum", "count"] = Field("first", description="What several samples of one thing make.")
    scale: float = Field(1, description="What the number is multiplied by to be in the parameter's unit.")
    bit: int | None = Field(None, ge=0, le=63, description="The bit of the number that counts.")
    least: float | None = Field(None, description="A smaller number says that the device does not know.")
    most: float | None = Field(None, description="So does a larger one.")
    chosen: bool = Field(False, description="Only what the target's `services` name.")


class Computed(Model):
    """Something made of several series of one thing: a reading, or by its name what the next are made of."""

    name: str = Field("", description="Its name, where others are computed of it.")
    parameter: str = Field("", description="The parameter that it is a reading of.")
    compute: Literal["sum", "difference", "percent", "percent_left", "absolute", "where"] = Field(
        description="How it is computed; `where` is the first while the second is not 0."
    )
    of: tuple[str, ...] = Field(min_length=1, description="Series or computed ones of this family, in order.")


class Family(Model):
    """Series about the same things, and which of them count."""

    instance: str = Field("", description="What names a thing, of its labels: `{chip} {sensor}`.")
    only_if: Patterns = Field({}, description="As at a series, for all of them.")
    unless: Patterns = Field({}, description="As at a series, for all of them.")
    once: str = Field("", description="Of things with one value of this label only that of the shortest name counts.")
    series: dict[str, Series] = Field(min_length=1, description="Series, by a name for what is computed.")
    computed: tuple[Computed, ...] = Field((), description="What is made of several of them.")


class Words(Model):
    """A fact told by the labels of a sample."""

    metric: Metric
    text: str = Field(min_length=1, description="The fact, with labels in braces: `{sysname} {release}`.")


class Map(Model):
    """What the metrics of an exporter mean."""

    title: str = Field(min_length=1, description="What it is for, in a few words.")
    families: dict[str, Family] = Field(min_length=1, description="Families, by a name for people.")
    facts: dict[str, Words] = Field({}, description="Facts of the machine, by their name.")


@cache
def load_maps(folder: Path = SHIPPED) -> dict[str, Map]:
    """Load all maps of a folder by name. Raises SettingsError with all that is wrong in all of them."""
    maps: dict[str, Map] = {}
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            maps[path.stem] = _parse(read(path.read_text("utf-8"), str(path)))
        except SettingsError as error:
            problems += error.problems
        except (OSError, UnicodeDecodeError):
            problems.append(Problem(str(path), 1, "", "cannot be read", "a file of UTF-8 text"))
    if problems:
        raise SettingsError(problems)
    return maps


class _Mistake(NamedTuple):
    place: Place
    what: str
    expected: str


def _parse(marked: Marked) -> Map:
    problems = list(marked.problems)
    try:
        made = Map.model_validate_json(json.dumps(marked.data))
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            place = tuple(step for step in detail["loc"] if step != "[key]")
            # An unknown key is named by the words, and is no part of the path.
            words = marked.words(place[:-1] if detail["type"] == "extra_forbidden" else place)
            problems.append(Problem(marked.file, marked.line(place), words, *word(detail, Map)))
    else:
        problems += [marked.problem(*mistake) for mistake in _mistakes(made)]
    if problems:
        raise SettingsError(problems)
    return made


def _mistakes(made: Map) -> Iterator[_Mistake]:
    """Find what is well formed and yet makes no sense."""
    for title, family in made.families.items():
        place: Place = ("families", title)
        used = {name for computed in family.computed for name in computed.of}
        for name, series in family.series.items():
            here = (*place, "series", name)
            yield from _parameter(here, series.parameter)
            if not series.parameter and name not in used:
                yield _Mistake(here, "nothing becomes of it", "a parameter, or some use below")
            if series.states and not series.parameter:
                yield _Mistake((*here, "states"), "a limit of nothing", "the parameter that it is a limit for")
        known = set(family.series)
        for step, computed in enumerate(family.computed):
            yield from _computed((*place, "computed", step), computed, known)
            known.add(computed.name)
        if family.once and not family.instance:
            yield _Mistake((*place, "once"), "there is one thing only", "an instance")
    for name in made.facts:
        if name not in FACTS:
            yield _Mistake(("facts", name), f"unknown fact '{name}'", one_of(name, sorted(FACTS)))


def _computed(place: Place, computed: Computed, known: Collection[str]) -> Iterator[_Mistake]:
    yield from _parameter(place, computed.parameter)
    least, most = COMPUTATIONS[computed.compute]
    if not least <= len(computed.of) <= most:
        expected = str(least) if least == most else f"{least} to {most}"
        yield _Mistake((*place, "of"), f"'{computed.compute}' of {len(computed.of)}", expected)
    if not computed.parameter and not computed.name:
        yield _Mistake(place, "nothing becomes of it", "a parameter or a name")
    for at, name in enumerate(computed.of):
        if name not in known:
            yield _Mistake((*place, "of", at), f"nothing is called '{name}' so far", one_of(name, sorted(known)))


def _parameter(place: Place, name: str) -> Iterator[_Mistake]:
    if name and name not in PARAMETERS:
        close = [known for known in sorted(PARAMETERS) if known.split("_")[0] == name.split("_")[0]]
        yield _Mistake((*place, "parameter"), f"unknown parameter '{name}'", one_of(name, close) or "a known one")
