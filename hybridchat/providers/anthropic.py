"""Anthropic's messages, and servers that speak them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from hybridchat.conversation import Message, Picture, Role
from hybridchat.facts import Locality, Model, Usage
from hybridchat.providers import anthropic_asking
from hybridchat.providers.base import Call, Delta, Done, Guard, Listing
from hybridchat.providers.errors import check_key, complaint_of, no_key
from hybridchat.providers.keyed import Answer, Keyed
from hybridchat.providers.wire import (
    LISTING_S,
    NO_KEY,
    Part,
    base64_of,
    check_stream,
    entries,
    guard_hook,
    hang_up,
    http_settings,
    json_object,
    next_chunk,
    output_limit,
    whole,
    wire_text,
    word,
)

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic, AsyncStream
    from anthropic.types import MessageDeltaUsage, MessageParam, RawMessageStreamEvent
    from anthropic.types import Usage as WireUsage

OFFICIAL = "api.anthropic.com"
_REASONS = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "pause_turn": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool",
    "refusal": "refused",
}
_LEFT_OUT = "(The beginning of the conversation is left out.)"
_PAGE = 1000
"""Models asked for at once; the protocol's maximum, and more than there are."""


class AnthropicProvider(Keyed["AsyncAnthropic"]):
    """One endpoint that speaks messages. `base_url` is without the version (`https://api.anthropic.com`)."""

    def __init__(
        self,
        endpoint: str,
        base_url: str,
        api_key: str | None,
        *,
        guard: Guard,
        locality: Locality,
        key_name: str = "ANTHROPIC_API_KEY",
    ) -> None:
        super().__init__("anthropic", endpoint, base_url, api_key, guard=guard, locality=locality, key_name=key_name)
        self._untaken: dict[str, set[str]] = {}
        """Model -> what it turned out not to take of what was asked."""

    def _build(self) -> AsyncAnthropic:
        # imported here: the SDK costs 0.75 s (mostly its types), and most turns stay local
        import anthropic
        import httpx2

        check_key(self._site)
        hook = guard_hook(self._guard, keyed=bool(self._api_key))
        client = anthropic.AsyncAnthropic(
            api_key=self._api_key or NO_KEY,
            base_url=self._base_url,
            max_retries=0,
            # its spans could carry the conversation to wherever the environment says
            open_telemetry=False,
            http_client=httpx2.AsyncClient(**http_settings(self._base_url, self._locality, request=[hook])),
        )
        # the SDK imports a resource when it is first touched: here, not on the loop
        _ = client.messages
        return client

    async def _parts(self, call: Call) -> AsyncGenerator[Part, None]:
        if self.host == OFFICIAL and not self._api_key:
            raise no_key(self._site)
        client = await self._client.get()
        answer = _Answer(self._site)
        stream = await self._open(client, call)
        try:
            await check_stream(stream.response, self._site)
            while (event := await next_chunk(stream, ended=bool(answer.reason))) is not None:
                if (delta := answer.hear(event)) is not None:
                    yield delta
        finally:
            await hang_up(stream.close)
        yield replace(answer.done(), refused=anthropic_asking.refused(call, self._untaken.get(call.model.name, set())))

    async def _open(self, client: AsyncAnthropic, call: Call) -> AsyncStream[RawMessageStreamEvent]:
        import httpx2

        # reading has no limit of its own: the watchdog counts progress, which pings are not
        limits = httpx2.Timeout(None, connect=call.connect_timeout, pool=call.connect_timeout)
        system, messages = conversation(call.messages)
        untaken = self._untaken.setdefault(call.model.name, set())
        while True:
            options: dict[str, Any] = {**anthropic_asking.asked(call, untaken), **({"system": system} if system else {})}
            try:
                stream: AsyncStream[RawMessageStreamEvent] = await client.messages.create(
                    model=call.model.name,
                    messages=messages,
                    max_tokens=output_limit(call),
                    stream=True,
                    timeout=limits,
                    **options,
                )
                return stream
            except Exception as error:
                said = complaint_of(error)
                what = anthropic_asking.untakable(said.text, call, untaken) if said is not None else ""
                if not what:
                    raise
                untaken.add(what)

    async def _listing(self) -> Listing:
        import httpx2

        client = await self._client.get()
        raw = await client.get("/v1/models", cast_to=httpx2.Response, options={"timeout": LISTING_S, "params": {"limit": _PAGE}})
        listed = json_object(raw.content, self._site)
        return Listing(tuple(self._model(m) for m in entries(listed.get("data")) if word(m.get("id"))))

    def _model(self, raw: Mapping[str, object]) -> Model:
        window = whole(raw.get("max_input_tokens"))
        return Model(
            id=f"{self.endpoint}:{raw['id']}",
            host=self.host,
            locality=self._locality,
            window=window or 8192,
            window_assumed=not window,
            max_output=whole(raw.get("max_tokens")),
        )


