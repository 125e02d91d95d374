"""What a walk tells, collected: addresses, names, serial numbers, by where they stand and by their form."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from ipaddress import ip_address
from typing import Final, NamedTuple

from collectors.snmp.stand_ins import (
    Address,
    Entry,
    Finder,
    address_of,
    for_addresses,
    for_macs,
    for_words,
    tells,
    written,
)
from collectors.snmp.telling import COMMON

_EMPTY: Final = frozenset((b"", b"-", b"--", b"n/a", b"na", b"none", b"null", b"unknown", b"not specified", b"0"))
_KNOWN_TO_ALL: Final = frozenset({"public", "private"})
_ENGINE: Final = b"\x80\x00\x00\x00\x04stand-in"

_MAIL: Final = re.compile(rb"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
_MAC: Final = re.compile(
    rb"(?<![\w:.-])(?:[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}|"
    rb"[0-9A-Fa-f]{4}([.-])[0-9A-Fa-f]{4}\2[0-9A-Fa-f]{4})(?![\w:])"
)
_FOUR: Final = re.compile(rb"(?<![\w.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?!\.?\w)")
_SIX: Final = re.compile(rb"(?<![\w:.])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:])")
_VERSION: Final = re.compile(rb"(?i)(?:ver(?:sion)?|rev(?:ision)?|release|firmware|software|build|bios|v)\W{0,3}$")
_SERIAL: Final = re.compile(
    rb"(?i)(?<![A-Za-z])(?:s/?n|serial(?:\s{0,3}(?:number|num|no\.?|#))?)\s{0,3}[:=#]\s{0,3}([A-Za-z0-9][A-Za-z0-9-]{4,40})"
)
_OURS: Final = re.compile(rb"(?i)(?<![A-Za-z0-9])(name|serial)-[0-9]{1,7}(?![A-Za-z0-9])")
_UNAME: Final = re.compile(rb"(?:Linux|FreeBSD|NetBSD|OpenBSD|SunOS|Darwin|AIX) ([A-Za-z0-9._-]{1,64}) [0-9]")
_HOST: Final = re.compile(rb"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.[a-z]{2,}")


def is_text(value: bytes) -> bool:
    """Say whether bytes are words; what is as short as an address is none with an end of line in it."""
    try:
        words = value.rstrip(b"\0").decode()
    except UnicodeDecodeError:
        return False
    spaces = "\t\r\n" if len(value) > 17 else ""
    return not any((c < " " and c not in spaces) or "\x7f" <= c < "\xa0" for c in words)


def plain_word(value: bytes, kind: str) -> bytes:
    """Return what a value is as one of its kind: without what surrounds it, and of a host's name the first part."""
    if kind == "engine":
        return value
    word = value.strip(b"\0 \t\r\n").lower()
    return word.partition(b".")[0] if kind == "name" and _HOST.fullmatch(word) else word


class Given(NamedTuple):
    """The stand-ins: of values of a kind as a whole, and what finds the rest."""

    whole: Mapping[str, Mapping[bytes, bytes]]
    addresses: Mapping[Address, Address]
    in_values: Finder
    in_index: Finder


