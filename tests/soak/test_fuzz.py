"""Nonsense at every door of a running agent: it is refused, and the agent goes on answering."""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import socket
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.soak.scene import Daemon, short_folder, until, untruths

pytestmark = pytest.mark.soak

SEED = 20261125
MESSAGES = {"error", "answer", "progress", "sheet"}
VERBS = ("overview", "rounds", "round", "sheet", "inspect", "stop", "", "__init__")


@pytest.fixture(scope="module")
def daemon() -> Iterator[Daemon]:
    with short_folder() as folder:
        daemon = Daemon(folder)
        try:
            daemon.start()
            yield daemon
        finally:
            daemon.put_away()


@pytest.fixture(scope="module")
def cookie(daemon: Daemon) -> bytes:
    """The header of somebody who is signed in: what is behind the door is to be shaken at as well."""
    password = (daemon.folder / "state" / "first-password-admin").read_text().strip()
    kept = daemon.sign_in("admin", password, "a brand new one")
    return f"Cookie: nightduty={kept['nightduty']}\r\n".encode()


@pytest.fixture(autouse=True)
def goes_on(daemon: Daemon) -> Iterator[None]:
    """After each attack: the same process answers, its record is true, and it has complained without a traceback."""
    files = open_files(daemon)
    yield
    daemon.wait_ready(within=15)
    assert daemon.ask("inspect", targets=["closed"]) > 0
    assert daemon.get("/healthz").status_code == 200
    assert "Traceback" not in daemon.said()
    assert untruths(daemon.database, "box") == []
    until(lambda: open_files(daemon) <= files + 4, 30, "no file is left open")


def open_files(daemon: Daemon) -> int:
    return len(list(Path(f"/proc/{daemon.running.pid}/fd").iterdir()))


