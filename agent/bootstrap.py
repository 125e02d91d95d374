"""The one place that builds long-lived objects and hands each what it needs."""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import socket
import stat
import uuid
from collections.abc import Mapping
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import sqlalchemy

from agent.clock import Clock
from agent.console.gates import Gates
from agent.console.office import Office, Terms
from agent.services.alert_list import AlertRecord
from agent.services.door import Door
from agent.services.forward import Forwarder
from agent.services.heartbeat import Heartbeat, Wellness
from agent.services.links import KEY_BYTES, Links
from agent.services.look import Looker
from agent.services.memory import Memory
from agent.services.orders import Orders
from agent.services.overview import Reader
from agent.services.peers import Peers
from agent.services.pulse import Pulse
from agent.services.record import Recorder
from agent.services.station import Station
from agent.store import cadences
from agent.store.engine import Store
from collectors.port import Collector
from collectors.registry import COLLECTORS
from collectors.snmp.device import SnmpCollector
from collectors.snmp.engine import OwnEngine
from collectors.snmp.engines import ENGINES
from collectors.snmp.knock import knocking
from collectors.snmp.pace import Pace
from collectors.snmp.port import Story, Value
from collectors.snmp.recorded import RecordedEngine
from collectors.snmp.survey import ROW_CAP, Surveyor, Way
from config.build import build_cadences, build_rules, build_sites, build_targets, fingerprint
from config.build_escalation import build_escalation, build_inhibitions, build_maintenance
from config.build_incidents import build_incident_terms
from config.build_people import (
    build_briefs,
    build_fallback,
    build_handover_terms,
    build_people,
    build_rotations,
    build_take_policy,
)
from config.outside import host_and_port
from config.profiles import all_profiles
from config.schema import Settings, SnmpCredential
from duty.errors import StoreError
from exporters.notify.budget import Budget
from exporters.notify.port import Notifier
from exporters.notify.registry import NOTIFIERS
from exporters.syslog_wire import Wire

log = logging.getLogger(__name__)

SOCKET = "control.sock"
LINK_KEY = "link-key"
"""The file in the state folder whose bytes sign the links in messages."""


def state_dir(settings: Settings) -> Path:
    """Return the folder of what the agent keeps; the service manager's choice goes before the settings'."""
    return Path(os.environ.get("STATE_DIRECTORY") or settings.agent.state_dir).absolute()


def socket_path(settings: Settings) -> Path:
    """Return where the daemon's socket stands: in the runtime directory, else beside the record."""
    return named_socket() or state_dir(settings) / SOCKET


def named_socket() -> Path | None:
    """Return the socket in the service's runtime directory, where the environment names one."""
    runtime = os.environ.get("RUNTIME_DIRECTORY")
    return Path(runtime) / SOCKET if runtime else None


def database_url(settings: Settings) -> str:
    """Return the database's URL with its password; SQLite in the state directory unless the settings name another."""
    if not settings.agent.database:
        return f"sqlite:///{state_dir(settings) / 'nightduty.db'}"
    password = settings.agent.database_password
    url = sqlalchemy.make_url(settings.agent.database)
    return (url if password is None else url.set(password=password.reveal())).render_as_string(hide_password=False)


def open_store(settings: Settings, *, readonly: bool = False) -> Store:
    """Open the record, to write in as its one agent or only to read. Raises StoreError with what to do next."""
    folder = state_dir(settings)
    try:
        if not readonly:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{folder}: cannot make this folder: {error.strerror}; set agent.state_dir") from None
    return Store.open(database_url(settings), settings.agent.name, create=not readonly, readonly=readonly)


def make_orders(settings: Settings, since: Mapping[str, datetime]) -> Orders:
    """Return what is in force by the settings; ``since`` tells from when on each cadence is."""
    sites = build_sites(settings)
    return Orders(
        agent=settings.agent.name,
        zone=next(iter(sites.values())).zone,
        language=settings.agent.language,
        sites=sites,
        targets=build_targets(settings),
        rules={target.name: build_rules(settings, target.name) for target in settings.targets},
        cadences=build_cadences(settings, since),
        watch_every=settings.watch.interval,
        keep_every=settings.watch.keep_every,
        budget=settings.polling.budget,
        watch_budget=settings.watch.budget,
        keep_sheets=settings.retention.sheets,
        keep_looks=settings.watch.keep,
        digest=fingerprint(settings),
        night=settings.policy.night,
        people=build_people(settings),
        rotations=build_rotations(settings),
        fallback=build_fallback(settings),
        escalation={site: build_escalation(settings, site) for site in sites},
        inhibitions=build_inhibitions(settings),
        maintenance=build_maintenance(settings),
        take_policy=build_take_policy(settings),
        self_test=settings.escalation.self_test,
        self_tested=frozenset(name for name, channel in settings.channels.items() if channel.self_test),
        handover=build_handover_terms(settings),
        briefs=build_briefs(settings),
        incidents=build_incident_terms(settings),
        answers=settings.hooks.reply is not None,
    )


def make_links(settings: Settings) -> Links | None:
    """Return what makes links for messages; None without an address under which the console is reached from outside."""
    public_url = settings.console.public_url
    if not public_url:
        return None
    try:
        key = link_key(state_dir(settings) / LINK_KEY)
    except OSError as error:
        # A message without a link is better than no message.
        log.error("messages carry no links: %s: %s", state_dir(settings) / LINK_KEY, error.strerror)
        return None
    return Links(key, public_url, settings.agent.name, settings.channels)


