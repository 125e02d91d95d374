"""The course of an incident in words: each line of its timeline, its first title, the draft of its next report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.services.draft_report import OF_ALERTS
from agent.store.incident_events import IncidentEventKind
from duty.alerts import Alert, AlertState
from duty.bulletins import Facts
from duty.findings import Finding, Severity
from duty.incident_rules import SHIPPED, IncidentRule
from duty.incidents import LONGEST_TITLE
from exporters.words import LANGUAGES, words
from exporters.words.incident_course import WORDINGS, draft_bulletin, draft_title, say_event
from exporters.words.incident_fields import say_rule
from tests.exporters import incident_samples as samples
from tests.exporters.incident_samples import EN, SILENT, T0, TECHNICIAN, ZH

FULL: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "opened": {"rule": "core_down", "grade": "major", "kind": "network", "found_by": "alert"},
        "joined": {"alert": 7, "target": "HZ1-CORE-01"},
        "left": {"alert": 7},
        "raised": {"rule": "pair_down"},
        "regraded": {"grade": "general"},
        "told": {"person": "Tech A", "channel": "sms", "event": "incident_first"},
        "untold": {"channel": "dingtalk", "event": "plan_step", "result": "timeout"},
        "named": {"person": "Tech A", "commands": False},
        "support": {"post": "leader"},
        "instruction": {"by": "Director D"},
        "outside": {"party": "Huawei", "ticket": "SR-771920"},
        "plan_started": {"plan": "general", "zh": "通用应急预案", "en": "general plan", "steps": 4},
        "step_due": {"nth": 2, "zh": "接手指挥", "en": "take command"},
        "step_done": {"nth": 2, "zh": "接手指挥", "en": "take command"},
        "step_skipped": {"nth": 2, "zh": "接手指挥", "en": "take command"},
        "step_overdue": {"nth": 2, "zh": "接手指挥", "en": "take command"},
        "command_ran": {"nth": 3, "well": False},
        "bulletin": {"kind": "progress", "nth": 2, "risk": "no spare", "expected": "04:00"},
        "report_late": {"clock": "legal"},
        "attached": {"name": "board.jpg"},
        "submitted": {"revision": 2},
        "countersigned": {"department": "network department"},
        "archived": {"archive": "administration"},
    }
)
LINES = {
    "opened": (
        "登记为重大突发事件(网络故障,重点设备持续失联):x",
        "Opened as major (network failure: key equipment stays out of reach): x",
    ),
    "joined": ("告警 A07 HZ1-CORE-01 并入:x", "Alert A07 HZ1-CORE-01 joined: x"),
    "left": ("告警 A07 移出:x", "Alert A07 was taken out: x"),
    "raised": ("升为重大(互为备份的设备同时失联):x", "Became major (both of a redundant pair are out of reach): x"),
    "regraded": ("改判为一般:x", "Graded general: x"),
    "told": ("已通知Tech A(sms,首报):x", "Tech A told (sms, first report): x"),
    "untold": (
        "未能发至 dingtalk(预案步骤):发送超时:x",
        "Could not be sent to dingtalk (plan step): not sent in time: x",
    ),
    "named": ("派Tech A到场:x", "Tech A is sent: x"),
    "support": ("向领导小组请求支援:x", "Support asked for (leading group): x"),
    "instruction": ("Director D指示:x", "Instruction of Director D: x"),
    "note": ("x", "x"),
    "outside": ("联系Huawei,工单号 SR-771920:x", "Huawei called, ticket SR-771920: x"),
    "plan_started": ("启动《通用应急预案》,共 4 步:x", "Plan “general plan” started, steps: 4: x"),
    "step_due": ("步骤 2 到时:接手指挥:x", "Step 2 is due: take command: x"),
    "step_done": ("完成步骤 2(接手指挥):x", "Step 2 done (take command): x"),
    "step_skipped": ("跳过步骤 2(接手指挥):x", "Step 2 left out (take command): x"),
    "step_overdue": ("步骤 2 逾期未完成(接手指挥):x", "Nobody did step 2 in time (take command): x"),
    "command_ran": ("步骤 3 的命令执行失败,转人工:x", "The command of step 3 failed: a person must do it: x"),
    "bulletin": (
        "发出续报 2:x;风险:no spare;预计恢复:04:00",
        "Sent: progress report 2: x; risk: no spare; restored by: 04:00",
    ),
    "report_late": ("对外报告逾期:x", "Late: report outside: x"),
    "restored": ("恢复正常:x", "Restored: x"),
    "handled": ("处理完毕:x", "Handled: x"),
    "reopened": ("重新处理:x", "Handling goes on: x"),
    "attached": ("附上 board.jpg:x", "Attached board.jpg: x"),
    "submitted": ("提交突发事件报告(第 2 版):x", "Incident report submitted (revision 2): x"),
    "returned": ("退回突发事件报告:x", "Incident report returned: x"),
    "approved": ("突发事件报告审核通过:x", "Incident report approved: x"),
    "countersigned": (
        "network department会签突发事件报告:x",
        "Incident report countersigned by network department: x",
    ),
    "archived": ("突发事件报告存档于administration:x", "Incident report archived by administration: x"),
}  # fmt: skip
"""With plain punctuation; Chinese lines have their own."""

WIDE = str.maketrans({"(": "\uff08", ")": "\uff09", ",": "\uff0c", ":": "\uff1a", ";": "\uff1b"})


@pytest.mark.parametrize("kind", IncidentEventKind)
def test_a_line_of_the_timeline_reads(kind: IncidentEventKind) -> None:
    chinese, english = LINES[kind]
    chinese = chinese.translate(WIDE).replace("04\uff1a00", "04:00")
    assert say_event(kind, "x", FULL.get(kind, {}), ZH) == chinese
    assert say_event(kind, "x", FULL.get(kind, {}), EN) == english


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", IncidentEventKind)
def test_a_line_of_which_nothing_is_known_is_said_all_the_same(kind: IncidentEventKind, language: str) -> None:
    say = words(language)
    assert say_event(kind, "", {}, say) == say(f"incident.event.{kind}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_wording_of_a_timeline_is_in_the_catalogue(language: str) -> None:
    of_alerts = {f"alert_{kind.value}" for kind in OF_ALERTS}
    assert set(WORDINGS) == {kind.value for kind in IncidentEventKind} | of_alerts
    say = words(language)
    assert [c for codes in WORDINGS.values() for c in codes.split("|") if f"incident.event.{c}" not in say] == []


def test_a_rehearsal_says_that_nobody_was_told() -> None:
    data = {"person": "Tech A", "channel": "sms", "event": "plan_step", "rehearsed": True}
    assert say_event("told", "", data, EN) == "Rehearsal, not sent: Tech A (plan step)"


def test_a_kind_that_a_newer_version_wrote_is_named_as_it_is() -> None:
    assert say_event("teleported", "", {}, EN) == "teleported"


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=600) | st.lists(st.text(max_size=5))


@settings(deadline=None)
@given(
    st.sampled_from(IncidentEventKind),
    st.text(max_size=1200),
    st.dictionaries(st.sampled_from(sorted({name for data in FULL.values() for name in data})), VALUES),
    st.sampled_from(LANGUAGES),
)
def test_whatever_a_line_holds_it_is_one_line(
    kind: IncidentEventKind, note: str, data: Mapping[str, Any], language: str
) -> None:
    line = say_event(kind, note, data, words(language))
    assert line
    assert line.isprintable()


@pytest.mark.parametrize("rule", SHIPPED, ids=lambda rule: rule.name)
def test_a_shipped_rule_says_what_it_means_and_an_operators_own_is_named(rule: IncidentRule) -> None:
    assert say_rule(rule.name, ZH) != rule.name
    assert say_rule("our_rule", ZH) == "our_rule"


ALERT = Alert(7, ("HZ1-CORE-01", "reach", ""), "hz1", Severity.CRITICAL, AlertState.FIRING, T0, T0, SILENT, True)


@pytest.mark.parametrize(
    ("alert", "chinese", "english"),
    [
        pytest.param(ALERT, "HZ1-CORE-01 未达", "HZ1-CORE-01 not reached", id="not reached"),
        pytest.param(
            replace(
                ALERT,
                key=("hz1", "cut_off", ""),
                finding=Finding("cut_off", "", Severity.CRITICAL, "absence.cut_off", "", 296),
            ),
            "hz1 整体不可达",
            "hz1 cannot be reached",
            id="a site",
        ),
        pytest.param(
            replace(ALERT, key=("web", "zabbix:Web", ""), source="zabbix", said="Web is slow"),
            "web Web\uff1aWeb is slow",
            "web Web: Web is slow",
            id="from elsewhere",
        ),
    ],
)
def test_an_incident_is_called_by_its_first_alert(alert: Alert, chinese: str, english: str) -> None:
    assert (draft_title(alert, ZH), draft_title(alert, EN)) == (chinese, english)
    assert len(draft_title(replace(alert, key=("x" * 300, *alert.key[1:])), EN)) <= LONGEST_TITLE


def test_the_next_report_is_drafted_from_what_the_record_knows() -> None:
    facts = replace(samples.major(ZH).facts, down=16)
    assert draft_bulletin(facts, ZH) == "已启动《核心网络中断预案》\uff0c步骤 3/6\uff1b214 台中 198 台恢复"
    assert draft_bulletin(facts, EN) == "Plan “core network down” started, steps 3/6; 198 of 214 devices back"
    assert draft_bulletin(Facts(), EN) == "Being handled"
    assert TECHNICIAN[EN].title not in draft_bulletin(facts, EN), "the report says who wrote it"
