"""What is proposed, written as the operator would write it into the settings: entries with a comment on each guess."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from config.amend import amended
from config.load import parse
from config.propose import scalar
from config.schema import SnmpCredential
from config.secret import Typed
from config.targets import ROLES, SnmpTarget
from duty.discovery import Proposal, Proposed, Root
from duty.errors import Problem, SettingsError
from exporters.words import Say, shown

STANDARD_PORT: Final = SnmpTarget.model_fields["port"].default
WIDEST: Final = 110
"""Characters of a comment: a device must not make the file hard to read."""


def target_lines(proposal: Proposal, port: int, say: Say) -> list[str]:
    """Return the entries of the targets that are new; before them, of roots that are none, why they are roots."""
    roots = {root.name: root for root in proposal.roots}
    known = [roots[device.name] for device in proposal.devices if device.known and device.name in roots]
    new = (device for device in proposal.devices if not device.known)
    lines = [_comment([say("cli.pair", name=root.name, text=_why(root, say))]) for root in known]
    return lines + [line for device in new for line in _target(device, roots.get(device.name), port, say)]


def credential_lines(credentials: Mapping[str, SnmpCredential], say: Say) -> list[str]:
    """Return the entries of credentials; of a secret its reference, and where it was typed one to put it at."""
    return [line for name, credential in credentials.items() for line in _credential(name, credential, say)]


def whole(targets: list[str], credentials: list[str], say: Say) -> str:
    """Return settings for those who have none yet."""
    site = [f"# {say('discover.yaml_begun')}", "sites:", f"  main: {{zone: UTC}}  # {say('discover.yaml_zone')}", ""]
    return _checked("\n".join(site) + "\n" + fragment(targets, credentials), "")


def fragment(targets: list[str], credentials: list[str]) -> str:
    """Return the entries under the keys that they belong to."""
    return amended(amended("", "", "credentials", credentials), "", "targets", targets).lstrip("\n")


def amended_settings(text: str, file: str, targets: list[str], credentials: list[str]) -> str:
    """Return the settings with the entries in them. Raises SettingsError where they cannot be added."""
    return _checked(amended(amended(text, file, "credentials", credentials), file, "targets", targets), file)


def _checked(text: str, file: str) -> str:
    """Return settings if they are right: what is proposed must be accepted as it stands."""
    try:
        parse(text, file)
    except SettingsError as error:
        first = error.problems[0]
        what = f"what was found does not fit in: {first.path}: {first.what}"
        raise SettingsError([Problem(file, 0, "", what, first.expected)]) from None
    return text


def _target(device: Proposed, root: Root | None, port: int, say: Say) -> Iterator[str]:
    face = device.faces[0]
    what = dict.fromkeys(filter(None, (face.vendor, face.family, face.model)))
    yield _comment([*what] or [face.description or say("discover.yaml_unknown")])
    if len(device.faces) > 1:
        yield _comment([say("discover.yaml_faces", text=", ".join(other.address for other in device.faces[1:]))])
    if root is not None:
        yield _comment([_why(root, say)])
    yield "- kind: snmp"
    yield f"  name: {scalar(device.name)}"
    yield f"  address: {scalar(face.address)}"
    if face.role not in ("", ROLES["snmp"]):
        yield f"  role: {face.role}"
    if port != STANDARD_PORT:
        yield f"  port: {port}"
    yield f"  credential: {scalar(face.credential)}"
    if device.depends_on:
        ports = (f"{name} {device.through[name]}" for name in device.depends_on if name in device.through)
        seen = _comment([*ports])
        yield f"  depends_on: [{', '.join(map(scalar, device.depends_on))}]{'  ' + seen if len(seen) > 2 else ''}"


def _why(root: Root, say: Say) -> str:
    return say(f"discover.yaml_root_{root.why}", devices=root.devices, beside=root.beside)


def _credential(name: str, credential: SnmpCredential, say: Say) -> Iterator[str]:
    yield f"{scalar(name)}:"
    for field in SnmpCredential.model_fields:
        value = getattr(credential, field)
        if isinstance(value, Typed):
            yield f"  {field}: env:NIGHTDUTY_{field.upper()}  # {say('discover.yaml_typed')}"
        elif field in credential.model_fields_set | {"version"} and value not in (None, "", "none"):
            yield f"  {field}: {scalar(str(getattr(value, 'reference', value)))}"


def _comment(parts: Iterable[str]) -> str:
    return "# " + shown(", ".join(parts), WIDEST)
