"""What stands on what can be read: WCAG AA, in light and dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import agent.console

STATIC = Path(agent.console.__file__).parent / "static"
AA = 4.5
PAIRS = [
    *(("ink-fg", ground) for ground in ("paper-bg", "card-bg")),
    *(("quiet-fg", ground) for ground in ("paper-bg", "card-bg")),
    *(("accent-fg", ground) for ground in ("paper-bg", "card-bg")),
    *((f"{state}-fg", f"{state}-bg") for state in (
        "ok", "abnormal", "not_reached", "partial", "suppressed", "not_inspected", "pending", "missed")),
]  # fmt: skip


def tokens(*names: str) -> dict[str, str]:
    text = "".join((STATIC / name).read_text("utf-8") for name in names)
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", text))


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [("tokens.css",), ("tokens.css", "dark.css")], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_words_can_be_read_on_their_ground(theme: tuple[str, ...], ink: str, ground: str) -> None:
    colours = tokens(*theme)
    assert contrast(colours[ink], colours[ground]) >= AA


def test_the_dark_room_has_every_colour() -> None:
    assert tokens("dark.css").keys() == tokens("tokens.css").keys()


@pytest.mark.parametrize("name", ["base.css", "grid.css"])
def test_a_style_takes_its_colours_from_the_tokens(name: str) -> None:
    values = re.findall(r":\s*([^;{}]+);", (STATIC / name).read_text("utf-8"))
    assert [value for value in values if re.search(r"#[0-9a-f]{3}|rgb|hsl", value)] == []
