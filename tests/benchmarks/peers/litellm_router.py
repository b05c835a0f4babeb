"""Scores prompts with LiteLLM's complexity router, for `bench_routing`; runs in a Python that has litellm, and nothing of ours.

Reads a JSON list of prompts from stdin. Writes one JSON object: `version`, and for either of the router's two local ways a number
per prompt, higher meaning harder. `rules` is the weighted score of words and lengths, `tables` how unlikely its learnt tables
("heuristic_v2") find it that the smallest tier succeeds. It routes by tiers cut from these, which order less.
"""

import json
import os
import sys
from importlib import metadata

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # else its import asks the network for prices

from litellm.router_strategy.complexity_router.complexity_router import ComplexityRouter

TIERS = {"tiers": {"SIMPLE": "a", "MEDIUM": "b", "COMPLEX": "c", "REASONING": "d"}}


def unlikely(router: ComplexityRouter, prompt: str) -> float:
    signals = router._classify_locally(prompt, None).signals
    return 1 - next(float(signal.partition("=")[2]) for signal in signals if signal.startswith("tier-probability:simple="))


prompts = json.load(sys.stdin)
by_rules = ComplexityRouter("rules", None, TIERS)
by_tables = ComplexityRouter("tables", None, {**TIERS, "classifier_type": "heuristic_v2"})
json.dump(
    {
        "version": metadata.version("litellm"),
        "rules": [by_rules.classify(prompt)[1] for prompt in prompts],
        "tables": [unlikely(by_tables, prompt) for prompt in prompts],
    },
    sys.stdout,
)
