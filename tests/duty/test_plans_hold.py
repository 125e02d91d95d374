"""What holds of a plan whatever people do, however time jumps, and however often the agent is started anew."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from duty.people import Post
from duty.plans import OVER, PlanRun, PlanStep, RunStep, StepKind, StepState, advance, done, ended, fault, ran, skipped
from tests.duty.test_plans import ALLOWED, MINUTE, NOW, carried, started, step

plan_steps = st.lists(
    st.builds(
        lambda kind, minutes, within: replace(step(kind, minutes), within=within * MINUTE),
        st.sampled_from(StepKind),
        st.integers(0, 90),
        st.integers(1, 30),
    ),
    min_size=1,
    max_size=5,
)
which = st.integers(0, 4)
jumps = st.one_of(st.integers(0, 5), st.integers(0, 300)).map(lambda minutes: minutes * MINUTE)


class Night(RuleBasedStateMachine):
    """A plan that runs: time passes in jumps, people tick off and skip, commands end well, badly or never."""

    run: PlanRun
    now: datetime

    @initialize(steps=plan_steps)
    def begin(self, steps: list[PlanStep]) -> None:
        self.run, self.now = started(*steps), NOW
        self.told: Counter[tuple[int, str]] = Counter()
        self.by_hand: set[int] = set()

    @rule(jump=jumps, allowed=st.booleans())
    def tick(self, jump: timedelta, allowed: bool) -> None:
        """A restart is nothing else: all that is known is the run as it is written."""
        self.now += jump
        for moved in advance(self.run, self.now, ALLOWED if allowed else frozenset()):
            assert self.run.open
            assert moved.before.state not in OVER
            assert moved.after.nth not in self.by_hand
            assert self.now >= self.run.started + moved.after.step.after
            self.told[moved.after.nth, f"{moved.tells}{moved.after.overdue or ''}"] += 1
            if moved.tells == "overdue":
                assert moved.posts == (moved.after.step.overdue if moved.after.overdue == 1 else (Post.LEADER,))
                assert moved.after.deadline is not None
                assert self.now >= moved.after.deadline
            self._put(moved.after)

    @rule(nth=which, skip=st.booleans())
    def tick_off(self, nth: int, skip: bool) -> None:
        each = self.run.steps[nth % len(self.run.steps)]
        if self.run.open and not fault(each, "looked", None):
            self._put(skipped(each, "王芳", self.now, "no") if skip else done(each, "王芳", self.now, "looked"))
            self.by_hand.add(each.nth)

    @rule(nth=which, well=st.booleans())
    def command_ends(self, nth: int, well: bool) -> None:
        each = self.run.steps[nth % len(self.run.steps)]
        if each.state is StepState.RUNNING:
            self._put(ran(each, self.now, "said", well=well))

    @precondition(lambda self: self.run.open)
    @rule()
    def handle(self) -> None:
        self.run = ended(self.run, self.now)

    @invariant()
    def each_thing_is_told_at_most_once(self) -> None:
        assert all(times == 1 for times in self.told.values())
        assert all(each.overdue <= 2 for each in self.run.steps)

    @invariant()
    def whom_it_was_asked_of_can_do_it(self) -> None:
        assert all(each.over or self.run.open for each in self.run.steps)
        assert all(fault(each, "looked", None) == "" for each in self.run.steps if each.state is StepState.DUE)

    @invariant()
    def what_was_to_be_told_was_told_or_is_over_otherwise(self) -> None:
        for each in self.run.steps:
            if each.step.kind is StepKind.TELL and each.nth not in self.by_hand:
                assert self.told[each.nth, "told"] == (each.state is StepState.DONE)

    def teardown(self) -> None:
        """In the end, with nobody there, nothing waits for ever: it is told, done, or the leading group has it."""
        if not hasattr(self, "run") or not self.run.open:
            return
        for _ in range(6):
            self.tick(24 * 60 * MINUTE, allowed=False)
            self.each_thing_is_told_at_most_once()
        self.what_was_to_be_told_was_told_or_is_over_otherwise()
        assert all(each.over or each.overdue == 2 for each in self.run.steps)
        assert advance(self.run, self.now) == []

    def _put(self, after: RunStep) -> None:
        steps = tuple(after if each.nth == after.nth else each for each in self.run.steps)
        self.run = replace(self.run, steps=steps)


TestNight = Night.TestCase
TestNight.settings = settings(max_examples=150, stateful_step_count=20, deadline=None)

RANK = [StepState.WAITING, StepState.RUNNING, StepState.DUE, StepState.DONE]


@given(plan_steps, st.lists(st.integers(-30, 200), max_size=12))
def test_a_later_moment_never_undoes_what_was_told_and_neither_does_an_earlier(
    steps: list[PlanStep], minutes: list[int]
) -> None:
    run = started(*steps)
    for minute in minutes:
        after, _ = carried(run, NOW + minute * MINUTE, ALLOWED)
        for was, now in zip(run.steps, after.steps, strict=True):
            assert (RANK.index(was.state), was.overdue) <= (RANK.index(now.state), now.overdue)
        run = after


@given(plan_steps, st.sets(st.integers(0, 300), max_size=10))
def test_however_time_jumps_the_same_is_told_or_asked_in_the_end(steps: list[PlanStep], stops: set[int]) -> None:
    def all_told(minutes: list[int]) -> set[str]:
        run, told = started(*steps), set()
        for minute in minutes:
            run, now_told = carried(run, NOW + minute * MINUTE)
            told |= set(now_told)
        return told

    end = [1000, 1100, 1200, 1300]
    assert all_told([*sorted(stops), *end]) == all_told([*range(300), *end])
