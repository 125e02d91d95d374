"""The text of an exposition page: what is read of it, and what no page can do to us."""

from __future__ import annotations

import gzip
import math
import time
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from collectors.exposition.body import LINE_MOST, MOST, SAMPLES_MOST, Body, Sample, Samples, parse
from duty.errors import CollectError


async def read(text: bytes, *wanted: str, within: float = 60) -> tuple[list[Sample], Samples]:
    samples = Samples(text, wanted, until=time.monotonic() + within)
    return [sample async for sample in samples.read()], samples


@pytest.mark.parametrize(
    ("line", "labels", "value", "at"),
    [
        pytest.param(b"m 1", {}, 1, None, id="plain"),
        pytest.param(b'm{a="b"} 1.5', {"a": "b"}, 1.5, None, id="with a label"),
        pytest.param(b'm{a="b",} 2', {"a": "b"}, 2, None, id="with a comma at the end"),
        pytest.param(b'm {a="b"} 2', {"a": "b"}, 2, None, id="with a space before the labels"),
        pytest.param(b'm{a="x\\"y\\\\z\\nw"} 1', {"a": 'x"y\\z\nw'}, 1, None, id="escapes"),
        pytest.param(b'm{a="} 5"} 1', {"a": "} 5"}, 1, None, id="a brace in a label"),
        pytest.param(b"m 1.2684772352e+10", {}, 12684772352, None, id="a whole number stays whole"),
        pytest.param(b"m 18446744073709551615", {}, 2**64 - 1, None, id="exact to the last bit"),
        pytest.param(b"m 1 1700000000000", {}, 1, 1.7e9, id="with a time"),
        pytest.param(b"m\t1\r\n", {}, 1, None, id="a tab, and the end of line of Windows"),
        pytest.param('m{a="证书"} 1'.encode(), {"a": "证书"}, 1, None, id="Chinese"),
    ],
)
def test_a_line_is_read(line: bytes, labels: dict[str, str], value: float, at: float | None) -> None:
    assert parse(line, "m") == Sample("m", labels, value, at)


def test_numbers_that_are_none_are_kept_as_such() -> None:
    assert parse(b"m +Inf", "m").value == math.inf
    assert parse(b"m -Inf", "m").value == -math.inf
    value = parse(b"m NaN", "m").value
    assert value is not None
    assert math.isnan(value)


@pytest.mark.parametrize(
    "line",
    [
        b"m", b"m ", b"m x",
        b"m{", b'm{a="b} 1', b"m{a=b} 1", b'm{a="b"}', b'm{a="b",a="c"} 1', b'm{=""} 1', b"m 1_000",
        b"m 1 x", b"m " + b"9" * 400, b"m " + b"9" * 4000 + b"9" * 1000, b'm{a="' + b"x" * LINE_MOST + b'"} 1',
        b'm{a="\xff"} 1', b'm{a=" ', b'm{" "} 1',
    ],
)  # fmt: skip
def test_a_line_of_nonsense_is_known_as_such(line: bytes) -> None:
    assert parse(line, "m") == Sample("m", {}, None)


@given(st.binary(max_size=200))
def test_whatever_stands_in_a_line_nothing_is_raised(rest: bytes) -> None:
    sample = parse(b"m" + rest, "m")
    assert sample.value is None or isinstance(sample.value, int | float)


@given(st.text(alphabet='m{}=",\\ \t01.eNaInf+-#_:证', max_size=60))
def test_whatever_is_nearly_a_sample_nothing_is_raised(rest: str) -> None:
    sample = parse(("m" + rest).encode(), "m")
    assert sample.value is None or isinstance(sample.value, int | float)


LABELS = st.dictionaries(st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True), st.text(max_size=12), max_size=4)


@given(LABELS, st.floats(allow_nan=False))
def test_what_a_program_writes_is_read_as_it_meant(labels: dict[str, str], value: float) -> None:
    def escaped(text: str) -> str:
        return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')

    inside = ",".join(f'{name}="{escaped(text)}"' for name, text in labels.items())
    line = f"m{{{inside}}} {value!r}"
    if any(character in line for character in "\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"):
        return  # the parser's StringIO is of one line only by "\n", and strips such at the ends
    (family,) = text_string_to_metric_families(line)
    sample = parse(line.encode(), "m")
    assert sample.labels == family.samples[0].labels == labels
    assert sample.value == value


