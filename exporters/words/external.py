"""Alerts that somebody else found and handed to us: what is wrong in their words, and whose words these are."""

from __future__ import annotations

from duty.alerts import Alert
from exporters.words.catalogue import Say
from exporters.words.sentences import say_finding
from exporters.words.shown import shown


def say_alert(alert: Alert, say: Say, *, source: bool = True) -> str:
    """Say what is wrong: what a check of ours found, or what others said, and who they are unless that stands by."""
    if not alert.source:
        return say_finding(alert.finding, say)
    name = say_given_name(alert)
    said = say("external.said", name=name, said=alert.said) if alert.said else name
    return say("external.from", said=said, source=say_source(alert.source, say)) if source else said


def say_given_name(alert: Alert) -> str:
    """Return the name that they gave it, without the prefix that keeps it apart from checks of ours."""
    return shown(alert.key[1].removeprefix(f"{alert.source}:"))


def say_source(source: str, say: Say) -> str:
    """Say who found it; who is not known is said by name."""
    code = f"external.source.{source}"
    return say(code) if code in say else shown(source)
