"""What no single setting can know of itself: names that lead nowhere, things that do not go together.

Each check is a function that yields mistakes; it knows nothing of files and lines.
"""

from __future__ import annotations

import graphlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, get_args
from urllib.parse import urlsplit

from pydantic import BaseModel

from config import crosscheck_escalation, crosscheck_pages, crosscheck_people, crosscheck_plans, crosscheck_reach
from config.limits import Checks, Limit, in_force, shipped
from config.marked import Path
from config.mistake import Mistake, known
from config.profiles import SHIPPED, all_profiles
from config.schema import Role, Settings, SnmpTarget
from config.secret import Secret
from config.targets import limit_names
from config.units import in_words
from config.wording import one_of
from duty.errors import SettingsError
from duty.rounds import BY_HAND

DATABASES: Final = "postgresql+psycopg://user@host/name or sqlite:////path"
WAYS: Final = {"below": "low", "above": "high"}


def mistakes(settings: Settings) -> Iterator[Mistake]:
    """Yield all that is wrong between settings."""
    others = (crosscheck_pages, crosscheck_people, crosscheck_escalation, crosscheck_plans, crosscheck_reach)
    for check in (*CHECKS, *(check for other in others for check in other.CHECKS)):
        yield from check(settings)


def _site_is_written(settings: Settings) -> Iterator[Mistake]:
    if "sites" not in settings.model_fields_set:
        yield Mistake(("sites",), "no site is written", "one at least, with its zone: the nights run by its clock")


def _own_profiles_are_right(settings: Settings) -> Iterator[Mistake]:
    own = settings.polling.profiles
    at: Path = ("polling", "profiles")
    if own is None:
        return
    if not own.is_absolute() or not own.is_dir():
        yield Mistake(at, f"{own} is no folder", "the absolute path of one")
        return
    try:
        all_profiles(own)
    except SettingsError as error:
        for problem in error.problems:
            yield Mistake(at, f"{problem.file}:{problem.line}: {problem.path}: {problem.what}", problem.expected)


def _targets_have_a_name_each(settings: Settings) -> Iterator[Mistake]:
    first: dict[str, int] = {}
    for index, target in enumerate(settings.targets):
        # Letters alone do not tell two apart on paper, nor in a file system that folds their case.
        if first.setdefault(target.name.casefold(), index) != index:
            yield Mistake(("targets", index, "name"), f"a second target called '{target.name}'", "each name once")


def _names_lead_somewhere(settings: Settings) -> Iterator[Mistake]:
    targets = dict.fromkeys(target.name for target in settings.targets)
    there = device_profiles(settings)
    for index, target in enumerate(settings.targets):
        at: Path = ("targets", index)
        yield from known(target.site, "site", settings.sites, (*at, "site"))
        yield from known(target.maintainer, "maintainer", settings.maintainers, (*at, "maintainer"))
        for number, parent in enumerate(target.depends_on):
            yield from known(parent, "target", targets, (*at, "depends_on", number))
        if isinstance(target, SnmpTarget):
            yield from known(target.credential, "credential", settings.credentials, (*at, "credential"))
            for number, profile in enumerate(target.profiles):
                if profile not in there:
                    what = f"no profile is called '{profile}'"
                    yield Mistake((*at, "profiles", number), what, "a file of config/profiles/")
    for number, credential in enumerate(settings.traps.credentials):
        yield from known(credential, "credential", settings.credentials, ("traps", "credentials", number))
    for name, cadence in settings.cadences.items():
        yield from known(cadence.site, "site", settings.sites, ("cadences", name, "site"))
        for number, wanted in enumerate(cadence.targets or ()):
            yield from known(wanted, "target", targets, ("cadences", name, "targets", number))


