"""An understander that asks a language model which commands a message holds, and falls back on the embedded one in the same turn."""

from __future__ import annotations

import dataclasses
import json
import logging
from collections.abc import Mapping, Sequence

import pydantic

from agent.llm.chat import ChatModel, Said, json_of
from agent.llm.errors import LlmError
from agent.llm.ledger import ledger
from agent.prompts import Prompt, prompt_for
from dialogue.commands import (
    Affirm,
    CannotHandle,
    Choose,
    Command,
    Entity,
    Learns,
    Provide,
    ScoredIntent,
    StartFlow,
    Understander,
    Understanding,
    View,
)
from dialogue.understanding.llm.brief import brief_form, brief_question
from dialogue.understanding.llm.schema import SCORE, commands_of, json_schema, kinds_of, reading_type
from dialogue.understanding.text import MAX_CHARS
from knowledge.types import JsonObject, Lang

_log = logging.getLogger(__name__)
EXAMPLES = 3
"""Sentences that a procedure is introduced with."""
INTENTS = 3


@dataclasses.dataclass(frozen=True)
class Procedure:
    """A procedure as a model is told of it."""

    id: str
    title: Mapping[Lang, str]
    examples: Mapping[Lang, tuple[str, ...]]
    merchants_only: bool = False


class LlmUnderstander:
    """Reads a message with a language model over what the embedded understander found in it.

    Entities, language and mood are the embedded understander's; the model only chooses commands, among those that make sense, for
    procedures that the person may start. What it answers is checked; a malformed answer may be mended by it once. One call a
    message, none for a button that was pressed. Where nothing usable comes of it, the embedded reading stands.

    A server whose form is ``brief`` has a small model that knows the shoppers' procedures by heart: it is asked once and about
    shoppers' messages only.
    """

    def __init__(self, model: ChatModel, embedded: Understander, procedures: Sequence[Procedure]) -> None:
        self._model = model
        self._embedded = embedded
        self._procedures = tuple(procedures)

    async def warm(self) -> None:
        """Learn now what the embedded understander learns only when it is needed."""
        if isinstance(self._embedded, Learns):
            await self._embedded.warm()

    async def understand(self, text: str, view: View) -> Understanding:
        """See `Understander.understand`; never raises for any text or answer."""
        read = await self._embedded.understand(text, view)
        brief = self._model.server.reading_form == "brief"
        if not text.strip() or _pressed(text, view) or (brief and view.role == "merchant"):
            return read
        if self._model.server.only_when_unsure and not _unsure(read):
            return read
        ask = self._ask_briefly if brief else self._ask
        try:
            commands, prompt = await ask(text[:MAX_CHARS], view, read)
        except LlmError as error:
            _log.warning("a message is read without the language model: %s", error)
            return read
        commands = _safe(commands, read, view)
        return read.model_copy(
            update={
                "commands": commands,
                "intents": _intents(commands, read),
                "model": f"{self._model.server.model} {prompt} over {read.model}",
            }
        )

    async def _ask(self, text: str, view: View, read: Understanding) -> tuple[tuple[Command, ...], str]:
        flows = tuple(each.id for each in self._procedures if view.role == "merchant" or not each.merchants_only)
        choices = view.pending.choices if view.pending is not None else ()
        kinds = kinds_of(
            asked=view.pending is not None,
            choices=len(choices),
            flows=flows,
            running=view.active_flow is not None,
        )
        form = reading_type(kinds, flows, entities=len(read.entities), choices=len(choices))
        schema = json_schema(form)
        prompt = prompt_for("understand", read.lang)
        said: list[Said] = [
            ("system", self._told(prompt, flows, kinds, schema, read.lang)),
            ("user", _seen(text, view, read)),
        ]
        answer = await self._model.ask(prompt.id, said, schema=schema)
        try:
            return _commands(form, answer, read.entities, text), prompt.id
        except ValueError as error:
            ledger().last_was("malformed")
            said += [("assistant", answer), ("user", _complaint(error, read.lang))]
        answer = await self._model.ask(prompt.id, said, schema=schema)
        try:
            return _commands(form, answer, read.entities, text), prompt.id
        except ValueError as error:
            ledger().last_was("malformed")
            raise LlmError(f"{self._model.server} answered twice in a form that cannot be used") from error

    async def _ask_briefly(self, text: str, view: View, read: Understanding) -> tuple[tuple[Command, ...], str]:
        flows = tuple(each.id for each in self._procedures if not each.merchants_only)
        form = brief_form(view, flows, len(read.entities))
        prompt, said = brief_question(text, view, read.entities, read.lang)
        answer = await self._model.ask(prompt.id, said, schema=json_schema(form))
        try:
            return _commands(form, answer, read.entities, text), prompt.id
        except ValueError as error:
            ledger().last_was("malformed")
            raise LlmError(f"{self._model.server} answered in a form that cannot be used") from error

    def _told(self, prompt: Prompt, flows: Sequence[str], kinds: Sequence[str], schema: JsonObject, lang: Lang) -> str:
        listed = [_introduced(each, lang) for each in self._procedures if each.id in flows]
        # The schema stands in the prompt too: not every server holds its model to one.
        return prompt.filled(
            procedures="\n".join(listed), kinds=", ".join(kinds), schema=json.dumps(schema, ensure_ascii=False)
        )


