"""Files that a program gives with a prompt: text in it, pictures beside it, and no picture leaves without a word."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from hybridchat import HybridClient
from hybridchat.api.errors import BadFile, HybridError
from hybridchat.config import Config
from hybridchat.config.schema import ModelSettings
from hybridchat.demo import Demo
from tests.api.conftest import CLOUD, LOCAL, hooked
from tests.test_pictures import png


def bodies(demo: Demo) -> list[bytes]:
    return [r.body for s in (demo.ollama, demo.openai, demo.anthropic) for r in s.requests if r.body and b"messages" in r.body]


async def test_a_text_file_stands_before_the_prompt_for_one_model_and_for_several(
    client: HybridClient, demo: Demo, tmp_path: Path
) -> None:
    (tmp_path / "list.txt").write_text("one\ntwo", encoding="utf-8")
    await client.execute("What now?", model_id=LOCAL, files=[tmp_path / "list.txt"])
    said = "".join(
        [piece async for piece in client.execute_streaming("And?", model_id=LOCAL, files=[str(tmp_path / "list.txt")])]
    )
    assert said
    session = await client.create_session()
    await client.execute_many("Well?", [LOCAL, CLOUD], session_id=session, files=[tmp_path / "list.txt"])
    assert len([body for body in bodies(demo) if b"list.txt (2 lines)" in body]) == 4


async def test_a_file_of_no_use_is_told_by_its_name_and_nobody_is_asked(client: HybridClient, demo: Demo, tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"\0")
    with pytest.raises(BadFile, match=r"a\.bin is neither"):
        await client.execute("What is it?", files=[tmp_path / "a.bin"])
    assert bodies(demo) == []


async def test_a_picture_leaves_only_when_the_program_says_so(demo: Demo, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png())
    sees = {model: ModelSettings(capabilities=["completion", "vision"]) for model in (LOCAL, CLOUD)}
    async with HybridClient(config=Config(models=sees)) as client:
        await hooked(client)
        await client.execute("What is it?", model_id=LOCAL, files=[tmp_path / "a.png"])
        data = base64.b64encode(png())
        assert data in bodies(demo)[-1]
        with pytest.raises(HybridError, match="pictures_may_leave"):
            await client.execute("What is it?", model_id=CLOUD, files=[tmp_path / "a.png"])
        assert not [r for r in demo.openai.requests if data in r.body]
        await client.execute("What is it?", model_id=CLOUD, files=[tmp_path / "a.png"], pictures_may_leave=True)
        assert [r for r in demo.openai.requests if data in r.body]
