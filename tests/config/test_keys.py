"""Keys come from where the file says and show nowhere."""

from __future__ import annotations

import logging
import pickle
import sys
from dataclasses import replace

import pytest

from hybridchat.config.endpoints import Endpoint
from hybridchat.facts import Locality
from hybridchat.keys import KeyUnavailable, Secret, api_key, has_key

KEY = "sk-test-0123456789abcdef"
WORK = Endpoint("work", "openai", "https://gpubox/v1", "gpubox", Locality.REMOTE)


def printing(code: str) -> Endpoint:
    return replace(WORK, api_key_cmd=(sys.executable, "-c", code))


def test_the_environment_comes_first_then_the_command() -> None:
    both = replace(printing(f"print('{KEY}')"), key_env="WORK_KEY")
    assert api_key(both, {"WORK_KEY": " from-env-123 \n"}) == Secret("from-env-123")
    assert api_key(both, {"WORK_KEY": ""}) == Secret(KEY)
    assert api_key(WORK, {"WORK_KEY": KEY}) is None


def test_the_first_line_of_the_command_is_the_key() -> None:
    assert api_key(printing(f"print('{KEY}'); print('note')"), {}) == Secret(KEY)


def test_no_shell_reads_the_command() -> None:
    words = replace(WORK, api_key_cmd=(sys.executable, "-c", "import sys; print(sys.argv[1])", "$HOME;`id`"))
    found = api_key(words, {})
    assert found is not None
    assert found.reveal() == "$HOME;`id`"


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (f"import sys; print('{KEY}'); print('{KEY}', file=sys.stderr); sys.exit(3)", "exit code 3"),
        ("pass", "printed nothing"),
        ("print('two words')", "spaces or non-ASCII"),
        ("import sys; sys.stdout.buffer.write('schlüssel'.encode())", "spaces or non-ASCII"),
    ],
)
def test_a_command_that_fails_is_named_with_its_endpoint_and_without_its_output(code: str, says: str) -> None:
    command = replace(
        printing("exec(open(0).read())"), api_key_cmd=(sys.executable, "-c", code.replace(KEY, "sk-test-' '0123456789abcdef"))
    )
    with pytest.raises(KeyUnavailable, match=says) as caught:
        api_key(command, {})
    assert "endpoint `work`" in str(caught.value)
    assert KEY not in str(caught.value)
    assert "schl" not in str(caught.value)


def test_a_command_that_is_not_there_is_named_without_what_it_is_given() -> None:
    with pytest.raises(KeyUnavailable, match="api_key_cmd `no-such-program-here` could not be run") as caught:
        api_key(replace(WORK, api_key_cmd=("no-such-program-here", "hunter2")), {})
    assert "hunter2" not in str(caught.value)


def test_a_command_that_hangs_is_ended() -> None:
    with pytest.raises(KeyUnavailable, match=r"endpoint `work`: .* took longer than 0.2 s"):
        api_key(printing("import time; time.sleep(60)"), {}, timeout_s=0.2)


def test_the_keyring_is_asked_for_the_endpoint_and_an_empty_one_says_how_to_fill_it() -> None:
    keyring = pytest.importorskip("keyring", reason="the extra keyring is not installed")
    backend = pytest.importorskip("keyring.backend")

    class Shelf(backend.KeyringBackend):  # type: ignore[misc, name-defined]  # the extra brings no types
        priority = 1

        def get_password(self, service: str, username: str) -> str | None:
            return KEY if (service, username) == ("hybridchat", "work") else None

        def set_password(self, service: str, username: str, password: str) -> None: ...

    before = keyring.get_keyring()
    keyring.set_keyring(Shelf())
    try:
        assert api_key(replace(WORK, keyring=True), {}) == Secret(KEY)
        with pytest.raises(KeyUnavailable, match=r"^endpoint `home`: keyring has no key; .*: keyring set hybridchat home$"):
            api_key(replace(WORK, name="home", keyring=True), {})
    finally:
        keyring.set_keyring(before)


def test_asking_whether_there_is_a_key_runs_nothing() -> None:
    assert has_key(replace(WORK, api_key_cmd=("no-such-program-here",)), {})
    assert has_key(replace(WORK, key_env="K"), {"K": "x"})
    assert not has_key(replace(WORK, key_env="K"), {"K": " "})
    assert not has_key(WORK, {})


def test_a_secret_does_not_show_itself(caplog: pytest.LogCaptureFixture) -> None:
    secret = Secret(KEY)
    logging.getLogger("x").warning("%s %r", secret, [secret])
    for shown in (repr(secret), str(secret), f"{secret}", f"{secret!s:>40}", repr({"k": secret}), "%s" % secret, caplog.text):  # noqa: UP031 the old way must not leak either
        assert KEY not in shown
    assert secret.reveal() == KEY
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    assert not hasattr(secret, "__dict__")


def test_an_endpoint_does_not_show_its_command() -> None:
    assert "hunter2" not in repr(replace(WORK, api_key_cmd=("echo", "hunter2")))