def _parents_make_no_circle(settings: Settings) -> Iterator[Mistake]:
    parents = {target.name: set(target.depends_on) for target in settings.targets}
    indices = {target.name: index for index, target in enumerate(settings.targets)}
    while True:
        try:
            graphlib.TopologicalSorter(parents).prepare()
        except graphlib.CycleError as error:
            # The sorter names a circle from parent to child; people read "depends on" the other way.
            circle: list[str] = error.args[1][::-1]
            start = min(range(len(circle) - 1), key=lambda place: indices[circle[place]])
            circle = circle[start:-1] + circle[: start + 1]
            what = f"depends on itself: {' → '.join(circle[:20])}"
            yield Mistake(("targets", indices[circle[0]], "depends_on"), what, "parents that lead away")
            for name in circle:
                parents[name] = set()
        else:
            return


def _credentials_are_whole(settings: Settings) -> Iterator[Mistake]:
    for name, credential in settings.credentials.items():
        at: Path = ("credentials", name)
        if credential.version != "3":
            if credential.community is None:
                yield Mistake((*at, "community"), f"version {credential.version} without a community", "env:NAME or so")
            for key in ("user", "auth", "auth_password", "priv", "priv_password", "context"):
                if key in credential.model_fields_set:
                    yield Mistake((*at, key), f"version {credential.version} has no {key}", 'version: "3"')
            continue
        if credential.community is not None:
            yield Mistake((*at, "community"), "version 3 has no community", "user, auth and priv")
        if not credential.user:
            yield Mistake((*at, "user"), "version 3 without a user", "the user's name")
        if credential.priv != "none" and credential.auth == "none":
            yield Mistake(
                (*at, "priv"), "priv without auth", "auth: sha256 or another, for nothing is encrypted unsigned"
            )
        for way, password in (("auth", credential.auth_password), ("priv", credential.priv_password)):
            chosen = getattr(credential, way) != "none"
            if chosen and password is None:
                yield Mistake((*at, f"{way}_password"), f"{way} without {way}_password", "env:NAME or so")
            if password is not None and not chosen:
                yield Mistake((*at, f"{way}_password"), f"{way}_password without {way}", f"{way}: and how")


def _limits_make_sense(settings: Settings) -> Iterator[Mistake]:
    written = settings.checks
    known = {
        *get_args(Role),
        *device_profiles(settings),
        *(n for target in settings.targets for n in limit_names(target)),
    }
    at: Path = ("checks",)
    yield from _limits(at, written.everywhere, (), Checks(), written.everywhere)
    for name, limits in written.by_profile.items():
        if name not in known:
            what = f"no role or profile is called '{name}'"
            yield Mistake((*at, "by_profile", name), what, f"{', '.join(get_args(Role))}, or a profile of a target")
        yield from _limits((*at, "by_profile", name), limits, (name,), written, {})
    for index, target in enumerate(settings.targets):
        yield from _limits(("targets", index, "checks"), target.checks, limit_names(target), written, target.checks)


def _limits(
    at: Path, limits: Mapping[str, Limit], names: Iterable[str], written: Checks, own: Mapping[str, Limit]
) -> Iterator[Mistake]:
    for name, limit in limits.items():
        if name not in shipped().checks:
            yield Mistake((*at, name), f"no check is called '{name}'", one_of(name, shipped().checks))
            continue
        check = in_force(name, names, written, own)
        said = limit.model_fields_set
        for key in ("warning", "critical", "gap") if check.kind in ("absence", "ports") else ():
            if key in said:
                yield Mistake((*at, name, key), f"'{name}' has no {key}: it is so or not", "looks_warning and the like")
        for key, kind, where in (
            ("floor", "trend", "a trend"),
            ("drop", "optics", "the light of a port"),
            ("share", "errors", "the errors of a port"),
        ):
            if key in said and check.kind != kind:
                yield Mistake((*at, name, key), f"'{name}' has no {key}", f"{key} at {where} only")
        if check.warning is not None and check.critical is not None and {"warning", "critical"} & said:
            sign = -1 if check.below else 1
            if sign * check.warning > sign * check.critical:
                key = "critical" if "critical" in said else "warning"
                side = "below" if check.below else "above"
                what = f"critical ({check.critical:g}) comes before warning ({check.warning:g})"
                yield Mistake((*at, name, key), what, f"critical {side} warning, for '{name}' is bad when {WAYS[side]}")


