"""What a conversation asks for beside its words reaches each model in its own form; what one does not know is said."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hybridchat.asking import Options
from hybridchat.config import Config
from hybridchat.config.schema import PairSettings, Privacy
from hybridchat.conversation import Ending, Session
from hybridchat.demo import Demo, Fault
from hybridchat.facts import Locality, Model
from hybridchat.fitting import can_think, fitted, thoughts
from hybridchat.parameters import KNOWN, NOTHING_SET, THINK, Parameters, changed, from_stored, said
from hybridchat.sessions.store import Store
from hybridchat.tuning import tuned
from tests.support.chats import Bench, bench, hear

THINKER, SMALL = "ollama:deepseek-r1:8b", "ollama:llama3.2:3b"
OPENAI, ANTHROPIC = "openai:gpt-6.1-terra", "anthropic:claude-haiku-5-5"
CONFIG = Config(pair=PairSettings(local=SMALL), privacy=Privacy(cloud="auto"))
ALL = "temperature 0.25", "top_p 0.9", "max_tokens 50", "seed 7", 'stop "END OF IT"'


def last(b: Bench, name: str) -> dict[str, Any]:
    server = getattr(b.demo, name)
    body: dict[str, Any] = json.loads([r.body for r in server.requests if r.body and b"messages" in r.body][-1])
    return body


def model(name: str = "m", *capabilities: str, think: tuple[str, ...] = ()) -> Model:
    return Model(f"ollama:{name}", "h", Locality.ON_DEVICE, capabilities=frozenset(capabilities), think=think)


def put(b: Bench, *lines: str) -> None:
    for line in lines:
        b.session, _ = b.chat.set(b.session, line)


# -- what may be said ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("temperature 3", "temperature is a number from 0 to 2; '3' is not."),
        ("temperature nan", "temperature is a number from 0 to 2; 'nan' is not."),
        ("seed 1.5", "seed is a whole number from 0 to 2,147,483,647; '1.5' is not."),
        ("context 12", "context is a whole number from 2,048 to 10,000,000; '12' is not."),
        ("think hard", "think is off, low, medium, high; 'hard' is not."),
        ("stop a b c d e", "stop is up to 4 texts"),
        ("tempratur 1", "Did you mean temperature?"),
        ("zzz 1", "There are: temperature, top_p, max_tokens, seed, context, stop, think. And: strategy."),
        ("strategy best", "There are: quality, cost."),
    ],
)
def test_what_cannot_be_set_is_refused_with_what_can(line: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        tuned(Session("", "", 0.0, 0.0), line, ("quality", "cost"))
    assert sentence in str(caught.value)


def test_none_gives_a_setting_back_and_a_name_alone_shows_it() -> None:
    session, told = tuned(Session("", "", 0.0, 0.0), "num_ctx = 16,384")
    assert (session.parameters.context, told) == (16_384, "context is 16,384 in this conversation.")
    same, told = tuned(session, "context")
    assert same == session
    assert "16,384" in told
    assert tuned(session, "context none")[0].parameters == NOTHING_SET
    assert all(name in tuned(session, "")[1] for name in (*KNOWN, "strategy"))


@given(
    st.builds(
        Parameters,
        temperature=st.none() | st.floats(0, 2),
        seed=st.none() | st.integers(0, 2**31 - 1),
        stop=st.lists(st.text(min_size=1, max_size=9), max_size=4).map(tuple),
        think=st.sampled_from([None, *THINK]),
    )
)
def test_what_was_set_is_stored_and_read_back_as_it_was(parameters: Parameters) -> None:
    assert from_stored(json.loads(json.dumps(said(parameters)))) == parameters


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), lambda c: st.lists(c) | st.dictionaries(st.text(), c)))
def test_whatever_stands_in_a_file_is_read_without_harm(told: object) -> None:
    assert isinstance(from_stored(told), Parameters)
    assert isinstance(from_stored(dict.fromkeys(KNOWN, told)), Parameters)


@given(st.sampled_from(sorted(KNOWN)), st.text(max_size=30))
def test_any_text_is_a_value_or_is_refused(name: str, text: str) -> None:
    try:
        made = changed(NOTHING_SET, name, text)
    except ValueError:
        return
    assert from_stored(json.loads(json.dumps(said(made)))) == made


# -- what reaches the models -----------------------------------------------------------------------------------------


async def test_a_local_model_is_asked_for_all_of_it(tmp_path: Path, demo: Demo) -> None:
    async with bench(tmp_path, demo, config=CONFIG) as b:
        put(b, *ALL, "context 16384")
        heard = await b.ask("hello", pin=SMALL)
        wanted = {"temperature": 0.25, "top_p": 0.9, "num_predict": 50, "seed": 7, "num_ctx": 16_384, "stop": ["END OF IT"]}
        assert last(b, "ollama")["options"] == wanted
        assert not [note for note in heard.ended.notes if "left out" in note]


async def test_a_cloud_is_asked_for_what_its_protocol_knows_and_the_rest_is_said(tmp_path: Path, demo: Demo) -> None:
    async with bench(tmp_path, demo, config=CONFIG) as b:
        put(b, *ALL)
        heard = await b.ask("hello", pin=OPENAI)
        body = last(b, "openai")
        assert (body["temperature"], body["top_p"], body["seed"], body["stop"]) == (0.25, 0.9, 7, ["END OF IT"])
        assert 50 in (body.get("max_tokens"), body.get("max_completion_tokens"))
        assert not [note for note in heard.ended.notes if "left out" in note]
        heard = await b.ask("hello again", pin=ANTHROPIC)
        body = last(b, "anthropic")
        assert (body["temperature"], body["max_tokens"], body["stop_sequences"]) == (0.25, 50, ["END OF IT"])
        assert "seed" not in body
        assert "top_p" not in body
        assert heard.ended.notes[:2] == (
            "seed left out: claude-haiku-5-5 knows none",
            "top_p left out: claude-haiku-5-5 takes it or temperature",
        )


async def test_what_is_said_with_one_message_goes_before_the_conversation(tmp_path: Path, demo: Demo) -> None:
    async with bench(tmp_path, demo, config=CONFIG) as b:
        put(b, "temperature 0.25", "seed 7")
        await hear(b.chat.answer(b.session.id, "hello", pin=SMALL, options=Options(Parameters(temperature=1.5))))
        assert (last(b, "ollama")["options"]["temperature"], last(b, "ollama")["options"]["seed"]) == (1.5, 7)


async def test_a_stop_text_that_is_personal_stays_here(tmp_path: Path, demo: Demo) -> None:
    async with bench(tmp_path, demo, config=CONFIG) as b:
        put(b, 'stop "anna@home.example" END')
        heard = await b.ask("hello", pin=OPENAI)
        assert last(b, "openai")["stop"] == ["END"]
        assert "a stop text stays here: it is personal" in heard.ended.notes
        assert not [body for body in b.cloud_bodies() if b"home.example" in body]


async def test_a_stop_text_that_was_hidden_by_hand_stays_here(tmp_path: Path, demo: Demo) -> None:
    async with bench(tmp_path, demo, config=CONFIG) as b:
        b.chat.review.amend(b.session.id, hide=["beans"])
        put(b, 'stop "my beans" END')
        await b.ask("hello", pin=OPENAI)
        assert last(b, "openai")["stop"] == ["END"]
        assert not [body for body in b.cloud_bodies() if b"beans" in body]


async def test_less_context_leaves_turns_out_and_says_so(tmp_path: Path, demo: Demo) -> None:
    async with bench(tmp_path, demo, config=CONFIG) as b:
        for n in range(4):
            await b.ask(f"repeat: {n} " + "word and word again " * 120, pin=SMALL)
        put(b, "context 2048")
        preview = await b.chat.preview(b.session.id, "and now?", pin=SMALL)
        assert preview.num_ctx == 2048
        assert preview.turns_left_out > 0
        await b.ask("and now?", pin=SMALL)
        assert last(b, "ollama")["options"]["num_ctx"] == 2048


# -- a strategy of its own -------------------------------------------------------------------------------------------


async def test_a_conversation_follows_its_own_strategy_and_another_one_the_programs(tmp_path: Path, demo: Demo) -> None:
    config = Config(pair=PairSettings(local=SMALL, cloud=OPENAI), privacy=Privacy(cloud="auto"))
    async with bench(tmp_path, demo, config=config) as b:
        put(b, "strategy quality")
        other = b.chat.store.new_session()
        assert (await b.chat.preview(b.session.id, "hi")).decision.strategy == "quality"
        assert (await b.chat.preview(other.id, "hi")).decision.strategy == "local-first"
        heard = await b.ask("hi")
        turn = heard.ended.turn_id
        decision = b.chat.decision(turn)
        assert decision is not None
        assert decision.strategy == "quality"
        b.chat.store.set_session(b.session.id, strategy="gone since")
        assert (await b.chat.preview(b.session.id, "hi")).decision.strategy == "local-first"


async def test_what_has_not_begun_is_previewed_as_it_will_be(tmp_path: Path, demo: Demo) -> None:
    config = Config(pair=PairSettings(local=THINKER), privacy=Privacy(cloud="auto"))
    with Demo(chunks_per_second=0, models=["deepseek-r1:8b"]) as own:
        async with bench(tmp_path, own, config=config) as b:
            blank, _ = b.chat.set(Session("", "", 0.0, 0.0), "high", think=True)
            assert (await b.chat.preview(b.session.id, "hi", like=blank)).think == "thinks high"
            assert (await b.chat.preview(b.session.id, "hi")).think == ""


# -- kept with the conversation --------------------------------------------------------------------------------------


async def test_a_fork_and_an_import_keep_the_parameters_and_a_file_brings_no_strategy(tmp_path: Path) -> None:
    from hybridchat.sessions.export import as_json
    from hybridchat.sessions.moves import import_from

    store = Store.open(tmp_path / "a.db")
    parameters = Parameters(temperature=0.5, stop=("END",), think="high")
    session = store.new_session(strategy="quality", parameters=parameters)
    store.set_session(session.id, parameters=(parameters := Parameters(temperature=0.75, stop=("END",), think="low")))
    found = store.session(session.id)
    assert found is not None
    assert (found.strategy, found.parameters) == ("quality", parameters)
    turn = await store.ask(session.id, "hello", parent_id=None)
    store.end_turn(turn.id, ending=Ending.STOPPED)
    forked = store.session(store.intake.fork(found, store.path(session.id)).id)
    assert forked is not None
    assert (forked.strategy, forked.parameters) == ("quality", parameters)
    file = tmp_path / "out.json"
    file.write_text(as_json(found, store.intake.tree(session.id)), "utf-8")
    assert json.loads(file.read_text("utf-8"))["session"]["strategy"] == "quality"
    taken = store.session(import_from(store, file).id)
    assert taken is not None
    assert (taken.strategy, taken.parameters) == (None, parameters)
    store.set_session(taken.id, parameters=NOTHING_SET)
    assert store.intake.origins()[taken.id].startswith("imported from")
    await store.close()


# -- thinking --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "able"),
    [
        (model("a", "completion", "thinking"), True),
        (model("a", "completion"), False),
        (model("a"), None),
        (model("a", think=("off", "on")), True),
        (model("a", think=("off",)), False),
    ],
)
def test_whether_a_model_thinks_is_read_and_never_guessed(one: Model, able: bool | None) -> None:
    assert can_think(one) is able


@pytest.mark.parametrize(
    ("levels", "wanted", "asked", "unmet"),
    [
        (("low", "medium", "high"), "off", "low", ("m always thinks: low",)),
        (("low", "high"), "medium", "low", ("m thinks low: it knows no medium",)),
        (("medium", "high"), "low", "medium", ("m thinks medium: it knows no low",)),
        (("off", "on"), "high", "high", ()),
        (("on",), "off", None, ("m always thinks",)),
    ],
)
def test_a_level_that_a_model_does_not_know_becomes_the_nearest_and_is_said(
    levels: tuple[str, ...], wanted: str, asked: str | None, unmet: tuple[str, ...]
) -> None:
    made, told = fitted(changed(NOTHING_SET, "think", wanted), "ollama", model("m", "thinking", think=levels))
    assert (made.think, told) == (asked, unmet)


async def test_a_thinking_model_thinks_as_much_as_asked_and_not_at_all_when_told_so(tmp_path: Path) -> None:
    config = Config(pair=PairSettings(local=THINKER), privacy=Privacy(cloud="auto"))
    with Demo(chunks_per_second=0, models=["deepseek-r1:8b"]) as demo:
        async with bench(tmp_path, demo, config=config) as b:
            put(b, "think high")
            heard = await b.ask("hello", pin=THINKER)
            # this one knows no levels: its server takes true and false
            assert last(b, "ollama")["think"] is True
            assert b.chat.store.path(b.session.id)[-1].attempts[0].thinking
            assert last(b, "ollama")["options"]["num_predict"] == 4096 + 16_384
            put(b, "think off")
            heard = await b.ask("hello again", pin=THINKER)
            assert last(b, "ollama")["think"] is False
            assert not b.chat.store.path(b.session.id)[-1].attempts[0].thinking
            assert heard.ended.notes == ()


async def test_a_model_that_cannot_think_is_not_asked_to_and_that_is_said(tmp_path: Path, demo: Demo) -> None:
    async with bench(tmp_path, demo, config=CONFIG) as b:
        put(b, "think high")
        assert (await b.chat.preview(b.session.id, "hello", pin=SMALL)).think == "cannot think"
        heard = await b.ask("hello", pin=SMALL)
        assert "think" not in last(b, "ollama")
        assert "llama3.2:3b cannot think" in heard.ended.notes
        assert last(b, "ollama")["options"]["num_predict"] == 4096


@pytest.mark.parametrize("wanted", ["low", "medium", "high"])
@pytest.mark.parametrize("cloud", [OPENAI, ANTHROPIC])
async def test_clouds_think_and_their_thoughts_are_counted_and_kept_apart(
    tmp_path: Path, demo: Demo, cloud: str, wanted: str
) -> None:
    async with bench(tmp_path, demo, config=CONFIG) as b:
        put(b, f"think {wanted}")
        before = (await b.chat.preview(b.session.id, "capital of France", pin=cloud)).package
        heard = await b.ask("capital of France", pin=cloud)
        body = last(b, cloud.partition(":")[0])
        told = body.get("reasoning_effort") or body["output_config"]["effort"]
        assert told == wanted
        assert heard.ended.usage.reasoning_tokens
        (answer,) = b.chat.store.path(b.session.id)[-1].attempts
        assert answer.thinking.startswith("The message has")
        assert "The message has" not in heard.text
        assert before is not None
        assert before.max_output == 4096 + thoughts(Parameters(think=wanted))  # type: ignore[arg-type] # one of the levels


async def test_thinking_off_is_said_to_a_cloud(tmp_path: Path, demo: Demo) -> None:
    async with bench(tmp_path, demo, config=CONFIG) as b:
        put(b, "think off")
        await b.ask("hello", pin=ANTHROPIC)
        assert last(b, "anthropic")["thinking"] == {"type": "disabled"}
        await b.ask("hello", pin=OPENAI)
        # the demo stands at another address than the service: the model's own template is told
        assert last(b, "openai")["chat_template_kwargs"] == {"enable_thinking": False}


def test_what_thinking_may_cost_is_in_the_estimate() -> None:
    assert thoughts(Parameters(think="high")) == 16_384
    assert thoughts(Parameters(think="off")) == thoughts(Parameters()) == 0
    assert thoughts(Parameters(think="high"), model("m", "completion")) == 0


async def test_a_conversation_with_parameters_counts_as_begun_here(tmp_path: Path, demo: Demo) -> None:
    async with bench(tmp_path, demo, config=CONFIG) as b:
        put(b, "temperature 0.5")
        await b.ask("hello", pin=SMALL)
        assert [t.model_id for t in b.chat.store.past.tried()] == [SMALL]
        assert b.session.id not in b.chat.store.intake.origins()


async def test_a_model_that_thinks_is_given_the_time_for_it(tmp_path: Path, demo: Demo) -> None:
    async with bench(tmp_path, demo, config=CONFIG) as b:
        b.chat._crew.patience = replace(b.chat._crew.patience, first_token_remote=0.2, retry=0.01)
        demo.openai.fail(Fault(kind="slow_first_token", seconds=0.8, times=1))
        heard = await b.ask("hello", pin=OPENAI)
        assert heard.ended.error == "stalled"
        put(b, "think high")
        demo.openai.fail(Fault(kind="slow_first_token", seconds=0.8, times=1))
        heard = await b.ask("hello again", pin=OPENAI)
        assert (heard.ended.error, bool(heard.text)) == ("", True)
