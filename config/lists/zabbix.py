"""Hosts of a Zabbix export (versions 5 to 7), in YAML, JSON or XML; templates, items and the like are left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from xml.etree import ElementTree

from config.lists.entry import MOST, Asked, Entry, Listed, list_of, quoted, text_of
from duty.errors import Problem, SettingsError

_LISTS: Final = frozenset({"hosts", "groups", "host_groups", "interfaces", "macros", "templates", "tags"})
_DEEPEST: Final = 30
_SNMP, _AGENT = frozenset({"SNMP", "2"}), frozenset({"", "ZABBIX", "AGENT", "1"})
_VERSIONS: Final = {"SNMPV1": "1", "1": "1", "SNMPV3": "3", "3": "3"}
_AUTH: Final = {"": "md5", "0": "md5", "1": "sha", "SHA1": "sha"}
_PRIV: Final = {"": "des", "0": "des", "1": "aes", "AES128": "aes"}
"""How the export calls what our settings call otherwise; the rest is the same in small letters."""
_KNOWN: Final = {
    "auth": ("sha256", "md5", "sha", "sha224", "sha384", "sha512"),
    "priv": ("aes", "des", "aes192", "aes256", "aes192c", "aes256c"),
}


def read_xml(content: bytes, into: Listed) -> None:
    """Read the form in XML. Raises SettingsError."""
    # A document type is where entities are made that grow without end, or that read other files.
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content or content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise _none(into, "XML with a document type, or not in UTF-8", "the export as Zabbix writes it")
    try:
        root = ElementTree.fromstring(content)  # noqa: S314  # without a document type there is nothing to expand
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise _none(into, f"not XML: {error}", "an export of Zabbix") from None
    tree = _tree(root, 0, into)
    if root.tag != "zabbix_export" or not isinstance(tree, dict):
        raise _none(into, "no export of Zabbix", "zabbix_export at its top")
    read_export(tree, into)


def _tree(element: ElementTree.Element, depth: int, into: Listed) -> object:
    """Return an element as the form in YAML has it."""
    if depth > _DEEPEST:
        raise _none(into, "nested too deep", f"{_DEEPEST} levels at most")
    if element.tag in _LISTS:
        return [_tree(child, depth + 1, into) for child in element]
    return {child.tag: _tree(child, depth + 1, into) for child in element} if len(element) else element.text or ""


def read_export(export: Mapping[str, object], into: Listed) -> None:
    """Read what stands below ``zabbix_export``."""
    hosts = list_of(export, "hosts")
    templates = export.get("templates")
    into.drop("templates", len(templates) if isinstance(templates, list) else 0)
    if not hosts:
        into.problem("", "no hosts in this export", "one of Data collection → Hosts → Export")
    for number, host in enumerate(hosts, start=1):
        if len(into.entries) >= MOST:
            into.problem(f"host {number}", f"more than {MOST} devices", "fewer; the rest is left out")
            return
        entry = _entry(host, f"host {text_of(host, 'host') or number}"[:80], into)
        if entry is not None:
            into.entries.append(entry)


def _entry(host: Mapping[str, object], place: str, into: Listed) -> Entry | None:
    if text_of(host, "status") in ("DISABLED", "1"):
        into.drop("hosts that are disabled")
        return None
    interfaces = list_of(host, "interfaces")
    asked = _chosen(interfaces, _SNMP) or _chosen(interfaces, _AGENT)
    if asked is None:
        into.problem(place, "no interface of SNMP or of an agent", "one with an address; the host is left out")
        return None
    into.drop("further interfaces of a host", len(interfaces) - 1)
    snmp = text_of(asked, "type") in _SNMP
    by_name = text_of(asked, "useip") in ("NO", "0")
    inventory = host.get("inventory")
    stock: Mapping[str, object] = inventory if isinstance(inventory, dict) else {}
    return Entry(
        place,
        name=text_of(host, "name") or text_of(host, "host"),
        address=text_of(asked, "dns" if by_name else "ip") or ("" if by_name else "127.0.0.1"),
        port=(text_of(asked, "port") or "161") if snmp else "",
        kind="snmp" if snmp else None,
        asked=_asked(asked, host, place, into) if snmp else None,
        groups=tuple(filter(None, (text_of(group, "name") for group in list_of(host, "groups"))))[:16],
        room=text_of(stock, "location"),
        rack=text_of(stock, "site_rack"),
        asset=text_of(stock, "asset_tag"),
        serial=text_of(stock, "serialno_a"),
        model=text_of(stock, "model") or text_of(stock, "hardware"),
        remark=text_of(host, "description"),
    )


def _chosen(interfaces: list[dict[str, object]], kinds: frozenset[str]) -> dict[str, object] | None:
    """Return the first interface of a kind, the default one before others."""
    fits = [each for each in interfaces if text_of(each, "type") in kinds]
    return min(fits, key=lambda each: text_of(each, "default") in ("NO", "0"), default=None)


def _asked(interface: Mapping[str, object], host: Mapping[str, object], place: str, into: Listed) -> Asked:
    details = interface.get("details")
    given: Mapping[str, object] = details if isinstance(details, dict) else {}
    macros = {text_of(macro, "macro"): text_of(macro, "value") for macro in list_of(host, "macros")}
    version = _VERSIONS.get(text_of(given, "version").upper(), "2c")
    if version != "3":
        community = text_of(given, "community") or "{$SNMP_COMMUNITY}"
        if community.startswith("{$"):
            return Asked(_macro(community), macros.get(community, ""), (("version", version),))
        return Asked("", community, (("version", version),))
    return _secured(given, macros, place, into)


def _secured(given: Mapping[str, object], macros: Mapping[str, str], place: str, into: Listed) -> Asked:
    """Return how a host of version 3 is asked."""
    user = text_of(given, "securityname")
    level = text_of(given, "securitylevel")
    settings: dict[str, str] = {"version": "3", "user": macros.get(user, "") if user.startswith("{$") else user}
    if not settings["user"]:
        into.problem(place, f"the user of version 3 is {quoted(user)}", "its name; put it in where it says fill-in")
        settings["user"] = "fill-in"
    needs = []
    ways = [("auth", _AUTH)] if level in ("AUTHNOPRIV", "1") else []
    for way, known in [("auth", _AUTH), ("priv", _PRIV)] if level in ("AUTHPRIV", "2") else ways:
        protocol = text_of(given, f"{way}protocol")
        settings[way] = known.get(protocol, protocol.lower())
        if settings[way] not in _KNOWN[way]:
            into.problem(place, f"{quoted(protocol)} is no way to protect messages", "SHA256, AES128 or the like")
            settings[way] = _KNOWN[way][0]
        needs.append(f"{way}_password")
    if text_of(given, "contextname"):
        settings["context"] = text_of(given, "contextname")
    passwords = [text_of(given, "authpassphrase"), text_of(given, "privpassphrase")]
    secret = "\0".join(macros.get(each, each) for each in passwords)
    name = next((_macro(each) for each in passwords if each.startswith("{$")), settings["user"])
    return Asked(name, secret, tuple(settings.items()), tuple(needs))


def _macro(text: str) -> str:
    return text.strip("{$}").partition(":")[0]


def _none(into: Listed, what: str, expected: str) -> SettingsError:
    return SettingsError([Problem(into.file, 0, "", what, expected)])
