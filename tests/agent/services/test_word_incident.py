"""What stands in the outbox of an incident becomes a message with its link, in the titles of people."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agent.services.links import KEY_BYTES, Links
from agent.store.journal import AGENT
from agent.store.values import plain
from duty.incident_news import News, NewsKind
from duty.people import Contact
from exporters.notify.port import Message
from tests.agent.services.test_links import NOW, PUBLIC, SETTINGS
from tests.agent.services.test_word_briefs import said
from tests.exporters.incident_samples import EN, major

LINKS = Links(bytes(KEY_BYTES), PUBLIC, "agent")
NEWS = replace(major(EN), facts=replace(major(EN).facts, leads="yi", on_spot=("jia", "somebody who left")))


def told(kind: NewsKind, news: News = NEWS, **more: Any) -> Message:
    return said(kind.value, {"news": plain(news)}, **more)


def test_a_first_report_is_worded_when_it_is_sent_with_the_titles_of_people() -> None:
    message = told(NewsKind.FIRST)
    assert message.title == "[Night duty] MAJOR INCIDENT, first report: hz1, HZ1-CORE-01 not reached"
    assert message.lines[2].endswith("Manager B commands; at work: 甲工, somebody who left")
    assert message.links == (("Details", f"{PUBLIC}/incidents/1"),)
    assert message.mention == (), "it asks nobody for anything"


def test_who_is_named_reads_that_it_is_they() -> None:
    news = replace(NEWS, by="jia", asked=("yi",))
    assert "YOU COMMAND" in told(NewsKind.NAMED, news).title
    assert told(NewsKind.NAMED, news).mention == ("13800000002",)
    assert "已定指挥" in told(NewsKind.NAMED, news, person="jia").title


def test_what_the_agent_did_names_nobody() -> None:
    message = told(NewsKind.GENERAL, replace(NEWS, by=AGENT, text="planned work"))
    assert message.lines[0] == "Reason: “planned work”"


@pytest.mark.parametrize("kind", NewsKind)
def test_every_letter_leads_to_its_incident_or_to_the_report(kind: NewsKind) -> None:
    ((_, link),) = told(kind).links
    of_report = kind.value.startswith(("report_", "filing_"))
    assert link == f"{PUBLIC}/incidents/1{'/report' if of_report else ''}"
    assert told(kind, public="").links == ()


def test_news_of_an_older_version_is_told_with_what_it_has() -> None:
    data = {name: value for name, value in plain(NEWS).items() if name not in ("asked", "since", "evidence", "facts")}
    assert "MAJOR INCIDENT" in said("incident_first", {"news": data}).title


def test_a_letter_without_news_is_told_all_the_same() -> None:
    message = said("incident_first", {})
    assert message.title == "[Night duty] MAJOR INCIDENT, first report: an incident"
    assert message.links == ()


@pytest.mark.parametrize("kind", [NewsKind.FIRST, NewsKind.PROGRESS, NewsKind.FINAL])
def test_the_leading_group_gets_a_link_to_watch_it_and_a_department_does_not(kind: NewsKind) -> None:
    ((_, link),) = told(kind, person="zu").links
    assert LINKS.read_watch(link.removeprefix(f"{PUBLIC}/watch/"), NOW).incident == 1
    group = SETTINGS + "briefs: {group: [{channel: group, address: ''}]}\n"
    ((_, link),) = told(kind, person="", settings=group, contact=Contact("group", "")).links
    assert "/watch/" in link
    ((_, link),) = told(kind, person="", settings=group, contact=Contact("mail", "dept@example.com")).links
    assert link == f"{PUBLIC}/incidents/1"
    ((_, link),) = told(kind, person="yi").links
    assert link == f"{PUBLIC}/incidents/1", "the duty manager signs in"


def test_other_news_takes_the_leading_group_to_the_page() -> None:
    ((_, link),) = told(NewsKind.COUNTERSIGN, person="zu").links
    assert link == f"{PUBLIC}/incidents/1/report"
