"""A program cannot press a key, and hooking a cloud was its consent: what the local answer lacks is asked there by itself."""

from __future__ import annotations

import pytest

from hybridchat import HybridClient
from hybridchat.agents import BaseAgent
from hybridchat.config import Config
from hybridchat.config.schema import Routing
from hybridchat.demo import Demo, Fault
from tests.api.conftest import CLAUDE, CLOUD, LOCAL, hooked

REFUSAL = "repeat: I do not know."


class Home(BaseAgent):
    async def check(self, **_: object) -> dict[str, object]:
        return {"proceed": True, "state": "home", "target": "local", "reason": "", "metrics": {}}


async def test_a_doubtful_answer_is_replaced_by_the_clouds_and_the_response_says_so(client: HybridClient) -> None:
    response = await client.execute(REFUSAL)
    look = response["second_look"]
    assert look is not None
    assert (look["from"], look["to"]) == (LOCAL, response["model_id"])
    assert look["doubt"][0] == "it refuses or does not know"
    assert response["model_id"] in {CLOUD, CLAUDE}
    assert response["inference_source"] == "in_cloud"
    assert response["response"].count("I do not know") == 1, "one answer, not both"
    assert (response["metrics"]["time_to_first_token"] or 0) <= response["metrics"]["total_latency"]


async def test_an_answer_nobody_doubts_stays(client: HybridClient, demo: Demo) -> None:
    response = await client.execute("What is the capital of France?")
    assert (response["model_id"], response["second_look"]) == (LOCAL, None)
    assert not [r for r in demo.openai.requests + demo.anthropic.requests if r.body]


@pytest.mark.parametrize("fault", [Fault("status", status=400), Fault("cut", after=2)])
async def test_when_the_cloud_fails_the_first_answer_stands_whole(client: HybridClient, demo: Demo, fault: Fault) -> None:
    for server in (demo.openai, demo.anthropic):
        server.fail(fault)
    response = await client.execute(REFUSAL)
    assert (response["model_id"], response["ending"]) == (LOCAL, "complete")
    assert response["response"] == "I do not know."
    assert any(note.startswith("second look:") for note in response["notes"])


async def test_a_stream_is_not_taken_back_and_only_says_the_doubt(client: HybridClient, demo: Demo) -> None:
    async with client.execute_streaming(REFUSAL) as stream:
        pieces = [piece async for piece in stream]
    assert stream.response["model_id"] == LOCAL
    assert "".join(pieces) == stream.response["response"]
    assert any("worth a second look" in note for note in stream.response["notes"])
    assert not [r for r in demo.openai.requests + demo.anthropic.requests if r.body]


async def test_an_agent_that_asked_for_this_machine_is_not_overruled(client: HybridClient) -> None:
    client.hook_agent(Home("home"))
    response = await client.execute(REFUSAL)
    assert (response["model_id"], response["second_look"]) == (LOCAL, None)


async def test_what_the_configuration_says_of_it_holds() -> None:
    async with HybridClient(config=Config(routing=Routing(second_look="offer"))) as client:
        response = await (await hooked(client)).execute(REFUSAL)
    assert (response["model_id"], response["second_look"]) == (LOCAL, None)
    assert any("worth a second look" in note for note in response["notes"])
