"""Several models asked the same in one session, and conversations moved from client to client."""

from __future__ import annotations

from pathlib import Path

import pytest

from hybridchat import HybridClient, HybridError
from hybridchat.api import BadFile, NoModel, SessionNotFound
from hybridchat.demo import Demo, Fault
from tests.api.conftest import CLAUDE, CLOUD, LOCAL, hooked


async def test_in_a_session_all_answers_are_one_turn_and_either_can_be_kept(client: HybridClient) -> None:
    session = await client.create_session()
    found = await client.execute_many("repeat: hello", [LOCAL, CLOUD], session_id=session)
    local, cloud = (r for r in found if isinstance(r, dict))
    assert (local["model_id"], cloud["model_id"]) == (LOCAL, CLOUD)
    assert local["request_id"] == cloud["request_id"]
    assert (await client.load_session(session))["turns"] == 1
    for kept in (LOCAL, CLOUD):
        await client.keep(local["request_id"], kept)
        store = await client._opened_store()
        (turn,) = store.path(session)
        assert turn.answer is not None
        assert turn.answer.model_id.partition(":")[0] == kept.partition(":")[0]
    with pytest.raises(HybridError, match="gave no answer to keep"):
        await client.keep(local["request_id"], CLAUDE)
    with pytest.raises(HybridError, match="no turn"):
        await client.keep("nowhere", LOCAL)


async def test_the_conversation_goes_on_from_what_was_kept(client: HybridClient, demo: Demo) -> None:
    session = await client.create_session()
    found = await client.execute_many("Name a color.", [LOCAL, CLOUD], session_id=session, max_tokens=4)
    local, cloud = (r for r in found if isinstance(r, dict))
    for kept, there in ((local, True), (cloud, True)):
        await client.keep(local["request_id"], kept["model_id"])
        told = await client.load_session(session)
        assert (told["messages"][-1]["content"] == kept["response"]) is there


async def test_one_that_fails_or_is_not_there_stands_beside_the_others(client: HybridClient, demo: Demo) -> None:
    demo.openai.fail(Fault(kind="status", status=500))
    session = await client.create_session()
    nobody, failed, answered = await client.execute_many("hello", ["ollama:nope", CLOUD, LOCAL], session_id=session)
    assert isinstance(nobody, NoModel)
    assert isinstance(failed, HybridError)
    assert isinstance(answered, dict)
    messages = (await client.load_session(session))["messages"]
    assert [m["content"] for m in messages] == ["hello", answered["response"]]
    with pytest.raises(SessionNotFound):
        await client.execute_many("hello", [LOCAL], session_id="nowhere")


async def test_a_conversation_moves_from_client_to_client_whole(client: HybridClient, tmp_path: Path) -> None:
    session = await client.create_session("Talk")
    await client.execute_many("repeat: hello", [LOCAL, CLOUD], session_id=session)
    text = await client.export_session(session, form="json", path=tmp_path / "talk.json")
    async with HybridClient() as other:
        made = await other.import_session(tmp_path / "talk.json")
        assert await other.export_session(made, form="json") == text
        (row,) = await other.list_sessions()
        assert (row["title"], row["turns"]) == ("Talk", 1)
        assert row["origin"].startswith("imported from talk.json")


async def test_two_conversations_are_merged_into_a_third(client: HybridClient) -> None:
    first, second = await client.create_session("A"), await client.create_session("B")
    await client.execute("repeat: one", LOCAL, first)
    await client.execute("repeat: two", LOCAL, second)
    made = await client.merge_sessions(first, second)
    told = await client.load_session(made)
    assert [m["content"] for m in told["messages"]] == ["repeat: one", "one", "repeat: two", "two"]
    assert told["title"] == "A + B"
    assert {row["id"] for row in await client.list_sessions()} == {first, second, made}
    with pytest.raises(HybridError):
        await client.merge_sessions(first, first)
    with pytest.raises(SessionNotFound):
        await client.merge_sessions(first, "nowhere")


async def test_a_bad_file_is_told_by_name_and_place(client: HybridClient, tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_text('{"schema": 1, "session": {"id": 5}, "turns": []}')
    with pytest.raises(BadFile, match=r"^x\.json: \$\.session\.id: expected `str`"):
        await client.import_session(file)
    assert not await client.list_sessions()


@pytest.mark.filterwarnings("ignore:The model:DeprecationWarning")
async def test_what_is_compared_is_hidden_and_ledgered_for_each_cloud(client: HybridClient, demo: Demo) -> None:
    session = await client.create_session()
    found = await client.execute_many("repeat: anna@post.example", session_id=session)
    bodies = [r.body for server in (demo.openai, demo.anthropic) for r in server.requests if r.body]
    assert len(bodies) == 2, found
    assert not any(b"anna@post.example" in body for body in bodies)
    ledger = (await client._opened_store()).ledger
    assert sorted(ledger.body(row.id) or b"" for row in ledger.rows() if row.kind == "message") == sorted(bodies)


async def test_a_prompt_without_words_is_refused_here_too() -> None:
    async with HybridClient() as client:
        await hooked(client)
        with pytest.raises(HybridError, match="empty"):
            await client.execute_many(" ", session_id=await client.create_session())
