"""The certificate that a server shows: how long it lasts, for which names, and who signed it."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from cryptography import x509

from collectors.text import clean
from duty.errors import CollectError
from duty.readings import Fact, Gap, Notes, Reading

EXPIRED: Final = 10
"""OpenSSL's X509_V_ERR_CERT_HAS_EXPIRED: of the server's certificate, or of one above it."""

_NAMES: Final = 20
_UNREADABLE: Final = (ValueError, x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType)


def trust(*, verify: bool, ca: Path | None) -> ssl.SSLContext:
    """Return what a server's certificate is checked by: the system's authorities, those of ``ca`` alone, or nothing.

    Raises CollectError "tls_failed" where ``ca`` cannot be read: nobody could be trusted then.
    """
    if not verify:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    try:
        return ssl.create_default_context(cafile=ca)
    except OSError as error:  # ssl.SSLError is one: no certificate in it
        raise CollectError("tls_failed", clean(f"{ca}: {error.strerror or error}")) from None


async def shake(where: socket.socket | tuple[str, int], name: str, context: ssl.SSLContext) -> bytes:
    """Make a TLS handshake over a connected socket or with an address and port; return the server's certificate (DER).

    The socket is closed, whatever comes. Raises OSError: ssl.SSLError, or what the connection broke off with.
    """
    if isinstance(where, socket.socket):
        _, writer = await asyncio.open_connection(sock=where, ssl=context, server_hostname=name)
    else:
        _, writer = await asyncio.open_connection(*where, ssl=context, server_hostname=name)
    try:
        return shown_by(writer.get_extra_info("ssl_object")) or b""
    finally:
        # Not closed in order: that would wait for the server once more.
        writer.transport.abort()


def shown_by(tls: ssl.SSLObject | None) -> bytes | None:
    """Return the certificate (DER) that the other side of a connection showed; None without TLS."""
    return tls.getpeercert(binary_form=True) if tls is not None else None


def note(notes: Notes, der: bytes, *, full: bool) -> None:
    """Write ``certificate_left`` and ``certificate_life``; for the inspection also what stands in it."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    except _UNREADABLE as error:
        notes.gaps.append(Gap("certificate_left", "", "malformed", clean(str(error))))
        return
    left = ends.timestamp() - time.clock_gettime(time.CLOCK_REALTIME)
    notes.add(Reading("certificate_left", "", left, "s"))
    notes.add(Reading("certificate_life", "", (ends - begins).total_seconds(), "s"))
    if not full:
        return
    notes.facts.append(Fact("certificate_ends", "", ends.isoformat(timespec="seconds").replace("+00:00", "Z")))
    _fact(notes, "certificate_names", lambda: ", ".join(_names(certificate)))
    _fact(notes, "certificate_issuer", lambda: certificate.issuer.rfc4514_string())
    _fact(notes, "certificate_serial", lambda: f"{certificate.serial_number:x}")


async def note_refused(
    notes: Notes,
    refusal: ssl.SSLCertVerificationError,
    where: tuple[str, int],
    name: str,
    *,
    full: bool,
    within: float,
) -> None:
    """Write what a certificate says that was not accepted: it is asked for once more, without verifying it.

    A server whose certificate has expired answers: it is reached, and the alert is that its certificate expired.
    """
    try:
        async with asyncio.timeout(within):
            der = await shake(where, name, trust(verify=False, ca=None))
    except OSError:  # TimeoutError is one. What it was refused for is told anyway
        return
    note(notes, der, full=full)
    expired = any(reading.parameter == "certificate_left" and reading.value <= 0 for reading in notes.readings)
    notes.reached = expired and refusal.verify_code == EXPIRED


def words(error: ssl.SSLError) -> str:
    """Say what was wrong with a handshake."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return clean(error.verify_message)
    return clean(error.reason or str(error))


def _fact(notes: Notes, parameter: str, say: Callable[[], str]) -> None:
    # Each part is decoded only when it is asked for, and may be nonsense by itself.
    try:
        text = clean(say())
    except _UNREADABLE:
        return
    if text:
        notes.facts.append(Fact(parameter, "", text))


def _names(certificate: x509.Certificate) -> list[str]:
    """Return the names that it is for: those of the extension, which alone count, else the subject's."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return [certificate.subject.rfc4514_string()]
    return [str(name.value) for _, name in zip(range(_NAMES), names, strict=False)]
