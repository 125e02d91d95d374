"""Mail: what is handed over, and what a server's answers mean."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from config.channels import SmtpChannel
from config.secret import Secret
from duty.errors import NotifyError
from duty.findings import Severity
from duty.people import Contact
from exporters.notify.port import Message, Receipt
from exporters.notify.smtp import SmtpNotifier
from tests.exporters.notify.receiver import CANARY, DEADLINE, SHORT, message, now

Keep = Callable[[str], Secret]
MAILBOX = "jia@example.com"


class Office:
    """A mail server that keeps what it takes, and answers one command otherwise than with 250."""

    def __init__(self, **answers: str) -> None:
        self.answers = answers
        self.mails: list[EmailMessage] = []
        self.envelopes: list[Envelope] = []
        self.users: list[bytes] = []

    async def handle_MAIL(  # noqa: N802 - aiosmtpd finds it by this name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.answers.get("mail", "250 OK")

    async def handle_RCPT(  # noqa: N802 - aiosmtpd finds it by this name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "rcpt" in self.answers:
            return self.answers["rcpt"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - likewise
        self.envelopes.append(envelope)
        self.mails.append(message_from_bytes(cast(bytes, envelope.content), policy=policy.default))
        return self.answers.get("data", "250 2.0.0 Ok: queued as 4XyZ")

    def admit(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        self.users.append(data.login)
        if "auth" in self.answers:
            return AuthResult(success=False, handled=False, message=self.answers["auth"])
        return AuthResult(success=data.password == CANARY.encode())


@asynccontextmanager
async def open_office(office: Office, *, secure: ssl.SSLContext | None = None, **options: Any) -> AsyncIterator[int]:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(office, hostname="mail.example.com", loop=loop, **options), "127.0.0.1", 0, ssl=secure
    )
    async with server:
        yield server.sockets[0].getsockname()[1]


@asynccontextmanager
async def talking(
    talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[int]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # whoever talked has gone
        finally:
            writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


async def send(
    port: int, what: Message | None = None, address: str = MAILBOX, deadline: timedelta = DEADLINE, **options: Any
) -> Receipt:
    plain: dict[str, Any] = {
        "kind": "smtp",
        "host": "127.0.0.1",
        "port": port,
        "tls": "none",
        "sender": "night@duty.example.com",
    }
    notifier = SmtpNotifier(SmtpChannel(**(plain | options)), now)
    return await notifier.send(Contact("mail", address), what or message(), deadline=deadline)


async def test_a_mail_is_handed_over_and_the_receipt_names_it() -> None:
    office = Office()
    async with open_office(office) as port:
        receipt = await send(port)
    (mail,) = office.mails
    assert receipt.text == "250 2.0.0 Ok: queued as 4XyZ"
    assert office.envelopes[0].rcpt_tos == [MAILBOX]
    assert mail["Subject"] == "【夜班值守】🔴严重|HZ1-CORE-01 核心交换机失联"
    assert (mail["From"], mail["To"]) == ("night@duty.example.com", MAILBOX)
    assert mail["Date"].datetime == now()
    assert mail["Importance"] == "high"
    assert mail.get_content().splitlines() == [
        "03:10 起,连续 3 次无应答",
        "影响:下联 214 台设备",
        "详情: https://duty.example.com/alerts/7",
    ]


async def test_a_mail_that_is_sent_again_has_the_same_id_and_another_has_another() -> None:
    office = Office()
    async with open_office(office) as port:
        for key in ("a", "a", "b"):
            await send(port, message(key=key))
    first, again, other = (mail["Message-ID"] for mail in office.mails)
    assert first == again != other
    assert first.endswith("@duty.example.com>")


async def test_a_title_cannot_bring_a_header() -> None:
    office = Office()
    async with open_office(office) as port:
        await send(port, message(title="x\r\nBcc: evil@example.com\r\n\r\nbody", keyword=""))
    (mail,) = office.mails
    assert mail["Bcc"] is None
    assert mail["Subject"] == "x  Bcc: evil@example.com    body"


async def test_a_line_with_a_dot_alone_does_not_end_the_mail() -> None:
    office = Office()
    async with open_office(office) as port:
        await send(port, message(lines=(".", "QUIT", "after"), links=()))
    assert office.mails[0].get_content().splitlines() == [".", "QUIT", "after"]


async def test_a_mail_of_little_weight_is_not_urgent() -> None:
    office = Office()
    plain = message()
    calm = Message(plain.title, (), "", Severity.WARNING, "", (), (), "k")
    async with open_office(office) as port:
        await send(port, calm)
    assert office.mails[0]["Importance"] is None
    assert office.mails[0].get_content().strip() == plain.title


@pytest.mark.parametrize(
    "address",
    [
        "",
        "jia",
        "jia@example.com\r\nRCPT TO:<evil@example.com>",
        "a@b.example, c@d.example",
        "<a@b.example>",
        "a b@c.de",
    ],
)
async def test_an_address_that_is_not_one_mailbox_is_refused_before_anything_is_said(address: str) -> None:
    office = Office()
    async with open_office(office) as port:
        with pytest.raises(NotifyError, match="address_wrong") as caught:
            await send(port, address=address)
    assert caught.value.permanent
    assert office.mails == []


@pytest.mark.parametrize("command", ["mail", "rcpt", "data"])
@pytest.mark.parametrize(
    ("answer", "code", "permanent"),
    [
        pytest.param("421 4.3.2 shutting down", "busy", False, id="421"),
        pytest.param("450 4.2.1 mailbox busy", "busy", False, id="450 greylisted"),
        pytest.param("452 4.2.2 full", "busy", False, id="452"),
        pytest.param("550 5.1.1 no such user", "refused", True, id="550"),
        pytest.param("552 5.3.4 too big", "refused", True, id="552"),
        pytest.param("554 5.7.1 spam", "refused", True, id="554"),
    ],
)
async def test_what_an_answer_means(command: str, answer: str, code: str, permanent: bool) -> None:
    async with open_office(Office(**{command: answer})) as port:
        with pytest.raises(NotifyError) as caught:
            await send(port)
    assert (caught.value.code, caught.value.permanent, caught.value.seen) == (code, permanent, answer)


# Servers that no library would be.


async def greet(writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 mail.example.com\r\n")
    await writer.drain()


async def through_the_envelope(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Say yes to everything up to the end of the text."""
    await greet(writer)
    while not (await reader.readuntil(b"\r\n")).lower().startswith(b"data"):
        writer.write(b"250 ok\r\n")
        await writer.drain()
    writer.write(b"354 go on\r\n")
    await reader.readuntil(b"\r\n.\r\n")


