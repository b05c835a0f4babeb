"""`hybridchat serve`: the chat in a browser of this machine, behind a token."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path
from unittest import mock

import psutil
import pytest

from hybridchat.demo import Demo
from tests.cli.run import inside
from tests.support.chats import environment

pytest.importorskip("textual_serve", reason="needs the extra [serve]")
if os.name != "posix":
    pytest.skip("reads the screen with what the tests of pseudo-terminals use", allow_module_level=True)

import aiohttp  # comes with the extra

from hybridchat.serving.door import Door, loopback, own_name
from tests.support import chromium
from tests.support.served import Serving, entered, serving, tab

QUESTION = "What is the capital of France?"


def browser() -> aiohttp.ClientSession:
    # unsafe: a jar of its own would refuse cookies from addresses without a name
    return aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))


async def test_without_its_token_nothing_opens_and_with_it_the_page_does(tmp_path: Path) -> None:
    async with serving("--demo", env=environment(None, tmp_path)) as served, browser() as http:
        token = served.url.partition("token=")[2]
        async with browser() as stranger:
            for path in ("/", "/?token=", f"/?token={token[:-1]}", f"/ws?token={token}", "/nothing"):
                async with stranger.get(served.origin + path) as answer:
                    assert (answer.status, path) == (403, path)
        async with http.get(served.url, allow_redirects=False) as answer:
            assert answer.status == 303
            place, cookie = answer.headers["Location"], answer.headers["Set-Cookie"]
            assert token not in place + cookie
            assert {"HttpOnly", "SameSite=Strict", f"Path={place}"} <= set(cookie.split("; "))
        async with http.get(served.origin + place) as answer:
            page = await answer.text()
            assert answer.status == 200
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert not re.search(r"https?://", page), "the page asks nobody else for anything"
        async with browser() as stranger:
            for path in (place, f"{place}ws", f"{place}page.js", f"{place}static/js/textual.js"):
                async with stranger.get(served.origin + path) as answer:
                    assert (answer.status, path) == (403, path)
        await _only_from_here(http, served, place)


async def _only_from_here(http: aiohttp.ClientSession, served: Serving, place: str) -> None:
    """Another origin, none, or a name that somebody's name server led here: all are refused, cookie or not."""
    cookie = "; ".join(f"{c.key}={c.value}" for c in http.cookie_jar)
    for headers in ({"Origin": "http://evil.example"}, {"Origin": "http://127.0.0.1:1"}, {}, {"Origin": "null"}):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await http.ws_connect(f"{served.origin}{place}ws", headers=headers)
        assert refused.value.status == 403
    for path in (place, f"/?{served.url.partition('?')[2]}"):
        headers = {"Host": "evil.example", "Cookie": cookie}
        async with http.get(served.origin + path, headers=headers, allow_redirects=False) as answer:
            assert answer.status == 403


async def test_each_tab_is_a_program_of_its_own_on_the_same_conversations(demo: Demo, tmp_path: Path) -> None:
    async with serving(env=environment(demo, tmp_path)) as served, browser() as http:
        place = await entered(http, served.url)
        async with tab(http, served, place) as one, tab(http, served, place) as two:
            await one.shows("asks before anything leaves")
            await two.shows("asks before anything leaves")
            server = psutil.Process(served.process.pid)
            programs = server.children()
            assert len(programs) == 2
            await one.type(QUESTION + "\r")
            await one.shows("The capital of France is Paris")
            await one.shows("· on this machine ·")
            await two.type("\x1b[17~")
            await two.shows(QUESTION)
        await _gone(programs)
        assert served.process.returncode is None


async def test_a_killed_server_leaves_no_program_behind(tmp_path: Path) -> None:
    async with serving("--demo", env=environment(None, tmp_path)) as served, browser() as http:
        async with tab(http, served, await entered(http, served.url)) as one:
            await one.shows("asks before anything leaves")
            programs = psutil.Process(served.process.pid).children()
            served.process.kill()
            await served.process.wait()
        await _gone(programs)


async def test_ended_it_has_its_programs_leave_first(tmp_path: Path) -> None:
    async with (
        serving("--demo", env=environment(None, tmp_path)) as served,
        browser() as http,
        tab(http, served, await entered(http, served.url)) as one,
    ):
        await one.shows("asks before anything leaves")
        programs = psutil.Process(served.process.pid).children()
        served.process.terminate()
        await one.closed()
        assert await served.process.wait() == 0
        assert not [p for p in programs if p.is_running()]


async def _gone(programs: list[psutil.Process]) -> None:
    for _ in range(600):
        if not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in programs):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"still running: {programs}")


@pytest.mark.chromium
@pytest.mark.skipif(chromium.PROGRAM is None, reason="no Chromium on this machine")
async def test_a_browser_types_a_message_and_sees_the_answer(demo: Demo, tmp_path: Path) -> None:
    async with serving(env=environment(demo, tmp_path)) as served, chromium.Chromium(tmp_path / "browser") as page:
        await page.open(served.url)
        await page.shows("asks before anything leaves")
        for _ in range(600):  # the page gives the terminal its focus once it stands
            if await page.script("document.activeElement.className") == "xterm-helper-textarea":
                break
            await asyncio.sleep(0.05)
        await page.type(QUESTION)
        await page.enter()
        await page.shows("The capital of France is Paris")
        assert "token" not in await page.script("location.href")
        assert {url.split("/")[2] for url in page.asked} == {served.origin.partition("//")[2]}, "nobody else was asked"
        assert await page.script("document.body.className") == "-loaded -first-byte"
        assert len(await page.picture()) > 10_000, "a page of one colour is smaller"


def test_an_address_that_others_reach_is_refused_unless_said(tmp_path: Path) -> None:
    done = inside("serve", "--host", "0.0.0.0", env=environment(None, tmp_path))
    assert done.returncode == 2
    assert b"others may reach it" in done.stderr
    assert b"--open-to-network" in done.stderr


def test_a_taken_port_is_told(demo: Demo, tmp_path: Path) -> None:
    port = demo.ollama.url.rpartition(":")[2]
    done = inside("serve", "--port", port, env=environment(None, tmp_path))
    assert done.returncode == 2
    assert f"127.0.0.1:{port} cannot be listened on".encode() in done.stderr


def test_without_the_extra_it_says_what_to_install(tmp_path: Path) -> None:
    with mock.patch.dict(sys.modules, {"textual_serve": None}):
        done = inside("serve", env=environment(None, tmp_path))
    assert done.returncode == 2
    assert b"install" in done.stderr
    assert b"textual-serve" in done.stderr


@pytest.mark.parametrize(
    ("header", "ours"),
    [("127.0.0.1:8000", True), ("localhost:1", True), ("[::1]:8000", True), ("192.168.1.5", True), ("LOCALHOST", True),
     ("evil.example:8000", False), ("127.0.0.1.evil.example", False), ("", False), ("[::1", False), ("box", False)],
)  # fmt: skip
def test_a_name_of_a_foreign_name_server_is_not_ours(header: str, ours: bool) -> None:
    assert own_name(header, "127.0.0.1") is ours


def test_a_name_that_was_said_is_ours() -> None:
    assert own_name("box:8000", "box")


@pytest.mark.parametrize(
    ("host", "here"), [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("box", False)]
)
def test_what_only_this_machine_reaches(host: str, here: bool) -> None:
    assert loopback(host) is here


def test_every_start_has_secrets_of_its_own() -> None:
    one, two = Door("127.0.0.1"), Door("127.0.0.1")
    assert len({one.token, two.token, one.place, two.place}) == 4
    assert one.address(80) == f"http://127.0.0.1:80/?token={one.token}"
