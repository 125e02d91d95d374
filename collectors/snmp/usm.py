"""The user-based security of version 3: keys made of passwords, messages signed, content encrypted. Pure but for salts.

RFC 3414 (MD5, SHA-1, DES), RFC 3826 (AES-128), RFC 7860 (SHA-2). AES with 192 and 256 bits never became an RFC and has
two forms that differ only in how a key is lengthened: Blumenthal's, which net-snmp calls AES-192 and AES-256, and
Reeder's, which Cisco and many others use (AES-192-C, AES-256-C). Where the hash is long enough, both are the same.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import os
import struct
from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from collectors.snmp.ber import DecodeError
from config.schema import SnmpCredential

_DIGESTS: Final = {
    "none": ("", 0),
    "md5": ("md5", 12),
    "sha": ("sha1", 12),
    "sha224": ("sha224", 16),
    "sha256": ("sha256", 24),
    "sha384": ("sha384", 32),
    "sha512": ("sha512", 48),
}
"""The hash of each signature, and how many bytes of it a message carries."""
_KEYS: Final = {"none": 0, "des": 16, "aes": 16, "aes192": 24, "aes256": 32, "aes192c": 24, "aes256c": 32}
"""Bytes of key that each encryption takes."""
_MEGABYTE: Final = 1 << 20
_IV: Final = struct.Struct(">II")

AUTHENTIC, PRIVATE = 1, 2
"""The bits of a message's security level."""


def password_key(digest: str, password: bytes) -> bytes:
    """Return the key of a password: the hash of a megabyte of it (RFC 3414 A.2)."""
    whole, rest = divmod(_MEGABYTE, len(password))
    return hashlib.new(digest, password * whole + password[:rest], usedforsecurity=False).digest()


def localized(digest: str, key: bytes, engine_id: bytes) -> bytes:
    """Return the key that is good for one device only."""
    return hashlib.new(digest, key + engine_id + key, usedforsecurity=False).digest()


def _lengthened(digest: str, key: bytes, engine_id: bytes, size: int, *, reeder: bool) -> bytes:
    last = key
    while len(key) < size:
        if reeder:
            last = localized(digest, password_key(digest, last), engine_id)
            key += last
        else:
            key += hashlib.new(digest, key, usedforsecurity=False).digest()
    return key[:size]


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one user at one device. ``aes`` holds the second one where it is of use, for that costs time."""

    sign: bytes = field(repr=False)
    encrypt: bytes = field(repr=False)
    aes: AES | None = field(default=None, repr=False)


class User:
    """A user, his algorithms and the keys of his passwords. Raises SettingsError when a password cannot be read."""

    def __init__(self, credential: SnmpCredential) -> None:
        self.name = credential.user.encode()
        self.context = credential.context.encode()
        self.level = 0
        self.digest, self.signature = _DIGESTS[credential.auth]
        self._cipher = credential.priv
        self._sign = self._encrypt = b""
        if self.digest and credential.auth_password is not None:
            self.level = AUTHENTIC
            self._sign = password_key(self.digest, credential.auth_password.reveal().encode())
            if credential.priv != "none" and credential.priv_password is not None:
                self.level |= PRIVATE
                self._encrypt = password_key(self.digest, credential.priv_password.reveal().encode())
        # No two messages may have the same salt under one key, whichever device they go to.
        self._salts = itertools.count(int.from_bytes(os.urandom(7), "big"))

    def keys(self, engine_id: bytes) -> Keys:
        """Return the keys for a device. The Reeder form hashes a megabyte anew for each."""
        if not self.level:
            return Keys(b"", b"")
        encrypt = b""
        if self.level & PRIVATE:
            key = localized(self.digest, self._encrypt, engine_id)
            reeder = self._cipher.endswith("c")
            encrypt = _lengthened(self.digest, key, engine_id, _KEYS[self._cipher], reeder=reeder)
        aes = AES(encrypt) if self._cipher.startswith("aes") and encrypt else None
        return Keys(localized(self.digest, self._sign, engine_id), encrypt, aes)

    def sign(self, keys: Keys, message: bytes) -> bytes:
        """Return the signature of a message in which it stands as zeros."""
        return hmac.digest(keys.sign, message, self.digest)[: self.signature]

    def encrypt(self, keys: Keys, boots: int, time: int, plain: bytes) -> tuple[bytes, bytes]:
        """Return the content encrypted, and the salt to send with it."""
        salt = next(self._salts) & 0xFFFFFFFFFFFFFFFF
        if keys.aes is None:
            salted = _IV.pack(boots, salt & 0xFFFFFFFF)
            padded = plain + bytes(-len(plain) % 8)
            return _run(_des(keys.encrypt, salted).encryptor(), padded), salted
        salted = salt.to_bytes(8, "big")
        return Cipher(keys.aes, CFB(_IV.pack(boots, time) + salted)).encryptor().update(plain), salted

    def decrypt(self, keys: Keys, boots: int, time: int, salt: bytes, content: bytes) -> bytes:
        """Return the content in plain. With DES up to seven bytes follow it. Raises DecodeError."""
        if len(salt) != 8 or (keys.aes is None and len(content) % 8):
            raise DecodeError("salt or padding")
        if keys.aes is None:
            return _run(_des(keys.encrypt, salt).decryptor(), content)
        return Cipher(keys.aes, CFB(_IV.pack(boots, time) + salt)).decryptor().update(content)


def _des(key: bytes, salt: bytes) -> Cipher[CBC]:
    vector = bytes(a ^ b for a, b in zip(key[8:16], salt, strict=True))
    # DES is triple DES with one key three times; the library has no other way to it.
    return Cipher(TripleDES(key[:8] * 3), CBC(vector))


def _run(context: CipherContext, content: bytes) -> bytes:
    return context.update(content) + context.finalize()
