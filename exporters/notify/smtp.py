"""Mail, handed to one server."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import sha256
from typing import Any, Final

from config.channels import SmtpChannel, mailbox
from duty.errors import NotifyError
from duty.findings import Severity
from duty.people import Contact
from exporters.notify.aside import Aside
from exporters.notify.port import Message, Receipt
from exporters.notify.post import reveal, scrubbed
from exporters.notify.text import cut, fitted, headed, line, links

SUBJECT_MOST: Final = 400
BODY_MOST: Final = 64 * 1024


class SmtpNotifier:
    """Hands each mail over in a conversation of its own; accepted is what the server said 250 to after the text.

    The conversation runs in a thread: smtplib has a deadline for each line, but none for a server that sends lines
    without end. At ours the connection is cut under it, and the thread comes to its end.
    """

    def __init__(self, channel: SmtpChannel, now: Callable[[], datetime]) -> None:
        self._channel = channel
        self._now = now
        self._aside = Aside()

    async def send(self, contact: Contact, message: Message, *, deadline: timedelta) -> Receipt:
        """Send to the mailbox that is the contact's address. 4xx asks to be tried again, 5xx refuses for good."""
        if not mailbox(contact.address):
            raise NotifyError("address_wrong", "not the address of one mailbox", permanent=True)
        password = reveal(self._channel.password) if self._channel.password else ""
        mail = letter(message, self._channel.sender, contact.address, self._now())
        seconds, calls = deadline.total_seconds(), _Calls()

        def talk() -> Receipt:
            return _talk(self._channel, password, contact.address, mail.as_bytes(), calls, seconds)

        try:
            return await self._aside.run(talk, within=seconds)
        except TimeoutError:
            raise NotifyError("timeout", f"no answer in {seconds:g} s") from None
        finally:
            calls.cut()

    async def close(self) -> None:
        """Nothing stays open between two mails."""


class _Calls:
    """The connection that a thread talks on, known before its first word, so that it can be cut from outside."""

    def __init__(self) -> None:
        self._smtp: smtplib.SMTP | None = None
        self.over = False

    def keep(self, smtp: smtplib.SMTP) -> None:
        self._smtp = smtp

    def cut(self) -> None:
        self.over = True
        sock = getattr(self._smtp, "sock", None)
        if sock is not None:
            with suppress(OSError):
                # Of the plain socket: the one of TLS would first take its own state apart, under the thread.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)


class _Plain(smtplib.SMTP):
    def __init__(self, calls: _Calls, *arguments: Any, **options: Any) -> None:
        calls.keep(self)
        super().__init__(*arguments, **options)


class _Tls(smtplib.SMTP_SSL):
    def __init__(self, calls: _Calls, *arguments: Any, **options: Any) -> None:
        calls.keep(self)
        super().__init__(*arguments, **options)


def letter(message: Message, sender: str, recipient: str, now: datetime) -> EmailMessage:
    """Return the mail. Its Message-ID is made of the message's key, so that mail programs show a second one once."""
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"] = sender
    mail["To"] = recipient
    mail["Subject"] = cut(headed(message), SUBJECT_MOST)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{sha256(message.key.encode()).hexdigest()[:32]}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    if message.severity is Severity.CRITICAL:
        mail["Importance"] = "high"
    tail = [f"{label}: {target}" for label, target in links(message)]
    first, *rest = message.lines or (message.title,)
    text = fitted(line(first), rest, tail, BODY_MOST)
    # In seven bits, for not every server takes eight.
    mail.set_content(text + "\n", cte="base64")
    return mail


def _talk(
    channel: SmtpChannel, password: str, recipient: str, content: bytes, calls: _Calls, seconds: float
) -> Receipt:
    options = {"local_hostname": socket.gethostname(), "timeout": seconds}
    try:
        if channel.tls == "tls":
            smtp: smtplib.SMTP = _Tls(
                calls, channel.host, channel.port, context=ssl.create_default_context(), **options
            )
        else:
            smtp = _Plain(calls, channel.host, channel.port, **options)
        try:
            if calls.over:
                # Nobody waits any more: the resolver was slow, and this mail has been given up.
                raise smtplib.SMTPServerDisconnected
            if channel.tls == "starttls":
                smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo_or_helo_if_needed()
            if password:
                smtp.login(channel.user, password)
            _accepted(smtp.mail(channel.sender), password)
            _accepted(smtp.rcpt(recipient), password)
            receipt = _accepted(smtp.data(content), password)
            # It has the mail: what happens while leaving changes nothing about that.
            with suppress(OSError, smtplib.SMTPException):
                smtp.quit()
            return receipt
        finally:
            smtp.close()
    except smtplib.SMTPResponseException as error:
        raise _refused(error.smtp_code, error.smtp_error, password) from None
    except smtplib.SMTPNotSupportedError as error:
        raise NotifyError("refused", scrubbed(error, password), permanent=True) from None
    except smtplib.SMTPServerDisconnected:
        raise NotifyError("no_answer", "the connection broke before the answer") from None
    except smtplib.SMTPException as error:
        # No way to sign in that both sides know, a greeting that is none.
        raise NotifyError("not_understood", scrubbed(error, password)) from None
    except ssl.SSLCertVerificationError as error:
        raise NotifyError("tls_failed", scrubbed(error.verify_message)) from None
    except ssl.SSLError as error:
        raise NotifyError("tls_failed", scrubbed(error.reason or "")) from None
    except TimeoutError:
        raise NotifyError("timeout", f"no answer in {seconds:g} s") from None
    except socket.gaierror:
        raise NotifyError("name_not_found", channel.host) from None
    except OSError as error:
        raise NotifyError("unreachable", scrubbed(error.strerror or "no connection")) from None


def _accepted(answer: tuple[int, bytes], password: str) -> Receipt:
    code, said = answer
    if code not in (250, 251):
        raise _refused(code, said, password)
    return Receipt(f"{code} {_words(said, password)}".strip())


def _refused(code: int, said: bytes | str, password: str) -> NotifyError:
    seen = f"{code} {_words(said, password)}".strip()
    if code == -1:
        return NotifyError("no_answer", "the connection broke before the answer")
    # What is neither is an answer to another question: the conversation is out of step, and a new one may not be.
    return NotifyError("refused" if code >= 500 else "busy", seen, permanent=code >= 500)


def _words(said: bytes | str, password: str) -> str:
    return scrubbed(said.decode(errors="replace") if isinstance(said, bytes) else said, password)
