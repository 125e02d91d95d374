"""Keys of passwords, by the vectors of the documents and by pysnmp's independent work; content there and back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyasn1.type.univ import OctetString  # type: ignore[import-untyped]  # pyasn1 has no types
from pysnmp.proto.secmod.rfc3414 import service

from collectors.snmp.ber import DecodeError
from collectors.snmp.usm import Keys, User, localized, password_key
from config.schema import SnmpCredential
from config.secret import Secret

PASSWORD, ENGINE = b"maplesyrup", bytes(11) + b"\x02"
PYSNMP: Any = service
"""pysnmp's own functions are only partly typed."""
SERVICES = {
    auth: (1, 3, 6, 1, 6, 3, 10, 1, 1, number)
    for number, auth in enumerate(("md5", "sha", "sha224", "sha256", "sha384", "sha512"), 2)
}
AUTH = {"md5": PYSNMP.hmacmd5.HmacMd5, "sha": PYSNMP.hmacsha.HmacSha}
PRIV = {
    "aes192": PYSNMP.aes192.AesBlumenthal192,
    "aes192c": PYSNMP.aes192.Aes192,
    "aes256": PYSNMP.aes256.AesBlumenthal256,
    "aes256c": PYSNMP.aes256.Aes256,
}
SIZES = {"aes192": 24, "aes192c": 24, "aes256": 32, "aes256c": 32}


@pytest.fixture(autouse=True)
def passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSWORD", PASSWORD.decode())


def user(auth: str, priv: str = "none") -> User:
    given: dict[str, object] = {
        "version": "3",
        "user": "u",
        "auth": auth,
        "auth_password": Secret("env:PASSWORD"),
        "priv": priv,
    }
    if priv != "none":
        given["priv_password"] = Secret("env:PASSWORD")
    return User(SnmpCredential.model_validate(given))


@pytest.mark.parametrize(
    ("digest", "key", "local"),
    [
        pytest.param(
            "md5", "9faf3283884e92834ebc9847d8edd963", "526f5eed9fcce26f8964c2930787d82b", id="RFC 3414 A.3.1: MD5"
        ),
        pytest.param(
            "sha1",
            "9fb5cc0381497b3793528939ff788d5d79145211",
            "6695febc9288e36282235fc7151f128497b38f3f",
            id="RFC 3414 A.3.2: SHA-1",
        ),
    ],
)
def test_keys_are_those_of_the_document(digest: str, key: str, local: str) -> None:
    assert password_key(digest, PASSWORD).hex() == key
    assert localized(digest, bytes.fromhex(key), ENGINE).hex() == local


@pytest.mark.parametrize(
    ("auth", "key"),
    [
        pytest.param("md5", "526f5eed9fcce26f8964c2930787d82b79eff44a90650ee0a3a40abfac5acc12", id="MD5"),
        pytest.param("sha", "6695febc9288e36282235fc7151f128497b38f3f9b8b6d78936ba6e7d19dfd9c", id="SHA-1"),
    ],
)
def test_the_reeder_form_is_that_of_its_draft(auth: str, key: str) -> None:
    assert user(auth, "aes256c").keys(ENGINE).encrypt.hex() == key


@pytest.mark.parametrize("auth", SERVICES)
def test_signing_keys_are_pysnmp_s(auth: str) -> None:
    theirs = AUTH[auth]() if auth in AUTH else PYSNMP.hmacsha2.HmacSha2(SERVICES[auth])
    key = theirs.localize_key(theirs.hash_passphrase(PASSWORD), OctetString(ENGINE))
    assert user(auth).keys(ENGINE).sign == bytes(key)


@pytest.mark.parametrize("priv", PRIV)
@pytest.mark.parametrize("auth", SERVICES)
def test_long_keys_are_pysnmp_s(auth: str, priv: str) -> None:
    theirs = PRIV[priv]()
    key = theirs.localize_key(SERVICES[auth], theirs.hash_passphrase(SERVICES[auth], PASSWORD), OctetString(ENGINE))
    assert user(auth, priv).keys(ENGINE).encrypt == bytes(key)[: SIZES[priv]]


@pytest.mark.parametrize("priv", ["des", "aes", *PRIV])
def test_what_is_encrypted_comes_back_and_no_two_look_alike(priv: str) -> None:
    one = user("sha256", priv)
    keys = one.keys(ENGINE)

    @given(st.binary(min_size=1, max_size=200), st.integers(0, 2**31 - 1), st.integers(0, 2**31 - 1))
    def there_and_back(plain: bytes, boots: int, time: int) -> None:
        hidden, salt = one.encrypt(keys, boots, time, plain)
        again, other = one.encrypt(keys, boots, time, plain)
        assert salt != other
        assert len(plain) < 8 or hidden != again
        assert one.decrypt(keys, boots, time, salt, hidden)[: len(plain)] == plain

    there_and_back()


@pytest.mark.parametrize("priv", ["des", "aes"])
def test_content_that_cannot_be_decrypted_is_refused(priv: str) -> None:
    one = user("sha", priv)
    with pytest.raises(DecodeError):
        one.decrypt(one.keys(ENGINE), 1, 1, b"short", bytes(16))


def test_keys_are_never_printed() -> None:
    assert "secret" not in repr(Keys(b"secret", b"secret"))
