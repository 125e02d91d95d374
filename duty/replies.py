"""What somebody answers by SMS or on the keys of a telephone, and whose number it came from."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from duty.people import Person

LONGEST: Final = 200
"""Characters of an answer that are read; a person types a few."""

MOST_NAMED: Final = 20
"""Alerts that one answer may name."""


class Wish(StrEnum):
    """What an answer asks for."""

    TAKE = "take"
    DECLINE = "decline"
    USAGE = "usage"
    """It is none of ours: say what can be answered."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it was meant; ``numbers`` are the alerts that it names, none for those that were asked about."""

    wish: Wish
    numbers: tuple[int, ...] = ()


# Not "ok" or "收到": somebody who has merely read it, or a telephone that answers by itself, must not stop the calls.
_TAKE: Final = frozenset({"1", "认领", "接", "接手", "take", "ack"})
_PASS: Final = frozenset({"0", "2", "不行", "不能", "转", "no", "pass"})
_NUMBER: Final = re.compile(r"a0*([0-9]{1,12})")
_BARE: Final = re.compile(r"0*([0-9]{1,12})")
_SIGNED: Final = re.compile(r"【[^】]*】|\[[^\]]*\]")
_PIECES: Final = re.compile(r"[0-9a-z]+|[^\W0-9a-z_]+")


def read(text: str) -> Reply:
    """Read an answer: "1", "A07", "1 A07", "认领", "0"; whatever else asks how it is done.

    Wide characters, signatures in brackets, a telephone's "#" and full stops are nobody's mistake.
    """
    plain = _SIGNED.sub(" ", unicodedata.normalize("NFKC", text[:LONGEST]).casefold())
    # "1a07" and "认领a07" are two words each, however they were typed.
    pieces = _PIECES.findall(re.sub(r"(?<![a-z])(a)(?=[0-9])", r" \1", plain))
    wish, named = Wish.TAKE, pieces
    if pieces and pieces[0] in _TAKE | _PASS:
        wish, named = (Wish.TAKE if pieces[0] in _TAKE else Wish.DECLINE), pieces[1:]
        numbers = [_NUMBER.fullmatch(piece) or _BARE.fullmatch(piece) for piece in named]
    else:
        # A number alone is an alert's only with its letter: "12" may be meant for anything.
        numbers = [_NUMBER.fullmatch(piece) for piece in named]
    if not pieces or len(numbers) > MOST_NAMED or None in numbers:
        return Reply(Wish.USAGE)
    return Reply(wish, tuple(dict.fromkeys(int(found[1]) for found in numbers if found)))


_TELEPHONE: Final = re.compile(r"\+?[0-9][0-9 ().-]{1,30}")
_SUBSCRIBER: Final = 8
"""Digits from which on a number may stand with its country before it or without; shorter ones are the same or not."""

_COUNTRY: Final = 4
"""Digits of a country's code, with what is dialled before it, at most."""


def digits(number: str) -> str:
    """Return the digits of a telephone number, without what is dialled before it; "" for what is none."""
    if not _TELEPHONE.fullmatch(number.strip()):
        return ""
    plain = "".join(c for c in number if c in "0123456789")
    return plain.lstrip("0") or plain


def same_number(one: str, other: str) -> bool:
    """Say whether two numbers ring the same telephone: +86 138 0000 0001 and 13800000001 do."""
    short, long = sorted((digits(one), digits(other)), key=len)
    if not short:
        return False
    more = len(long) - len(short)
    return long == short or (len(short) >= _SUBSCRIBER and 0 < more <= _COUNTRY and long.endswith(short))


def whose(number: str, people: Iterable[Person]) -> tuple[Person, ...]:
    """Return everybody whose number it is, by their telephone or by a contact."""
    return tuple(
        person
        for person in people
        if any(same_number(number, each) for each in (person.phone, *(way.address for way in person.contacts)))
    )
