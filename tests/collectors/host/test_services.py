"""Services as systemd knows them. A script stands in for systemctl, with answers as a real one gave them."""

from datetime import timedelta
from pathlib import Path

import pytest

from collectors.host import services
from duty.readings import Notes

LONG = timedelta(seconds=30)
RUNNING = "LoadState=loaded\nActiveState=active\nSubState=running\n"
FAILED = "LoadState=loaded\nActiveState=failed\nSubState=failed\n"
LOOPING = "LoadState=loaded\nActiveState=activating\nSubState=auto-restart\n"
MISSING = "LoadState=not-found\nActiveState=inactive\nSubState=dead\n"
MASKED = "LoadState=masked\nActiveState=inactive\nSubState=dead\n"


def systemctl(folder: Path, script: str) -> Path:
    path = folder / "systemctl"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def seen(notes: Notes) -> list[tuple[str, float, str]]:
    words = {f.instance: f.text for f in notes.facts}
    return [(r.instance, r.value, words[r.instance]) for r in notes.readings]


@pytest.mark.parametrize(
    ("answer", "running", "state"),
    [
        pytest.param(RUNNING, 1, "active (running)", id="running"),
        pytest.param(FAILED, 0, "failed (failed)", id="failed"),
        pytest.param(LOOPING, 0, "activating (auto-restart)", id="one that crashes and starts again does not run"),
        pytest.param(MISSING, 0, "not-found", id="one that does not exist does not run"),
        pytest.param(MASKED, 0, "masked", id="masked"),
    ],
)
def test_a_service_is_running_or_not_and_says_how(answer: str, running: int, state: str) -> None:
    notes = Notes()
    services.note(notes, ["nginx.service"], answer)
    assert seen(notes) == [("nginx.service", running, state)]


async def test_all_services_are_asked_for_at_once_and_kept_apart(tmp_path: Path) -> None:
    script = systemctl(tmp_path, f'echo "$@" >> {tmp_path}/asked; printf "{RUNNING}\n{MISSING}\n{FAILED}"')
    notes = Notes()
    await services.read(notes, ["a", "b", "c"], within=LONG, systemctl=script)
    assert [(name, value) for name, value, _ in seen(notes)] == [("a", 1), ("b", 0), ("c", 0)]
    assert (tmp_path / "asked").read_text().splitlines() == [
        "show --no-pager --property=LoadState,ActiveState,SubState -- a b c"
    ]


async def test_a_machine_without_systemctl_does_not_offer_services(tmp_path: Path) -> None:
    notes = Notes()
    await services.read(notes, ["a", "b"], within=LONG, systemctl=tmp_path / "none")
    assert [(g.instance, g.code) for g in notes.gaps] == [("a", "not_offered"), ("b", "not_offered")]


@pytest.mark.parametrize(
    ("booted", "code"),
    [
        pytest.param(False, "not_offered", id="no systemd runs here"),
        pytest.param(True, "refused", id="systemd runs and will not talk to us"),
    ],
)
async def test_an_error_of_systemctl_is_a_gap_with_its_words(tmp_path: Path, booted: bool, code: str) -> None:
    script = systemctl(tmp_path, 'printf "Failed to connect to bus:\\033 no" >&2; exit 1')
    notes = Notes()
    mark = tmp_path if booted else tmp_path / "none"
    await services.read(notes, ["a"], within=LONG, systemctl=script, booted=mark)
    assert [(g.code, g.seen) for g in notes.gaps] == [(code, "Failed to connect to bus:\\x1b no")]


async def test_a_systemd_that_does_not_answer_is_left(tmp_path: Path) -> None:
    notes = Notes()
    script = systemctl(tmp_path, "exec sleep 60")
    await services.read(notes, ["a"], within=timedelta(milliseconds=50), systemctl=script)
    assert [g.code for g in notes.gaps] == ["timeout"]


@pytest.mark.parametrize(
    "answer",
    [pytest.param("", id="nothing"), pytest.param(f"{RUNNING}\n{RUNNING}", id="two"), pytest.param("?", id="junk")],
)
def test_an_answer_that_does_not_fit_the_question_is_no_reading(answer: str) -> None:
    notes = Notes()
    services.note(notes, ["web*"], answer)
    assert (len(notes.readings), [g.code for g in notes.gaps]) == (0, ["malformed"])