def send(daemon: Daemon, content: bytes) -> bytes:
    """Send bytes to the control socket, and return what comes back."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(15)
        client.connect(str(daemon.socket))
        back = b""
        with contextlib.suppress(ConnectionError):
            client.sendall(content)
            client.shutdown(socket.SHUT_WR)
            while part := client.recv(65536):
                back += part
        return back


def refused(answer: bytes) -> bool:
    """Say whether an answer is one line that tells what is wrong."""
    return set(json.loads(answer)) == {"error"}


def test_random_bytes_are_refused(daemon: Daemon) -> None:
    chance = random.Random(SEED)
    for _ in range(300):
        content = chance.randbytes(chance.choice([0, 1, 10, 1000, 20_000]))
        assert refused(send(daemon, content + b"\n"))


def test_a_request_that_never_ends_is_refused_at_its_limit(daemon: Daemon) -> None:
    for content in (b"x" * 1_000_000, b"\n" * 100_000, b"[" * 60_000 + b"\n", b'{"verb":' * 8_000 + b"\n"):
        answer = send(daemon, content)
        # Who goes on sending after the answer may be cut off before it has read it.
        assert answer == b"" or refused(answer)


def test_requests_with_wrong_arguments_are_refused(daemon: Daemon) -> None:
    chance = random.Random(SEED)
    for _ in range(400):
        request = {"verb": chance.choice(VERBS), "args": nonsense(chance), "more": nonsense(chance)}
        for answer in send(daemon, json.dumps(request).encode() + b"\n").splitlines():
            assert set(json.loads(answer)) <= MESSAGES


def test_requests_that_are_cut_and_bent_are_refused_or_answered(daemon: Daemon) -> None:
    chance = random.Random(SEED)
    whole = b'{"verb": "sheet", "args": {"number": 1, "target": "closed"}}\n'
    for _ in range(400):
        bent = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            bent[chance.randrange(len(bent))] = chance.randrange(256)
        cut = bytes(bent[: chance.randint(1, len(bent))])
        for answer in send(daemon, cut).splitlines():
            assert set(json.loads(answer)) <= MESSAGES


def nonsense(chance: random.Random) -> object:
    """Return a value that might stand in a request, and mostly should not."""
    scalar: list[object] = [None, True, -1, 0, 1, 2**63, 10**400, 1.5, "", "closed", "\ud800\x00\x1b[2J", "x" * 5000]
    keys = ("number", "target", "targets", "limit", "\u202e")
    kind = chance.randrange(4)
    if kind == 0:
        return chance.choice(scalar)
    if kind == 1:
        return [chance.choice(scalar) for _ in range(chance.randint(0, 5))]
    return {key: chance.choice([*scalar, ["closed"], [1], {"a": []}]) for key in keys if chance.random() < 0.7}


def test_a_hundred_clients_that_say_nothing_keep_nobody_out_for_long(daemon: Daemon) -> None:
    crowd = []
    try:
        for _ in range(100):
            client = socket.socket(socket.AF_UNIX)
            crowd.append(client)
            client.connect(str(daemon.socket))
        said = daemon.command("status")
        assert said.returncode in {0, 2, 69}
        assert said.stderr.count("\n") == (1 if said.returncode == 69 else 0)
        # They are given ten seconds to say what they want.
        daemon.wait_ready(within=15)
    finally:
        for client in crowd:
            client.close()


def test_a_client_that_does_not_read_its_answer_holds_up_nobody(daemon: Daemon) -> None:
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(daemon.socket))
        client.sendall(b'{"verb": "rounds", "args": {"limit": 1000}}\n')
        daemon.wait_ready(within=5)


@pytest.mark.parametrize("page", ["metrics", "console"])
def test_nonsense_over_http_is_refused(daemon: Daemon, page: str, cookie: bytes) -> None:
    chance = random.Random(SEED)
    port = daemon.metrics_port if page == "metrics" else daemon.console_port
    host = f"Host: 127.0.0.1:{port}\r\n".encode()
    requests = [
        chance.randbytes(2000),
        b"GET / HTTP/1.1\r\n" + b"X: " + b"y" * 100_000 + b"\r\n\r\n",
        b"GET /" + b"%00/" * 3000 + b" HTTP/1.1\r\n" + host + b"\r\n",
        b"GET /../../etc/passwd HTTP/1.1\r\n" + host + b"\r\n",
        b"GET /static/..%2f..%2fapp.py HTTP/1.1\r\n" + host + b"\r\n",
        b"POST / HTTP/1.1\r\n" + host + b"Content-Length: 10000000000\r\n\r\n" + b"z" * 100_000,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffff\r\n",
    ]
    numbers = (0, -1, 2**63, 10**400, "\u0661", "x", "%D9%A1", "1/nobody", "1/%00", "1/%ED%A0%80", f"{2**63}/closed")
    inside = host + cookie + b"Connection: close\r\n\r\n"
    requests += [f"GET /rounds/{n} HTTP/1.1\r\n".encode() + inside for n in numbers]
    for request in requests:
        answer = sent(port, request, hang_up=True)
        assert not answer.startswith(b"HTTP/1.1 5"), (request[:80], answer)


def test_nonsense_in_forms_is_refused(daemon: Daemon, cookie: bytes) -> None:
    chance = random.Random(SEED)
    host = f"Host: 127.0.0.1:{daemon.console_port}\r\n".encode()
    for _ in range(200):
        path = chance.choice([b"/sign-in", b"/sign-in?next=//x", b"/sign-out", b"/password", b"/", b"/rounds/1"])
        length = chance.choice([0, 5, 300, 70_000])
        body = bytes(chance.choices(b"abcd&=%+;\x00\xff\xd8name=csrf=", k=length))
        kind = chance.choice([b"application/x-www-form-urlencoded", b"multipart/form-data; boundary=a", b"", b"\xff"])
        wrong = chance.choice([b"", b"Origin: http://evil.example", b"X-CSRF-Token: \xff", b"Referer: \xff["])
        lines = [b"POST " + path + b" HTTP/1.1", b"Content-Type: " + kind, b"Content-Length: %d" % length, wrong]
        head = b"\r\n".join([line for line in lines if line]) + b"\r\n" + host + cookie
        request = head + b"Connection: close\r\n\r\n" + body
        answer = sent(daemon.console_port, request)
        # Who goes on sending after the answer may be cut off before it has read it.
        assert re.match(rb"HTTP/1.1 (303|4\d\d) ", answer) or (length > 65536 and not answer), (head, answer)


def test_a_body_that_is_too_large_or_never_comes_is_cut_off(daemon: Daemon) -> None:
    head = f"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1:{daemon.console_port}\r\nContent-Length: ".encode()
    assert sent(daemon.console_port, head + b"10000000\r\n\r\n").startswith(b"HTTP/1.1 413 ")
    with socket.create_connection(("127.0.0.1", daemon.console_port), timeout=15) as client:
        client.sendall(head + b"100\r\n\r\na=")
        assert client.recv(100).startswith(b"HTTP/1.1 408 ")


def test_a_flood_of_sign_ins_is_answered_and_the_rounds_go_on(daemon: Daemon) -> None:
    form = "application/x-www-form-urlencoded"
    head = f"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1:{daemon.console_port}\r\nContent-Type: {form}\r\n"
    told: Counter[bytes] = Counter()

    def guess(number: int) -> None:
        body = f"name=name-{number}&password=guess"
        request = f"{head}Connection: close\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        told[sent(daemon.console_port, request.encode())[9:12]] += 1

    with ThreadPoolExecutor(50) as crowd:
        guesses = [crowd.submit(guess, number) for number in range(500)]
        assert daemon.ask("inspect", targets=["closed"]) > 0
        assert daemon.get("/healthz").status_code == 200
        for each in guesses:
            each.result()
    assert told[b"429"] > 400
    assert set(told) <= {b"403", b"429", b"503"}


def sent(port: int, request: bytes, *, hang_up: bool = False) -> bytes:
    """Send a request, and return how its answer begins."""
    with socket.create_connection(("127.0.0.1", port), timeout=15) as client:
        with contextlib.suppress(ConnectionError, TimeoutError):
            client.sendall(request)
            if hang_up:
                client.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionError, TimeoutError):
            return client.recv(100)
    return b""


def test_clients_that_write_a_letter_now_and_then_do_not_keep_others_out(daemon: Daemon) -> None:
    slow = [socket.create_connection(("127.0.0.1", daemon.console_port)) for _ in range(100)]
    try:
        for letter in b"GET / HTTP":
            for client in slow:
                client.sendall(bytes([letter]))
            assert daemon.get("/sign-in", page="console").status_code == 200
    finally:
        for client in slow:
            client.close()


def test_memory_stays_where_it_was(daemon: Daemon) -> None:
    def resident() -> int:
        pages = int(Path(f"/proc/{daemon.running.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    send(daemon, b"x" * 1_000_000)
    before = resident()
    for _ in range(100):
        send(daemon, b"x" * 1_000_000)
        send(daemon, b'{"verb": "overview"}\n')
    assert resident() < before + 30 * 2**20