def _cadences_make_sense(settings: Settings) -> Iterator[Mistake]:
    for name, cadence in settings.cadences.items():
        at: Path = ("cadences", name)
        if name == BY_HAND:
            yield Mistake(at, f"'{BY_HAND}' is the name of rounds that people ask for", "another name")
        if cadence.window > cadence.interval:
            yield Mistake((*at, "window"), "longer than the interval", "a window that ends before the next round")
        if cadence.hours is not None and cadence.hours[0] == cadence.hours[1]:
            yield Mistake((*at, "hours"), "begin and end are the same", "two times, or no hours for day and night")


def _times_fit(settings: Settings) -> Iterator[Mistake]:
    watch = settings.watch
    if watch.budget > watch.interval:
        yield Mistake(("watch", "budget"), "longer than the interval", f"{in_words(watch.interval)} or shorter")
    if watch.keep_every < watch.interval:
        yield Mistake(("watch", "keep_every"), "shorter than the interval", f"{in_words(watch.interval)} or longer")
    if watch.keep < watch.keep_every:
        yield Mistake(("watch", "keep"), "shorter than keep_every", f"{in_words(watch.keep_every)} or longer")
    if settings.policy.night[0] == settings.policy.night[1]:
        yield Mistake(("policy", "night"), "begins when it ends", "two times like 20:00 and 08:00")


def _one_host(settings: Settings) -> Iterator[Mistake]:
    hosts = [index for index, target in enumerate(settings.targets) if target.kind == "host"]
    for index in hosts[1:]:
        yield Mistake(("targets", index, "kind"), "a second target of kind host", "one, for host is this machine")


def _database_is_named(settings: Settings) -> Iterator[Mistake]:
    agent = settings.agent
    if not agent.database:
        if agent.database_password is not None:
            yield Mistake(("agent", "database_password"), "a password without a database", "database: and its URL")
        return
    try:
        url = urlsplit(agent.database)
        password = url.password
    except ValueError:
        url, password = urlsplit(""), None
    if url.scheme not in ("postgresql+psycopg", "sqlite"):
        yield Mistake(("agent", "database"), "not a database that is known", DATABASES)
    elif password is not None or "password" in url.query.lower():
        yield Mistake(("agent", "database"), "a password in the URL", "database_password: and a reference to it")


CHECKS: Final = (
    _own_profiles_are_right,
    _site_is_written,
    _targets_have_a_name_each,
    _names_lead_somewhere,
    _parents_make_no_circle,
    _credentials_are_whole,
    _limits_make_sense,
    _cadences_make_sense,
    _times_fit,
    _one_host,
    _database_is_named,
)


def unresolved(settings: Settings) -> Iterator[Mistake]:
    """Read every secret that the settings refer to, and yield those that cannot be read."""
    for path, secret in _secrets(settings, ()):
        try:
            secret.reveal()
        except SettingsError as error:
            yield Mistake(path, error.problems[0].what, error.problems[0].expected)


def _secrets(value: Any, path: Path) -> Iterator[tuple[Path, Secret]]:
    if isinstance(value, Secret):
        yield path, value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _secrets(getattr(value, name), (*path, name))
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _secrets(inner, (*path, name))
    elif isinstance(value, tuple):
        for index, inner in enumerate(value):
            yield from _secrets(inner, (*path, index))


def device_profiles(settings: Settings) -> set[str]:
    """Name the SNMP profiles that are there, shipped or the operator's own."""
    own = settings.polling.profiles
    return {path.stem for folder in (SHIPPED, own) if folder is not None for path in folder.glob("*.yaml")}
