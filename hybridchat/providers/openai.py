"""OpenAI's chat completions, and every server that speaks them: llama.cpp, vLLM, LM Studio, and clouds."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from hybridchat.conversation import Message
from hybridchat.facts import Live, Locality, Model, Usage
from hybridchat.providers import openai_thinking
from hybridchat.providers.base import Call, Delta, Done, Guard, Listing
from hybridchat.providers.errors import Site, check_key, complaint_of, no_key
from hybridchat.providers.keyed import Answer, Keyed
from hybridchat.providers.likelihoods import Likelihoods
from hybridchat.providers.wire import (
    LISTING_S,
    NO_KEY,
    Part,
    base64_of,
    check_stream,
    entries,
    entry,
    guard_hook,
    hang_up,
    http_settings,
    json_object,
    next_chunk,
    output_limit,
    tier_of,
    whole,
    wire_text,
    word,
)

if TYPE_CHECKING:
    from openai import AsyncOpenAI, AsyncStream
    from openai.types.chat import ChatCompletionChunk
    from openai.types.completion_usage import CompletionUsage

OFFICIAL = "api.openai.com"
_REASONS = {"stop": "stop", "length": "length", "content_filter": "refused", "tool_calls": "tool", "function_call": "tool"}
_WINDOW_KEYS = ("n_ctx", "context_length", "max_model_len", "context_window", "max_context_length", "max_input_tokens")
# they bind an organisation's account: nothing for other people's servers, and the SDK takes them from the environment
_ACCOUNT_HEADERS = ("openai-organization", "openai-project")


class OpenAIProvider(Keyed["AsyncOpenAI"]):
    """One endpoint that speaks chat completions. `base_url` includes the version (`https://api.openai.com/v1`)."""

    def __init__(
        self,
        endpoint: str,
        base_url: str,
        api_key: str | None,
        *,
        guard: Guard,
        locality: Locality,
        key_name: str = "OPENAI_API_KEY",
    ) -> None:
        super().__init__("openai", endpoint, base_url, api_key, guard=guard, locality=locality, key_name=key_name)
        self._official = self.host == OFFICIAL
        self._without: frozenset[str] = frozenset()
        """Parameters this server turned out not to know."""
        self._untaken: dict[str, set[str]] = {}
        """Model -> what it turned out not to take of what was asked, as those that reason take no temperature."""

    def _build(self) -> AsyncOpenAI:
        # imported here: the SDK costs 0.35 s (mostly its types), and most turns stay with another server
        import httpx2
        import openai

        check_key(self._site)
        hook = guard_hook(self._guard, keyed=bool(self._api_key), drop=() if self._official else _ACCOUNT_HEADERS)
        client = openai.AsyncOpenAI(
            api_key=self._api_key or NO_KEY,
            base_url=self._base_url,
            max_retries=0,
            http_client=httpx2.AsyncClient(**http_settings(self._base_url, self._locality, request=[hook])),
        )
        # the SDK imports a resource when it is first touched: here, not on the loop
        _ = client.chat.completions
        return client

    async def _parts(self, call: Call) -> AsyncGenerator[Part, None]:
        if self._official and not self._api_key:
            raise no_key(self._site)
        client = await self._client.get()
        answer = _Answer(self._site)
        stream = await self._open(client, call)
        try:
            await check_stream(stream.response, self._site)
            while (chunk := await next_chunk(stream, ended=bool(answer.reason))) is not None:
                if (delta := answer.hear(chunk)) is not None:
                    yield delta
        finally:
            await hang_up(stream.close)
        yield replace(answer.done(), refused=self._refused(call))

    async def _open(self, client: AsyncOpenAI, call: Call) -> AsyncStream[ChatCompletionChunk]:
        import httpx2

        # reading has no limit of its own: the watchdog counts progress, which keepalives are not
        limits = httpx2.Timeout(None, connect=call.connect_timeout, pool=call.connect_timeout)
        messages = cast("Any", [{"role": m.role.value, "content": _content(m)} for m in call.messages])
        while True:
            try:
                stream: AsyncStream[ChatCompletionChunk] = await client.chat.completions.create(
                    model=call.model.name, messages=messages, stream=True, timeout=limits, **self._options(call)
                )
                return stream
            except Exception as error:
                if not self._learn(error, call):
                    raise

    def _options(self, call: Call) -> dict[str, Any]:
        """Everything but model and messages, without what this server does not know."""
        limit = "max_completion_tokens" if self._official or "max_tokens" in self._without else "max_tokens"
        options: dict[str, Any] = {limit: output_limit(call), "stream_options": {"include_usage": True}}
        asked = {"temperature": call.temperature, "top_p": call.top_p, "seed": call.seed, "stop": list(call.stop) or None}
        untaken = self._untaken.get(call.model.name, set())
        options |= {name: wanted for name, wanted in asked.items() if wanted is not None and name not in untaken}
        if call.logprobs:
            # llama.cpp would otherwise rank twenty alternatives for each token
            options |= {"logprobs": True, "top_logprobs": 1}
        if call.think is not None:
            options |= openai_thinking.asked(call.think, untaken, official=self._official)
        return {name: value for name, value in options.items() if name not in self._without}

    def _learn(self, error: Exception, call: Call) -> bool:
        """Whether one more try, without a parameter the server named as unknown, makes sense."""
        said = complaint_of(error)
        if said is None or said.status not in {400, 422}:
            return False
        text = said.text.lower()
        untaken = self._untaken.setdefault(call.model.name, set())
        asked = {"temperature": call.temperature, "top_p": call.top_p, "seed": call.seed, "stop": call.stop or None}
        new = {name for name, wanted in asked.items() if wanted is not None and name in text} - untaken
        new = new or openai_thinking.refused(text, call.think, untaken, official=self._official)
        if new:
            untaken |= new
            return True
        unknown = {name for name in ("stream_options", "max_completion_tokens") if name in text}
        if "logprob" in text:
            unknown |= {"logprobs", "top_logprobs"}
        if "max_completion_tokens" in unknown:
            # "use max_completion_tokens instead": the names of a reasoning model's limit
            unknown = (unknown - {"max_completion_tokens"}) | ({"max_tokens"} if not self._official else set())
        if unknown <= self._without:
            return False
        self._without |= unknown
        return True

    def _refused(self, call: Call) -> tuple[str, ...]:
        """What of the call the model did not take."""
        untaken = self._untaken.get(call.model.name, set())
        told: list[str] = [name for name in ("temperature", "top_p", "seed", "stop") if getattr(call, name) and name in untaken]
        if call.think not in {None, "off"} and not openai_thinking.asked(call.think or "off", untaken, official=self._official):
            told.append("think")
        return tuple(told)

    async def _listing(self) -> Listing:
        import httpx2

        client = await self._client.get()
        # raw: what a server tells beyond the protocol, such as its window, stands beside it
        raw = await client.get("/models", cast_to=httpx2.Response, options={"timeout": LISTING_S})
        listed = json_object(raw.content, self._site)
        named = [m for m in entries(listed.get("data")) if word(m.get("id"))]
        live = ((f"{self.endpoint}:{m['id']}", state) for m in named if (state := _live(m)) is not None)
        return Listing(tuple(self._model(m) for m in named), tuple(live))

    def _model(self, raw: Mapping[str, object]) -> Model:
        meta = {**raw, **entry(raw.get("meta"))}
        window = next((n for key in _WINDOW_KEYS if (n := whole(meta.get(key)))), None)
        trained = whole(meta.get("n_ctx_train"))
        count = whole(meta.get("n_params"))
        billions = count / 1e9 if count else None
        return Model(
            id=f"{self.endpoint}:{raw['id']}",
            host=self.host,
            locality=self._locality,
            tier=tier_of(billions),
            # what a model was trained for is not what its server gives it
            window=window or trained or 8192,
            window_assumed=window is None,
            size_bytes=whole(meta.get("size")),
            parameters=billions,
        )


def _content(message: Message) -> str | list[dict[str, object]]:
    """The text; with pictures, a list of them and the text."""
    text = wire_text(message)
    if not message.pictures:
        return text
    urls = (f"data:{picture.media_type};base64,{base64_of(picture)}" for picture in message.pictures)
    blocks: list[dict[str, object]] = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
    blocks.append({"type": "text", "text": text})
    return blocks


class _Answer(Answer):
    """Chunks become deltas; what is said of the whole is kept for the end."""

    def __init__(self, site: Site) -> None:
        super().__init__(site)
        self._own: dict[str, object] = {}
        self._likely = Likelihoods()

    def hear(self, chunk: ChatCompletionChunk) -> Delta | None:
        self._model = self._model or chunk.model or ""
        if chunk.usage is not None:
            self._usage = _usage(chunk.usage)
        # llama.cpp's own clock, on its last chunk
        self._own = {**self._own, **entry((chunk.model_extra or {}).get("timings"))}
        text = thinking = ""
        for choice in chunk.choices or ():
            if choice.finish_reason:
                self.reason = _REASONS.get(choice.finish_reason, "stop")
            if choice.delta is None:
                continue
            extra = choice.delta.model_extra or {}
            text += word(choice.delta.content) + word(choice.delta.refusal)
            if choice.delta.content:
                self._likely.hear(getattr(choice.logprobs, "content", None))
            thinking += word(extra.get("reasoning_content") or extra.get("reasoning"))
        return self._delta(text=text, thinking=thinking)

    def done(self) -> Done:
        self._check()
        prefill, generate = _seconds(self._own.get("prompt_ms")), _seconds(self._own.get("predicted_ms"))
        timings = self._clock.timings(prefill_s=prefill, generate_s=generate)
        return Done(self.reason, self._usage, timings, self._model, logprobs=self._likely.told())


def _live(raw: Mapping[str, object]) -> Live | None:
    """llama.cpp tells its window for a loaded model, and as a router which ones are loaded; of other servers nothing is known."""
    window, status = whole(entry(raw.get("meta")).get("n_ctx")), word(entry(raw.get("status")).get("value"))
    if window is None and not status:
        return None
    return Live(resident=status in {"", "loaded"}, loaded_window=window)


def _seconds(milliseconds: object) -> float | None:
    return milliseconds / 1000 if isinstance(milliseconds, int | float) else None


def _usage(usage: CompletionUsage) -> Usage:
    prompt, completion = usage.prompt_tokens_details, usage.completion_tokens_details
    return Usage(
        input_tokens=whole(usage.prompt_tokens),
        output_tokens=whole(usage.completion_tokens),
        cache_read_tokens=whole(prompt.cached_tokens) if prompt else None,
        reasoning_tokens=whole(completion.reasoning_tokens) if completion else None,
    )