def conversation(messages: Iterable[Message]) -> tuple[str, list[MessageParam]]:
    """System text and alternating messages, as the protocol wants them: the user first, nothing empty, one of a role in a row."""
    system: list[str] = []
    turns: list[tuple[str, list[str], list[Picture]]] = []
    for message in messages:
        text = wire_text(message)
        if not text.strip() and not message.pictures:
            continue
        if message.role is Role.SYSTEM:
            system.append(text)
            continue
        if not turns or turns[-1][0] != message.role.value:
            turns.append((message.role.value, [], []))
        turns[-1][1].append(text)
        turns[-1][2].extend(message.pictures)
    if turns and turns[0][0] != "user":
        turns.insert(0, ("user", [_LEFT_OUT], []))
    rendered = [{"role": role, "content": _content("\n\n".join(texts), seen)} for role, texts, seen in turns]
    return "\n\n".join(system), cast("list[MessageParam]", rendered)


def _content(text: str, pictures: list[Picture]) -> str | list[dict[str, object]]:
    """The text; with pictures, blocks of them before it."""
    if not pictures:
        return text
    sources = ({"type": "base64", "media_type": p.media_type, "data": base64_of(p)} for p in pictures)
    blocks: list[dict[str, object]] = [{"type": "image", "source": source} for source in sources]
    if text.strip():
        blocks.append({"type": "text", "text": text})
    return blocks


class _Answer(Answer):
    """Events become deltas; what is said of the whole is kept for the end."""

    def hear(self, event: RawMessageStreamEvent) -> Delta | None:
        match event.type:
            case "message_start":
                self._model = event.message.model
                self._count(event.message.usage)
            case "content_block_start" if event.content_block.type == "text":
                return self._delta(text=event.content_block.text)
            case "content_block_delta" if event.delta.type == "text_delta":
                return self._delta(text=event.delta.text)
            case "content_block_delta" if event.delta.type == "thinking_delta":
                return self._delta(thinking=event.delta.thinking)
            case "message_delta":
                self._count(event.usage)
                if event.delta.stop_reason:
                    self.reason = _REASONS.get(event.delta.stop_reason, "stop")
        return None

    def done(self) -> Done:
        self._check()
        return Done(self.reason, self._usage, self._clock.timings(), self._model)

    def _count(self, usage: WireUsage | MessageDeltaUsage | None) -> None:
        """Takes over what is told: later figures are totals. Input counts what came from a cache, too."""
        if usage is None:
            return
        before = self._usage
        fresh = whole(usage.input_tokens)
        read, written = whole(usage.cache_read_input_tokens), whole(usage.cache_creation_input_tokens)
        details = usage.output_tokens_details
        self._usage = Usage(
            input_tokens=before.input_tokens if fresh is None else fresh + (read or 0) + (written or 0),
            output_tokens=_later(usage.output_tokens, before.output_tokens),
            cache_read_tokens=_later(read, before.cache_read_tokens),
            cache_write_tokens=_later(written, before.cache_write_tokens),
            reasoning_tokens=_later(details.thinking_tokens if details else None, before.reasoning_tokens),
        )


def _later(told: object, before: int | None) -> int | None:
    count = whole(told)
    return before if count is None else count
