"""What a month left in the record, counted by both databases."""

from __future__ import annotations

from sqlalchemy import Connection

from agent import bootstrap
from agent.services.report_month import month_report
from agent.store import forms, operations, silences
from agent.store.engine import Store
from config.load import parse
from duty.findings import Severity
from duty.operations import Month, MonthReport
from duty.rounds import SheetState
from duty.silences import SilenceKind
from tests.agent.console import month
from tests.agent.console.month import AWAY, BEGIN, DAY, END, HOUR, MINUTE
from tests.agent.store.samples import HOSTILE

LATER = END + 2 * HOUR
NAMES = ["HZ1-CORE-01", "HZ1-ACC-31", "HZ1-DB-01", "HZ1-WEB-01", "HZ2-UPS-02"]


def filled(store: Store) -> Store:
    store.write_now(month.fill, NAMES, "now", LATER)
    return store


def test_sheets_are_counted_by_target_state_and_day(store: Store) -> None:
    found = filled(store).read_now(operations.tallies, BEGIN, END)
    core = [tally for tally in found if tally.target == "HZ1-CORE-01"]
    assert sum(tally.many for tally in core) == 718
    assert sum(tally.many for tally in core if tally.state is SheetState.ABNORMAL) == 14
    assert min(tally.first for tally in core if tally.first) == BEGIN + MINUTE / 2
    assert len(found) < 6 * 5 * 31


def test_the_agent_was_there_from_the_begin_of_a_run_to_its_last_beat(store: Store) -> None:
    found = filled(store).read_now(operations.presences, BEGIN, END, "now", LATER)
    assert sorted(found) == [(BEGIN - 4 * DAY, AWAY[0]), (AWAY[1], LATER)]


def test_how_bad_a_check_was_at_a_moment(store: Store) -> None:
    down = BEGIN + 4 * DAY + 19 * HOUR
    key = ("HZ1-CORE-01", "reach", "")

    def severity(store: Store, minutes: float) -> Severity:
        at = down + minutes * MINUTE
        known = store.read_now(operations.severities_at, ["reach"], at)
        assert store.read_now(operations.severities_at, ["reach"], at, ["HZ1-CORE-01", HOSTILE]) == {key: known[key]}
        return known[key]

    filled(store)
    assert [severity(store, m) for m in (0, 1, 47, 48)] == [
        Severity.OK,
        Severity.CRITICAL,
        Severity.CRITICAL,
        Severity.OK,
    ]


def test_alerts_with_who_took_them_first(store: Store) -> None:
    found, left = filled(store).read_now(operations.alert_rows, "hz1", BEGIN, END)
    assert ([row.number for row in found], left) == ([1, 2, 3, 4, 5], 0)
    assert [row.taken - row.opened if row.taken else None for row in found[:3]] == [3 * MINUTE, 7 * MINUTE, None]
    assert [row.by_hand for row in found] == [False, False, False, True, False]


def test_silences_and_forms_between_two_moments(store: Store) -> None:
    filled(store)
    (window,) = store.read_now(silences.silences_between, SilenceKind.MAINTENANCE, BEGIN, END, 10)
    assert store.read_now(silences.silences_between, SilenceKind.MAINTENANCE, window.over, END, 10) == []
    assert store.read_now(silences.silences_between, SilenceKind.SILENCE, BEGIN, END, 10) == []
    kept = store.read_now(forms.forms_between, "hz1", BEGIN, END, 3)
    assert [form.tour.day.day for form in kept] == [27, 28, 29]
    assert store.read_now(forms.forms_between, "hz2", BEGIN, END, 3) == []


def test_the_whole_report_is_the_same_on_both(store: Store) -> None:
    settings = parse(month.SETTINGS, "month.yaml")
    orders = bootstrap.make_orders(settings, dict.fromkeys(settings.cadences, BEGIN))

    def read(conn: Connection, agent: str) -> MonthReport:
        return month_report(conn, agent, orders, "now", "hz1", Month(2026, 11), LATER)

    report = filled(store).read_now(read)
    assert (report.lost, report.unseen) == (59 * MINUTE, 10 * DAY + 6 * HOUR + 47.5 * MINUTE)
    assert (report.alerts, report.rounds.due, len(report.forms)) == (5, 720, 29)


def test_an_empty_record_has_nothing_to_tell(store: Store) -> None:
    assert store.read_now(operations.first_slot) is None
    assert store.read_now(operations.tallies, BEGIN, END) == []
    assert store.read_now(operations.alert_rows, "hz1", BEGIN, END) == ([], 0)
