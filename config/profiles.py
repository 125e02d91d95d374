"""The profiles that are there: those shipped, and an operator's own; each is one file, named by its own name."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Set
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from pydantic import ValidationError

from config.marked import Marked, read
from config.mistake import Mistake
from config.profile import Profile
from config.profile_mistakes import mistakes_in
from config.wording import one_of, word
from duty.errors import Problem, SettingsError

SHIPPED: Final = Path(__file__).with_name("profiles")


@cache
def load_profiles(folder: Path = SHIPPED) -> dict[str, Profile]:
    """Load all profiles of a folder by name. Raises SettingsError with all that is wrong in all of them."""
    return _load(folder.glob("*.yaml"))


def all_profiles(own: Path | None) -> dict[str, Profile]:
    """Load the profiles that are shipped and those of a folder of the operator's; of one name, his. Raises as above.

    The folder is read anew each time, for he may be writing in it.
    """
    return load_profiles() if own is None else _load(own.glob("*.yaml"), load_profiles())


def check_profile(path: Path) -> Profile:
    """Load one file as if it stood among the shipped ones, and return its profile. Raises SettingsError."""
    return _load((path,), load_profiles())[path.stem]


def _load(paths: Iterable[Path], shipped: Mapping[str, Profile] = MappingProxyType({})) -> dict[str, Profile]:
    """Load some files; of one name they count before those that are shipped."""
    profiles: dict[str, Profile] = {}
    marked: dict[str, Marked] = {}
    problems: list[Problem] = []
    for path in paths:
        try:
            marked[path.stem] = read(path.read_text("utf-8"), str(path))
            profiles[path.stem] = _parse(marked[path.stem])
        except SettingsError as error:
            problems += error.problems
        except (OSError, UnicodeDecodeError):
            problems.append(Problem(str(path), 1, "", "cannot be read", "a file of UTF-8 text"))
    together, written = dict(sorted({**shipped, **profiles}.items())), {*shipped, *marked}
    for name, profile in profiles.items():
        problems += [marked[name].problem(*mistake) for mistake in _ancestry(name, profile, written, together)]
    if problems:
        raise SettingsError(problems)
    return together


def _parse(marked: Marked) -> Profile:
    problems = list(marked.problems)
    try:
        profile = Profile.model_validate_json(json.dumps(marked.data))
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            place = tuple(step for step in detail["loc"] if step != "[key]")
            # An unknown key is named by the words, and is no part of the path.
            words = marked.words(place[:-1] if detail["type"] == "extra_forbidden" else place)
            problems.append(Problem(marked.file, marked.line(place), words, *word(detail, Profile)))
    else:
        problems += [marked.problem(*mistake) for mistake in mistakes_in(profile)]
    if problems:
        raise SettingsError(problems)
    return profile


def _ancestry(name: str, profile: Profile, written: Set[str], profiles: Mapping[str, Profile]) -> Iterator[Mistake]:
    for place, above in enumerate(profile.extends):
        if above not in written:
            yield Mistake(("extends", place), f"there is no profile '{above}'", one_of(above, sorted(written)))
        elif name in _above(above, profiles):
            yield Mistake(("extends", place), f"'{above}' extends this profile itself", "profiles that do not")


def _above(name: str, profiles: Mapping[str, Profile]) -> set[str]:
    """Return a profile with all that it extends."""
    found: set[str] = set()
    left = [name]
    while left:
        name = left.pop()
        if name not in found and name in profiles:
            found.add(name)
            left += profiles[name].extends
    return found
