"""What a model is given: whole turns, the same bytes as before, and no more of them than may leave."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest

from hybridchat.config import Config
from hybridchat.config.schema import Limits, ModelSettings, PairSettings, Privacy
from hybridchat.conversation import Attempt, Ending, Message, Role, Turn
from hybridchat.demo import Demo
from hybridchat.earlier import ANOTHER, HEAD, MARGIN, PER_MESSAGE
from hybridchat.facts import Locality, Mode, Model
from hybridchat.handover import Parts, Redactor, Room, build
from hybridchat.privacy.placeholders import PlaceholderTable
from hybridchat.privacy.scan import scan
from hybridchat.render.package import printed
from hybridchat.render.words import earlier
from hybridchat.sessions.summaries import Summary
from hybridchat.tokens import estimate
from tests.support.chats import LOCAL, Bench, bench

OPENAI, ANTHROPIC = "openai:gpt-6.1-terra", "anthropic:claude-haiku-5-5"
HERE = Model("ollama:small", "127.0.0.1:11434", Locality.ON_DEVICE)
CLOUD = Model("openai:large", "api.example", Locality.REMOTE)


def auto(cloud: str, **privacy: str) -> Config:
    return Config(pair=PairSettings(local=LOCAL, cloud=cloud), privacy=Privacy(cloud="auto", **privacy))  # type: ignore[arg-type]


def turn(number: int, question: str, answer: str, model_id: str = HERE.id) -> Turn:
    attempt = Attempt(f"a{number}", f"t{number}", model_id, "host", Locality.ON_DEVICE, answer, ending=Ending.COMPLETE)
    return Turn(f"t{number}", "s", f"t{number - 1}" if number else None, question, 0.0, Ending.COMPLETE, (attempt,))


def wire(body: bytes) -> tuple[str, str]:
    """The bytes of the message list in a body, without the bracket that ends it, and those of a system text beside it."""
    text = body.decode()
    start = text.index('"messages":') + len('"messages":')
    _, end = json.JSONDecoder().raw_decode(text, start)
    system = json.dumps(json.loads(text).get("system"))
    return text[start : end - 1], system


# -- law 8: what was sent is sent again as it was ----------------------------------------------------------------------


@pytest.mark.parametrize("cloud", [OPENAI, ANTHROPIC])
async def test_over_ten_cloud_turns_with_new_personal_data_each_body_begins_with_the_one_before(
    demo: Demo, tmp_path: Path, cloud: str
) -> None:
    async with bench(tmp_path, demo, config=auto(cloud)) as b:
        for n in range(10):
            said = f"repeat: hello number {n}" if n < 2 else f"repeat: write to person{n}.surname@example.org"
            await b.ask(said, mode=Mode.ONLY_CLOUD)
        bodies = b.cloud_bodies()
        assert len(bodies) == 10
        for before, after in itertools.pairwise(wire(body) for body in bodies):
            # the first two hold nothing personal, and even so nothing changes when the third one does
            assert after[0].startswith(before[0])
            assert after[1] == before[1]
        assert not [n for n in range(10) if f"person{n}.surname".encode() in bodies[-1]]


async def test_a_value_learnt_later_changes_only_the_parts_that_hold_it_and_only_once(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=auto(OPENAI)) as b:
        for said in ("repeat: first of all, hello", "repeat: the plan is called Bluebird", "repeat: and it is good"):
            await b.ask(said, mode=Mode.ONLY_CLOUD)
        b.chat.hide("bluebird")
        heard = await b.ask("repeat: what of it?", mode=Mode.ONLY_CLOUD)
        await b.ask("repeat: fine", mode=Mode.ONLY_CLOUD)
        lists = [json.loads(body)["messages"] for body in b.cloud_bodies()]
        changed = [n for n, (old, new) in enumerate(zip(lists[2], lists[3], strict=False)) if old != new]
        assert [lists[2][n]["content"] for n in changed] == ["repeat: the plan is called Bluebird", "the plan is called Bluebird"]
        assert wire(b.cloud_bodies()[4])[0].startswith(wire(b.cloud_bodies()[3])[0])
        assert [note for note in heard.ended.notes if "already sent readable" in note and "turn 2" in note]
        # the transcript is what was said
        assert b.chat.store.path(b.session.id)[1].question == "repeat: the plan is called Bluebird"


# -- another model's answers -------------------------------------------------------------------------------------------


async def test_a_model_is_told_that_others_answered_before_it_and_only_then(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=auto(OPENAI)) as b:
        await b.ask("repeat: one", mode=Mode.ONLY_LOCAL)
        await b.ask("repeat: two", mode=Mode.ONLY_LOCAL)
        assert ANOTHER not in str(local_bodies(b))
        await b.ask("repeat: three", mode=Mode.ONLY_CLOUD)
        await b.ask("repeat: four", mode=Mode.ONLY_CLOUD)
        first, second = b.cloud_bodies()
        for body in (first, second):
            systems = [m["content"] for m in json.loads(body)["messages"] if m["role"] == "system"]
            assert len(systems) == 1
            assert systems[0].count(ANOTHER) == 1
        assert wire(second)[0].startswith(wire(first)[0])
        await b.ask("repeat: five", mode=Mode.ONLY_LOCAL)
        assert local_bodies(b)[-1]["messages"][0] == {"role": "system", "content": ANOTHER}


def test_the_line_about_another_model_names_nobody() -> None:
    """The identity of the other model would be taken for its own by this one."""
    made = build(CLOUD, Parts("", (turn(0, "a", "b"),), "c"), Room(8192, 256, 256), None)
    assert made.messages[0] == Message(Role.SYSTEM, ANOTHER)
    assert "small" not in str(made.messages)


def local_bodies(b: Bench) -> list[dict[str, list[dict[str, str]]]]:
    bodies = [json.loads(r.body) for r in b.demo.ollama.requests if r.path == "/api/chat" and r.body]
    return [body for body in bodies if body.get("messages")]


# -- the window --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("window", [1024, 2048, 4096, 8192, 32768])
@pytest.mark.parametrize("remote", [False, True])
def test_a_package_fits_the_window_and_its_turns_are_whole(window: int, *, remote: bool) -> None:
    long = tuple(
        turn(n, f"question {n} of Ana Ruiz " * (1 + n % 7), f"Answer {n} is {n * 37}. " * (3 + n % 11)) for n in range(60)
    )
    redactor = Redactor(PlaceholderTable(), scan) if remote else None
    made = build(CLOUD if remote else HERE, Parts("Be brief.", long, "And now?"), Room(window, 512, 512), redactor)
    assert sum((estimate(m.text) + PER_MESSAGE) * MARGIN for m in made.messages) <= window - 512
    assert made.turns - 1 + made.turns_left_out == 60
    assert made.summarised == (made.turns_left_out > 0)
    told = [m for m in made.messages if m.role is not Role.SYSTEM]
    assert [m.role for m in told] == [Role.USER, Role.ASSISTANT] * (made.turns - 1) + [Role.USER]
    if not remote:
        kept = long[60 - (made.turns - 1) :]
        assert [m.text for m in told[:-1]] == [text for t in kept for text in (t.question, t.attempts[0].text)]


def test_turns_without_an_answer_go_to_nobody() -> None:
    unanswered = Turn("t1", "s", "t0", "never answered", 0.0, Ending.FAILED)
    made = build(HERE, Parts("", (turn(0, "a", "b"), unanswered), "c"), Room(4096, 256, 256), None)
    assert [m.text for m in made.messages] == ["a", "b", "c"]


# -- a summary in front ------------------------------------------------------------------------------------------------

PAST = (
    *(turn(n, f"My colleague Ana Ruiz needs report {1000 + n}. " + "well " * 60, "Noted. " + "words " * 60) for n in range(12)),
    turn(12, "What now?", "Nothing."),
)


def test_what_a_model_wrote_goes_in_front_of_the_facts_in_their_own_words() -> None:
    parts = Parts("Be brief.", PAST, "And?", summary=Summary("They talked of reports.", 10, "ollama:writer"))
    made = build(HERE, parts, Room(1500, 256, 256), None)
    assert made.summary_by == "ollama:writer"
    first = made.messages[0].text
    assert first.index("Be brief.") < first.index(HEAD) < first.index("They talked of reports.") < first.index("report 1000")


def test_a_summary_is_redacted_and_what_is_left_readable_in_it_is_shown() -> None:
    table = PlaceholderTable()
    parts = Parts("", PAST, "And?", summary=Summary("Mail ana@example.org about Zorblax.", 10, "ollama:writer"))
    made = build(CLOUD, parts, Room(1500, 256, 256), Redactor(table, scan))
    assert made.summarised
    assert "ana@example.org" not in str(made.messages)
    shown = {row.original for row in table.rows} | set(made.left)
    assert any("Zorblax" in word for word in shown)


def test_a_system_text_without_room_beside_it_is_not_followed_by_a_summary() -> None:
    made = build(HERE, Parts("word " * 900, PAST, "And?"), Room(1024, 256, 256), None)
    assert (made.turns, made.turns_left_out, made.summarised) == (1, 13, False)


# -- how much of the earlier turns may leave ---------------------------------------------------------------------------


@pytest.mark.parametrize("cloud", [OPENAI, ANTHROPIC])
@pytest.mark.parametrize("history", ["summary", "none"])
async def test_no_earlier_turn_leaves_where_the_user_wants_that(demo: Demo, tmp_path: Path, history: str, cloud: str) -> None:
    async with bench(tmp_path, demo, config=auto(cloud, history=history)) as b:
        await b.ask("repeat: we must ship Bluebird before 14 March, and it is sunny")
        await b.ask("repeat: quite")
        heard = await b.ask("repeat: three", mode=Mode.ONLY_CLOUD)
        (body,) = b.cloud_bodies()
        told = [m["content"] for m in json.loads(body)["messages"] if m["role"] != "system"]
        assert told == ["repeat: three"]
        assert (b"before 14 March" in body) is (history == "summary")
        (note,) = [n for n in heard.ended.notes if "earlier turns" in n]
        assert note == f"the 2 earlier turns {'went as a summary' if history == 'summary' else 'did not leave'}, as you set it"


async def test_the_question_before_sending_says_that_no_earlier_turns_leave(demo: Demo, tmp_path: Path) -> None:
    config = Config(pair=PairSettings(local=LOCAL, cloud=OPENAI), privacy=Privacy(history="none"))
    async with bench(tmp_path, demo, config=config) as b:
        first = await b.ask("repeat: hello", mode=Mode.ONLY_CLOUD)
        assert earlier(first.held.package) == ""
        await b.ask("repeat: one", mode=Mode.ONLY_LOCAL)
        heard = await b.ask("repeat: two", mode=Mode.ONLY_CLOUD)
        assert earlier(heard.held.package) == "no earlier turns leave"


async def test_this_machines_models_see_the_whole_conversation_whatever_may_leave(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=auto(OPENAI, history="none")) as b:
        await b.ask("repeat: one", mode=Mode.ONLY_CLOUD)
        await b.ask("repeat: two", mode=Mode.ONLY_LOCAL)
        assert [m["content"] for m in local_bodies(b)[-1]["messages"]] == [ANOTHER, "repeat: one", "one", "repeat: two"]


# -- the package as text -----------------------------------------------------------------------------------------------


async def test_a_package_is_printed_with_every_part_its_origin_and_what_is_left_out(demo: Demo, tmp_path: Path) -> None:
    config = Config(
        pair=PairSettings(local=LOCAL), limits=Limits(max_output=256, reserve=256), models={LOCAL: ModelSettings(window=1024)}
    )
    async with bench(tmp_path, demo, config=config) as b:
        for number in range(4):
            await b.ask(f"repeat: turn {number} " + "lorem ipsum dolor sit amet " * 30)
        preview = await b.chat.preview(b.session.id, "And \x1b[31mred?")
        made = preview.package
        assert made is not None
        text = printed(made)
        assert made.turns_left_out > 0
        assert f"{made.turns_left_out} earlier turns as a summary" in text
        assert f"about {made.tokens:,} of 1,024" in text
        for message, (turn_id, attempt_id) in zip(made.messages[:-1], made.origins[:-1], strict=True):
            assert message.text in text
            assert (turn_id or "") in text
            assert (attempt_id or "") in text
        assert "this question\nAnd ␛[31mred?\n--- end" in text
