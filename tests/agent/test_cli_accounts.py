"""The command line for accounts and screens: before the first start, beside a running agent, and by whom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from agent.control.account_verbs import AccountVerbs
from agent.control.server import Asked
from duty.errors import NightdutyError
from duty.people import Post
from exporters.words import LANGUAGES
from tests.agent.console.desk import Desk, standing
from tests.agent.services.conftest import NOW
from tests.soak.scene import Daemon, journal, rows, short_folder

PEOPLE = """
channels: {siren: {kind: command, path: /bin/true}}
fallback: [{channel: siren, address: desk}]
people: [{name: wangfang, title: 王芳, posts: [technician, manager]}]
"""
POSTS = "SELECT post FROM account_post WHERE account = ? ORDER BY post"


@pytest.fixture
def daemon() -> Iterator[Daemon]:
    with short_folder() as folder:
        daemon = Daemon(folder)
        daemon.write_settings("[{name: closed, kind: tcp, address: 127.0.0.1, port: 1}]", PEOPLE)
        yield daemon
        daemon.put_away()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with standing(tmp_path, NOW) as desk:
        yield desk


def says(daemon: Daemon, *words: str, lang: str = "en") -> str:
    """Run a command of accounts that goes well, and return what it printed."""
    done = daemon.command("account", *words, "--lang", lang)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def refuses(daemon: Daemon, *words: str) -> str:
    """Run a command that must fail in one line, and return that line."""
    done = daemon.command("account", *words)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (69, "", 1), done.stdout + done.stderr
    return done.stderr


def test_an_account_made_before_the_first_start_is_the_only_one_after_it(daemon: Daemon) -> None:
    said = says(daemon, "add", "wangfang")
    path = daemon.folder / "state" / "first-password-wangfang"
    password = path.read_text().strip()
    assert str(path) in said
    assert password not in said
    assert path.stat().st_mode & 0o777 == 0o600
    assert rows(daemon.database, POSTS, "wangfang") == [("manager",), ("technician",)]
    daemon.start()
    assert rows(daemon.database, "SELECT name FROM account") == [("wangfang",)]
    assert daemon.sign_in("wangfang", password, "a brand new one")
    assert not path.exists()
    assert password not in daemon.said()


def test_the_first_start_makes_an_administrator_and_tells_where_its_password_is(daemon: Daemon) -> None:
    daemon.start()
    path = daemon.folder / "state" / "first-password-admin"
    assert str(path) in daemon.said()
    page = daemon.get("/sign-in?lang=en", page="console").text
    assert "first-password-admin" in page
    password = path.read_text().strip()
    cookie = daemon.sign_in("admin", password, "a brand new one")
    with httpx.Client(base_url=f"http://127.0.0.1:{daemon.console_port}", cookies=cookie, trust_env=False) as client:
        assert client.get("/").status_code == 200
    assert "first-password-admin" not in daemon.get("/sign-in?lang=en", page="console").text
    assert password not in daemon.said()
    assert "a brand new one" not in daemon.said()
    assert [entry["account"] for entry in journal(daemon.database, "box", "account_added")] == ["admin"]
    daemon.stop()
    daemon.start()
    assert rows(daemon.database, "SELECT name FROM account") == [("admin",)]


def test_accounts_are_managed_while_the_agent_runs(daemon: Daemon) -> None:
    daemon.start()
    says(daemon, "add", "bob", "--post", "viewer", "--post", "auditor")
    first = (daemon.folder / "state" / "first-password-bob").read_text()
    cookie = daemon.sign_in("bob", first.strip(), "a brand new one")
    with httpx.Client(base_url=f"http://127.0.0.1:{daemon.console_port}", cookies=cookie, trust_env=False) as client:
        assert client.get("/").status_code == 200
        says(daemon, "posts", "bob", "--post", "leader")
        assert client.get("/").status_code == 303
    assert rows(daemon.database, POSTS, "bob") == [("leader",)]
    assert "there is no account carl" in refuses(daemon, "passwd", "carl")
    says(daemon, "passwd", "bob")
    assert (daemon.folder / "state" / "first-password-bob").read_text() != first
    says(daemon, "disable", "bob")
    assert "bob: leading group, closed" in says(daemon, "list")
    says(daemon, "enable", "bob")
    assert "bob: leading group, has not changed the first password yet" in says(daemon, "list")
    assert "bob：领导小组，初始密码未修改" in says(daemon, "list", lang="zh")
    done = [entry["account"] for entry in journal(daemon.database, "box", "account_disabled", "account_enabled")]
    assert done == ["bob", "bob"]


def test_a_screen_is_let_in_by_its_address_and_put_out_again(daemon: Daemon) -> None:
    daemon.start()
    said = says(daemon, "screen", "add", "wall-1")
    (address,) = re.findall(r"http://\S+/screen/\S+", said)
    assert address.startswith(f"http://127.0.0.1:{daemon.console_port}/")
    with httpx.Client(follow_redirects=True, trust_env=False) as client:
        assert client.get(address).url.query == b"wall"
        assert "screen wall-1: let in since" in says(daemon, "list")
        says(daemon, "screen", "revoke", "wall-1")
        assert client.get(address).url.path == "/sign-in"
    assert "revoked" in says(daemon, "list")
    assert address.rpartition("/")[2].encode() not in daemon.database.read_bytes()
    says(daemon, "screen", "add", "wall-1")
    assert "already" in refuses(daemon, "screen", "add", "wall-1")


def test_what_will_not_do_is_said_in_one_line(daemon: Daemon) -> None:
    assert "Give a post: --post technician" in refuses(daemon, "add", "bob")
    assert "there is nobody named lisi; there are: wangfang" in refuses(daemon, "add", "bob", "--person", "lisi")
    assert "not by '../bob'" in refuses(daemon, "add", "../bob", "--post", "viewer")
    assert "there is no account bob" in refuses(daemon, "passwd", "bob")
    assert "there is no account bob" in refuses(daemon, "disable", "bob")
    assert "there is no screen wall-1" in refuses(daemon, "screen", "revoke", "wall-1")
    says(daemon, "add", "wangfang")
    assert "there is an account wangfang already" in refuses(daemon, "add", "wangfang")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_accounts_the_list_says_what_comes(daemon: Daemon, lang: str) -> None:
    assert "admin" in says(daemon, "list", lang=lang)


async def test_only_root_and_the_agents_own_user_may_manage_accounts(desk: Desk) -> None:
    verbs = AccountVerbs(desk.door).verbs
    args = {"name": "bob", "posts": [Post.ADMINISTRATOR.value]}
    for verb in verbs.values():
        refused = verb(Asked(args, "uid:12345"))
        with pytest.raises(NightdutyError, match="only root may manage accounts"):
            await anext(refused)
    said = [message async for message in verbs["account_add"](Asked(args, "uid:0"))]
    assert said == [{"answer": str(desk.door.folder / "first-password-bob")}]
