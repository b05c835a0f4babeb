"""Which servers there are, where they are, and what may be believed of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from hybridchat.config import Config, ConfigError, load
from hybridchat.config.endpoints import Endpoint, endpoints
from hybridchat.facts import Locality

ON_DEVICE, LAN, REMOTE = Locality.ON_DEVICE, Locality.LAN, Locality.REMOTE


def known(tmp_path: Path, text: str, env: dict[str, str] | None = None) -> dict[str, Endpoint]:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return {e.name: e for e in endpoints(load(path, env={}), env or {})}


@pytest.mark.parametrize(
    ("said", "url", "host", "locality"),
    [
        ("", "http://127.0.0.1:11434", "127.0.0.1:11434", ON_DEVICE),
        ("  ", "http://127.0.0.1:11434", "127.0.0.1:11434", ON_DEVICE),
        ("localhost", "http://localhost:11434", "localhost:11434", ON_DEVICE),
        ("127.0.0.1:5000", "http://127.0.0.1:5000", "127.0.0.1:5000", ON_DEVICE),
        (":5000", "http://127.0.0.1:5000", "127.0.0.1:5000", ON_DEVICE),
        ("gpubox", "http://gpubox:11434", "gpubox:11434", REMOTE),
        ("gpubox:", "http://gpubox:11434", "gpubox:11434", REMOTE),
        ("GpuBox:5000/", "http://gpubox:5000", "gpubox:5000", REMOTE),
        ("192.168.1.5", "http://192.168.1.5:11434", "192.168.1.5:11434", REMOTE),
        ("http://gpubox", "http://gpubox", "gpubox", REMOTE),
        ("http://gpubox:80", "http://gpubox", "gpubox", REMOTE),
        ("https://gpubox", "https://gpubox", "gpubox", REMOTE),
        ("https://gpubox:11434/", "https://gpubox:11434", "gpubox:11434", REMOTE),
        ("HTTP://gpubox:1", "http://gpubox:1", "gpubox:1", REMOTE),
        ("https://gpubox/ollama/", "https://gpubox/ollama", "gpubox", REMOTE),
        ("gpubox/path", "http://gpubox:11434/path", "gpubox:11434", REMOTE),
        ("http://localhost:11434/v1", "http://localhost:11434", "localhost:11434", ON_DEVICE),
        ("localhost:11434/api/", "http://localhost:11434", "localhost:11434", ON_DEVICE),
        ("0.0.0.0", "http://127.0.0.1:11434", "127.0.0.1:11434", ON_DEVICE),
        ("0.0.0.0:5000", "http://127.0.0.1:5000", "127.0.0.1:5000", ON_DEVICE),
        ("http://0.0.0.0:5000", "http://127.0.0.1:5000", "127.0.0.1:5000", ON_DEVICE),
        ("[::]", "http://[::1]:11434", "[::1]:11434", ON_DEVICE),
        ("::", "http://[::1]:11434", "[::1]:11434", ON_DEVICE),
        ("[::]:5000", "http://[::1]:5000", "[::1]:5000", ON_DEVICE),
        ("::1", "http://[::1]:11434", "[::1]:11434", ON_DEVICE),
        ("[::1]", "http://[::1]:11434", "[::1]:11434", ON_DEVICE),
        ("http://[0:0::1]:5000/x", "http://[::1]:5000/x", "[::1]:5000", ON_DEVICE),
        ("[2001:DB8::5]:5000", "http://[2001:db8::5]:5000", "[2001:db8::5]:5000", REMOTE),
        ('"gpubox:5000"', "http://gpubox:5000", "gpubox:5000", REMOTE),
        (" 'http://gpubox:5000' ", "http://gpubox:5000", "gpubox:5000", REMOTE),
        ("ollama.com", "https://ollama.com", "ollama.com", REMOTE),
        ("127.0.0.1.evil.example", "http://127.0.0.1.evil.example:11434", "127.0.0.1.evil.example:11434", REMOTE),
        ("localhost.evil.example", "http://localhost.evil.example:11434", "localhost.evil.example:11434", REMOTE),
        ("127.1", "http://127.1:11434", "127.1:11434", REMOTE),
    ],
)
def test_ollama_host_in_every_shape(said: str, url: str, host: str, locality: Locality) -> None:
    (ollama,) = endpoints(Config(), {"OLLAMA_HOST": said})
    assert (ollama.base_url, ollama.host, ollama.locality) == (url, host, locality)
    assert ollama.allowed is (locality is ON_DEVICE)


@pytest.mark.parametrize(
    "said", ["a b", "gpubox:70000", "gpubox:x", "ftp://gpubox", "unix:///run/x", "me:pass@gpubox", "h?x=1", "a[b"]
)
def test_an_address_that_is_none_is_said_in_one_sentence(said: str) -> None:
    with pytest.raises(ConfigError, match=r"^environment variable OLLAMA_HOST: ") as caught:
        endpoints(Config(), {"OLLAMA_HOST": said})
    assert "me:" not in str(caught.value)


def test_a_cloud_is_there_when_its_key_is_or_the_file_says_so(tmp_path: Path) -> None:
    assert list(known(tmp_path, "")) == ["ollama"]
    assert list(known(tmp_path, "", {"OPENAI_API_KEY": " ", "OPENAI_BASE_URL": "http://x/v1"})) == ["ollama"]
    both = known(tmp_path, "", {"OPENAI_API_KEY": "k", "ANTHROPIC_API_KEY": "k"})
    assert [(e.name, e.base_url, e.host, e.locality, e.own_base, e.allowed) for e in both.values()][1:] == [
        ("openai", "https://api.openai.com/v1", "api.openai.com", REMOTE, False, False),
        ("anthropic", "https://api.anthropic.com", "api.anthropic.com", REMOTE, False, False),
    ]
    assert list(known(tmp_path, "[endpoints.anthropic]")) == ["ollama", "anthropic"]
    assert list(known(tmp_path, "[endpoints.openai]\nenabled = false", {"OPENAI_API_KEY": "k"})) == ["ollama"]


def test_a_base_url_that_is_not_the_provider_s_own_is_flagged(tmp_path: Path) -> None:
    env = {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": "https://gateway.example/v1/", "ANTHROPIC_API_KEY": "k"}
    found = known(tmp_path, "", env | {"ANTHROPIC_BASE_URL": "https://api.anthropic.com/"})
    assert (found["openai"].own_base, found["openai"].host, found["openai"].source) == (
        True,
        "gateway.example",
        "OPENAI_BASE_URL",
    )
    assert not found["anthropic"].own_base
    assert known(tmp_path, "[endpoints.openai]\nbase_url = 'http://x/v1'")["openai"].own_base


def test_locality_is_believed_only_as_far_as_the_address_allows(tmp_path: Path) -> None:
    head = "[endpoints.x]\nkind = 'openai'\n"
    assert known(tmp_path, head + "base_url = 'http://127.0.0.1:8080/v1'")["x"].locality is REMOTE
    assert known(tmp_path, head + "base_url = 'http://localhost:8080/v1'\nlocality = 'on_device'")["x"].locality is ON_DEVICE
    assert known(tmp_path, head + "base_url = 'http://10.0.0.5:8080/v1'")["x"].locality is REMOTE
    lan = known(tmp_path, head + "base_url = 'http://10.0.0.5:8080/v1'\nlocality = 'lan'")["x"]
    assert (lan.locality, lan.allowed, lan.local) == (LAN, False, False)
    trusted = known(tmp_path, head + "base_url = 'http://10.0.0.5:8080/v1'\nlocality = 'lan'\ntrusted = true")["x"]
    assert (trusted.locality, trusted.allowed, trusted.local) == (LAN, True, True)
    assert known(tmp_path, head + "base_url = 'http://10.0.0.5:8080/v1'\nallowed = true")["x"].allowed
    assert known(tmp_path, "[endpoints.ollama]\nlocality = 'remote'")["ollama"].locality is REMOTE


def test_trust_stays_with_the_host_it_was_given_to(tmp_path: Path) -> None:
    """An address from the environment wins, but inherits neither locality nor trust nor leave to be contacted."""
    text = "[endpoints.openai]\nbase_url = 'http://10.0.0.5:8080/v1'\nlocality = 'lan'\ntrusted = true\nallowed = true"
    same = known(tmp_path, text, {"OPENAI_BASE_URL": "http://10.0.0.5:8080/other"})["openai"]
    assert (same.base_url, same.trusted, same.allowed) == ("http://10.0.0.5:8080/other", True, True)
    other = known(tmp_path, text, {"OPENAI_BASE_URL": "http://10.0.0.6:8080/v1"})["openai"]
    assert (other.host, other.locality, other.trusted, other.allowed) == ("10.0.0.6:8080", REMOTE, False, False)
    cloud = known(tmp_path, "[endpoints.anthropic]\nallowed = true", {"ANTHROPIC_BASE_URL": "http://evil.example"})["anthropic"]
    assert not cloud.allowed
    assert known(tmp_path, "[endpoints.anthropic]\nallowed = true")["anthropic"].allowed
    box = known(tmp_path, "[endpoints.ollama]\nlocality = 'lan'\ntrusted = true", {"OLLAMA_HOST": "gpubox"})["ollama"]
    assert (box.locality, box.local) == (LAN, True)
    moved = known(tmp_path, "[endpoints.ollama]\nlocality = 'on_device'", {"OLLAMA_HOST": "gpubox"})["ollama"]
    assert (moved.locality, moved.allowed) == (REMOTE, False)


def test_keys_are_looked_for_where_the_file_says(tmp_path: Path) -> None:
    found = known(
        tmp_path,
        "[endpoints.openai]\nkey_env = 'MY_KEY'\n[endpoints.w]\nkind = 'openai'\napi_key_cmd = 'pass show \"a b\"'",
        {"ANTHROPIC_API_KEY": "k"},
    )
    assert (found["openai"].key_env, found["anthropic"].key_env, found["w"].key_env) == ("MY_KEY", "ANTHROPIC_API_KEY", None)
    assert found["w"].api_key_cmd == ("pass", "show", "a b")


def test_the_key_of_ollama_s_cloud_goes_to_no_other_host() -> None:
    assert endpoints(Config(), {"OLLAMA_HOST": "ollama.com"})[0].key_env == "OLLAMA_API_KEY"
    assert endpoints(Config(), {"OLLAMA_HOST": "gpubox"})[0].key_env is None
    assert endpoints(Config(), {})[0].key_env is None
