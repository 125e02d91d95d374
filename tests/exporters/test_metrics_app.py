"""The pages that machines read: who may, in which form, and when the agent says that it does not work."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from duty.errors import StoreError
from duty.standstill import Room
from duty.targets import Target
from duty.traps import TrapHealth
from exporters.metrics_app import MetricsPage, metrics_app
from exporters.own_health import Desk, Health, OwnMetrics
from exporters.prometheus import Picture

NOW = datetime(2026, 1, 2, 20, 0, tzinfo=UTC)
WELL = Health(
    NOW,
    NOW - timedelta(hours=1),
    "1.2.3",
    settings_accepted=True,
    settings_read=NOW,
    idle={"writer": timedelta(seconds=2), "ticker": timedelta(seconds=1)},
    queues={"messages": 4},
    journal_entries=12,
    looks=100,
    failures={"timeout": 3},
    desk=Desk({("firing", "critical"): 2}, {"chat": True, "sms": False}, NOW - timedelta(minutes=3)),
    beaten=NOW - timedelta(seconds=10),
    escalated=NOW - timedelta(seconds=1),
    room=Room(5e9, 25),
    clock_steps=2,
)


@dataclass
class Camera:
    """Takes pictures of the targets that a test sets, counts them, and can be held back or fail."""

    targets: dict[str, Target] = field(default_factory=dict)
    error: Exception | None = None
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    taken: int = 0

    def __post_init__(self) -> None:
        self.ready.set()

    async def take(self) -> Picture:
        self.taken += 1
        await self.ready.wait()
        if self.error is not None:
            raise self.error
        return Picture(NOW, targets=self.targets)


@dataclass
class Agent:
    """An agent whose health a test sets."""

    health: Health = WELL
    camera: Camera = field(default_factory=Camera)

    def client(self, token: str | None = None) -> httpx.AsyncClient:
        app = metrics_app(MetricsPage(self.camera.take), lambda: self.health, token)
        return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://agent")


@pytest.fixture
def agent() -> Agent:
    return Agent()


@pytest.fixture
async def client(agent: Agent) -> AsyncIterator[httpx.AsyncClient]:
    async with agent.client() as client:
        yield client


def text_of(page: MetricsPage) -> str:
    return b"".join(page.text()).decode()


def targets(*names: str) -> dict[str, Target]:
    return {name: Target(name, "192.0.2.1", ("snmp",), name) for name in names}


async def test_a_scrape_gives_what_was_seen_and_how_the_agent_is(agent: Agent, client: httpx.AsyncClient) -> None:
    agent.camera.targets = targets("hq")
    answer = await client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
    assert found["nightduty_targets", "hq"] == 1
    assert found["nightduty_queue_depth", "messages"] == 4
    assert found["nightduty_agent_idle_seconds", "writer"] == 2
    assert found["nightduty_looks_total",] == 100
    assert found["nightduty_looks_failed_total", "timeout"] == 3
    assert found["nightduty_config_last_reload_success",] == 1
    assert found["nightduty_journal_entries",] == 12
    assert found["nightduty_alerts", "critical", "firing"] == 2
    assert found["nightduty_alerts", "warning", "acknowledged"] == 0
    assert (found["nightduty_channel_failing", "chat"], found["nightduty_channel_failing", "sms"]) == (1, 0)
    assert found["nightduty_oldest_letter_seconds",] == 180
    assert found["nightduty_beat_timestamp_seconds",] == NOW.timestamp() - 10
    assert found["nightduty_escalated_timestamp_seconds",] == NOW.timestamp() - 1
    assert found["nightduty_record_failing_seconds",] == 0
    assert (found["nightduty_state_free_bytes",], found["nightduty_state_free_ratio",]) == (5e9, 0.25)
    assert found["nightduty_clock_steps_total",] == 2
    assert found["nightduty_agent_process_resident_memory_bytes",] > 0
    assert all(name.startswith("nightduty_") for name, *_ in found)


async def test_before_the_first_picture_a_scrape_tells_of_the_agent_alone(
    agent: Agent, client: httpx.AsyncClient
) -> None:
    agent.camera.error = StoreError("locked")
    answer = await client.get("/metrics")
    assert "nightduty_build_info" in answer.text
    assert "nightduty_target_up" not in answer.text


async def test_the_agents_own_health_is_fresh_at_each_scrape(agent: Agent, client: httpx.AsyncClient) -> None:
    await client.get("/metrics")
    agent.health = replace(WELL, queues={"pages": 1}, settings_accepted=False)
    text = (await client.get("/metrics")).text
    assert 'nightduty_queue_depth{queue="pages"} 1.0' in text
    assert 'queue="messages"' not in text
    assert "nightduty_config_last_reload_success 0.0" in text


def test_traps_are_counted_by_what_became_of_them_where_they_are_heard_at_all() -> None:
    assert b"nightduty_trap" not in OwnMetrics(lambda: WELL).text()
    heard = TrapHealth({"accepted": 7, "unknown_source": 2}, lost=5, looks=3)
    lines = OwnMetrics(lambda: replace(WELL, traps=heard)).text().decode().splitlines()
    assert {line for line in lines if line.startswith("nightduty_trap")} == {
        "nightduty_traps_listening 1.0",
        'nightduty_traps_total{outcome="accepted"} 7.0',
        'nightduty_traps_total{outcome="unknown_source"} 2.0',
        "nightduty_traps_lost_total 5.0",
        "nightduty_trap_looks_total 3.0",
    }


def test_a_lone_surrogate_in_the_agents_own_words_does_not_fail_the_scrape() -> None:
    text = OwnMetrics(lambda: replace(WELL, failures={"time\ud800out": 1})).text()
    assert b'code="timeout"' in text


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [
        pytest.param("gzip", True, id="gzip"),
        pytest.param("br;q=1.0, GZIP;q=0.5", True, id="gzip among others"),
        pytest.param("gzip; q=0", False, id="gzip refused"),
        pytest.param("identity", False, id="another"),
        pytest.param("", False, id="nothing said"),
    ],
)
async def test_the_page_is_packed_for_those_who_take_it(
    agent: Agent, client: httpx.AsyncClient, accepted: str, packed: bool
) -> None:
    agent.camera.targets = targets("hq")
    answer = await client.get("/metrics", headers={"accept-encoding": accepted})
    assert (answer.headers.get("content-encoding") == "gzip") is packed
    assert answer.headers["vary"] == "accept-encoding"
    assert 'nightduty_targets{site="hq"} 1' in answer.text
    assert answer.text.endswith("\n")


async def test_the_packed_page_is_one_whole_stream_each_time() -> None:
    page = MetricsPage(Camera(targets("hq")).take)
    await page.refresh()
    for rest in (b"one\n", b"two\n" * 1000, b""):
        assert gzip.decompress(page.gzip(rest)) == b"".join(page.text(rest))


@pytest.mark.parametrize(
    ("given", "status"),
    [
        pytest.param("Bearer s3cret", 200, id="the token"),
        pytest.param("bearer s3cret", 200, id="the scheme in small letters"),
        pytest.param("Bearer s3cre", 401, id="part of the token"),
        pytest.param("Bearer ", 401, id="an empty token"),
        pytest.param("Basic s3cret", 401, id="another scheme"),
        pytest.param("Bearer s3cret\xff", 401, id="bytes that are not ASCII"),
        pytest.param(None, 401, id="no token"),
    ],
)
async def test_with_a_token_only_its_bearer_reads_the_metrics(agent: Agent, given: str | None, status: int) -> None:
    headers = [] if given is None else [(b"authorization", given.encode("latin-1"))]
    async with agent.client(token="s3cret") as client:
        answer = await client.get("/metrics", headers=headers)
    assert answer.status_code == status
    assert ("nightduty_" in answer.text) is (status == 200)
    assert ("www-authenticate" in answer.headers) is (status == 401)
    assert "s3cret" not in answer.text


def test_an_empty_token_is_refused_at_the_start(agent: Agent) -> None:
    with pytest.raises(ValueError, match="token of /metrics is empty"):
        agent.client(token="")


async def test_an_agent_that_works_says_so(agent: Agent) -> None:
    async with agent.client(token="s3cret") as client:
        answer = await client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"alive": True, "working": True, "causes": []}


async def test_an_agent_that_stands_still_is_alive_and_does_not_work(agent: Agent, client: httpx.AsyncClient) -> None:
    agent.health = replace(WELL, idle={"writer": timedelta(seconds=75), "ticker": timedelta(seconds=60)})
    answer = await client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {
        "alive": True,
        "working": False,
        "causes": ["the writer has not moved for 75 s, allowed are 60 s"],
    }


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        pytest.param("HEAD", "/metrics", 200, id="the head alone"),
        pytest.param("GET", "/", 404, id="the root"),
        pytest.param("GET", "/metrics/", 404, id="a slash too many"),
        pytest.param("GET", "/openapi.json", 404, id="anything else"),
        pytest.param("POST", "/metrics", 405, id="writing"),
    ],
)
async def test_there_are_two_pages_and_they_are_only_read(
    client: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await client.request(method, path)
    assert answer.status_code == status
    assert "server" not in answer.headers


async def test_of_scrapes_that_come_together_all_are_given_the_same_picture() -> None:
    camera = Camera(targets("hq"))
    page = MetricsPage(camera.take)
    await asyncio.gather(page.refresh(), page.refresh())
    await page.refresh()
    assert camera.taken == 1
    assert 'nightduty_targets{site="hq"} 1' in text_of(page)


async def test_a_picture_that_does_not_come_is_not_waited_for_and_is_shown_once_it_is_there() -> None:
    camera = Camera(targets("late"))
    camera.ready.clear()
    page = MetricsPage(camera.take, patience=0)
    await page.refresh()
    await page.refresh()
    assert text_of(page) == ""
    camera.ready.set()
    while not text_of(page):
        await page.refresh()
    assert 'site="late"' in text_of(page)
    assert camera.taken == 1


async def test_nobody_who_may_not_read_has_a_picture_taken(agent: Agent) -> None:
    async with agent.client(token="s3cret") as client:
        await client.get("/metrics")
        await client.get("/healthz")
    assert agent.camera.taken == 0


@pytest.mark.parametrize(
    ("error", "logged"),
    [
        pytest.param(RuntimeError("cannot be taken"), True, id="a defect is logged"),
        pytest.param(StoreError("locked"), False, id="the record tells of itself"),
    ],
)
async def test_a_picture_that_fails_leaves_the_page_as_it_was_and_the_next_one_works(
    error: Exception, logged: bool, caplog: pytest.LogCaptureFixture
) -> None:
    camera = Camera(targets("before"))
    page = MetricsPage(camera.take, fresh=0)
    await page.refresh()
    camera.targets, camera.error = targets("after"), error
    await page.refresh()
    assert 'site="before"' in text_of(page)
    assert ("the metrics page cannot be written" in caplog.text) is logged
    camera.error = None
    await page.refresh()
    assert 'site="after"' in text_of(page)


async def test_an_agent_that_can_write_nothing_does_not_work_and_says_so(
    agent: Agent, client: httpx.AsyncClient
) -> None:
    agent.health = replace(WELL, unwritten=timedelta(seconds=30))
    assert (await client.get("/healthz")).status_code == 200, "a lock for half a minute is nobody's trouble"
    agent.health = replace(WELL, unwritten=timedelta(seconds=61))
    answer = await client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["causes"] == ["the record cannot be written for 61 s"]
