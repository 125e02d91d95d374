"""One target: who it is, what is wrong, its readings with their past, and limits raised for a while."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from agent.console import charts
from agent.console.families import MOST_ROWS, families, other_facts
from agent.console.office import Office
from agent.console.render import language_of, page
from agent.console.untils import choices
from agent.console.voice import Voice
from agent.services.history import NIGHT, SPANS, history
from agent.services.overview import Abnormal, Overview
from agent.services.target_record import TargetRecord, read_target, state_now
from agent.store.bodies import Place
from agent.store.sheets import SEEN
from duty.errors import LimitRefused
from duty.findings import Limits, Severity
from duty.overrides import KINDS, Override, unit_of
from duty.parameters import PARAMETERS
from duty.readings import Fact, Look
from duty.rounds import Round, RoundState, SheetState
from exporters.words import words

PLOTTED = tuple(span for span in SPANS if span != NIGHT)
MOST_ALERTS = 10
"""Alerts on the page; what is open is always among them."""
LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class LimitForm:
    """What may be raised: one check of one reading, its limits now, and the open alert that is about it."""

    check: str
    instance: str
    limits: Limits
    unit: str
    raisable: bool
    alert: int | None
    override: Override | None


@dataclass(frozen=True, slots=True)
class Below:
    """What depends on a target: all of them, of which ``shown`` are named."""

    count: int
    shown: tuple[str, ...]


async def show(request: Request) -> Response:
    """Show one target; ``?parameter=`` ``&instance=`` ``&span=`` pick a reading to be shown large."""
    return await view(request, {}, None)


async def view(request: Request, typed: Mapping[str, str], refused: LimitRefused | None) -> Response:
    """Show a target, with a form as it was ``typed`` where that was ``refused``."""
    office: Office = request.app.state.office
    name = str(request.path_params["name"])
    overview = await office.reader.overview()
    record = await read_target(office.station, name, overview.now)
    if record is None:
        raise HTTPException(404)
    zone = overview.sites[record.target.site].zone if record.target.site in overview.sites else overview.site_zone
    overview = replace(overview, site_zone=zone)
    voice = Voice(words(language_of(request)), overview.now, ZoneInfo(zone))
    answered = _newest_round(overview, name, SEEN)
    told = await office.reader.sheet(answered.number, name) if answered is not None else None
    shown = _shown(record, told.sheet.look if told is not None else None)
    wrong = [state for state in overview.abnormal if state.target == name]
    picked, span = _picked({**request.query_params, **typed})
    groups = families(shown) if shown is not None else ()
    default = charts.places(record, shown, wrong)
    since = {span: overview.now - SPANS[span] for span in (span, NIGHT)}
    drawn = await history(office.station, name, [*([picked] if picked else []), *default], span, overview.now)
    small = await history(office.station, name, charts.sparks(groups), NIGHT, overview.now)

    def drawings() -> dict[str, object]:
        large = [picked] if picked else []
        rest = [place for place in default if place != picked]
        return {
            "large": charts.draw(record, drawn, large, since[span], voice, wide=True, name="picked"),
            "plots": charts.draw(record, drawn, rest, since[span], voice),
            "sparks": charts.draw_sparks(small, since[NIGHT], voice),
        }

    return await page(
        request,
        "target.html",
        overview,
        record=record,
        target=record.target,
        state=state_now(record.look, [(each.check, each.suppressed) for each in wrong]),
        newest=_newest_round(overview, name, frozenset(SheetState)),
        look=shown,
        wrong=wrong,
        places_of={(s.check, s.instance): _place(record, s) for s in wrong},
        most_alerts=max(MOST_ALERTS, sum(entry.alert.open for entry in record.alerts)),
        below=_below(overview, name),
        families=groups,
        facts=_facts(shown),
        severities=_severities(wrong),
        most_rows=MOST_ROWS,
        picked=picked,
        span=span,
        spans=PLOTTED,
        forms=_forms(record, picked) if picked else (),
        untils=choices(overview.now, voice.zone),
        typed=typed,
        refused=refused,
        refusal=lambda form: _refusal(refused, form, voice) if refused is not None else "",
        **await run_in_threadpool(drawings),
    )


def _newest_round(overview: Overview, name: str, states: Container[SheetState]) -> Round | None:
    """Return the newest closed round that has a sheet of it in one of these states; one by hand counts as well."""
    closed = (column.round for column in overview.rounds if column.round.state is not RoundState.OPEN)
    return next((r for r in closed if overview.cells.get(r.number, {}).get(name) in states), None)


def _shown(record: TargetRecord, told: Look | None) -> Look | None:
    """Return the newest look that it answered, with the words of its ports and disks, which only a round asks for.

    ``told`` is that of the newest round that it answered.
    """
    look = record.look
    if look is None or not look.reached:
        return told if told is not None and told.reached else look
    if told is None:
        return look
    known = {(fact.parameter, fact.instance) for fact in look.facts}
    return replace(look, facts=(*look.facts, *(f for f in told.facts if (f.parameter, f.instance) not in known)))


def _picked(query: Mapping[str, str]) -> tuple[Place | None, str]:
    """Return the reading that the address picks, and the span of all plots."""
    parameter, instance = query.get("parameter", ""), query.get("instance", "")
    span = query.get("span", "")
    place = (parameter, instance) if parameter in PARAMETERS and len(instance) <= LONGEST_NAME else None
    return place, span if span in PLOTTED else PLOTTED[0]


def _place(record: TargetRecord, state: Abnormal) -> Place | None:
    """Return the reading of which something is wrong, to be shown large; None for what is no reading."""
    rule = next((rule for rule in record.rules if rule.name == state.check), None)
    return (rule.parameter, state.instance) if rule is not None and rule.parameter in PARAMETERS else None


def _forms(record: TargetRecord, picked: Place) -> list[LimitForm]:
    """Return what may be raised of the reading that was picked; a check for each."""
    found = []
    for rule in charts.rules_of(record, picked):
        about = (entry.alert for entry in record.alerts if entry.alert.open)
        number = next((alert.number for alert in about if alert.key[1:] == (rule.name, picked[1])), None)
        holding = [o for o in record.overrides if o.check == rule.name and o.instance in ("", picked[1])]
        limits = record.limits(rule, picked[1])
        raisable = rule.kind in KINDS and (limits.warning, limits.critical) != (None, None)
        found.append(
            LimitForm(rule.name, picked[1], limits, unit_of(rule), raisable, number, holding[-1] if holding else None)
        )
    return found


def _refusal(refused: LimitRefused, form: LimitForm, voice: Voice) -> str:
    """Say in one line why a limit cannot be raised so, with numbers as they stand in the form."""
    fields = dict(refused.fields)
    code = f"{refused.code}_below" if fields.get("below") else refused.code
    said = {name: str(value) for name, value in fields.items()}
    for name in ("low", "high", "limit"):
        if isinstance(number := fields.get(name), int | float):
            said[name] = voice.limit(number, form.unit)
    if "grade" in said:
        said["grade"] = voice.say(f"limit_grade.{said['grade']}")
    if "check" in said:
        said["check"] = voice.name("check", said["check"])
    return voice.say(f"limit_refused.{code}", **said)


def _below(overview: Overview, name: str) -> Below:
    names = [target.name for target in overview.targets if name in target.depends_on]
    return Below(len(names), tuple(names[:40]))


def _facts(look: Look | None) -> tuple[Fact, ...]:
    return tuple(fact for fact in other_facts(look) if not fact.instance) if look is not None else ()


def _severities(wrong: list[Abnormal]) -> dict[Place, str]:
    """Return how bad each reading is, the worst where two checks judge the same."""
    found: dict[Place, Severity] = {}
    for state in wrong:
        place = (state.parameter, state.instance)
        found[place] = max(state.severity, found.get(place, Severity.OK))
    return {place: severity.name.lower() for place, severity in found.items()}
