"""What holds of escalation whoever is on duty, however time is advanced, and whatever the clocks do."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from duty.alerts import Alert, AlertState
from duty.escalation import EscalationPolicy, Page, Told, due_pages, rings
from duty.findings import Finding, Severity
from duty.people import Contact, Person, Post
from duty.roster import Shift
from duty.steps import Step

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
# The night in which Berlin's clocks go back; half of the alerts fire in it, half on the evening before.
BEGIN = datetime(2026, 10, 24, 16, 0, tzinfo=UTC)
FINDING = Finding("reach", "", Severity.CRITICAL, "reach.silent")
FALLBACK = (Contact("sms", "110"), Contact("sms", "119"))
WAYS = (Contact("dingtalk", "x"), Contact("sms", "1"), Contact("phone", "1"))
NAMES = "甲乙丙丁"

people = st.fixed_dictionaries(
    {}, optional={name: st.integers(0, 3).map(lambda n: Person("", "", contacts=WAYS[:n])) for name in NAMES}
)
shifts = st.lists(
    st.builds(
        lambda post, name, begin, length: Shift(
            "hz1", post, name, BEGIN + begin * HOUR, BEGIN + (begin + length) * HOUR
        ),
        st.sampled_from([Post.TECHNICIAN, Post.RESERVE, Post.MANAGER, Post.LEADER]),
        st.sampled_from(NAMES),
        st.integers(-6, 20),
        st.integers(1, 14),
    ),
    max_size=8,
)
posts = st.sampled_from([Post.TECHNICIAN, Post.RESERVE, Post.MANAGER, Post.LEADER])
plans = st.lists(
    st.builds(Step, st.integers(0, 120).map(lambda minutes: minutes * MINUTE), posts, st.integers(0, 3)),
    min_size=1,
    max_size=5,
).map(lambda steps: (replace(steps[0], after=timedelta(0)), *sorted(steps[1:], key=lambda step: step.after)))
times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
quiets = st.just((time(22), time(7))) | st.tuples(times, times).filter(lambda pair: pair[0] != pair[1])
policies = st.builds(
    EscalationPolicy, plans, plans, quiets, st.sampled_from(["Europe/Berlin", "Asia/Shanghai", "Australia/Lord_Howe"])
) | st.just(EscalationPolicy(zone="Europe/Berlin"))
alerts = st.builds(
    lambda severity, minute, wakes: Alert(
        7,
        ("core", "reach", ""),
        "hz1",
        severity,
        AlertState.FIRING,
        BEGIN + minute * MINUTE,
        BEGIN + minute * MINUTE,
        FINDING,
        wakes=wakes,
    ),
    st.sampled_from([Severity.WARNING, Severity.CRITICAL]),
    st.integers(0, 14 * 60),
    st.booleans(),
)
strides = st.lists(st.integers(0, 240), min_size=1, max_size=25)


def told(pages: list[Page]) -> list[Told]:
    return [Told(page.alert, page.fired, page.step, page.person, page.contact) for page in pages]


def run(
    alert: Alert, people: dict[str, Person], roster: list[Shift], policy: EscalationPolicy, strides: list[int]
) -> list[tuple[datetime, Page]]:
    """Return what is paged, and when, while nobody takes it and the agent looks at these moments only."""
    said: list[tuple[datetime, Page]] = []
    now = alert.fired
    for stride in strides:
        now += stride * MINUTE
        before = told([page for _, page in said])
        said += [(now, page) for page in due_pages(alert, people, roster, FALLBACK, before, policy, now)]
    return said


@given(alerts, people, shifts, policies, strides)
def test_each_step_is_told_to_each_by_each_contact_once(
    alert: Alert, people: dict[str, Person], roster: list[Shift], policy: EscalationPolicy, strides: list[int]
) -> None:
    said = run(alert, people, roster, policy, strides)
    assert set(Counter((page.step, page.person, page.contact) for _, page in said).values()) <= {1}
    assert len({page.key for _, page in said}) == len(said)


@given(alerts, people, shifts, policies, strides)
def test_whoever_is_there_somebody_is_told_as_soon_as_it_may_ring(
    alert: Alert, people: dict[str, Person], roster: list[Shift], policy: EscalationPolicy, strides: list[int]
) -> None:
    said = run(alert, people, roster, policy, strides)
    looks = [alert.fired + sum(strides[:n]) * MINUTE for n in range(1, len(strides) + 1)]
    first = next((at for at in looks if rings(alert, policy, at)), None)
    assert min((at for at, _ in said), default=None) == first
    assert first is None or any(at == first and page.step == 0 for at, page in said)


@given(alerts, people, shifts, policies, strides)
def test_nobody_who_sleeps_is_rung_by_what_may_wake_nobody(
    alert: Alert, people: dict[str, Person], roster: list[Shift], policy: EscalationPolicy, strides: list[int]
) -> None:
    for at, _ in run(alert, people, roster, policy, strides):
        assert alert.wakes or not policy.quiet_at(at)


@given(alerts, people, shifts, policies, strides)
def test_no_step_comes_before_its_time_and_none_is_left_out(
    alert: Alert, people: dict[str, Person], roster: list[Shift], policy: EscalationPolicy, strides: list[int]
) -> None:
    steps = policy.steps(alert, alert.fired)
    said = run(alert, people, roster, policy, strides)
    for at, page in said:
        waited = at - alert.fired if alert.wakes else policy.awake(alert.fired, at)
        assert waited >= steps[page.step].after
    last = alert.fired + sum(strides) * MINUTE
    if rings(alert, policy, last):
        reached = {page.step for _, page in said}
        waited = last - alert.fired if alert.wakes else policy.awake(alert.fired, last)
        spare = {n for n, step in enumerate(steps) if n and step.post is Post.RESERVE}
        due = {n for n, step in enumerate(steps) if step.after <= waited and step.contact == 0} - spare
        assert due <= reached


@given(alerts, people, shifts, policies, strides)
def test_neither_the_order_nor_doubles_of_what_was_told_matter(
    alert: Alert,
    people: dict[str, Person],
    roster: list[Shift],
    policy: EscalationPolicy,
    strides: list[int],
) -> None:
    said = [page for _, page in run(alert, people, roster, policy, strides)]
    before = told(said)
    foreign = [replace(page, alert=8) for page in before] + [replace(page, fired=page.fired - HOUR) for page in before]
    later = alert.fired + sum(strides) * MINUTE + HOUR
    plain = due_pages(alert, people, roster, FALLBACK, before, policy, later)
    mixed = due_pages(alert, people, roster, FALLBACK, [*foreign, *before[::-1], *before], policy, later)
    assert plain == mixed
    assert plain == due_pages(alert, people, roster[::-1], FALLBACK, before, policy, later)


@given(policies, st.integers(0, 48 * 60), st.integers(0, 48 * 60))
@settings(max_examples=50)
def test_time_awake_is_what_a_count_of_quiet_minutes_leaves(policy: EscalationPolicy, first: int, length: int) -> None:
    begin = BEGIN - 12 * HOUR + first * MINUTE
    counted = sum(not policy.quiet_at(begin + minute * MINUTE) for minute in range(length))
    assert policy.awake(begin, begin + length * MINUTE) == counted * MINUTE


@given(alerts, shifts, st.integers(0, 59))
def test_what_waited_for_the_morning_begins_at_seven_and_counts_from_there(
    alert: Alert, roster: list[Shift], seconds: int
) -> None:
    policy = EscalationPolicy(zone="Europe/Berlin")
    waiting = replace(alert, wakes=False)
    seven = datetime(2026, 10, 25, 6, 0, tzinfo=UTC)  # 07:00 by the winter's clock
    if not policy.quiet_at(waiting.fired):
        return
    everybody = {name: Person(name, name, contacts=WAYS) for name in NAMES}

    def due(at: datetime) -> set[int]:
        return {page.step for page in due_pages(waiting, everybody, roster, FALLBACK, [], policy, at)}

    assert due(seven - timedelta(seconds=1 + seconds)) == set()
    assert due(seven + timedelta(seconds=seconds)) == {0}
    upward = 5 * MINUTE if waiting.severity is Severity.CRITICAL else 15 * MINUTE
    manager = 4 if waiting.severity is Severity.CRITICAL else 1
    assert manager not in due(seven + upward - timedelta(seconds=1))
    assert manager in due(seven + upward)
