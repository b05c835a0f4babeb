"""Ollama's own protocol."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hybridchat.conversation import Message
from hybridchat.facts import Locality, Model, Timings, Usage
from hybridchat.providers.base import Call, Delta, Done, Guard, Listing, ProviderError
from hybridchat.providers.errors import Site, check_key, complaint_of, cut
from hybridchat.providers.likelihoods import Likelihoods
from hybridchat.providers.ollama_depot import Depot
from hybridchat.providers.ollama_models import elsewhere, in_memory, installed
from hybridchat.providers.ollama_thinking import Thinking
from hybridchat.providers.wire import (
    LISTING_S,
    LOAD_S,
    Hook,
    Lazy,
    Part,
    Stopwatch,
    base64_of,
    entries,
    follow,
    guard_hook,
    hang_up,
    host_of,
    http_settings,
    json_object,
    next_chunk,
    output_limit,
    tell,
    whole,
    wire_text,
    word,
)

if TYPE_CHECKING:
    import httpx
    import ollama

_SHOWN_AT_ONCE = 4
"""Descriptions asked for concurrently: each reads a model file's head, and the disk is one."""
_NS = 1e9


class OllamaProvider:
    """One Ollama server. `headers` go with every request (a key for a server that wants one).

    `locality` is the endpoint's; a model that answers from elsewhere is remote whatever the endpoint is.
    """

    def __init__(
        self,
        endpoint: str,
        base_url: str,
        *,
        guard: Guard,
        locality: Locality,
        headers: Mapping[str, str] | None = None,
        key_name: str = "",
    ) -> None:
        self.endpoint = endpoint
        self.host = host_of(base_url)
        self._base_url = (base_url if "://" in base_url else f"http://{base_url}").rstrip("/")
        self._headers = dict(headers or {})
        self._keyed = any(name.lower() == "authorization" for name in self._headers)
        secret = next((value for name, value in self._headers.items() if name.lower() == "authorization"), "")
        on_device = locality is Locality.ON_DEVICE
        self._site = Site(endpoint, self.host, "ollama", on_device, key_name, secret.removeprefix("Bearer ").strip())
        self._guard, self._locality = guard, locality
        self._chat = Lazy(self._build_chat)
        self._plain = Lazy(self._build_plain)
        self.depot = Depot(self._chat, self._site)
        self._ahead: asyncio.Future[Any] | None = None
        self._no_logprobs = False
        """The server turned out not to know them."""
        self._thinking = Thinking()
        self._shown: dict[str, Mapping[str, object]] = {}
        """What /api/show told, by digest: it cannot change while the digest does not."""

    def stream(self, call: Call) -> AsyncGenerator[Part, None]:
        return follow(self._parts(call), call, self._site)

    async def models(self, only: str = "") -> Listing:
        return await tell(self._listing(only), self._site)

    async def preload(self, model: Model, num_ctx: int | None = None, *, keep_alive: str | None = None) -> None:
        """Loads a model with the window it will be used with; another window later would load it anew.

        Does nothing for a model that runs elsewhere. Raises a `ProviderError`.
        """
        if model.locality is Locality.REMOTE:
            return
        body: dict[str, object] = {"model": model.name, "stream": False}
        if num_ctx is not None:
            body["options"] = {"num_ctx": num_ctx}
        if keep_alive is not None:
            body["keep_alive"] = keep_alive
        await tell(self._ask("POST", "/api/generate", body, limit_s=LOAD_S), self._site)

    async def close(self) -> None:
        if (chat := self._chat.built) is not None:
            await hang_up(chat.close)
        if (plain := self._plain.built) is not None:
            await hang_up(plain.aclose)

    # -- clients

    def _build_chat(self) -> ollama.AsyncClient:
        # imported here: the SDK costs 0.18 s (pydantic, httpx)
        import ollama

        check_key(self._site)

        from hybridchat.providers import ollama_hooks

        before, after = [ollama_hooks.on_request, self._hook()], [ollama_hooks.on_response]
        settings = http_settings(self._base_url, self._locality, request=before, response=after)
        return ollama.AsyncClient(self._base_url, headers=self._headers, **settings)

    def _build_plain(self) -> httpx.AsyncClient:
        """For what the SDK drops from its answers (`remote_host`, `context_length`) or stumbles over in half an Ollama."""
        import httpx  # 60 ms

        check_key(self._site)
        settings = http_settings(self._base_url, self._locality, request=[self._hook()])
        return httpx.AsyncClient(base_url=self._base_url, headers=self._headers, **settings)

    def _hook(self) -> Hook:
        # the SDK adds OLLAMA_API_KEY from the environment to every address: without a key of its own this endpoint gets none
        return guard_hook(self._guard, keyed=self._keyed)

    # -- one answer

    async def _parts(self, call: Call) -> AsyncGenerator[Part, None]:
        client = await self._chat.get()
        from hybridchat.providers.ollama_hooks import Heard, heard_by_hooks  # imports httpx, as the SDK just did

        heard = Heard(call.connect_timeout)
        answer = _Answer(self._site)
        chunks = await self._open(client, call)
        try:
            with heard_by_hooks(heard):
                while True:
                    try:
                        chunk = await next_chunk(chunks, ended=False)
                        break
                    except Exception as error:
                        if not self._learn(error, call):
                            raise
                        chunks = await self._open(client, call)
            while chunk is not None:
                if (delta := answer.hear(chunk)) is not None:
                    yield delta
                chunk = await next_chunk(chunks, ended=answer.ended)
        finally:
            await hang_up(chunks.aclose)
        yield answer.done(elsewhere(heard.remote_host), self._thinking.refused(call))

    async def _open(self, client: ollama.AsyncClient, call: Call) -> AsyncGenerator[ollama.ChatResponse, None]:
        asked = {"num_ctx": call.num_ctx, "temperature": call.temperature, "top_p": call.top_p, "seed": call.seed}
        options: dict[str, Any] = {"num_predict": output_limit(call), **{n: v for n, v in asked.items() if v is not None}}
        if call.stop:
            options["stop"] = list(call.stop)
        chunks: Any = await client.chat(
            call.model.name,
            [_message(m) for m in call.messages],
            stream=True,
            think=self._thinking.asked(call),
            options=options,
            keep_alive=call.keep_alive,
            logprobs=True if call.logprobs and not self._no_logprobs else None,
        )
        generator: AsyncGenerator[ollama.ChatResponse, None] = chunks
        return generator

    def _learn(self, error: Exception, call: Call) -> bool:
        """Whether one more try makes sense, without what the server complained of."""
        said = complaint_of(error)
        if said is not None and self._thinking.learnt(said.text, call):
            return True
        if not call.logprobs or self._no_logprobs or said is None or "logprob" not in said.text.lower():
            return False
        self._no_logprobs = True
        return True

    # -- what there is

    async def _listing(self, only: str) -> Listing:
        tags, running = await asyncio.gather(self._ask("GET", "/api/tags"), self._if_known("/api/ps"))
        listed = [m for m in entries(tags.get("models")) if word(m.get("name")) or word(m.get("model"))]
        turns = asyncio.Semaphore(_SHOWN_AT_ONCE)
        wanted = [m for m in listed if _is(m, only.removeprefix(f"{self.endpoint}:"))]
        if wanted:
            # a question follows: its client is built while the server describes the model; who asks is told if it cannot be
            self._ahead = asyncio.gather(self._chat.get(), return_exceptions=True)
        wanted = wanted or listed
        shown = await asyncio.gather(*(self._show(m, turns) if m in wanted else _unknown() for m in listed))
        models = tuple(
            installed(raw, more, endpoint=self.endpoint, host=self.host, locality=self._locality)
            for raw, more in zip(listed, shown, strict=True)
        )
        return Listing(models, *in_memory(models, running))

    async def _show(self, listed: Mapping[str, object], turns: asyncio.Semaphore) -> Mapping[str, object]:
        name, digest = word(listed.get("name")) or word(listed.get("model")), word(listed.get("digest"))
        # a server forwards this question about a cloud model to its cloud: listing must not reach out
        if elsewhere(word(listed.get("remote_host")), name) is not None:
            return {}
        if digest not in self._shown:
            async with turns:
                try:
                    shown = await self._ask("POST", "/api/show", {"model": name})
                except ProviderError:
                    # half an Ollama, or a broken model: it is listed, with what is known
                    return {}
            if not digest:
                return shown
            self._shown[digest] = shown
        return self._shown[digest]

    async def _if_known(self, path: str) -> Mapping[str, object] | None:
        try:
            return await self._ask("GET", path)
        except ProviderError:
            return None

    async def _ask(
        self, method: str, path: str, body: Mapping[str, object] | None = None, *, limit_s: float = LISTING_S
    ) -> Mapping[str, object]:
        client = await self._plain.get()

        async def asked() -> Mapping[str, object]:
            response = await client.request(method, path, json=body, timeout=limit_s)
            response.raise_for_status()
            return json_object(response.content, self._site)

        return await tell(asked(), self._site)


