"""How much of real devices is seen: recordings of them, read by the product, compared with what a mature system reads.

``SNMP_RECORDINGS=FOLDER python -m tests.bench.recordings`` unpacks the recordings of the folder, serves them on
loopback, reads them by ``nightduty look --targets``, scores that with the folder's scorer, prints its table and writes
the figures to ``docs/scores.json``, from which ``docs/devices.md`` is made. The recordings are test data under their
own licences and no part of the project.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from tests.loopback import free_port
from tests.recordings import RECORDINGS, served, unpack

ROOT: Final = Path(__file__).parents[2]
SCORES: Final = ROOT / "docs" / "scores.json"
KINDS: Final = ("processors", "memory", "storage", "sensors", "ports")
MATCH: Final = "name"
"""What beside the value must agree: the object's identifier, or what it is called."""
_PATIENCE: Final = 600


def main() -> None:
    """Measure, print and write."""
    if not RECORDINGS:
        sys.exit("SNMP_RECORDINGS names no folder with recordings.tar.xz, snmprec_responder.py and score.py")
    with tempfile.TemporaryDirectory() as named:
        place = Path(named)
        recordings = unpack(place)
        ours = read(recordings, place)
        figures = {
            reach: score(recordings, ours, place, *flags)
            for reach, flags in (("important", ("--tier", "1")), ("all", ()))
        }
    SCORES.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n", "utf-8")


def read(recordings: Path, place: Path) -> Path:
    """Serve the recordings that have answers and read them; return the file with a line for each."""
    port = free_port()
    names = [json.loads(line)["recording"] for line in (recordings / "answers.jsonl").read_text("utf-8").splitlines()]
    fleet, ours = place / "fleet.txt", place / "ours.jsonl"
    fleet.write_text("".join(f"{name} 127.0.0.1:{port} {name}\n" for name in names), "utf-8")
    with served(recordings / "snmprec", port), ours.open("w", encoding="utf-8") as lines:
        command = [sys.executable, "-m", "agent", "look", "--targets", str(fleet), "--jsonl"]
        subprocess.run(command, stdout=lines, cwd=ROOT, timeout=_PATIENCE, check=True)
    return ours


def score(recordings: Path, ours: Path, place: Path, *flags: str) -> dict[str, Any]:
    """Print the scorer's table; return answers and findings by maker and kind, and for all."""
    answers, found = str(recordings / "answers.jsonl"), place / "figures.json"
    command = [
        sys.executable,
        str(Path(RECORDINGS) / "score.py"),
        "--answers",
        answers,
        str(ours),
        "--json",
        str(found),
    ]
    command += ["--recordings", str(recordings / "snmprec"), "--match", MATCH, *flags]
    subprocess.run(command, timeout=_PATIENCE, check=True)
    told = json.loads(found.read_text("utf-8"))
    return {
        "total": {kind: _figures(told["total"][kind]) for kind in KINDS},
        "makers": {
            maker: {kind: _figures(tally) for kind in KINDS if (tally := kinds[kind]).get("want")}
            for maker, kinds in told["vendor"].items()
            if not maker.startswith("other:")
        },
    }


def _figures(tally: dict[str, Any]) -> str:
    return f"{tally.get('hit', 0)} of {tally.get('want', 0)}"


if __name__ == "__main__":
    main()
