"""Hooking: what a program says of models and agents, checked when it says it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from hybridchat.agents.base import BaseAgent
from hybridchat.agents.budget import BudgetAgent
from hybridchat.agents.connectivity import ConnectivityAgent
from hybridchat.agents.panel import OnFailure, Panel
from hybridchat.agents.resources import ResourceMonitor
from hybridchat.api.errors import BadConfiguration, HookError, NoModel
from hybridchat.api.hooks import ALIASES, Hook, ModelType, Plan, Wanted, hook, plan
from hybridchat.api.wired import Monitors
from hybridchat.config import Config, ConfigError, load
from hybridchat.config.check import faults
from hybridchat.config.errors import dotted
from hybridchat.facts import Locality, Mode, Price
from hybridchat.routing.rules import BUILT_IN

TWINS = {**ALIASES, **{own: alias for alias, own in ALIASES.items()}}


@dataclass(slots=True)
class Settings:
    """What a client was made with, over the user's configuration (`config` `None`: their file)."""

    strategy: str | None
    mode: Mode
    daily_budget: float | None
    config: Config | None
    budget: BudgetAgent | None = None

    @classmethod
    def checked(
        cls, strategy: str | None, mode: Mode | str | None, daily_budget: float | None, config: Config | None
    ) -> Settings:
        """Raises `BadConfiguration`."""
        if daily_budget is not None and not daily_budget >= 0:
            raise BadConfiguration(f"daily_budget is {daily_budget!r}; give US dollars from 0 on, or None for no budget")
        try:
            return cls(strategy, Mode.AUTO if mode is None else Mode(mode), daily_budget, config)
        except ValueError:
            raise BadConfiguration(f"mode is {mode!r}; allowed: {', '.join(Mode)}") from None

    def plan(self, hooks: Sequence[Hook]) -> Plan:
        """The configuration for these models. Reads files. Raises `ConfigError`."""
        env = dict(os.environ)
        config = self.config if self.config is not None else load(env=env)
        limits = config.limits
        if self.budget is not None and self.budget.limit is not None:
            limits = replace(limits, daily_budget=self.budget.limit, budget_window=self.budget.window)
        if self.daily_budget is not None:
            limits = replace(limits, daily_budget=self.daily_budget)
        # a promise to stay local stands; the terminal's other modes are no program's
        mode = Mode.ONLY_LOCAL if config.mode is Mode.ONLY_LOCAL else self.mode
        made = plan(hooks, replace(config, strategy=self.strategy or config.strategy, limits=limits, mode=mode), env)
        for fault in faults(made.config):
            raise ConfigError("HybridClient(...)", dotted(fault.path), fault.problem, fault.allowed)
        return made


class Hooking:
    """The part of `HybridClient` that takes in models and agents."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._hooks: dict[str, Hook] = {}
        self._panel = Panel()
        self._monitors = Monitors()
        self._stale = False
        """Whether the chat at hand no longer fits what is hooked."""

    async def hook_model(
        self,
        model_type: ModelType | str,
        model_name: str,
        endpoint: str | None = None,
        api_key: str | None = None,
        *,
        tier: int | None = None,
        window: int | None = None,
        price: Price | tuple[float, float] | None = None,
        locality: Locality | str | None = None,
        trusted: bool = False,
    ) -> str:
        """Makes a model one of those that may answer, in place of one with the same id; returns its id. Contacts nobody.

        Args:
            endpoint: URL of the server; by default the one in the environment, else the provider's own.
            api_key: by default OPENAI_API_KEY or ANTHROPIC_API_KEY.
            tier: ability from 1 (small) to 4 (best); by default by name or size.
            window: context window in tokens, where the server does not tell it.
            price: US dollars per million tokens read and written; by default the catalogue's or the configuration's.
            locality: on_device, lan or remote. Only an Ollama at a loopback address is on_device by itself.
            trusted: with `locality="lan"`: the machine is yours, and nothing is hidden from it.

        Raises:
            HookError: names what is wrong and what to write instead.
        """
        wanted = Wanted(endpoint, api_key, tier, window, price, locality, trusted)
        one = hook(model_type, model_name, wanted, os.environ)
        self._hooks[one.id] = one
        self._stale = True
        return one.id

    def hook_agent(self, agent: BaseAgent, *, on_failure: OnFailure = "ignore") -> str:
        """Has `agent` speak before every prompt, in place of one with the same name; returns its name.

        A `ResourceMonitor`, `ConnectivityAgent` or `BudgetAgent` takes the place of the built-in one. Any other is made ready
        at the first prompt, then asked for each, for 50 ms at most; later than that its last verdict counts, marked stale.
        `on_failure="block_remote"`: while it fails, nothing goes to the cloud. Raises `HookError`.
        """
        if not isinstance(agent, BaseAgent):
            raise HookError(f"{type(agent).__name__} is not an agent; derive it from hybridchat.agents.BaseAgent")
        if on_failure not in ("ignore", "block_remote"):
            raise HookError(f"on_failure is {on_failure!r}; allowed: ignore, block_remote")
        if isinstance(agent, ResourceMonitor):
            self._monitors.resources = agent
        elif isinstance(agent, ConnectivityAgent):
            self._monitors.connectivity = agent
        elif isinstance(agent, BudgetAgent):
            self._settings.budget = agent
        elif agent.name in BUILT_IN:
            raise HookError(f"{agent.name} is the name of a built-in agent; give yours another one")
        else:
            self._panel.add(agent, on_failure)
            return agent.name
        self._stale = True
        return agent.name

    async def unhook(self, name: str) -> bool:
        """Takes a model (by id) or an agent (by name) away again; `False` when there is none of that name."""
        if (agent := self._panel.remove(name)) is not None:
            await agent.shutdown()
            return True
        try:
            del self._hooks[self._hooked(name)]
        except NoModel:
            return False
        self._stale = True
        return True

    def _hooked(self, model_id: str) -> str:
        """The id under which a model was hooked. Raises `NoModel`."""
        prefix, _, name = model_id.partition(":")
        for one in (model_id, f"{TWINS.get(prefix, prefix)}:{name}", model_id.removesuffix(":latest")):
            if one in self._hooks:
                return one
        there = f"hooked are: {', '.join(self._hooks)}" if self._hooks else "none is hooked yet"
        raise NoModel(f"{model_id} is not hooked: await client.hook_model(...) first; {there}")

    def _agent_names(self) -> Mapping[str, str]:
        """Built-in name of an agent -> what the program calls the one it hooked in its place."""
        hooked = {
            "resource_monitor": self._monitors.resources,
            "connectivity_monitor": self._monitors.connectivity,
            "budget": self._settings.budget,
        }
        return {name: agent.name for name, agent in hooked.items() if agent is not None}
