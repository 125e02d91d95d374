"""Who may do what on the console."""

import pytest

from duty.people import ROSTERED, Post
from duty.rights import RIGHTS, Right, may


def test_every_post_can_look_and_has_its_line() -> None:
    assert RIGHTS.keys() == set(Post)
    assert all(may([post], Right.SEE) for post in Post)


@pytest.mark.parametrize("post", ROSTERED)
def test_whoever_is_on_duty_takes_alerts(post: Post) -> None:
    assert may([post], Right.TAKE)


@pytest.mark.parametrize("post", [Post.VIEWER, Post.AUDITOR])
def test_who_only_looks_changes_nothing(post: Post) -> None:
    assert RIGHTS[post] <= {Right.SEE, Right.AUDIT}


def test_who_runs_the_system_does_not_answer_for_the_night() -> None:
    assert not may([Post.ADMINISTRATOR], Right.TAKE)
    assert [post for post in Post if may([post], Right.ACCOUNTS)] == [Post.ADMINISTRATOR]


def test_several_posts_add_up_and_none_may_nothing() -> None:
    assert may([Post.VIEWER, Post.MANAGER], Right.ROSTER)
    assert not any(may([], right) for right in Right)
