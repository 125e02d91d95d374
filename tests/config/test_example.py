"""The example that an operator starts from."""

import re
from pathlib import Path

from config.build import build_rules, build_targets
from config.doubts import warnings
from config.load import check, parse, warned
from config.schema import Settings

EXAMPLE = Path(__file__).parents[2] / "config" / "example.yaml"


def uncommented(text: str) -> str:
    """Return the example with every commented-out setting in force."""
    text = re.sub(r"^(\w+): (\{\}|\[\])$", r"\1:", text, flags=re.MULTILINE)
    return re.sub(
        r"^#( {2,}\S|$)", r"\1", re.sub(r"^  # (database)", r"  \1", text, flags=re.MULTILINE), flags=re.MULTILINE
    )


def test_it_is_valid_and_needs_no_secret() -> None:
    settings = check(EXAMPLE)
    targets = build_targets(settings)
    assert [target.looks for target in targets.values()] == [("host",), ("icmp",)]
    assert targets["monitor"].key
    assert settings.sites[targets["monitor"].site].zone == "Asia/Shanghai"
    assert all(build_rules(settings, name) for name in targets)


def test_what_it_has_commented_out_is_valid_too() -> None:
    settings = parse(uncommented(EXAMPLE.read_text("utf-8")), "example.yaml")
    assert [target.kind for target in settings.targets] == [
        "host",
        "icmp",
        "snmp",
        "snmp",
        "tcp",
        "tcp",
        "exposition",
        "http",
    ]
    assert settings.credentials.keys() == {"switches", "old-switches"}
    assert settings.agent.database_password
    assert settings.checks.by_profile.keys() == {"server"}
    assert settings.channels.keys() == {"group", "mail", "sms", "siren"}
    assert [person.name for person in settings.people] == ["甲工", "丁工", "乙经理"]
    assert [len(plan.steps) for plan in settings.plans.values()] == [3]
    assert settings.incidents.departments.network
    assert list(warnings(settings)) == []


def test_as_it_stands_it_tells_nobody_and_says_so() -> None:
    assert [str(doubt).split(": ", 2)[2] for doubt in warned(EXAMPLE)] == [
        "nobody is told of a failure, expected channels and fallback, then people and rotations"
    ]


def test_it_says_the_defaults_and_no_other_numbers() -> None:
    settings, default = check(EXAMPLE), Settings()
    for section in (
        "watch",
        "polling",
        "retention",
        "policy",
        "metrics",
        "console",
        "cadences",
        "checks",
        "escalation",
        "incidents",
        "plan_commands",
    ):
        assert getattr(settings, section) == getattr(default, section), section
