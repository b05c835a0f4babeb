"""The package that the chosen model is given: what fits its window, redacted where it is not read on this device."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from hybridchat.asking import Ask
from hybridchat.conversation import Package, Picture, Turn
from hybridchat.crew import Crew, readable
from hybridchat.facts import Locality, Model, price_age
from hybridchat.fitting import fitted, thoughts
from hybridchat.handover import Parts, Redactor, Room, build
from hybridchat.look import Look, most
from hybridchat.parameters import Parameters
from hybridchat.privacy.tokens import LITERAL
from hybridchat.routing.memory import STEP, USUAL_WINDOW, planned_window


def package(crew: Crew, ask: Ask, model: Model, parts: Parts, found: Look, *, preview: bool = False) -> Package:
    """Builds what `model` will see; a preview mints no placeholder. Worker thread, unless `model` gets the real text.

    Raises:
        privacy.scan.ScanError: the scanner failed; nothing may be sent then.
    """
    redactor = None
    if not readable(crew, model):
        table = crew.table(ask.session_id)
        redactor = crew.redactor(ask.session_id, table.fork() if preview else table)
    if parts.history:
        parts = replace(parts, summary=crew.store.summaries.newest(parts.history))
    if ask.turn is not None:
        parts = replace(parts, pictures=_pictures(crew, ask.turn, model, parts.history))
    elif ask.options.files:
        # the question is not stored yet: it is looked ahead
        parts = replace(parts, pictures={"": tuple(picture for _, picture in ask.options.files)})
    made = build(model, parts, _room(crew, ask, model, found, preview=preview), redactor)
    wanted, unmet = fitted(ask.options.parameters, crew.world.kind(model), model)
    if redactor is not None:
        wanted, unmet = _unhidden(wanted, unmet, redactor)
    return replace(made, parameters=wanted, unmet=unmet, old_price=price_age(model.price, crew.clock()))


def _unhidden(wanted: Parameters, unmet: tuple[str, ...], redactor: Redactor) -> tuple[Parameters, tuple[str, ...]]:
    """Without the stop texts that are personal: hidden behind placeholders they would stop nothing."""
    kept = tuple(text for text in wanted.stop if not redactor.hides(text))
    if len(kept) < len(wanted.stop):
        unmet = (*unmet, "a stop text stays here: it is personal")
    return replace(wanted, stop=kept), unmet


def _pictures(crew: Crew, turn: Turn, model: Model, history: Iterable[Turn]) -> Mapping[str, tuple[Picture, ...]]:
    """Turn id -> its pictures, as far as the model gets them: elsewhere only those of the question that is asked now."""
    seen = [turn]
    if readable(crew, model) and "vision" in model.capabilities:
        seen += history
    return {one.id: crew.store.pictures(one) for one in seen if one.attachments}


def _room(crew: Crew, ask: Ask, model: Model, found: Look, *, preview: bool) -> Room:
    asked = ask.options.parameters
    wanted, limit = most(asked, crew, model), min(model.window, asked.context or model.window)
    output = min(wanted, model.max_output or wanted)
    # an answer that is thought about first must not push all of the conversation out
    reserve = min(crew.reserve + thoughts(asked, model), max(crew.reserve, limit // 2))
    if crew.world.kind(model) != "ollama" or model.locality is Locality.REMOTE:
        history = "full" if readable(crew, model) else crew.history
        return Room(limit, reserve, output, history=history)
    # unless told otherwise, Ollama takes a small window and cuts the conversation off without a word
    key = (ask.session_id, model.id)
    window = max(_wanted(model, found), min(crew.windows.get(key, 0), model.window)) if asked.context is None else limit
    if not preview:
        crew.windows[key] = window
    return Room(window, reserve, output, num_ctx=window, history="full" if readable(crew, model) else crew.history)


def _wanted(model: Model, found: Look) -> int:
    if model.on_device:
        return planned_window(found.request, model, found.snapshot, found.policy)
    # another machine's memory is not known: no more than the conversation needs
    request = found.request
    need = int((request.history_tokens + request.message_tokens) * found.policy.context_margin) + request.reserve_tokens
    return min(model.window, max(USUAL_WINDOW, -(-need // STEP) * STEP))


def readable_before(crew: Crew, session_id: str, made: Package, history: Iterable[Turn]) -> tuple[int, ...]:
    """Numbers of the turns (from 1) in which the package's host was sent a value readable that is hidden from now on.

    Worker thread. Only values not yet told to any host are looked for: the others were told about before.
    """
    fresh = [row.original for row in crew.table(session_id).new_rows() if row.kind != LITERAL]
    if not fresh:
        return ()
    numbers = {turn.id: number for number, turn in enumerate(history, 1)}
    sent = crew.store.wire_parts(session_id, made.host)
    told = {numbers.get(part.turn_id or "") for part in sent if any(value in part.text for value in fresh)}
    return tuple(sorted(n for n in told if n is not None))
