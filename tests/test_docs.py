"""The documents say what the program does: commands, statuses, links, functions and examples are there."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Final

import pytest

from agent.cli import accounts, incidents, plans
from agent.cli.main import RUNNING, SETTINGS, UNAVAILABLE, USAGE, app
from config import document, document_rules
from config.build_incidents import build_incident_terms
from config.load import parse
from duty.blanks import FIELDS
from duty.incident_rules import SHIPPED
from duty.plans import Evidence, StepKind

ROOT: Final = Path(__file__).parent.parent
README: Final = (ROOT / "README.md").read_text("utf-8")
COMMANDS: Final = {c.callback.__name__.replace("_", "-"): c.callback for c in app.registered_commands if c.callback}
GROUPS: Final = {
    (str(group.info.name), str(c.name or c.callback.__name__)): c.callback
    for group in (accounts.app, incidents.app, plans.app)
    for c in group.registered_commands
    if c.callback
}
OPERATING: Final = (ROOT / "docs" / "operating.md").read_text("utf-8")
INCIDENTS: Final = OPERATING.partition("\n## Incidents and emergency plans\n")[2].partition("\n## ")[0]
SITE: Final = "sites: {hz1: {zone: Asia/Shanghai}}\n"
"""What settings have that an example leaves out."""
PAGES: Final = [
    page
    for top in sorted(ROOT.iterdir())
    if not top.name.startswith(".")
    for page in ([top] if top.suffix == ".md" else sorted(top.rglob("*.md")) if top.is_dir() else [])
]
DECISIONS: Final = sorted((ROOT / "docs" / "adr").glob("*.md"))
STOPS: Final = re.findall(r"\[`([\w.]+)`\]\((\.\./[\w/]+\.py)\)", (ROOT / "docs" / "tour.md").read_text("utf-8"))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented_and_has_help(command: str) -> None:
    documents = README + OPERATING
    assert re.search(rf"nightduty {command}\b", documents)
    assert COMMANDS[command].__doc__


@pytest.mark.parametrize(("group", "command"), GROUPS)
def test_every_command_of_a_group_is_documented_and_has_help(group: str, command: str) -> None:
    assert re.search(rf"^\| `nightduty {group}` \|.*`{command}`", README, re.MULTILINE)
    assert GROUPS[group, command].__doc__


@pytest.mark.parametrize("command", [command for group, command in GROUPS if group == "incident"])
def test_every_command_on_incidents_has_an_example(command: str) -> None:
    assert re.search(rf"^    nightduty incident {command}\b", INCIDENTS, re.MULTILINE)


def test_the_table_of_incident_rules_is_that_of_the_code() -> None:
    assert document_rules.table() in INCIDENTS, "python -m config.document_rules writes it"


def test_the_shipped_incident_rules_can_be_copied_from_the_page() -> None:
    written, *_ = re.findall(r"^```yaml\n(.*?)^```", INCIDENTS, re.DOTALL | re.MULTILINE)
    assert written == document_rules.as_settings()
    assert build_incident_terms(parse(SITE + written, "operating.md")).rules == SHIPPED


def test_the_plan_in_the_page_is_valid_and_names_every_kind_of_step() -> None:
    _, written = re.findall(r"^```yaml\n(.*?)^```", INCIDENTS, re.DOTALL | re.MULTILINE)
    fallback = "fallback: [{channel: group, address: desk}]\n"
    terms = build_incident_terms(parse(SITE + fallback + written, "operating.md"))
    plan = terms.plan("core")
    assert plan is not None
    assert {step.kind for step in plan.steps} == set(StepKind)
    assert {step.evidence for step in plan.steps} == set(Evidence)
    assert {step.command[0] for step in plan.steps if step.command} == terms.commands
    assert set(FIELDS) == set(re.findall(r"[a-z_]+", re.findall(r"`(incident target [^`]+)`", INCIDENTS)[0]))


def test_the_readme_has_every_exit_status() -> None:
    section = README.partition("## Exit statuses")[2].partition("\n## ")[0]
    told = {int(number) for number in re.findall(r"^\| (\d+) \|", section, re.MULTILINE)}
    assert told >= {0, 1, 2, USAGE, UNAVAILABLE, RUNNING, SETTINGS}


def test_the_example_in_the_readme_is_valid() -> None:
    examples = re.findall(r"^```ya?ml\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    settings = parse("\n".join(examples), "README.md")
    assert settings.rotations
    assert settings.fallback
    assert {target.kind for target in settings.targets} >= {"host", "snmp"}
    assert settings.credentials["switches"].version == "3"


@pytest.mark.parametrize("page", [pytest.param(page, id=str(page.relative_to(ROOT))) for page in PAGES])
def test_every_link_leads_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    for link in re.findall(r"\]\(([^()\s]+)\)", text):
        if re.match(r"https?://|mailto:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert target.is_relative_to(ROOT), link
        assert not anchor or anchor in _anchors(target.read_text("utf-8")), link


def _anchors(page: str) -> set[str]:
    titles = re.findall(r"^#+ +(.+?) *$", page, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_the_tour_has_ten_stops() -> None:
    assert len(re.findall(r"^## \d+\. .*\[`", (ROOT / "docs" / "tour.md").read_text("utf-8"), re.MULTILINE)) >= 10


@pytest.mark.parametrize(("name", "file"), [pytest.param(name, file, id=name) for name, file in STOPS])
def test_what_the_tour_shows_is_there(name: str, file: str) -> None:
    assert name in _names(ast.parse((ROOT / "docs" / file).read_text("utf-8")))


def _names(tree: ast.Module) -> set[str]:
    """Return the functions, methods (with their class) and constants of a file."""
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.ClassDef):
            inner = (n for n in node.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))
            names |= {node.name, *(f"{node.name}.{method.name}" for method in inner)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
    return names


def test_the_changelog_tells_what_is_not_released_yet() -> None:
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    unreleased = changes.partition("\n## [Unreleased]\n")[2].partition("\n## [")[0]
    assert re.search(r"^### (Added|Changed|Deprecated|Removed|Fixed|Security)\n- ", unreleased, re.MULTILINE)


def test_the_page_of_settings_is_fresh() -> None:
    assert document.PAGE.read_text("utf-8") == document.page()


@pytest.mark.parametrize("file", [pytest.param(file, id=file.stem) for file in DECISIONS])
def test_every_decision_has_its_number_a_status_and_what_was_decided(file: Path) -> None:
    text = file.read_text("utf-8")
    assert text.startswith(f"# {file.name[:4]} ")
    assert re.search(r"^Status: (proposed|accepted|rejected|superseded by \d{4})\b", text, re.MULTILINE)
    assert re.search(r"^## Decision$", text, re.MULTILINE)


def test_no_two_decisions_share_a_number() -> None:
    numbers = [file.name[:4] for file in DECISIONS]
    assert len(set(numbers)) == len(numbers)