def link_key(path: Path) -> bytes:
    """Return the key of the links, and make it at first use.

    A file that is no key, or that others may read, is replaced: the links of the last day open nothing then, which
    costs somebody a sign-in. Raises OSError.
    """
    with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
        key, mode = file.read(KEY_BYTES + 1), stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        if len(key) == KEY_BYTES and not mode & 0o077:
            return key
        log.warning("%s is replaced, for it is no key or others may read it; the links of today open nothing", path)
    key, fresh = secrets.token_bytes(KEY_BYTES), path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    return key


def make_gates(settings: Settings, station: Station) -> Gates:
    """Return the gates that need no sign-in, with the secrets that open them."""
    hooks = settings.hooks
    return Gates(
        station=station,
        reply_secret=hooks.reply.secret.reveal() if hooks.reply else "",
        alert_token=hooks.alertmanager.token.reveal() if hooks.alertmanager else "",
        peer_tokens={name: peer.token.reveal() for name, peer in settings.peers.items()},
    )


def make_heartbeat(settings: Settings, station: Station, pulse: Pulse) -> Heartbeat | None:
    """Return our sign of life to somebody outside, where the settings name one."""
    out = settings.heartbeat
    if out is None:
        return None
    wellness = Wellness(station, pulse)
    return Heartbeat(wellness, out.url, out.every, agent=settings.agent.name, token=out.token, private=out.private)


def make_forwarder(settings: Settings, station: Station) -> Forwarder | None:
    """Return what hands on the journal by syslog, where the settings name a server."""
    out = settings.syslog
    if out is None:
        return None
    host, port = host_and_port(out.server)
    wire = Wire(host, port, tls=out.tls, ca=out.ca)
    return Forwarder(station.store, wire, host=socket.gethostname(), facility=out.facility)


def make_collectors(settings: Settings) -> Mapping[str, Collector]:
    """Return a collector for each way of looking that the targets need."""
    kinds = {kind for target in build_targets(settings).values() for kind in target.looks}
    return {kind: COLLECTORS[kind](settings) for kind in sorted(kinds)}


def make_looker(settings: Settings, clock: Clock) -> Looker:
    """Return the guard of a fresh set of collectors."""
    return Looker(make_collectors(settings), clock, settings.polling.concurrency)


def make_notifiers(settings: Settings, clock: Clock) -> Mapping[str, Notifier]:
    """Return a notifier for each channel of the settings."""
    return {name: NOTIFIERS[channel.kind](channel, clock.now) for name, channel in settings.channels.items()}


def make_budgets(settings: Settings) -> Mapping[str, Budget]:
    """Return what each channel may carry."""
    return {name: Budget(channel.per_minute) for name, channel in settings.channels.items()}


async def in_force_since(settings: Settings, store: Store, now: datetime) -> Mapping[str, datetime]:
    """Return from when on each cadence is in force; one that is new or has changed is from now on."""
    terms = {cadence.name: cadence.terms for cadence in build_cadences(settings, now)}
    return await store.write(cadences.settle, terms, now)


async def make_station(settings: Settings, clock: Clock, store: Store, looker: Looker | None = None) -> Station:
    """Build the station. ``looker`` may be given where the targets are not to be asked for real.

    Nothing is written: a cadence is in force from when an agent takes up duty, not from an inspection by hand.
    """
    now = clock.now()
    orders = make_orders(settings, dict.fromkeys(settings.cadences, now))
    return Station(
        orders=orders,
        clock=clock,
        store=store,
        looker=looker or make_looker(settings, clock),
        memory=Memory(orders.targets, orders.rules),
        recorder=Recorder(store, orders),
        run=uuid.uuid4().hex,
        version=version("nightduty"),
        started=now,
        settings_at=now,
        peers=Peers({name: peer.within for name, peer in settings.peers.items()}, now),
    )


def make_close_looker(settings: Settings, engine: str, story: Story, clock: Clock) -> Looker:
    """Return what looks at the devices of the settings by SNMP alone, and tells how it goes on."""
    return Looker({"snmp": SnmpCollector(settings, ENGINES[engine](), story)}, clock)


def make_surveyor(
    credentials: Mapping[str, SnmpCredential], profiles: Path | None, way: Way, rate: int, at_once: int
) -> Surveyor:
    """Return what asks addresses that stand in no settings, together at most ``rate`` packets a second."""
    turn = Pace(rate).turn
    engine = OwnEngine(in_flight=at_once, row_cap=ROW_CAP, turn=turn)
    return Surveyor(engine, knocking(turn), all_profiles(profiles), credentials, way)


def make_replaying_looker(settings: Settings, walk: dict[str, Value], clock: Clock) -> Looker:
    """Return what looks at a recorded walk as if it were the device of the settings."""
    return Looker({"snmp": SnmpCollector(settings, RecordedEngine(walk))}, clock)


def make_door(settings: Settings, station: Station) -> Door:
    """Return what decides who comes in."""
    return Door(station, state_dir(settings))


def make_office(settings: Settings, station: Station, reader: Reader, door: Door) -> Office:
    """Return what the console's pages work with."""
    alerts = AlertRecord(lambda: station.orders, station.clock, station.store)
    terms = Terms(settings.agent.language, settings.console.public_url or "")
    return Office(reader, station, alerts, terms, door)
