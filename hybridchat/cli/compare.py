"""`hybridchat ask --compare M1,M2`: the same question to several models, as attempts at one turn."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping

from hybridchat.asking import Options as Told
from hybridchat.chat import Chat
from hybridchat.cli import edge
from hybridchat.cli.ask import Options, answered, checks_of, model_id, put
from hybridchat.cli.ask_result import dry_lines, dry_record, record, unrouted_code
from hybridchat.cli.consenting import explain_held
from hybridchat.cli.edge import Exit, say
from hybridchat.comparing import FEWEST, Comparison
from hybridchat.conversation import Session
from hybridchat.facts import Mode
from hybridchat.render import words
from hybridchat.sessions.attachments import Named


async def compare(chat: Chat, options: Options, session: Session, text: str, pictures: tuple[Named, ...] = ()) -> int:
    """Asks one model after the other, each under its own rules and consent; the exit code of the first that did not answer.

    Raises `Exit` for models that are not there. The answer of the model named by `--keep` stands in the conversation, else the
    last one named that came whole; the others are kept beside it.
    """
    ids = list(dict.fromkeys(model_id(chat, name.strip()) for name in options.compare if name.strip()))
    if len(ids) < FEWEST:
        raise Exit(edge.USAGE, "--compare wants two models or more, as in llama3.2,openai:gpt-6.1-terra.")
    kept = model_id(chat, options.keep) if options.keep is not None else None
    if kept is not None and kept not in ids:
        raise Exit(edge.USAGE, f"--keep names one of the models compared: {', '.join(ids)}.")
    more = Told(options.parameters(), files=pictures)
    comparison = Comparison(chat, [chat.world.find(model) for model in ids], session.id, text, options=more)
    told: list[Mapping[str, object]] = []
    code = edge.OK
    for n, model in enumerate(ids):
        if not options.as_json:
            _heading(chat, model, first=not n)
        if options.dry_run:
            made, ended = await _previewed(chat, options, session, text, model, pictures)
        else:
            result = await answered(chat, options, comparison.start(n, _mode(options)))
            comparison.turn_id = comparison.turn_id or result.turn_id
            made, ended = record(result, await checks_of(chat, result)), result.code
            if result.held is not None:
                explain_held(chat, result.held.package)
        told.append({"asked": model, **made})
        code = code or ended
        if ended == edge.INTERRUPTED:
            break
    stands = await asyncio.to_thread(comparison.settle, None if kept is None else ids.index(kept))
    if kept is not None and stands is None and not options.dry_run:
        stands = await asyncio.to_thread(comparison.settle)
        say(f"{words.short(kept)} gave no answer to keep." + (f" {words.short(stands.model_id)}'s is kept." if stands else ""))
    if options.dry_run and not session.turns:
        chat.store.delete_session(session.id)
    if options.as_json:
        put([{**made, "kept": stands is not None and made["asked"] == stands.model_id} for made in told])
    return code


def _mode(options: Options) -> Mode | None:
    """`--local` holds whatever the conversation says; `--cloud` is consent, and leaves out no model that was named."""
    return Mode.ONLY_LOCAL if options.local else None


def _heading(chat: Chat, model: str, *, first: bool) -> None:
    found = chat.world.find(model)
    sys.stdout.write(("" if first else "\n") + f"== {found.name} ({words.PLACES[found.locality]}) ==\n")
    sys.stdout.flush()


async def _previewed(
    chat: Chat, options: Options, session: Session, text: str, model: str, pictures: tuple[Named, ...]
) -> tuple[dict[str, object], int]:
    more = Told(options.parameters(), files=pictures)
    preview = await chat.preview(session.id, text, pin=model, mode=_mode(options), options=more)
    if not options.as_json:
        sys.stdout.write("\n".join(dry_lines(preview)) + "\n")
    return dry_record(preview), edge.OK if preview.decision.chosen is not None else unrouted_code(preview.decision)
