"""What is answered by telephone, and whose number it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duty.people import Contact, Person
from duty.replies import MOST_NAMED, Reply, Wish, read, same_number, whose

TAKE, PASS_ON, USAGE = Wish.TAKE, Wish.DECLINE, Wish.USAGE


@pytest.mark.parametrize(
    ("text", "wish", "numbers"),
    [
        pytest.param("1", TAKE, (), id="as the message says"),
        pytest.param(" 1 \r\n", TAKE, (), id="with blanks"),
        pytest.param("\uff11\u3002", TAKE, (), id="wide, with a full stop"),
        pytest.param("1#", TAKE, (), id="on the keys of a telephone"),
        pytest.param("1【夜班值守】", TAKE, (), id="with the signature that a gateway adds"),
        pytest.param("认领", TAKE, (), id="in Chinese"),
        pytest.param("Take", TAKE, (), id="in English"),
        pytest.param("A07", TAKE, (7,), id="by number"),
        pytest.param("a7", TAKE, (7,), id="by number, typed lazily"),
        pytest.param("1 A07", TAKE, (7,), id="both"),
        pytest.param("1A07", TAKE, (7,), id="both without a blank"),
        pytest.param("1 7", TAKE, (7,), id="the number without its letter"),
        pytest.param("认领A07、A08", TAKE, (7, 8), id="two"),
        pytest.param("A07 A07", TAKE, (7,), id="the same twice"),
        pytest.param("0", PASS_ON, (), id="cannot"),
        pytest.param("2 A123", PASS_ON, (123,), id="cannot take this one"),
        pytest.param("不行", PASS_ON, (), id="cannot, in Chinese"),
        pytest.param("7", USAGE, (), id="a number that may mean anything"),
        pytest.param("12", USAGE, (), id="two digits"),
        pytest.param("", USAGE, (), id="nothing"),
        pytest.param("收到", USAGE, (), id="received is not taken"),
        pytest.param("OK", USAGE, (), id="read is not taken"),
        pytest.param("I am in a meeting, call you back at 1", USAGE, (), id="a telephone that answers by itself"),
        pytest.param("A" + "9" * 40, USAGE, (), id="a number of no alert"),
        pytest.param(" ".join(f"A{n}" for n in range(MOST_NAMED + 1)), USAGE, (), id="too many"),
    ],
)
def test_what_an_answer_means(text: str, wish: Wish, numbers: tuple[int, ...]) -> None:
    assert read(text) == Reply(wish, numbers)


@given(st.text(st.characters(), max_size=400))
def test_any_text_is_read_and_bounded(text: str) -> None:
    assert len(read(text).numbers) <= MOST_NAMED


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param("+86 138-0000-0001", "13800000001", True, id="with the country"),
        pytest.param("008613800000001", "+8613800000001", True, id="dialled from abroad"),
        pytest.param("0151 23456789", "+4915123456789", True, id="a trunk prefix"),
        pytest.param("13800000001", "13800000002", False, id="another number"),
        pytest.param("3800000001", "13800000001", True, id="a digit was cut off, and still told apart"),
        pytest.param("00000001", "13800000001", False, id="the end of a number is not the number"),
        pytest.param("110", "13800000110", False, id="a short number"),
        pytest.param("110", "110", True, id="a short number, the same"),
        pytest.param("jia@13800000001.example", "13800000001", False, id="a mailbox"),
        pytest.param("", "", False, id="no number"),
        pytest.param("+86", "", False, id="half of one"),
    ],
)
def test_when_two_numbers_ring_the_same_telephone(one: str, other: str, same: bool) -> None:
    assert same_number(one, other) is same
    assert same_number(other, one) is same


def test_whose_a_number_is() -> None:
    jia = Person("jia", "A", phone="138-0000-0001")
    yi = Person("yi", "B", contacts=(Contact("chat", "yi"), Contact("sms", "+8613800000002")))
    both = Person("ding", "C", phone="13800000001")
    assert whose("+8613800000001", [jia, yi]) == (jia,)
    assert whose("13800000002", [jia, yi]) == (yi,)
    assert whose("13900000000", [jia, yi]) == ()
    assert whose("13800000001", [jia, yi, both]) == (jia, both)
