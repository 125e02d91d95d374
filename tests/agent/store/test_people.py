"""People: seeded from the file, and the console's from its first change on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.store import people
from agent.store.engine import Store
from duty.errors import NotFound
from duty.people import Contact, Person, Post
from tests.agent.store.samples import HOSTILE

WANG = Person(
    "wangfang",
    "王芳",
    (Post.TECHNICIAN, Post.ADMINISTRATOR),
    (Contact("sms", "13800000000", "gsm"), Contact("chat", HOSTILE, "internet")),
    "13800000000",
    "zh",
)
LI = Person("lilei", HOSTILE)


async def test_people_come_back_as_they_were(store: Store) -> None:
    assert await store.write(people.put_people, [WANG, LI], "file") == ["wangfang", "lilei"]
    assert await store.read(people.load_people) == {"wangfang": WANG, "lilei": LI}


async def test_a_restart_with_the_same_file_changes_nothing(store: Store) -> None:
    await store.write(people.put_people, [WANG, LI], "file")
    shuffled = replace(WANG, posts=WANG.posts[::-1])
    assert await store.write(people.put_people, [LI, shuffled], "file") == []


async def test_the_file_changes_what_the_file_wrote(store: Store) -> None:
    await store.write(people.put_people, [WANG, LI], "file")
    moved = replace(WANG, title="王工", posts=(Post.MANAGER,), contacts=WANG.contacts[1:], phone="", language="")
    assert await store.write(people.put_people, [moved, LI], "file") == ["wangfang"]
    assert await store.read(people.load_people) == {"wangfang": moved, "lilei": LI}


async def test_whoever_leaves_the_file_stays(store: Store) -> None:
    await store.write(people.put_people, [WANG, LI], "file")
    assert await store.write(people.put_people, [LI], "file") == []
    assert await store.read(people.load_people) == {"wangfang": WANG, "lilei": LI}


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(replace(WANG, title="王工"), id="a title"),
        pytest.param(replace(WANG, posts=()), id="posts taken away"),
        pytest.param(replace(WANG, contacts=(Contact("sms", "13911111111", "gsm"),)), id="a corrected number"),
        pytest.param(replace(WANG, contacts=()), id="contacts taken away"),
    ],
)
async def test_what_the_console_changed_does_not_come_back_with_the_file(store: Store, changed: Person) -> None:
    await store.write(people.put_people, [WANG, LI], "file")
    assert await store.write(people.put_people, [changed], "console") == ["wangfang"]
    assert await store.write(people.put_people, [WANG, LI], "file") == []
    assert (await store.read(people.load_people))["wangfang"] == changed


async def test_somebody_whom_the_console_left_as_they_were_is_still_the_files(store: Store) -> None:
    await store.write(people.put_people, [WANG], "file")
    assert await store.write(people.put_people, [WANG], "console") == []
    assert await store.write(people.put_people, [replace(WANG, title="王工")], "file") == ["wangfang"]


async def test_whoever_has_left_is_kept_and_does_not_come_back_with_the_file(store: Store) -> None:
    await store.write(people.put_people, [WANG, LI], "file")
    await store.write(people.set_active, "wangfang", False)
    await store.write(people.put_people, [replace(WANG, title="王工")], "file")
    assert await store.read(people.load_people) == {"lilei": LI}
    assert await store.read(people.everybody) == {"wangfang": WANG, "lilei": LI}
    await store.write(people.set_active, "wangfang", True)
    assert await store.read(people.load_people) == {"wangfang": WANG, "lilei": LI}


async def test_whoever_has_left_is_still_called_what_they_were(store: Store) -> None:
    nameless = replace(LI, title="")
    await store.write(people.put_people, [WANG, nameless], "file")
    await store.write(people.set_active, "wangfang", False)
    assert await store.read(people.everybody) == {"wangfang": WANG, "lilei": nameless}
    assert await store.read(people.titles) == {"wangfang": WANG.title, "lilei": "lilei"}


async def test_somebody_unknown_cannot_leave(store: Store) -> None:
    with pytest.raises(NotFound, match="there is nobody named wangfang"):
        await store.write(people.set_active, "wangfang", False)


async def test_a_person_named_twice_is_written_once(store: Store) -> None:
    again = replace(LI, title="李雷")
    assert await store.write(people.put_people, [LI, again], "file") == ["lilei", "lilei"]
    assert await store.read(people.load_people) == {"lilei": again}


async def test_another_agents_people_are_its_own(store: Store) -> None:
    await store.write(lambda conn, agent: people.put_people(conn, "sh2", [WANG], "console"))
    assert await store.write(people.put_people, [LI, WANG], "file") == ["lilei", "wangfang"]
    await store.write(people.put_people, [replace(WANG, contacts=())], "file")
    assert await store.read(lambda conn, agent: people.load_people(conn, "sh2")) == {"wangfang": WANG}
