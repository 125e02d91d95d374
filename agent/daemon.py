"""The daemon: one process, its tasks, its signals."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator, Coroutine
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from agent import bootstrap, hearing, listen, logs, pace, systemd
from agent.clock import SteadyClock
from agent.console.app import create_app
from agent.control.account_verbs import AccountVerbs
from agent.control.alert_verbs import AlertVerbs
from agent.control.incident_verbs import IncidentVerbs
from agent.control.plan_verbs import PlanVerbs
from agent.control.record_verbs import RecordVerbs
from agent.control.review_verbs import ReviewVerbs
from agent.control.roster_verbs import RosterVerbs
from agent.control.server import ControlServer
from agent.control.verbs import Verbs
from agent.services import accounts, reload, space
from agent.services.deliver import Deliverer
from agent.services.picture import take_picture
from agent.services.pulse import Pulse
from agent.services.read import LiveReader
from agent.services.station import Station
from agent.services.trap_watch import TrapWatch
from agent.ticks import BEAT, Ticks, keep_ticking
from config.build_traps import build_trap_senders
from config.load import check
from config.schema import Settings
from duty.errors import NightdutyError, SettingsError
from exporters.metrics_app import MetricsPage, metrics_app

log = logging.getLogger(__name__)

FAREWELL = 3.0
"""Seconds that a locked record may hold up the end; the whole has ten."""


async def run(path: Path) -> None:
    """Run the agent until SIGTERM or SIGINT. Raises AlreadyRunning, SettingsError or StoreError before it is ready."""
    settings = check(path)
    logs.set_up(settings.agent.log_level.upper())
    pace.set_pace()
    store = bootstrap.open_store(settings)
    try:
        station = await bootstrap.make_station(settings, SteadyClock(), store)
        await _serve(station, settings, path)
    finally:
        store.close()


async def _serve(station: Station, settings: Settings, path: Path) -> None:
    loop = asyncio.get_running_loop()
    stop, hangup = asyncio.Event(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGHUP, hangup.set)
    station.links = bootstrap.make_links(settings)
    deliverer = Deliverer(station, bootstrap.make_notifiers(settings, station.clock), bootstrap.make_budgets(settings))
    ticks, pulse = Ticks(station, deliverer), Pulse(station)
    traps = hearing.make_trap_watch(settings, station, ticks.hints, ticks.hint)
    station.trap_health = traps.health if traps is not None else None
    page = MetricsPage(partial(take_picture, station, pulse))
    reader = LiveReader(station, pulse)
    verbs = Verbs(station, reader)
    door = bootstrap.make_door(settings, station)
    office = bootstrap.make_office(settings, station, reader, door)
    console = create_app(office, bootstrap.make_gates(settings, station))
    parts = (
        verbs,
        AlertVerbs(station, deliverer),
        RosterVerbs(station),
        RecordVerbs(station),
        ReviewVerbs(station),
        IncidentVerbs(station),
        PlanVerbs(station),
        AccountVerbs(door),
    )
    told = {name: verb for part in parts for name, verb in part.verbs.items()}
    control = ControlServer(bootstrap.socket_path(settings), told)
    token = settings.metrics.token.reveal() if settings.metrics.token else None
    # First what can fail: a round that is begun should not meet a closed record.
    await control.bind()
    await ticks.begin()
    try:
        await accounts.open_first(door)
    except (NightdutyError, OSError) as error:
        # The rounds go on without anybody who may look at them.
        log.error("the first account cannot be made, the next start will try again: %s", error)
    work: list[Coroutine[Any, Any, None]] = [
        keep_ticking(ticks, station.clock),
        pace.sweep(),
        _feed(ticks, pulse),
        _reload(station, settings, path, hangup, traps),
        listen.serve(
            "status",
            console,
            str(settings.console.listen),
            settings.console.tls_certificate,
            settings.console.tls_key,
            settings.console.trusted_proxies,
            failed=station.failed_pages,
        ),
        listen.serve(
            "metrics",
            metrics_app(page, pulse.own, token),
            str(settings.metrics.listen),
            settings.metrics.tls_certificate,
            settings.metrics.tls_key,
            failed=station.failed_pages,
        ),
    ]
    work.append(space.keep_looking(station, bootstrap.state_dir(settings)))
    asides = (bootstrap.make_heartbeat(settings, station, pulse), bootstrap.make_forwarder(settings, station), traps)
    work.extend(aside.keep() for aside in asides if aside is not None)
    async with _together(work) as ended:
        # The work has begun, the pages listen: who is answered may count on all of it.
        await control.answer()
        systemd.notify("READY=1", f"STATUS={len(station.orders.targets)} targets")
        log.info("on duty version=%s targets=%d", station.version, len(station.orders.targets))
        await asyncio.wait({asyncio.create_task(stop.wait()), ended}, return_when=asyncio.FIRST_COMPLETED)
    systemd.notify("STOPPING=1")
    log.info("going off duty")
    await control.stop()
    await verbs.stop()
    try:
        async with asyncio.timeout(FAREWELL):
            await ticks.stop("stopped")
    except TimeoutError:
        log.warning("the record is locked: it does not have the end of this run, the next one will note a gap")
    await deliverer.close()
    await station.looker.close()


@contextlib.asynccontextmanager
async def _together(work: list[Coroutine[Any, Any, None]]) -> AsyncIterator[asyncio.Future[Any]]:
    """Run all the work; hand over a future that ends when any of it ends by itself, which is always a defect."""
    tasks = [asyncio.create_task(each) for each in work]
    ended = asyncio.ensure_future(asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED))
    try:
        yield ended
    finally:
        ended.cancel()
        failed = [task for task in tasks if task.done()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in failed:
        task.result()


async def _feed(ticks: Ticks, pulse: Pulse) -> None:
    """Tell the service manager that the agent lives, as long as its writer and its ticker move."""
    within = systemd.watchdog_interval()
    every = 5.0 if within is None else min(5.0, within / 4)
    # The writer of an idle agent moves at each beat only, however short the manager's patience is.
    allowed = max(timedelta(seconds=(within or 0) / 2), 3 * BEAT)
    while True:
        pulse.ticks = ticks.made
        stuck = [part for part, idle in pulse.idle().items() if idle > allowed]
        if not stuck:
            systemd.notify("WATCHDOG=1")
        await asyncio.sleep(every)


async def _reload(
    station: Station, settings: Settings, path: Path, hangup: asyncio.Event, traps: TrapWatch | None
) -> None:
    """Read the settings again at each SIGHUP; what is broken leaves the old ones in force."""
    while True:
        await hangup.wait()
        hangup.clear()
        systemd.reloading()
        try:
            settings = await _read_again(station, settings, path)
            if traps is not None:
                await traps.settle(build_trap_senders(settings))
        except NightdutyError as error:
            log.error("settings not read again: %s; send SIGHUP once more when that is mended", error)
        systemd.notify("READY=1")


async def _read_again(station: Station, before: Settings, path: Path) -> Settings:
    """Put the file's settings in force and return them; the ones before, where the file is broken."""
    try:
        settings = await asyncio.to_thread(check, path)
    except SettingsError as error:
        await reload.refuse(station, error)
        return before
    for part in ("agent", "channels", "console", "metrics", "hooks", "peers", "heartbeat", "syslog", "traps"):
        if getattr(settings, part) != getattr(before, part):
            log.warning("settings of %s have changed: they take effect at the next start", part)
    looker = bootstrap.make_looker(settings, station.clock)
    since = await bootstrap.in_force_since(settings, station.store, station.clock.now())
    await reload.take_over(station, bootstrap.make_orders(settings, since), looker)
    return settings