async def test_a_server_that_takes_the_mail_and_goes_away_gets_it_again() -> None:
    async with talking(through_the_envelope) as port:
        with pytest.raises(NotifyError, match="no_answer: the connection broke") as caught:
            await send(port)
    assert not caught.value.permanent


async def test_a_server_that_goes_away_after_accepting_has_accepted() -> None:
    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await through_the_envelope(reader, writer)
        writer.write(b"250 queued\r\n")
        await writer.drain()

    async with talking(accept) as port:
        assert (await send(port)).text == "250 queued"


async def test_a_server_that_turns_us_away_is_asked_again() -> None:
    async def turn_away(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"421 too many connections\r\n")
        await writer.drain()

    async with talking(turn_away) as port:
        with pytest.raises(NotifyError, match="busy: 421 too many connections"):
            await send(port)


async def drip_lines(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"220-")
        await writer.drain()
        await asyncio.sleep(0.02)
        writer.write(b"wait\r\n")


async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


@pytest.mark.parametrize("talk", [drip_lines, mute])
async def test_a_server_that_drips_is_cut_at_the_deadline_and_its_connection_with_it(
    talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> None:
    ended = asyncio.Event()

    async def watched(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        finally:
            ended.set()

    async with talking(watched) as port:
        with pytest.raises(NotifyError, match=r"timeout: no answer in 0\.3 s") as caught:
            await send(port, deadline=SHORT)
        assert not caught.value.permanent
        async with asyncio.timeout(10):
            await ended.wait()


async def test_a_closed_port_is_unreachable() -> None:
    async with open_office(Office()) as port:
        pass
    with pytest.raises(NotifyError, match="unreachable: Connection refused") as caught:
        await send(port)
    assert not caught.value.permanent


async def test_a_server_whose_name_nobody_knows_is_asked_again() -> None:
    with pytest.raises(NotifyError, match=r"name_not_found: nowhere\.invalid"):
        await send(25, host="nowhere.invalid")


# TLS and signing in.


@pytest.fixture
def certified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """Make a server's context for localhost, and have its certificate trusted."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "nightduty test")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2090, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    trust, private = tmp_path / "trust.pem", tmp_path / "key.pem"
    trust.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trust, private)
    monkeypatch.setenv("SSL_CERT_FILE", str(trust))
    return context


async def test_it_signs_in_over_starttls(certified: ssl.SSLContext, secret: Keep) -> None:
    office = Office()
    async with open_office(
        office, tls_context=certified, authenticator=office.admit, auth_required=True, require_starttls=True
    ) as port:
        await send(port, host="localhost", tls="starttls", user="night", password=secret(CANARY))
    assert office.users == [b"night"]
    assert len(office.mails) == 1


async def test_it_hands_over_in_tls_from_the_first_byte(certified: ssl.SSLContext) -> None:
    office = Office()
    async with open_office(office, secure=certified) as port:
        await send(port, host="localhost", tls="tls")
    assert len(office.mails) == 1


@pytest.mark.parametrize(
    ("answers", "code", "permanent", "seen"),
    [
        pytest.param({"auth": f"535 5.7.8 {CANARY} is wrong"}, "refused", True, "535 5.7.8 *** is wrong", id="535"),
        pytest.param({"auth": "454 4.7.0 later"}, "busy", False, "454 4.7.0 later", id="454"),
    ],
)
async def test_what_a_refused_sign_in_means(
    answers: dict[str, str], code: str, permanent: bool, seen: str, certified: ssl.SSLContext, secret: Keep
) -> None:
    office = Office(**answers)
    async with open_office(office, tls_context=certified, authenticator=office.admit, require_starttls=True) as port:
        with pytest.raises(NotifyError) as caught:
            await send(port, host="localhost", tls="starttls", user="night", password=secret(CANARY))
    assert (caught.value.code, caught.value.permanent, caught.value.seen) == (code, permanent, seen)


async def test_a_server_without_starttls_gets_no_password_and_no_mail(secret: Keep) -> None:
    office = Office()
    async with open_office(office, authenticator=office.admit, auth_require_tls=False) as port:
        with pytest.raises(NotifyError, match="refused: STARTTLS") as caught:
            await send(port, tls="starttls", user="night", password=secret(CANARY))
    assert caught.value.permanent
    assert (office.users, office.mails) == ([], [])


async def test_a_certificate_of_another_name_gets_no_mail(certified: ssl.SSLContext) -> None:
    office = Office()
    async with open_office(office, tls_context=certified) as port:
        with pytest.raises(NotifyError, match=r"tls_failed: .*127\.0\.0\.1") as caught:
            await send(port, tls="starttls")
    assert not caught.value.permanent
    assert office.mails == []
