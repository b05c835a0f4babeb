"""How long `hybridchat ask` takes to its first byte, against a ten-line script with the same SDK and the same server."""

from __future__ import annotations

import statistics

from tests.benchmarks.figures import Figure, ms, ratio
from tests.benchmarks.programs import HYBRIDCHAT, Run, demo_servers, interleaved, peer, surroundings

QUESTION = "What is the capital of France?"
MODELS = {"openai": "gpt-6.1-terra", "anthropic": "claude-sonnet-5-5", "ollama": "llama3.2:3b"}
FACTOR = 1.2
OLLAMA_MORE = 0.1
"""Seconds that `ask` may take beyond the script where the SDK itself is quick."""


def figures(*, quick: bool) -> list[Figure]:
    n = 2 if quick else 11
    found: list[Figure] = []
    with demo_servers(0) as servers, surroundings(servers) as env:
        for kind, model in MODELS.items():
            consent = () if kind == "ollama" else ("--cloud",)
            commands = {
                "script": peer(f"{kind}_sdk", model, QUESTION),
                "ask": (*HYBRIDCHAT, "ask", "-m", f"{kind}:{model}", *consent, QUESTION),
            }
            found += _compared(kind, interleaved(commands, env, n))
    return found


def _compared(kind: str, runs: dict[str, list[Run]]) -> list[Figure]:
    ours, script = (_first(runs[name]) for name in ("ask", "script"))
    times, more = ratio(ours, script), statistics.median(ours) - statistics.median(script)
    quick_sdk = kind == "ollama"
    goal = f"script + {1e3 * OLLAMA_MORE:.0f} ms" if quick_sdk else f"<= {FACTOR} x"
    met = more <= OLLAMA_MORE if quick_sdk else times <= FACTOR
    cpu_ours, cpu_script = ([r.cpu for r in runs[name]] for name in ("ask", "script"))
    return [
        Figure(f"ask {kind}, first byte", ms(ours), f"script {ms(script)}", times, goal, met, len(ours)),
        Figure(f"ask {kind}, CPU", ms(cpu_ours), f"script {ms(cpu_script)}", ratio(cpu_ours, cpu_script), n=len(ours)),
    ]


def _first(runs: list[Run]) -> list[float]:
    """Seconds to the first byte; the answer must have come, or nothing was measured. Raises `RuntimeError`."""
    if any(b"Paris" not in r.output for r in runs):
        raise RuntimeError("an answer did not come")
    return [r.first for r in runs if r.first is not None]
