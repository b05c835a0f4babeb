"""Overrides are remembered per kind of question, and three alike become a rule when the user says yes."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from hybridchat.config import Config, ConfigError, load
from hybridchat.config.rule_file import add_rule
from hybridchat.config.rules import rules_of
from hybridchat.config.schema import PairSettings, Privacy, RuleConditions, RuleSettings
from hybridchat.config.template import default_toml
from hybridchat.demo import Demo
from hybridchat.events import Verdict
from hybridchat.facts import Locality, Mode
from hybridchat.repair import KEY, Memory, Moved, Suggestion, noted, suggested
from hybridchat.routing.preferences import Rule
from tests.support.chats import LOCAL, Bench, bench, hear

CLOUD_MODEL = "openai:gpt-6.1-terra"
FREE = Config(pair=PairSettings(local=LOCAL, cloud=CLOUD_MODEL), privacy=Privacy(cloud="auto"))
QUESTION = "SELECT name FROM users"


def remembered(*sides: str) -> Memory:
    memory: Memory = {}
    for n, side in enumerate(sides):
        memory = noted(memory, "sql", Moved(f"t{n}", side))  # type: ignore[arg-type]
    return memory


def test_three_alike_in_ten_make_a_suggestion() -> None:
    assert suggested(remembered("cloud", "", "cloud"), "sql", ()) is None
    assert suggested(remembered("cloud", "", "cloud", "cloud"), "sql", ()) == Suggestion("sql", "cloud", 3, 4)
    assert suggested(remembered("cloud", "local", "cloud", "local", "local"), "sql", ()) == Suggestion("sql", "local", 3, 5)
    assert suggested(remembered("cloud", "cloud", "local"), "sql", ()) is None
    assert suggested(remembered(*["cloud"] * 3), "code", ()) is None


def test_only_the_last_ten_of_a_kind_count() -> None:
    memory = remembered("cloud", *[""] * 8, "cloud", "cloud")
    assert len(memory["sql"]) == 10
    assert suggested(memory, "sql", ()) is None
    assert suggested(remembered(*[""] * 7, *["cloud"] * 3), "sql", ()) == Suggestion("sql", "cloud", 3, 10)


def test_it_asks_right_after_a_move_and_not_where_a_rule_speaks_already() -> None:
    assert suggested(remembered("cloud", "cloud", "cloud", ""), "sql", ()) is None
    assert suggested(remembered(*["cloud"] * 3), "sql", (Rule("mine", kind="sql", mode=Mode.AUTO),)) is None


def test_moving_a_turn_twice_counts_once_and_moving_it_back_not_at_all() -> None:
    memory = noted(remembered("cloud"), "sql", Moved("t0", "cloud"))
    assert memory["sql"] == (Moved("t0", "cloud"),)
    assert noted(memory, "sql", Moved("t0"))["sql"] == (Moved("t0", "cloud"),)  # asked again where it is
    assert noted(memory, "sql", Moved("t0", "local"))["sql"] == (Moved("t0"),)


def test_the_question_says_what_was_seen() -> None:
    said = Suggestion("sql", "cloud", 3, 10).question
    assert said == "You moved 3 of the last 10 SQL questions to the cloud. Start there next time?"
    assert "4 of the last 9 questions of no special kind to this machine." in Suggestion("other", "local", 4, 9).question


async def move(b: Bench, text: str = QUESTION, session_id: str | None = None) -> str:
    """Asks, then asks the other side; returns the turn."""
    session_id = session_id or b.session.id
    await hear(b.chat.answer(session_id, text))
    (*_, turn) = b.chat.store.path(session_id)
    heard = await hear(b.chat.again(turn.id, other=True))
    assert heard.ended.locality is Locality.REMOTE
    return turn.id


async def test_overrides_become_a_rule_that_holds_at_once_and_can_be_edited(demo: Demo, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("# mine\n[limits]\nmax_output = 2000  # enough")
    async with bench(tmp_path, demo, config=FREE, save=True) as b:
        for _ in range(2):
            # a conversation each: one that went to the cloud may stay there
            session = b.chat.store.new_session()
            await move(b, session_id=session.id)
            assert b.chat.suggestion(session.id) is None
    async with bench(tmp_path, demo, config=FREE, save=True) as b:
        await b.ask("What is the capital of France?")
        session = b.chat.store.new_session()
        await move(b, session_id=session.id)
        found = b.chat.suggestion(session.id)
        assert found == Suggestion("sql", "cloud", 3, 3)
        assert b.chat.suggestion(b.session.id) is None
        kept = b.chat.store.recall(KEY) or ""
        assert set(json.loads(kept)) == {"sql", "other"}
        assert "users" not in kept
        assert "France" not in kept
        assert str(file) in b.chat.repair.accept(found)
        assert b.chat.suggestion(session.id) is None
        assert set(json.loads(b.chat.store.recall(KEY) or "")) == {"other"}
        fresh = b.chat.store.new_session()
        heard = await hear(b.chat.answer(fresh.id, QUESTION))
        assert heard.ended.locality is Locality.REMOTE
        assert "SQL questions: the cloud first" in b.chat.decision(heard.ended.turn_id).reason  # type: ignore[union-attr]
    text = file.read_text()
    assert text.startswith("# mine\n[limits]\nmax_output = 2000  # enough\n\n# You moved 3 of the last 3 SQL questions")
    assert rules_of(load(file, env={})) == (Rule("SQL questions: the cloud first", kind="sql", mode=Mode.PREFER_CLOUD),)


async def test_a_no_is_remembered(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=FREE) as b:
        for _ in range(3):
            session = b.chat.store.new_session()
            await move(b, session_id=session.id)
        found = b.chat.suggestion(session.id)
        assert found is not None
        b.chat.repair.decline(found)
        assert b.chat.suggestion(session.id) is None
        session = b.chat.store.new_session()
        await move(b, session_id=session.id)
        assert b.chat.suggestion(session.id) is None


async def test_a_pin_for_a_message_counts_unless_it_goes_where_things_start_anyway(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=FREE) as b:
        for _ in range(3):
            await b.ask(QUESTION, pin=LOCAL)
        assert b.chat.suggestion(b.session.id) is None
        for _ in range(3):
            await b.ask(QUESTION, pin=CLOUD_MODEL)
        assert b.chat.suggestion(b.session.id) == Suggestion("sql", "cloud", 3, 6)


async def test_what_was_not_sent_and_what_a_program_asks_does_not_count(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo) as b:
        for _ in range(3):
            held = (await b.ask(QUESTION, pin=CLOUD_MODEL)).held
            await hear(b.chat.resume(held.turn_id, Verdict.CANCEL))
        assert b.chat.suggestion(b.session.id) is None
        assert b.chat.store.recall(KEY) is None
    async with bench(tmp_path, demo, config=FREE) as b:
        program = b.chat.store.new_session("api")
        for _ in range(3):
            await hear(b.chat.answer(program.id, QUESTION, pin=CLOUD_MODEL))
        assert b.chat.suggestion(program.id) is None
        assert b.chat.store.recall(KEY) is None


async def test_memory_of_another_shape_is_forgotten(demo: Demo, tmp_path: Path) -> None:
    async with bench(tmp_path, demo, config=FREE) as b:
        for left in ("nonsense", "[]", '{"sql": 3}', '{"sql": [[1, "mars"], 4], "poetry": []}'):
            b.chat.store.remember(KEY, left)
            assert (await b.ask(QUESTION)).text


RULE = RuleSettings(name='my "own"', use="prefer_local", when=RuleConditions(kind="code"))


@pytest.mark.parametrize("before", ["", "# only a comment", 'mode = "auto"\r\n', "[[rule]]\nuse='auto'\nwhen.kind='sql'\n"])
def test_a_rule_is_added_and_everything_else_stays(tmp_path: Path, before: str) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(before.encode())
    config = add_rule(file, RULE, "Seen.")
    text = file.read_text()
    assert config.rule[-1] == RULE
    assert load(file, env={}) == config
    assert text.startswith(before.strip().replace("\r", ""))
    assert len(tomllib.loads(text)["rule"]) == before.count("[[rule]]") + 1


def test_a_rule_is_added_to_the_file_that_config_show_prints(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(default_toml(), encoding="utf-8")
    assert add_rule(file, RULE, "Seen.") == Config(rule=[RULE])


@pytest.mark.parametrize("before", ["rule = [{ use = 'auto', when = { kind = 'sql' } }]\n", "mode = 'autoo'\n", "mode =\n"])
def test_a_file_that_cannot_be_added_to_is_left_alone(tmp_path: Path, before: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(before)
    with pytest.raises(ConfigError):
        add_rule(file, RULE, "Seen.")
    assert file.read_text() == before
