"""Memory and swap."""

from pathlib import Path

import psutil
import pytest

from collectors.host import memory
from duty.readings import Notes

GIB = 1024**3


def read(cgroups: Path) -> dict[str, int | float]:
    notes = Notes()
    memory.read(notes, cgroups)
    return {r.parameter: r.value for r in notes.readings}


def lay(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


V2 = {
    "memory.max": f"{GIB}\n",
    "memory.current": f"{GIB // 2}\n",
    "memory.stat": f"anon {GIB // 4}\nactive_file {GIB // 8}\ninactive_file {GIB // 8}\n",
}
V1 = {
    "memory/memory.limit_in_bytes": f"{GIB}\n",
    "memory/memory.usage_in_bytes": f"{GIB // 2}\n",
    "memory/memory.stat": f"cache 0\ntotal_active_file {GIB // 8}\ntotal_inactive_file {GIB // 8}\n",
}


@pytest.mark.parametrize("files", [pytest.param(V2, id="cgroup v2"), pytest.param(V1, id="cgroup v1")])
def test_in_a_container_the_bound_counts_and_its_cache_is_available(tmp_path: Path, files: dict[str, str]) -> None:
    lay(tmp_path, files)
    seen = read(tmp_path)
    assert seen["memory_size"] == GIB
    assert seen["memory_available"] == GIB * 3 // 4
    assert (seen["memory_used"], seen["memory_free"]) == (25.0, 75.0)


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({}, id="no bound at the root"),
        pytest.param(V2 | {"memory.max": "max\n"}, id="a container without a bound"),
        pytest.param({**V1, "memory/memory.limit_in_bytes": "9223372036854771712\n"}, id="a bound larger than all"),
        pytest.param(V2 | {"memory.stat": "garbage\n"}, id="a file that is not what it should be"),
    ],
)
def test_elsewhere_the_machine_itself_counts(tmp_path: Path, files: dict[str, str]) -> None:
    lay(tmp_path, files)
    assert read(tmp_path)["memory_size"] == psutil.virtual_memory().total


def test_without_swap_its_use_is_a_gap_and_not_zero() -> None:
    notes = Notes()
    memory.read(notes)
    seen = {r.parameter for r in notes.readings}
    missing = {(g.parameter, g.code) for g in notes.gaps}
    assert ("swap_used" in seen) == (psutil.swap_memory().total > 0)
    assert (("swap_used", "not_offered") in missing) == (psutil.swap_memory().total == 0)