def _is(listed: Mapping[str, object], name: str) -> bool:
    """Whether a model goes by `name`, with its tag or without."""
    whole = word(listed.get("name")) or word(listed.get("model"))
    return bool(name) and name in (whole, whole.partition(":")[0])


async def _unknown() -> Mapping[str, object]:
    return {}


def _message(message: Message) -> dict[str, Any]:
    told: dict[str, Any] = {"role": message.role.value, "content": wire_text(message)}
    if message.pictures:
        told["images"] = [base64_of(picture) for picture in message.pictures]
    return told


# -- reading an answer -----------------------------------------------------------------------------------------------


class _Answer:
    """Chunks become deltas; the last one tells of the whole."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._clock = Stopwatch()
        self._done: Done | None = None
        self._likely = Likelihoods()

    @property
    def ended(self) -> bool:
        return self._done is not None

    def hear(self, chunk: ollama.ChatResponse) -> Delta | None:
        if chunk.done:
            self._done = Done(
                reason="length" if chunk.done_reason == "length" else "stop",
                usage=Usage(input_tokens=whole(chunk.prompt_eval_count), output_tokens=whole(chunk.eval_count)),
                timings=self._timings(chunk),
                served_by=chunk.model or "",
            )
        text, thinking = chunk.message.content or "", chunk.message.thinking or ""
        if text:
            self._likely.hear(chunk.logprobs)
        if not text and not thinking:
            return None
        self._clock.token()
        return Delta(text, thinking)

    def _timings(self, chunk: ollama.ChatResponse) -> Timings:
        return self._clock.timings(
            load_s=_seconds(chunk.load_duration),
            prefill_s=_seconds(chunk.prompt_eval_duration),
            generate_s=_seconds(chunk.eval_duration),
        )

    def done(self, remote_host: str | None, refused: tuple[str, ...] = ()) -> Done:
        if self._done is None:
            raise cut(self._site)
        return replace(self._done, remote_host=remote_host, logprobs=self._likely.told(), refused=refused)


def _seconds(nanoseconds: int | None) -> float | None:
    return None if nanoseconds is None else nanoseconds / _NS