async def test_only_what_is_wanted_is_read_and_one_bad_line_spoils_no_other() -> None:
    text = b'# HELP a nonsense \\\n# TYPE a no_such_type\n\na 1\nb{x="y} 2\na:b 3\nac 4\n  a 5\n{"a"} 6\na'
    found, samples = await read(text, "a", "b", "a:b")
    assert [(s.metric, s.value) for s in found] == [("a", 1), ("b", None), ("a:b", 3), ("a", 5), ("a", None)]
    assert samples.short == ""


async def test_200_000_samples_are_100_000() -> None:
    text = b"".join(b"m %d\n" % n for n in range(200_000))
    found, samples = await read(text, "m")
    assert len(found) == SAMPLES_MOST
    assert samples.short == "row_cap"


async def test_the_time_is_kept() -> None:
    # The worst that the parser can be given: lines as long as they may be, of quotes alone.
    line = b'm{a="' + b'\\"' * ((LINE_MOST - 10) // 2) + b'"} 1\n'
    began = time.monotonic()
    found, samples = await read(line * (MOST // len(line)), "m", within=0.2)
    assert samples.short == "budget_spent"
    assert time.monotonic() - began < 5
    assert found


def packed(text: bytes) -> bytes:
    # Without the time of day: two runners must name the same tests.
    return gzip.compress(text, 9, mtime=0)


def take(body: Body, data: bytes, size: int = 65536) -> None:
    for at in range(0, len(data), size):
        if not body.take(data[at : at + size]):
            return


@pytest.mark.parametrize("size", [1, 7, 65536])
def test_a_packed_page_is_unpacked_however_it_comes(size: int) -> None:
    body = Body("gzip")
    take(body, packed(b"node_load1 1\n" * 100) + b"what follows is no part of it", size)
    assert bytes(body.text) == b"node_load1 1\n" * 100
    assert not body.cut


def test_a_bomb_unpacks_to_no_more_than_we_take() -> None:
    bomb = packed(bytes(200_000_000))
    assert len(bomb) < 300_000
    body = Body("gzip")
    take(body, bomb)
    assert body.cut
    assert len(body.text) == MOST + 1


def test_a_page_that_unpacks_to_nothing_without_end_is_cut() -> None:
    empty = zlib.compressobj(0, zlib.DEFLATED, 31)
    head = empty.compress(b"")
    pieces = [head, *(empty.flush(zlib.Z_FULL_FLUSH) for _ in range(1))]
    body = Body("gzip")
    for piece in pieces:
        body.take(piece)
    block = b"\x00\x00\x00\xff\xff" * 13_000
    taken = 0
    while body.take(block):
        taken += len(block)
        assert taken <= MOST
    assert body.cut
    assert not body.text


def test_a_long_page_is_cut() -> None:
    body = Body("")
    take(body, b"x" * (MOST + 5))
    assert body.cut
    assert len(body.text) == MOST + 1


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "\x1b[31m"])
def test_another_packing_is_refused(encoding: str) -> None:
    with pytest.raises(CollectError, match="malformed: packed as") as caught:
        Body(encoding)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"node_load1 1\n", id="not packed at all"),
        pytest.param(packed(b"a")[:5] + b"\xff" * 50, id="damaged after its head"),
    ],
)
def test_what_does_not_unpack_is_malformed(data: bytes) -> None:
    with pytest.raises(CollectError, match="malformed"):
        take(Body("gzip"), data)


@given(st.binary(max_size=300))
@settings(max_examples=200)
def test_any_bytes_unpack_or_are_refused(data: bytes) -> None:
    body = Body("gzip")
    try:
        take(body, b"\x1f\x8b\x08\x00" + data, 16)
    except CollectError:
        return
    assert len(body.text) <= MOST
