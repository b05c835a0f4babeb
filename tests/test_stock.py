"""The models of this machine as a person keeps them: a pulled one answers at once, a deleted one is gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from hybridchat.demo import Demo, Fault
from hybridchat.facts import Mode
from hybridchat.providers.base import Progress, ServerFault, UnknownModel
from hybridchat.stock import NotOursError, Stock, name_of
from tests.support.chats import LOCAL, Bench, bench


async def pulled(stock: Stock, name: str) -> list[Progress]:
    return [step async for step in stock.pull(name)]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("llama3.2", "llama3.2"),
        (" gemma3:4b ", "gemma3:4b"),
        ("ollama pull phi4", "phi4"),
        ("ollama run  hf.co/me/some.model-GGUF:Q4_K_M", "hf.co/me/some.model-GGUF:Q4_K_M"),
        ("ollama:llama3.2", "llama3.2"),
    ],
)
def test_a_name_is_taken_out_of_what_people_paste(typed: str, name: str) -> None:
    assert name_of(typed) == name


@pytest.mark.parametrize("typed", ["", "two words", "-rf", "a\x1b[2J", "ü", "x" * 201, "ollama pull"])
def test_what_cannot_be_a_name_goes_nowhere(typed: str) -> None:
    with pytest.raises(NotOursError, match=r"ollama\.com/library"):
        name_of(typed)


async def answers(b: Bench, model: str) -> bool:
    heard = await b.ask("What is the capital of France?", mode=Mode.ONLY_LOCAL)
    return heard.ended.model_id == model and "Paris" in heard.text


async def test_a_pulled_model_answers_at_once(tmp_path: Path) -> None:
    with Demo(chunks_per_second=0, models=()) as demo:
        async with bench(tmp_path, demo) as b:
            stock = Stock(b.chat.world)
            assert stock.empty
            assert not any(m.on_device for m in b.chat.models())
            await pulled(stock, "llama3.2")
            assert not stock.empty
            assert await answers(b, "ollama:llama3.2:latest")


async def test_an_embedder_and_a_cloud_model_are_nothing_to_chat_with_here(tmp_path: Path) -> None:
    with Demo(chunks_per_second=0, models=("nomic-embed-text", "gpt-oss:120b-cloud")) as demo:
        async with bench(tmp_path, demo) as b:
            stock = Stock(b.chat.world)
            assert stock.empty
            assert [m.name for m in stock.embedders] == ["nomic-embed-text:latest"]
            with pytest.raises(LookupError, match="makes embeddings only: it cannot answer"):
                b.chat.set_pin(b.session.id, "nomic-embed-text")
            assert await stock.change("rm", "nomic-embed-text") == "nomic-embed-text:latest is deleted."
            assert not stock.embedders


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("llama3.2", "llama3.2 is here. Ask away."),
        ("library/llama3.2", "library/llama3.2 is here. Ask away."),
        ("nomic-embed-text", "nomic-embed-text was pulled. It is not among the models to chat with."),
        ("gpt-oss:120b-cloud", "gpt-oss:120b-cloud is in the list now, but it runs at ollama.com, not on this machine."),
    ],
)
async def test_what_came_is_told_for_what_it_is(tmp_path: Path, name: str, said: str) -> None:
    with Demo(chunks_per_second=0, models=()) as demo:
        async with bench(tmp_path, demo) as b:
            stock = Stock(b.chat.world)
            await pulled(stock, name)
            assert stock.came(name).startswith(said)
            # pulling a model that runs elsewhere is no leave for the router to ask it
            active = b.chat.world.active or frozenset()
            assert all(m.on_device for m in b.chat.models() if m.endpoint == "ollama" and m.id in active)


async def test_a_pull_that_failed_changes_nothing(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo) as b:
        before = b.chat.models()
        demo.ollama.fail(Fault("error_event", after=5, path="/api/pull"))
        with pytest.raises(ServerFault, match="no room"):
            await pulled(Stock(b.chat.world), "gemma3:4b")
        demo.ollama.fail(None)
        await Stock(b.chat.world).look()
        assert b.chat.models() == before


async def test_where_the_model_in_use_is_deleted_another_answers(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo) as b:
        assert await answers(b, LOCAL)
        stock = Stock(b.chat.world)
        await stock.look()
        assert LOCAL in stock.running()
        await stock.unload(b.chat.world.find(LOCAL))
        assert stock.running() == {}
        await stock.delete(b.chat.world.find(LOCAL))
        assert LOCAL not in {m.id for m in b.chat.models()}
        assert await answers(b, "ollama:qwen2.5-coder:7b")


async def test_only_what_ollama_keeps_can_be_deleted(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo) as b:
        stock = Stock(b.chat.world)
        cloud = next(m for m in b.chat.models() if m.endpoint == "openai")
        for work in (stock.delete(cloud), stock.unload(cloud)):
            with pytest.raises(NotOursError, match="not kept by Ollama"):
                await work
        gone = b.chat.world.find(LOCAL)
        await stock.delete(gone)
        with pytest.raises(UnknownModel):
            await stock.delete(gone)
    assert demo.openai.connections == 0
