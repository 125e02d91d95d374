"""Incidents of one night as events, a sample of each piece of news, for the tests of their words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from duty.bulletins import Facts
from duty.findings import Finding, Severity
from duty.incident_news import News, NewsKind
from duty.incidents import Found, Grade, IncidentClass
from duty.people import Person
from duty.plans import Evidence, Spoken
from duty.targets import Site
from exporters.words import Say, words
from exporters.words.events import Event, EventKind

EN, ZH = words("en"), words("zh")
T0 = datetime(2026, 11, 23, 19, 10, tzinfo=UTC)
"""03:10 in Shanghai, on Tuesday the 24th."""
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

SITE = {ZH: Site("hz1", "杭州一机房", "Asia/Shanghai"), EN: Site("hz1", "Hangzhou 1", "Asia/Shanghai")}
TECHNICIAN = {ZH: Person("jia", "甲工", phone="138-0000-0001"), EN: Person("a", "Tech A", phone="138-0000-0001")}
MANAGER = {ZH: Person("yi", "乙经理", phone="138-0000-0009"), EN: Person("b", "Manager B", phone="138-0000-0009")}
SILENT = Finding("reach", "", Severity.CRITICAL, "absence.not_reached", "gap.timeout")
PLAN = Spoken("核心网络中断预案", "core network down")
STEP = Spoken(
    "登录 HZ1-CORE-02 确认已接管，向华为 400-000-0000 报障，记下工单号",
    "See on HZ1-CORE-02 that it has taken over; call Huawei 400-000-0000 and note the ticket",
)

Told = Callable[[Say], Event]


def two(say: Say, chinese: str, english: str) -> str:
    return chinese if say is ZH else english


def major(say: Say) -> News:
    facts = Facts(
        214, 214, PLAN, T0 + 5 * MINUTE, 3, 6, MANAGER[say].title, (TECHNICIAN[say].title,),
        tuple(two(say, "官网、APP 登录", "web site, app login").split(two(say, "、", ", "))),
    )  # fmt: skip
    return News(
        1, "TF-20261124-01", "", "hz1", IncidentClass.NETWORK, Grade.MAJOR, Found.ALERT, T0, T0 + 2 * MINUTE,
        target="HZ1-CORE-01", finding=SILENT, rule="core_down", facts=facts, next_at=T0 + 35 * MINUTE,
    )  # fmt: skip


def general(say: Say) -> News:
    title = two(say, "客户反映官网打开慢", "customers say that the web site is slow")
    return replace(
        major(say), number=2, name="TF-20261124-02", kind=IncidentClass.COMPLAINT, grade=Grade.GENERAL, target="",
        finding=None, title=title, rule="", facts=Facts(on_spot=(TECHNICIAN[say].title,)), next_at=None,
    )  # fmt: skip


def _event(kind: NewsKind, say: Say, news: News, minutes: int, to: Person | None = None) -> Event:
    return Event(EventKind(kind.value), T0 + minutes * MINUTE, "k", site=SITE[say], person=to, news=news)


def opened(say: Say) -> Event:
    return _event(NewsKind.OPENED, say, general(say), 2, MANAGER[say])


def first(say: Say) -> Event:
    return _event(NewsKind.FIRST, say, major(say), 5)


def first_blank(say: Say) -> Event:
    """Return a first report of which nothing is known yet but that it is there."""
    news = replace(major(say), facts=Facts(), rule="", finding=None, target="", kind=IncidentClass.SECURITY)
    return _event(NewsKind.FIRST, say, replace(news, title=two(say, "二楼有烟", "smoke on the second floor")), 5)


def progress(say: Say) -> Event:
    news = major(say)
    return _event(
        NewsKind.PROGRESS,
        say,
        replace(
            news,
            nth=1,
            by=MANAGER[say].title,
            text=two(
                say,
                "已切至备用主控，官网已通，APP 登录待验证",
                "on the spare main board, web site up, app login to be verified",
            ),
            risk=two(say, "备板无冗余，故障板 4 小时内更换", "no redundancy until the board is changed, within 4 h"),
            expected=two(say, "04:00 前后", "about 04:00"),
            next_at=T0 + 65 * MINUTE,
            facts=replace(news.facts, down=16),
        ),
        35,
    )  # fmt: skip


def final(say: Say) -> Event:
    news = major(say)
    return _event(
        NewsKind.FINAL,
        say,
        replace(
            news,
            by=MANAGER[say].title,
            text=two(say, "官网、APP 登录验证正常", "web site and app login verified"),
            risk=two(say, "主控冗余未恢复，今日 10:00 前更换", "no redundancy of the main board, changed before 10:00"),
            restored=T0 + 47 * MINUTE,
            due=T0 + 24 * HOUR + 49 * MINUTE,
            asked=(TECHNICIAN[say].title,),
            facts=replace(news.facts, down=0, steps_done=6),
            next_at=None,
        ),
        49,
    )  # fmt: skip


def handled(say: Say) -> Event:
    text = two(say, "已扩容，客户确认恢复", "made larger, the customers are content")
    news = replace(general(say), by=TECHNICIAN[say].title, text=text, restored=T0 + 30 * MINUTE, due=T0 + 24 * HOUR)
    return _event(NewsKind.HANDLED, say, news, 31)


def not_major(say: Say) -> Event:
    news = replace(major(say), by=MANAGER[say].title, text=two(say, "计划内割接", "planned work"))
    return _event(NewsKind.GENERAL, say, news, 10)


def you_command(say: Say) -> Event:
    leader = two(say, "丁总", "Director D")
    asked = (MANAGER[say].title,)
    news = replace(major(say), by=leader, asked=asked)
    return _event(NewsKind.NAMED, say, news, 6, MANAGER[say])


def you_are_sent(say: Say) -> Event:
    text = two(say, "带上备用主控板", "bring the spare main board")
    news = replace(
        major(say), by=MANAGER[say].title, asked=(TECHNICIAN[say].title,), commands=False, text=text
    )  # fmt: skip
    return _event(NewsKind.NAMED, say, news, 6, TECHNICIAN[say])


def another_commands(say: Say) -> Event:
    return replace(you_command(say), person=TECHNICIAN[say])


def another_is_sent(say: Say) -> Event:
    return replace(you_are_sent(say), person=MANAGER[say])


def support(say: Say) -> Event:
    text = two(say, "需要一名熟悉核心交换机的人到现场", "we need somebody on the spot who knows the core switch")
    return _event(NewsKind.SUPPORT, say, replace(major(say), by=TECHNICIAN[say].title, text=text), 20)


def step(say: Say) -> Event:
    news = replace(
        major(say), step=STEP, nth=3, due=T0 + 15 * MINUTE, evidence=Evidence.NOTE, asked=(TECHNICIAN[say].title,)
    )
    return _event(NewsKind.STEP, say, news, 5, TECHNICIAN[say])


def word(say: Say) -> Event:
    said = Spoken("请物业电工到一楼配电间待命", "Electrician of the building: stand by in the power room")
    return _event(NewsKind.WORD, say, replace(major(say), step=said, nth=4), 5)


def step_late(say: Say) -> Event:
    before = step(say)
    assert before.news
    news = replace(before.news, since=T0 + 5 * MINUTE)
    return replace(before, kind=EventKind.PLAN_STEP_LATE, at=T0 + 17 * MINUTE, person=MANAGER[say], news=news)


def report_soon(say: Say) -> Event:
    news = replace(major(say), facts=replace(major(say).facts, down=16))
    return _event(NewsKind.REPORT_SOON, say, news, 30, MANAGER[say])


def report_late(say: Say) -> Event:
    return replace(report_soon(say), kind=EventKind.NEXT_REPORT_LATE, at=T0 + 45 * MINUTE)


def file_soon(say: Say) -> Event:
    before = final(say)
    assert before.news
    news = replace(before.news, by="", text="", risk="")
    return replace(before, kind=EventKind.FILING_SOON, at=T0 + 21 * HOUR, person=TECHNICIAN[say], news=news)


def file_late(say: Say) -> Event:
    return replace(file_soon(say), kind=EventKind.FILING_LATE, at=T0 + 25 * HOUR, person=MANAGER[say])


def legal_soon(say: Say) -> Event:
    title = two(say, "官网页面被篡改", "web site defaced")
    news = replace(
        major(say), kind=IncidentClass.SECURITY, title=title, due=T0 + 2 * MINUTE + 4 * HOUR, facts=Facts(), rule=""
    )
    return _event(NewsKind.LEGAL_SOON, say, news, 20, MANAGER[say])


def legal_late(say: Say) -> Event:
    return replace(legal_soon(say), kind=EventKind.LEGAL_LATE, at=T0 + 5 * HOUR)


def review(say: Say) -> Event:
    news = replace(major(say), by=TECHNICIAN[say].title, next_at=None)
    return _event(NewsKind.REVIEW, say, news, 300, MANAGER[say])


def returned(say: Say) -> Event:
    text = two(say, "请补充根本原因", "say what the root cause was")
    news = replace(major(say), by=MANAGER[say].title, text=text, due=T0 + 24 * HOUR, next_at=None)
    return _event(NewsKind.RETURNED, say, news, 320, TECHNICIAN[say])


def countersign(say: Say) -> Event:
    return _event(NewsKind.COUNTERSIGN, say, replace(major(say), by=MANAGER[say].title, next_at=None), 340)


def archived(say: Say) -> Event:
    news = replace(major(say), by=MANAGER[say].title, text=two(say, "网络部", "network department"), next_at=None)
    return _event(NewsKind.ARCHIVED, say, news, 400)


def customers(say: Say) -> Event:
    text = two(
        say,
        "官网和 APP 登录暂时无法使用，我们正在处理。",
        "Web site and app login cannot be used. We are working on it.",
    )
    news = replace(major(say), text=text, expected=two(say, "04:00 前后", "about 04:00"))
    return _event(NewsKind.CUSTOMERS, say, news, 12)


def customers_blank(say: Say) -> Event:
    return _event(NewsKind.CUSTOMERS, say, replace(major(say), facts=Facts(), next_at=None), 5)


def customers_over(say: Say) -> Event:
    news = replace(major(say), restored=T0 + 47 * MINUTE, next_at=None)
    return _event(NewsKind.CUSTOMERS, say, news, 49)


NEWS: tuple[Told, ...] = (
    opened, first, first_blank, progress, final, handled, not_major, you_command, you_are_sent, another_commands,
    another_is_sent, support, step, word, step_late, report_soon, report_late, file_soon, file_late, legal_soon,
    legal_late, review, returned, countersign, archived, customers, customers_blank,
    customers_over,
)  # fmt: skip
"""One of each kind at least, by the names that their golden texts have."""
