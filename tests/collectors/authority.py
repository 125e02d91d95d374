"""An authority of the tests' own: certificates with any life and any names in them, and servers that show them."""

from __future__ import annotations

import ipaddress
import ssl
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

DAY = timedelta(days=1)
LOOPBACK = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
Key = ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs, and with what."""

    name: x509.Name
    key: Key
    certificate: x509.Certificate


def now() -> datetime:
    return datetime.fromtimestamp(time.clock_gettime(time.CLOCK_REALTIME), UTC)


def called(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


def made(
    *names: x509.GeneralName,
    subject: str = "",
    begins: timedelta = -30 * DAY,
    ends: timedelta = 60 * DAY,
    signer: Signer | None = None,
    authority: bool = False,
) -> Signer:
    """Make a certificate that begins and ends so long from now; without a signer it signs itself."""
    key, made_at, subject_name = (
        ec.generate_private_key(ec.SECP256R1()),
        now(),
        called(subject or ("an authority" if authority else "a server")),
    )
    builder = (
        x509.CertificateBuilder(
            signer.name if signer else subject_name, subject_name, key.public_key(), x509.random_serial_number()
        )
        .not_valid_before(made_at + begins)
        .not_valid_after(made_at + ends)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return Signer(subject_name, key, builder.sign(signer.key if signer else key, hashes.SHA256()))


def pem(*certificates: Signer) -> bytes:
    return b"".join(c.certificate.public_bytes(serialization.Encoding.PEM) for c in certificates)


def showing(folder: Path, *chain: Signer) -> ssl.SSLContext:
    """Return a server's context that shows a chain, its own certificate first."""
    shown, secret = folder / "shown.pem", folder / "key.pem"
    shown.write_bytes(pem(*chain))
    secret.write_bytes(
        chain[0].key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(shown, secret)
    return context


def trusted(folder: Path, *authorities: Signer) -> Path:
    """Return the file by which these are trusted."""
    path = folder / "trusted.pem"
    path.write_bytes(pem(*authorities))
    return path