class Clues:
    """What has been found so far."""

    def __init__(self, secrets: Collection[str], asked_as: str = "") -> None:
        """Begin with the secrets by which the device was asked, and its address or name."""
        self._secrets = sorted({s.encode() for s in secrets if len(s) >= 4 and s not in _KNOWN_TO_ALL})
        self._words: dict[str, set[bytes]] = defaultdict(set)
        self._forms: dict[bytes, Address] = {}
        self._hosts: set[bytes] = set()
        self._addresses: set[Address] = set()
        self._macs: set[bytes] = set()
        if asked_as:
            written = asked_as.encode()
            self.value(written, "name" if _HOST.fullmatch(written.lower()) else "")

    def index_address(self, index: Sequence[int], before: int, typed: bool) -> None:
        """Note the address that stands in an index, behind so many arcs and perhaps its type and length."""
        at, size = before, 4
        if typed:
            if len(index) < before + 2:
                return
            at, size = before + 2, {4: 4, 8: 4, 16: 16, 20: 16}.get(index[before + 1], 0)
        arcs = index[at : at + size]
        if len(arcs) == size and all(0 <= arc < 256 for arc in arcs):
            self._note(address_of(bytes(arcs)))

    def arcs(self, index: Sequence[int]) -> None:
        """Note what can be nothing but an address in the index of a table that nobody knows."""
        at = 0
        while at + 4 <= len(index):
            four = tuple(index[at : at + 4])
            if max(four) < 256 and (
                four[:2] in ((192, 168), (198, 18), (198, 19))
                or four[:3] in ((192, 0, 2), (198, 51, 100), (203, 0, 113))
                or (tuple(index[max(at - 2, 0) : at]) == (1, 4) and max(four) >= 32 and four[0])
            ):
                self._note(address_of(bytes(four)))
                at += 4
            elif tuple(index[at : at + 2]) == (2, 16) and len(index) >= at + 18 and max(index[at + 2 : at + 18]) < 256:
                self._note(address_of(bytes(index[at + 2 : at + 18])))
                at += 18
            else:
                at += 1

    def written_address(self, text: str) -> None:
        """Note an address that is written."""
        self._note(address_of(ip_address(text).packed) if text.count(".") == 3 else None)

    def value(self, value: bytes, kind: str) -> None:
        """Note what a value tells, by what stands in its object and by its form."""
        text = is_text(value)
        if kind == "mac" or (not text and len(value) == 6):
            self._mac(value[-6:])
        elif kind == "engine":
            self._words[kind].add(value)
        elif kind == "address" or (not text and kind and len(value) in (5, 17)):
            self._note(address_of(value[-16 if len(value) > 5 else -4 :]))
        elif kind not in ("", "version") and (word := plain_word(value, kind)) not in _EMPTY:
            self._words[kind].add(word)
            full = value.strip(b"\0 \t\r\n").lower()
            if kind == "name" and full != word:
                self._hosts.add(full)
        if text:
            self._text(value)
            if kind != "version":
                self._addresses_in(value)

    def _text(self, value: bytes) -> None:
        self._words["person"].update(found.lower() for found in _MAIL.findall(value))
        for name in _SERIAL.findall(value):
            if re.search(rb"[0-9]", name):
                self._words["serial"].add(name.lower())
        if host := _UNAME.match(value):
            self.value(host[1], "name")
        for ours in _OURS.finditer(value):
            self._words[ours[1].lower().decode()].add(ours[0].lower())
        for found in _MAC.finditer(value):
            mac = bytes.fromhex(re.sub(rb"[^0-9A-Fa-f]", b"", found[0]).decode())
            self._mac(mac)

    def _addresses_in(self, value: bytes) -> None:
        for found in _FOUR.finditer(value):
            if not _VERSION.search(value, max(0, found.start() - 20), found.start()):
                self._form(found[0])
        if b":" in value:
            for found in _SIX.finditer(value):
                self._form(found[0])

    def _form(self, form: bytes) -> None:
        try:
            address = ip_address(form.decode())
        except ValueError:
            return
        if tells(address):
            self._forms[form.lower()] = address
            self._note(address)

    def _note(self, address: Address | None) -> None:
        if address is not None:
            self._addresses.add(address)

    def _mac(self, mac: bytes) -> None:
        if len(mac) == 6 and any(mac[:3]) and any(mac[3:]) and not mac[0] & 1:
            self._macs.add(mac)

    def stand_ins(self) -> Given:
        """Return what stands for all that was found."""
        whole = {kind: for_words(words, kind) for kind, words in self._words.items()}
        for kind in ("contact", "location"):
            whole[kind] = dict.fromkeys(whole.get(kind, ()), kind.encode())
        whole["engine"] = dict.fromkeys(whole.get("engine", ()), _ENGINE)
        addresses, macs = for_addresses(self._addresses), for_macs(self._macs)
        entries: dict[bytes, Entry] = {}

        def look_for(original: bytes, entry: Entry) -> None:
            for form in _encoded(original):
                entries.setdefault(form, entry)

        for number, secret in enumerate(self._secrets, start=1):
            look_for(secret, Entry("secret", b"secret-%d" % number, word=False, exact=True))
        for kind in ("engine", "serial", "person", "name", "contact", "location"):
            for word, stand_in in whole.get(kind, {}).items():
                if _recurs(word, kind):
                    look_for(word, Entry(kind, stand_in, word=kind != "engine", exact=kind == "engine"))
        for host in self._hosts:
            short, _, domain = host.partition(b".")
            look_for(host, Entry("name", whole["name"][short]))
            if b"." in domain:
                look_for(domain, Entry("domain", b"example.com"))
        for mac, other in macs.items():
            for form, changed in zip(written(mac), written(other), strict=True):
                look_for(form, Entry("mac", changed))
        for address, stand in addresses.items():
            look_for(str(address).encode(), Entry("address", str(stand).encode()))
        for form, known in self._forms.items():
            look_for(form, Entry("address", str(addresses[known]).encode()))
        for entry in [*entries.values()]:
            look_for(entry.stand_in, Entry("", entry.stand_in))
        binary = {mac: Entry("mac", other, word=False, exact=True, binary=True) for mac, other in macs.items()}
        packed = {
            a.packed: Entry("address", b.packed, word=False, exact=True, binary=True) for a, b in addresses.items()
        }
        return Given(whole, addresses, Finder({**binary, **entries}), Finder({**packed, **binary, **entries}))


def _encoded(word: bytes) -> set[bytes]:
    """Return a word as devices encode it: one of them may say in GBK what another says in UTF-8."""
    forms = {word}
    for one, other in (("utf-8", "gbk"), ("gbk", "utf-8")) if not word.isascii() else ():
        with suppress(UnicodeError):
            forms.add(word.decode(one).encode(other))
    return forms


def _recurs(word: bytes, kind: str) -> bool:
    """Say whether a word tells so much that it is looked for everywhere."""
    if kind == "serial":
        return len(word) >= 5 and bool(re.search(rb"[0-9]", word))
    if kind in ("contact", "location"):
        return len(word) >= 6
    telling = len(word) >= 3 and (not word.isascii() or bool(re.search(rb"[a-z]", word)))
    return kind != "name" or (telling and word.decode("utf-8", "replace") not in COMMON)
