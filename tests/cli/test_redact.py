"""`hybridchat redact`: text in, the same text without what is personal out; nothing is sent."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path
from typing import get_args, get_type_hints
from unittest import mock

import pytest

from hybridchat.__main__ import run
from hybridchat.cli.redact_diff import Painter
from hybridchat.config.schema import Privacy
from hybridchat.privacy.parts import Parts
from hybridchat.privacy.placeholders import PlaceholderTable
from hybridchat.privacy.scan import scan
from tests.cli.run import bare, hybridchat, inside

TEXT = "Write to ana@example.org,\nnot to bo@example.org.\nana@example.org it is.\n"


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    file = tmp_path / "config.toml"
    file.write_text("", encoding="utf-8")
    return {"HYBRIDCHAT_DATA_DIR": str(tmp_path / "data"), "HYBRIDCHAT_CONFIG": str(file)}


def test_stdin_comes_out_with_placeholders_and_the_rest_unchanged(env: dict[str, str]) -> None:
    done = inside("redact", env=env, stdin=TEXT.encode())
    assert done.returncode == 0
    assert done.stdout.decode() == "Write to <EMAIL_1>,\nnot to <EMAIL_2>.\n<EMAIL_1> it is.\n"


@pytest.mark.parametrize("text", ["a\r\nb\r\n", "no end", "", "\ufeffx\n", "nul \x00 here\n", "שלום e\u0301\n", "a\n\n\n"])
def test_text_without_anything_to_hide_comes_out_byte_for_byte(env: dict[str, str], text: str) -> None:
    assert inside("redact", env=env, stdin=text.encode()).stdout == text.encode()


def test_files_share_their_placeholders(env: dict[str, str], tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_text(TEXT, encoding="utf-8")
    done = inside("redact", str(tmp_path / "a"), str(tmp_path / "b"), env=env)
    assert done.stdout.decode().count("<EMAIL_1>") == 4


def test_own_words_are_hidden_unless_they_are_left_out(env: dict[str, str]) -> None:
    assert inside("terms", "add", "Projekt Kolibri", env=env).returncode == 0
    assert inside("redact", env=env, stdin=b"projekt kolibri").stdout == b"<TERM_1>"
    assert inside("redact", "--no-terms", env=env, stdin=b"projekt kolibri").stdout == b"projekt kolibri"


@pytest.mark.parametrize("style", get_args(get_type_hints(Privacy)["placeholders"]))
def test_the_form_of_placeholders_is_the_configured_one(env: dict[str, str], style: str) -> None:
    assert inside("config", "set", "privacy.placeholders", style, env=env).returncode == 0
    shown = {"angle": b"<EMAIL_1>", "square": b"[EMAIL_1]", "double": b"[[EMAIL_1]]", "bare": b"EMAIL_1"}
    assert inside("redact", env=env, stdin=b"ana@example.org").stdout == shown[style]


def test_words_that_the_folder_hides_are_hidden_whatever_the_own_list_lets_pass(
    env: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "terms.txt").write_text("!Kolibri\n", encoding="utf-8")
    (tmp_path / ".hybridchat.toml").write_text('terms = ["kolibri"]\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert inside("redact", env=env, stdin=b"Kolibri").stdout == b"<TERM_1>"


@pytest.mark.parametrize("level", ["low", "normal", "high"])
def test_addresses_are_hidden_at_every_level(env: dict[str, str], level: str) -> None:
    assert inside("redact", "--level", level, env=env, stdin=b"ana@example.org").stdout == b"<EMAIL_1>"


def test_the_differences_name_line_kind_and_reason(env: dict[str, str]) -> None:
    out = inside("redact", "--show", env=env, stdin=b"plain\n" + TEXT.encode()).stdout.decode()
    assert "standard input:2\n- Write to ana@example.org,\n+ Write to <EMAIL_1>,\n    EMAIL: e-mail address\n" in out
    assert "plain" not in out
    assert "\x1b" not in out


def test_the_differences_neutralise_control_characters_and_have_color_only_where_wanted() -> None:
    text = "a\n\x1b[2J ana@example.org\n"
    plain, bright = (Painter("x", color=c).paint(text, scan(text), PlaceholderTable()) for c in (False, True))
    assert "\x1b" not in plain
    assert "\x1b[31m- \u241b[2J ana@example.org\x1b[0m" in bright
    assert "\x1b[2J" not in bright


class Terminal(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("setting", "colored"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_color_is_for_terminals_that_want_it(env: dict[str, str], setting: dict[str, str], colored: bool) -> None:
    out = Terminal(io.BytesIO(), encoding="utf-8")
    stdin = io.TextIOWrapper(io.BytesIO(TEXT.encode()))
    clean = {k: v for k, v in bare().items() if k != "NO_COLOR"}
    with (
        mock.patch.dict(os.environ, {**clean, "TERM": "xterm", **env, **setting}, clear=True),
        mock.patch.multiple(sys, stdin=stdin, stdout=out),
    ):
        assert run(["redact", "--show"]) == 0
    out.flush()
    assert (b"\x1b[31m" in out.buffer.getvalue()) is colored


def test_a_terminal_is_not_steered_by_the_text(env: dict[str, str]) -> None:
    out = Terminal(io.BytesIO(), encoding="utf-8")
    stdin = io.TextIOWrapper(io.BytesIO(b"\x1b[2J ana@example.org\n"))
    with mock.patch.dict(os.environ, {**bare(), **env}, clear=True), mock.patch.multiple(sys, stdin=stdin, stdout=out):
        run(["redact"])
    out.flush()
    assert out.buffer.getvalue().decode() == "\u241b[2J <EMAIL_1>\n"


def test_lines_of_json_give_exact_spans(env: dict[str, str]) -> None:
    text = "😀 ana@example.org"
    lines = "\n".join(json.dumps({"id": n, "text": text}) for n in (1, "b")) + "\n\n"
    done = inside("redact", "--jsonl", env=env, stdin=lines.encode())
    assert done.returncode == 0
    read = [json.loads(line) for line in done.stdout.splitlines()]
    assert [r["id"] for r in read] == [1, "b"]
    assert [text[a:b] + " " + kind for r in read for a, b, kind in r["spans"]] == ["ana@example.org EMAIL"] * 2


@pytest.mark.parametrize(
    "line",
    [
        b"{bad",
        b"[]",
        b'{"id": 1}',
        b'{"text": "x"}',
        b'{"id": 1, "text": 2}',
        b"\xff\xfe",
        pytest.param(b"[" * 100_000, id="deep"),
    ],
)
def test_a_bad_line_is_named_and_what_stood_before_it_is_written(env: dict[str, str], line: bytes) -> None:
    done = inside("redact", "--jsonl", env=env, stdin=b'{"id": 1, "text": "x"}\n' + line + b"\n")
    assert done.returncode == 2
    assert b"line 2" in done.stderr
    assert json.loads(done.stdout) == {"id": 1, "spans": []}


@pytest.mark.parametrize("place", [0, 3, 70_000])
def test_what_is_no_text_is_said_with_its_place(env: dict[str, str], place: int) -> None:
    done = inside("redact", env=env, stdin=b"a" * place + b"\xff rest")
    assert done.returncode == 2
    assert f"byte {place:,}".encode() in done.stderr


def test_a_file_that_is_not_there_is_one_sentence(env: dict[str, str]) -> None:
    done = inside("redact", "/no/such/file", env=env)
    assert done.returncode == 2
    assert done.stderr.count(b"\n") == 1
    assert b"no" in done.stderr


def test_an_unreadable_list_of_own_words_stops_everything(env: dict[str, str]) -> None:
    inside("terms", "add", "Kolibri", env=env)
    where = inside("config", "path", env=env).stdout.decode()
    folder = next(line.split(maxsplit=1)[1] for line in where.splitlines() if line.startswith("data"))
    (Path(folder) / "terms.txt").write_bytes(b"\xff\xfe\xfd")
    done = inside("redact", env=env, stdin=b"Kolibri ana@example.org")
    assert (done.returncode, done.stdout) == (2, b"")


def test_a_long_text_keeps_its_fences_over_the_parts_it_is_read_in(env: dict[str, str]) -> None:
    code = "```python\n" + "x = '10.20.30.40'\n" * 40_000 + "```\nhost 10.20.30.40\n"
    done = inside("redact", env=env, stdin=code.encode())
    assert done.stdout.decode() == code[: -len("host 10.20.30.40\n")] + "host <IP_1>\n"


@pytest.mark.parametrize("step", [1, 7, 1000])
def test_parts_joined_are_the_text_and_know_the_fence_they_stand_in(step: int) -> None:
    text = "first,line\n\n" + "some words\n" * 30 + "~~~csv\nname,age\n" + "Ana,3\n" * 60 + "~~~\nafter\n" * 20
    cut = list(Parts(100).of(text[i : i + step] for i in range(0, len(text), step)))
    assert "".join(part for _, part in cut) == text
    assert len(cut) > 5
    inside_fence = [context for context, part in cut if part.startswith("Ana,3")]
    assert set(inside_fence) == {"~~~csv\nname,age\n"}


def test_it_starts_without_a_screen_or_a_client(env: dict[str, str]) -> None:
    code = (
        "import sys\nfrom hybridchat.__main__ import run\nrun(['redact'])\n"
        "print(*sorted({'textual', 'openai', 'anthropic', 'ollama', 'rich', 'sqlite3'} & set(sys.modules)))"
    )
    import subprocess

    done = subprocess.run(
        [sys.executable, "-c", code], input=TEXT, env={**bare(), **env}, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == ""


def test_it_works_as_a_process_of_its_own(env: dict[str, str]) -> None:
    assert hybridchat("redact", env=env, stdin=b"ana@example.org\r\n").stdout == b"<EMAIL_1>\r\n"