def _introduced(procedure: Procedure, lang: Lang) -> str:
    examples = " | ".join(procedure.examples.get(lang, ())[:EXAMPLES])
    return f"- {procedure.id}: {procedure.title[lang]}" + (f" ({examples})" if examples else "")


def _unsure(read: Understanding) -> bool:
    """Whether something in a message was not understood; what is none of the shop's business was."""
    return any(isinstance(command, CannotHandle) and not command.out_of_scope for command in read.commands)


def _pressed(text: str, view: View) -> bool:
    """Whether the message is a button of the open question: nothing is to be understood."""
    return view.pending is not None and text.strip() in view.pending.choices


def _seen(text: str, view: View, read: Understanding) -> str:
    """Return the message and where the conversation stands, as data."""
    pending = view.pending
    asked = {"kind": pending.kind, "asks": pending.text, "choices": list(pending.choices)} if pending else None
    found = [
        {"number": number, "type": each.type, "words": each.text, "value": _value(each)}
        for number, each in enumerate(read.entities)
    ]
    seen = {
        "message": text,
        "entities": found,
        "question": asked,
        "running": view.active_flow,
        "waiting": list(view.waiting),
        "settled": sorted(name for name, value in view.settled.items() if value is not None),
        "products_shown": view.shown if view.listed else 0,
    }
    return json.dumps(seen, ensure_ascii=False)


def _value(entity: Entity) -> JsonObject:
    """Return what an entity means, without the lists of ids that a model has no use for."""
    return {name: value for name, value in entity.value.items() if name not in ("product_ids", "kinds")}


def _commands(
    form: type[pydantic.BaseModel], answer: str, entities: Sequence[Entity], text: str
) -> tuple[Command, ...]:
    """Return the commands of an answer. Raises `ValueError`: it is none."""
    found = json_of(answer)
    if isinstance(found, list):
        found = {"commands": found}
    elif isinstance(found, dict) and "kind" in found:
        found = {"commands": [found]}
    return commands_of(form.model_validate(found), entities, text)


def _complaint(error: ValueError, lang: Lang) -> str:
    if isinstance(error, pydantic.ValidationError):
        found = error.errors(include_url=False, include_context=False, include_input=False)[:5]
        what = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in found)
    else:
        what = str(error)
    if lang == "zh":
        return f"这个回答不能用：{what}。请只按要求的格式再回答一次，不要写别的。"
    return f"That answer cannot be used: {what}. Answer once more, in the form that was asked for and nothing else."


def _safe(commands: tuple[Command, ...], read: Understanding, view: View) -> tuple[Command, ...]:
    """Return the commands without consent that only the model heard, and without answers that say nothing.

    Consent to an effect is the person's: the question holds texts of the shop, and what they say must not become a yes.
    """
    asks_consent = view.pending is not None and view.pending.kind == "confirm"
    if asks_consent and any(isinstance(command, Affirm | Choose) for command in commands):
        agreed = any(isinstance(command, Affirm | Choose) for command in read.commands)
        if not agreed:
            return read.commands
    return tuple(
        CannotHandle(text=command.text, score=SCORE, source="llm")
        if isinstance(command, Provide) and not command.entities
        else command
        for command in commands
    )


def _intents(commands: Sequence[Command], read: Understanding) -> tuple[ScoredIntent, ...]:
    """Return what the person wants first as the model has it, then what the embedded understander thought of."""
    first = commands[0]
    intent = first.flow if isinstance(first, StartFlow) else first.kind
    others = [each for each in read.intents if each.intent != intent]
    return (ScoredIntent(intent=intent, score=SCORE), *others)[:INTENTS]
