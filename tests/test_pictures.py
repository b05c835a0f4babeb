"""Pictures go without what stands beside their pixels, to models that can see, and off this device only after a word on each."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from collections.abc import Iterable
from pathlib import Path

import pytest

from hybridchat.asking import Options
from hybridchat.cli import sentences
from hybridchat.config import Config
from hybridchat.config.schema import ModelSettings, PairSettings, Privacy
from hybridchat.conversation import Ending, Message, Picture, Role
from hybridchat.demo import Demo
from hybridchat.earlier import SHOWN
from hybridchat.events import HandedOver, Verdict
from hybridchat.facts import Mode
from hybridchat.pictures import LARGEST, Unusable, looks_like_picture, picture
from hybridchat.providers.base import Call
from hybridchat.render.package import printed
from hybridchat.tokens import PER_PICTURE
from tests.cli.run import inside
from tests.providers.conftest import Line, kind, line, said
from tests.support.chats import LOCAL, Bench, Heard, bench, environment, hear

__all__ = ["kind", "line"]
OPENAI, ANTHROPIC = "openai:gpt-6.1-terra", "anthropic:claude-haiku-5-5"
WHERE = b"taken at 55.6761,12.5683 by Ana Ruiz"


def part(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(*beside: bytes) -> bytes:
    pixels = zlib.compress(b"\0\xff\0\0")
    parts = [part(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)), *beside, part(b"IDAT", pixels), part(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


JFIF = segment(0xE0, b"JFIF\0\x01\x02\0\0\x48\0\x48\0\0")
TABLES = segment(0xDB, bytes(65)) + segment(0xC0, b"\x08\0\x01\0\x01\x01\x01\x11\0") + segment(0xC4, bytes(20))
SCAN = segment(0xDA, b"\x01\x01\0\0\x3f\0") + b"\x12\xff\x00\x34\xff\xd0\x56"


def jpeg(beside: Iterable[bytes] = (), after: bytes = b"") -> bytes:
    return b"\xff\xd8" + JFIF + b"".join(beside) + TABLES + SCAN + b"\xff\xd9" + after


# -- what stands beside the pixels -------------------------------------------------------------------------------------


@pytest.mark.parametrize("marker", [*range(0xE1, 0xEE), 0xEF, 0xFE])
def test_a_photograph_loses_where_when_and_by_whom(marker: int) -> None:
    assert picture(jpeg([segment(marker, b"Exif\0\0" + WHERE)])) == picture(jpeg())


def test_the_small_preview_in_a_header_goes_too() -> None:
    beside = segment(0xE0, b"JFXX\0\x10" + WHERE)
    header = segment(0xE0, b"JFIF\0\x01\x02\0\0\x48\0\x48\x02\x06" + WHERE)
    assert picture(jpeg([beside])).data == jpeg()
    assert WHERE not in picture(b"\xff\xd8" + header + TABLES + SCAN + b"\xff\xd9").data


def test_what_the_pixels_need_stays_byte_for_byte() -> None:
    adobe = segment(0xEE, b"Adobe\0\x64\0\0\0\0\x01")
    assert picture(jpeg([adobe])).data == jpeg([adobe])
    progressive = b"\xff\xd8" + JFIF + TABLES + SCAN + segment(0xC4, bytes(20)) + SCAN + b"\xff\xd9"
    assert picture(progressive).data == progressive
    filled = jpeg().replace(b"\xff\xdb", b"\xff\xff\xff\xdb", 1)
    assert picture(filled).data == jpeg()


def test_what_hangs_on_behind_a_picture_is_cut_off() -> None:
    assert picture(jpeg(after=WHERE)).data == jpeg()
    assert picture(png() + WHERE).data == png()


@pytest.mark.parametrize("kind", [b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME", b"iCCP", b"caBX", b"prVt"])
def test_a_png_loses_its_texts_times_and_all_that_is_unknown(kind: bytes) -> None:
    assert picture(png(part(kind, b"Author\0" + WHERE))).data == png()
    seen = part(b"gAMA", struct.pack(">I", 45455))
    assert picture(png(seen)).data == png(seen)


@pytest.mark.parametrize(
    "data",
    [
        b"GIF89a" + bytes(40),
        b"RIFF\0\0\0\0WEBPVP8 ",
        jpeg()[:-2],
        jpeg()[:40],
        b"\xff\xd8\xff",
        png()[:-4],
        png()[:20],
        b"\xff\xd8\xff\xe1\0\0",
        b"",
    ],
)
def test_what_cannot_be_cleaned_is_not_sent(data: bytes) -> None:
    with pytest.raises(Unusable):
        picture(data)


def test_a_picture_that_no_cloud_takes_is_refused_with_its_size() -> None:
    with pytest.raises(Unusable, match="5,000,000"):
        picture(png(part(b"tRNS", bytes(LARGEST))))


def test_text_is_no_picture() -> None:
    assert not looks_like_picture(b"name,phone\nAna,555")
    assert looks_like_picture(jpeg())
    assert looks_like_picture(png())


# -- on the wire -------------------------------------------------------------------------------------------------------


async def test_each_protocol_gets_a_picture_in_its_own_form(line: Line) -> None:
    seen = Picture("image/png", png())
    ask = Message(Role.USER, "what is it?", (seen,))
    await said(line.provider(), Call(line.call().model, (Message(Role.USER, "hi"), Message(Role.ASSISTANT, "ho"), ask)))
    last = json.loads(line.server.requests[-1].body)["messages"][-1]
    data = base64.b64encode(png()).decode()
    text = {"type": "text", "text": "what is it?"}
    url = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}}
    block = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": data}}
    wanted = {
        "ollama": {"role": "user", "content": "what is it?", "images": [data]},
        "openai": {"role": "user", "content": [url, text]},
        "anthropic": {"role": "user", "content": [block, text]},
    }
    assert last == wanted[line.kind]


# -- through the chat --------------------------------------------------------------------------------------------------

SEES = {LOCAL: ModelSettings(capabilities=["completion", "vision"])}


async def show(b: Bench, text: str, mode: Mode | None = None, pin: str | None = None) -> Heard:
    files = (("IMG_2041 Ana Ruiz.png", picture(png())),)
    return await hear(b.chat.answer(b.session.id, text, mode=mode, pin=pin, options=Options(files=files)))


async def test_a_picture_goes_to_no_model_that_cannot_see(demo: Demo, tmp_path: Path) -> None:
    config = Config(pair=PairSettings(local=LOCAL), models={LOCAL: ModelSettings(capabilities=["completion"])})
    async with bench(tmp_path, demo, config=config) as b:
        heard = await show(b, "what is it?", Mode.ONLY_LOCAL)
        assert heard.ended.ending is Ending.UNROUTED
        assert "cannot do vision" in heard.ended.text
        assert not heard.of(HandedOver)


async def test_this_machines_model_sees_it_and_sees_it_again_with_the_conversation(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=Config(pair=PairSettings(local=LOCAL), models=SEES)) as b:
        assert (await show(b, "repeat: one")).ended.ending is Ending.COMPLETE
        await b.ask("repeat: two")
        bodies = [json.loads(r.body) for r in demo.ollama.requests if r.path == "/api/chat" and r.body]
        data = base64.b64encode(png()).decode()
        assert bodies[-2]["messages"][-1]["images"] == [data]
        assert [m.get("images") for m in bodies[-1]["messages"]] == [[data], None, None]
        (turn, _) = b.chat.store.path(b.session.id)
        assert [(a.name, a.media_type, a.size) for a in turn.attachments] == [("IMG_2041 Ana Ruiz.png", "image/png", len(png()))]


@pytest.mark.parametrize("cloud", [OPENAI, ANTHROPIC])
@pytest.mark.parametrize("consent", ["auto", "always"])
async def test_no_consent_but_one_in_that_turn_lets_a_picture_leave(demo: Demo, tmp_path: Path, cloud: str, consent: str) -> None:
    privacy = Privacy(cloud="auto") if consent == "auto" else Privacy()
    async with bench(tmp_path, demo, config=Config(pair=PairSettings(local=LOCAL, cloud=cloud), privacy=privacy)) as b:
        if consent == "always":
            held = (await b.ask("repeat: hello", mode=Mode.ONLY_CLOUD)).held
            await hear(b.chat.resume(held.turn_id, Verdict.ALWAYS))
        before = len(b.cloud_bodies())
        held = (await show(b, "repeat: one", Mode.ONLY_CLOUD)).held
        assert "a picture, which cannot be looked through" in held.reason
        assert "1 picture" in sentences.consent(held.package)
        assert f"[image/png, {len(png())} bytes] repeat: one" in "".join(sentences.view(held.package))
        assert f"[image/png, {len(png())} bytes]\nrepeat: one" in printed(held.package)
        assert len(b.cloud_bodies()) == before
        sent = await hear(b.chat.resume(held.turn_id, Verdict.SEND))
        assert sent.ended.ending is Ending.COMPLETE
        body = b.cloud_bodies()[-1]
        assert base64.b64encode(png()) in body
        assert b"IMG_2041" not in body
        # with the next question it does not go again, and that is told to the model
        await b.ask("repeat: two", mode=Mode.ONLY_CLOUD)
        after = b.cloud_bodies()[-1]
        assert base64.b64encode(png()) not in after
        assert SHOWN.encode() in after
        # nor with the same question, without a word about it
        (turn,) = [t for t in b.chat.store.path(b.session.id) if t.attachments]
        assert (await hear(b.chat.again(turn.id, pin=cloud))).held.reason


async def test_a_picture_goes_with_its_conversation_when_that_is_erased(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=Config(pair=PairSettings(local=LOCAL), models=SEES)) as b:
        await show(b, "repeat: one")
        (turn,) = b.chat.store.path(b.session.id)
        assert b.chat.store.pictures(turn)
        b.chat.store.purge.mark([b.session.id], after=0.0)
        b.chat.store.purge.tidy()
        assert b.chat.store.pictures(turn) == ()


# -- on the command line -----------------------------------------------------------------------------------------------


@pytest.fixture
def env(demo: Demo, tmp_path: Path) -> dict[str, str]:
    return environment(demo, tmp_path)


def test_a_text_file_goes_under_its_name_and_without_its_folder(demo: Demo, env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("name,mail\nsomebody,ana.ruiz@acme.example\n", encoding="utf-8")
    done = inside("ask", "--cloud", "Who is in it?", "--file", str(tmp_path / "people.csv"), env=env)
    assert done.returncode == 0, done.stderr
    (body,) = [r.body for s in (demo.openai, demo.anthropic) for r in s.requests]
    text = json.loads(body)["messages"][-1]["content"]
    assert text.startswith("people.csv (2 lines):\n```csv\nname,mail\n")
    assert text.endswith("\n```\n\nWho is in it?")
    assert b"ana.ruiz" not in body
    assert tmp_path.name.encode() not in body


def test_a_name_that_tells_of_somebody_goes_to_nobody(demo: Demo, env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "ana.ruiz@acme.example_notes.txt").write_text("nothing much", encoding="utf-8")
    done = inside("ask", "hello", "--file", str(tmp_path / "ana.ruiz@acme.example_notes.txt"), env=env)
    assert done.returncode == 0, done.stderr
    asked = [json.loads(r.body)["messages"][-1]["content"] for r in demo.ollama.requests if r.path == "/api/chat"]
    assert asked == ["file 1.txt (1 line):\n```\nnothing much\n```\n\nhello"]


def test_a_fence_in_a_file_does_not_end_it(demo: Demo, env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("```\ncode\n```\n", encoding="utf-8")
    inside("ask", "hello", "--file", str(tmp_path / "a.md"), env=env)
    asked = [json.loads(r.body)["messages"][-1]["content"] for r in demo.ollama.requests if r.path == "/api/chat"]
    assert asked == ["a.md (3 lines):\n````\n```\ncode\n```\n````\n\nhello"]


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.bin", b"\0\1\2\3", "neither UTF-8 text nor"),
        ("a.gif", b"GIF89a" + bytes(30), "only JPEG and PNG"),
        ("a.jpg", jpeg()[:30], "damaged"),
        ("", b"", "cannot be read"),
    ],
)
def test_a_file_of_no_use_is_told_and_nothing_is_sent(
    demo: Demo, env: dict[str, str], tmp_path: Path, name: str, data: bytes, says: str
) -> None:
    if name:
        (tmp_path / name).write_bytes(data)
    done = inside("ask", "hello", "--file", str(tmp_path / (name or "missing.txt")), env=env)
    assert done.returncode == 2
    assert says in done.stderr.decode()
    assert not [r for r in demo.ollama.requests if r.path == "/api/chat"]


def test_a_picture_leaves_a_script_by_no_flag(demo: Demo, env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png())
    done = inside("ask", "--cloud", "What is it?", "--file", str(tmp_path / "a.png"), env=env)
    assert done.returncode == 3, done.stderr
    assert not [r for s in (demo.openai, demo.anthropic) for r in s.requests if r.body]


def test_files_go_into_the_queue_and_to_several_models_as_to_one(demo: Demo, env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("one\ntwo", encoding="utf-8")
    done = inside("ask", "--compare", "llama3.2:3b,gpt-6.1-terra", "--cloud", "hi", "--file", str(tmp_path / "list.txt"), env=env)
    assert done.returncode == 0, done.stderr
    asked = [s.requests for s in (demo.ollama, demo.openai)]
    texts = [json.loads(r.body)["messages"][-1]["content"] for some in asked for r in some if r.body and b"two" in r.body]
    assert len(texts) == 2
    assert all(text.startswith("list.txt (2 lines):\n") for text in texts)
    done = inside("ask", "--queue", "--json", "What now?", "--file", str(tmp_path / "list.txt"), env=env)
    assert json.loads(done.stdout)["question"].startswith("list.txt (2 lines):\n")


def test_a_dry_run_counts_a_picture_and_names_who_sees_it(demo: Demo, env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png())
    looking = ("ask", "--dry-run", "--json", "--model", "gpt-6.1-terra", "What is it?")
    told = [json.loads(inside(*looking, *more, env=env).stdout) for more in ((), ("--file", str(tmp_path / "a.png")))]
    assert told[1]["tokens"] - told[0]["tokens"] == PER_PICTURE
    assert not [r for s in (demo.openai, demo.anthropic) for r in s.requests]
