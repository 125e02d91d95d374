"""The small words that settings are written in."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from config.load import parse
from config.units import PublicUrl, duration, in_words, is_loopback, listening

MOST = 3650 * 86_400_000


@given(st.integers(min_value=0, max_value=MOST).map(lambda milliseconds: timedelta(milliseconds=milliseconds)))
def test_a_duration_reads_back_as_it_was_written(length: timedelta) -> None:
    assert duration(in_words(length)) == length


@pytest.mark.parametrize(
    ("text", "length"),
    [
        pytest.param("90s", timedelta(seconds=90), id="seconds"),
        pytest.param("1h30m", timedelta(minutes=90), id="hours and minutes"),
        pytest.param("400d", timedelta(days=400), id="days"),
        pytest.param("150ms", timedelta(milliseconds=150), id="milliseconds are not minutes"),
        pytest.param("2m5ms", timedelta(minutes=2, milliseconds=5), id="minutes and milliseconds"),
        pytest.param("0s", timedelta(), id="none"),
    ],
)
def test_durations(text: str, length: timedelta) -> None:
    assert duration(text) == length


@pytest.mark.parametrize("text", ["", "1", "h", "1 h", "1.5h", "-1h", "1m1h", "1H", "1min", "٣h", "1h\n", "99999999d"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a duration like"):
        duration(text)


def test_up_to_three_days_are_told_in_hours() -> None:
    assert in_words(timedelta(hours=48)) == "48h"
    assert in_words(timedelta(days=3, hours=1)) == "3d1h"


@pytest.mark.parametrize(
    ("text", "host", "port", "loopback"),
    [
        pytest.param("127.0.0.1:8600", "127.0.0.1", 8600, True, id="loopback"),
        pytest.param("localhost:1", "localhost", 1, True, id="its name"),
        pytest.param("[::1]:8600", "::1", 8600, True, id="loopback of version 6"),
        pytest.param("0.0.0.0:65535", "0.0.0.0", 65535, False, id="everywhere"),
        pytest.param("[::]:80", "::", 80, False, id="everywhere in version 6"),
        pytest.param("[::ffff:10.0.0.1]:80", "::ffff:10.0.0.1", 80, False, id="a mapped address"),
        pytest.param("10.0.0.1:80", "10.0.0.1", 80, False, id="an address"),
    ],
)
def test_addresses_to_listen_on(text: str, host: str, port: int, loopback: bool) -> None:
    assert listening(text) == (host, port)
    assert is_loopback(text) is loopback


@pytest.mark.parametrize("text", ["", ":80", "80", "::1:80", "[127.0.0.1]:80", "db:80", "127.0.0.1:0", "127.0.0.1:١"])
def test_what_is_no_address_to_listen_on_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        listening(text)


def test_bit_rates_count_in_thousands() -> None:
    ports = "[{match: a, rate: 200M}, {match: b, rate: 10G}, {match: c, rate: 64k}, {match: d, rate: 1000}]"
    text = f"sites: {{s: {{zone: UTC}}}}\ntargets: [{{kind: icmp, name: a, address: a, ports: {ports}}}]\n"
    assert [port.rate for port in parse(text, "x").targets[0].ports] == [200_000_000, 10_000_000_000, 64_000, 1000]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("https://night.example.com", "https://night.example.com"),
        ("https://Night.Example.com:8600/", "https://night.example.com:8600"),
        ("https://night.example.com:443", "https://night.example.com"),
        ("https://[2001:db8::1]:8600", "https://[2001:db8::1]:8600"),
    ],
)
def test_a_public_address_is_read_as_a_browser_sends_it(written: str, read: str) -> None:
    assert TypeAdapter(PublicUrl).validate_python(written) == read


@pytest.mark.parametrize(
    "written",
    [
        "http://night.example.com",
        "https://night.example.com/x",
        "https://a:b@night.example.com",
        "https://night.example.com:99999",
        "https://night_x.example.com",
        "https://night?x",
        "https://[::1",
        "https://",
        "night",
        7,
    ],
)
def test_what_is_no_public_address_is_refused(written: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(PublicUrl).validate_python(written)
