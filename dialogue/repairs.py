"""The repairs, handled once for every flow: correct, cancel, repeat, add, clarify, and take up an open question again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dialogue.answers import WHICH_FLOW
from dialogue.as_before import go_back
from dialogue.commands import Cancel, CannotHandle, Correct, Entity, Repeat, StartFlow, SwitchLanguage
from dialogue.engine import Engine
from dialogue.events import LanguageChanged
from dialogue.given_up import give_up, same_thing
from dialogue.grounding import mentions_line
from dialogue.rechosen import choose_other, only_chooses
from dialogue.replaced import all_of_the_order, describes_others, only_refuses, only_those, without_replaced
from dialogue.replies.templates import Templates
from dialogue.replies.types import TextReply
from dialogue.slots import ACCEPTS, Question, accepts
from dialogue.state import Frame, Pending
from dialogue.work import HandOverWish, Work
from tools.evidence import OrderSummary
from tools.orders.types import OrderList

FREE_TEXT_SLOTS = frozenset({"text", "reason"})
_ADDS = re.compile(
    r"\b(?:also|too(?=\W*$|\s*[,.;!?])|as well|in addition|plus)\b|还有|还要(?![用穿戴留住]|是)|也|另外|再加|一起|一块儿"
)
"""What comes with such words is added to what was said, not put in its place."""
_LABELS = re.compile(
    r"^\W*(?:i (?:want|need|would like|'d like) (?:it|this|that) (?:to be )?)?(?:in the name of|made out to|to be made out to)\b|\b(?:tax (?:id|no|number)|vat(?: (?:id|number))?|e-?mail|title|name)\b(?: is|:)?|(?:我?想?要?的?)(?:发票)?抬头(?:是|为|写|开)?|^\W*我?(?:想要?|要)?开给|(?:公司)?税号(?:是|为)?|邮箱(?:是|为)?|发到",
    re.IGNORECASE,
)
"""Words that only announce a value."""
REPAIR = "@repair"
"""The slot of the question what shall be different, after a plain no."""
COMPLAINT = "report_problem"
"""The flow for goods that are not as they should be."""
_WRONG_WITH_GOODS = frozenset(
    {
        "too_small",
        "too_big",
        "wrong_size",
        "wrong_color",
        "wrong_item",
        "damaged",
        "defective",
        "missing_item",
        "not_as_described",
        "bad_quality",
    }
)
_POINTS = frozenset({"product", "category", "ordinal", "option"})
_OF_ORDERS = frozenset({"order_ref", "date"})
"""What points at an order by itself, whatever is in it."""
_OF_THE_BODY = frozenset({"height_cm", "weight_kg", "foot_length_mm"})
SLOT_WORDS: dict[str, tuple[str, ...]] = {
    "address": ("address",),
    "order": ("order", "order_optional"),
    "items": ("order_lines", "swaps", "product"),
    "product": ("order_lines", "product"),
    "option": ("swaps", "options"),
    "payment_method": ("payment_method",),
    "reason": ("reason",),
    "email": ("email",),
    "name": ("text",),
}
"""What a person may call wrong -> the slot types that it can be."""


class Repairs:
    """Changes what runs, as the person says. Methods that return a bool tell whether the flows must run now."""

    def __init__(self, engine: Engine, templates: Templates) -> None:
        self.engine = engine
        self.templates = templates

    async def provide(self, work: Work, entities: tuple[Entity, ...], before: Pending | None) -> bool:
        """Give what was said to the running flow; said to a filled slot, it replaces or adds."""
        frame = work.business_frame
        top = work.frame
        if frame is None and top is None:
            return (
                self._once_more(work, entities)
                or self._continue_search(work, entities)
                or self._hear_a_complaint(work, entities)
                or await self._show_what_is_named(work, entities)
            )
        if before is not None and top is not None and before.question.slot_type in FREE_TEXT_SLOTS:
            if only_chooses(self.engine, work, top, before.question.slot):
                return True
            words = self._words_beside(work, top, entities) if before.question.slot_type == "text" else ""
            if words or not entities:
                work.hear(entities, frame)
                return self._take_words(work, top, before, words)
        if not entities:
            return False
        work.hear(entities, frame)
        if frame is not None and before is not None and top is frame:
            self.reopen(work, frame, entities, before.question.slot)
        return True

    def _once_more(self, work: Work, entities: tuple[Entity, ...]) -> bool:
        """ "And the lamp too", 还有那单 after a procedure ended: the same procedure once more, for what is named."""
        flow = work.flows.get(work.memory.last_flow or "")
        types = {spec.type for spec in flow.slots.values()} if flow else set()
        about = {"product", "order_ref", "sku"} | ({"option"} if "options" in types else set())
        if types & {"order", "order_optional"}:
            about.add("date")
        if "product" in types and work.memory.shown_products:
            about.add("ordinal")
        if flow is None or not any(entity.type in about for entity in entities):
            return False
        if not types & {"order", "order_optional", "order_lines", "product"}:
            return False
        if "body" in types:
            # The same person: what was said of the body still holds.
            body = [entry.entity for entry in work.memory.heard if entry.entity.type in _OF_THE_BODY]
            entities = (*body, *entities)
        work.push(flow.id, text=work.text, entities=entities)
        return True

    @staticmethod
    def of_the_same_body(work: Work, command: StartFlow) -> StartFlow:
        """Add what was said before of the body and the goods, where one figure is said anew: "sorry, 158 cm"."""
        if command.flow != work.memory.last_flow or not command.entities:
            return command
        types = {entity.type for entity in command.entities}
        if not types <= _OF_THE_BODY:
            return command
        kept = [
            one.entity for one in work.memory.heard if one.entity.type in _OF_THE_BODY and one.entity.type not in types
        ]
        return command.model_copy(update={"entities": (*kept, *command.entities)})

    def _continue_search(self, work: Work, entities: tuple[Entity, ...]) -> bool:
        """ "Cheaper ones", 红色的呢 after a list of products: the search goes on."""
        if not work.memory.last_search or not any(
            entity.type in ("option", "amount", "category", "product") for entity in entities
        ):
            return False
        work.push("find_products", text=work.text, entities=entities)
        return True

    def _hear_a_complaint(self, work: Work, entities: tuple[Entity, ...]) -> bool:
        """ "It's too small" with nothing running: ask what shall be done about it."""
        wrong = any(entity.type == "reason" and entity.value.get("code") in _WRONG_WITH_GOODS for entity in entities)
        if not wrong or COMPLAINT not in work.flows:
            return False
        work.push(COMPLAINT, text=work.text, entities=entities)
        return True

    async def _show_what_is_named(self, work: Work, entities: tuple[Entity, ...]) -> bool:
        """A bare order number, 那双鞋: who only names something sees it: their own before the shop's."""
        types = {entity.type for entity in entities}
        if "order_ref" in types or await self._has_bought(work, entities):
            work.push("order_status", text=work.text, entities=entities)
        elif types & {"product", "sku", "category"}:
            work.push("find_products", text=work.text, entities=entities)
        else:
            return False
        return True

    async def _has_bought(self, work: Work, entities: tuple[Entity, ...]) -> bool:
        return work.knows_customer() and bool(await self._orders_with(work, entities))

    @staticmethod
    async def _orders_with(work: Work, entities: tuple[Entity, ...]) -> list[OrderSummary]:
        """Return the person's orders that hold any of the goods."""
        goods = [entity for entity in entities if entity.type == "product"]
        bought = await work.read("list_orders", {}) if goods else None
        orders = bought.orders if isinstance(bought, OrderList) else ()
        return [order for order in orders if any(mentions_line(item, line) for item in goods for line in order.lines)]

    async def _in_another_order(self, work: Work, frame: Frame, entities: tuple[Entity, ...]) -> bool:
        """Tell whether these goods were bought, but not in the order that the flow is about."""
        slots = work.flows[frame.flow].slots.items()
        chosen = [frame.slots.get(name) for name, spec in slots if spec.type in ("order", "order_optional")]
        if not any(chosen):
            return False
        holding = [order.order_id for order in await self._orders_with(work, entities)]
        return bool(holding) and not set(holding) & set(chosen)

    def _words_beside(self, work: Work, frame: Frame, entities: tuple[Entity, ...]) -> str:
        """Return the words of the message that no other slot of the flow takes: the name beside a tax id."""
        slots = work.flows[frame.flow].slots.values()
        others = frozenset[str]().union(*(ACCEPTS.get(spec.type, frozenset()) for spec in slots))
        text = work.text
        for entity in entities:
            if entity.type in others:
                text = text[: entity.start] + " " * (entity.end - entity.start) + text[entity.end :]
        words = _LABELS.sub(" ", text)
        return re.sub(r"\s+", " ", words).strip(" ,.;:，。；：、") if words != work.text else work.text.strip()

    def _take_words(self, work: Work, frame: Frame, before: Pending, words: str = "") -> bool:
        frame.slots[before.question.slot] = (words or work.text.strip())[:500]
        frame.asked.pop(before.question.slot, None)
        return True

    def reopen(self, work: Work, frame: Frame, entities: tuple[Entity, ...], asked: str) -> None:
        """Forget the filled slots that these words are about, so that they are filled anew."""
        flow = work.flows[frame.flow]
        for entity in entities:
            takers = [name for name, spec in flow.slots.items() if entity.type in accepts(spec)]
            filled = [name for name in takers if frame.slots.get(name) is not None and name != asked]
            if filled and asked not in takers:
                self.engine.clear(frame, filled[-1])

    async def correct(self, work: Work, command: Correct) -> bool:
        """Take something back: what was said anew replaces it; without anything new, it is asked again."""
        frame = work.business_frame
        if frame is None:
            return self._once_more(work, command.entities) or self._continue_search(work, command.entities)
        flow = work.flows[frame.flow]
        if work.frame is not frame:
            work.hear(command.entities, frame)
            return True
        if command.back is not None and go_back(work, frame, command.back):
            return True
        told = {entity.type for entity in command.entities}
        fits = any(told & accepts(spec) for spec in flow.slots.values())
        if not fits and choose_other(self.engine, work, frame, command.text):
            return True
        if command.entities:
            return await self._take_anew(work, frame, command)
        wanted = SLOT_WORDS.get(command.slot or "", ())
        named = [name for name, spec in flow.slots.items() if spec.type in wanted and name in frame.slots]
        if named:
            goods = flow.slots[named[0]].type == "order_lines"
            if goods and await all_of_the_order(work, frame, frame.slots[named[0]] or []):
                return self._ask_for_goods(work, frame)
            self.reset(work, frame, named[0])
            return True
        self.ask_what_else(work, frame)
        return False

    async def _take_anew(self, work: Work, frame: Frame, command: Correct) -> bool:
        """Put what was said anew in the place of what was settled, or add it where the words say so."""
        entities, adds = command.entities, _ADDS.search(command.text.lower())
        takes_versions = any(spec.type == "swaps" for spec in work.flows[frame.flow].slots.values())
        if not adds:
            entities = await without_replaced(work, frame, entities)
            if await only_refuses(work, frame, entities):
                return self._ask_for_goods(work, frame)
        if not adds and not takes_versions and await describes_others(work, frame, entities):
            entities = tuple(entity for entity in entities if entity.type != "product")
            work.forget(frame, frozenset({"product", "category"}))
        if not adds and not takes_versions and (only := only_those(work.read_as or work.text, entities)) is not None:
            entities = only
            work.forget_all_said(frame)
            work.forget(frame, _POINTS)
        work.hear(entities, frame)
        types = frozenset(entity.type for entity in entities)
        if not adds and await self._in_another_order(work, frame, entities):
            work.forget(frame, _OF_ORDERS)
        takers = self._takers(work, frame, types)
        slots = work.flows[frame.flow].slots
        replaced = types - {"option", "ordinal"} if "swaps" in {slots[name].type for name in takers} else types
        if not adds:
            # A kind of goods comes with its product ("dress"): both are taken back together.
            kinds = frozenset({"category"}) if "product" in replaced else frozenset[str]()
            # The parts of an address are put together by its slot.
            work.forget(frame, (frozenset(replaced) | kinds) - {"address"})
        for name in takers:
            self.engine.clear(frame, name)
        return True

    def _ask_for_goods(self, work: Work, frame: Frame) -> bool:
        """Ask for other goods than those that were settled: "not the hoodie" says no more."""
        slots = work.flows[frame.flow].slots.items()
        if not any(spec.type == "swaps" for _, spec in slots):
            work.forget(frame, frozenset({"option"}))  # which goods they were
        for slot_type in ("order_lines", "order", "order_optional", "product"):
            for name in [name for name, spec in slots if spec.type == slot_type and name in frame.slots]:
                self.reset(work, frame, name)
        return True

    def _takers(self, work: Work, frame: Frame, types: frozenset[str]) -> list[str]:
        """Return the slots that new words of these types change: for an option the new variant, not which goods.

        An order that was found only by its goods is looked for anew when the goods were others.
        """
        slots = work.flows[frame.flow].slots
        found = [name for name, spec in slots.items() if types & accepts(spec)]
        if types == {"option"} and not any(
            slots[name].type in ("swaps", "options", "search", "body") for name in found
        ):
            found = [name for name, spec in slots.items() if spec.type == "order_lines"]
        said = any(entry.entity.type == "order_ref" for entry in work.heard_for(frame))
        if "product" in types and not said:
            found += [name for name, spec in slots.items() if spec.type in ("order", "order_optional")]
        return found

    def reset(self, work: Work, frame: Frame, slot: str) -> None:
        """Forget a slot and what was said about it, so that it is asked."""
        accepted = ACCEPTS.get(work.flows[frame.flow].slots[slot].type, frozenset())
        if work.flows[frame.flow].slots[slot].type in ("order", "order_optional"):
            # Also the goods by which it was found: else they would find it again.
            accepted = accepted | {"product", "date"}
        if "product" in accepted:
            accepted = accepted | {"category"}  # a kind of goods comes with its product
        work.memory.heard = [
            entry
            for entry in work.memory.heard
            if entry.entity.type not in accepted or entry.frame not in (frame.id, None)
        ]
        if work.flows[frame.flow].slots[slot].type in ("order", "order_optional"):
            work.memory.focus_order = None
        self.engine.clear(frame, slot)

    async def cancel(self, work: Work, command: Cancel) -> bool:
        """Stop the running flow, or all of them, or only a part of what was asked."""
        frame = work.business_frame
        if command.scope == "part" and frame is not None and (command.entities or command.only):
            return await self._cancel_part(work, frame, command)
        if command.flow is not None and (frame is None or frame.flow != command.flow):
            return self._drop_waiting(work, command.flow)
        if command.scope == "all":
            work.queue.clear()
            del work.stack[:-1]
        if not work.stack:
            work.say(self._sentence(work, "chit.no_worries"))
            return False
        return self.drop(work)

    def drop(self, work: Work) -> bool:
        """Stop the running flow (and the proof of identity that was only for it)."""
        frame = work.business_frame or work.stack[-1]
        while work.stack and work.stack[-1] is not frame:
            work.stack.pop()
        work.stack.pop()
        work.queue = [waiting for waiting in work.queue if waiting.instead_of != frame.id]
        give_up(work, frame)
        title = work.flows[frame.flow].title.get(work.lang)
        work.say(self._sentence(work, "repair.cancelled", title=title))
        return True

    def _drop_waiting(self, work: Work, flow: str) -> bool:
        """Let go of a request that waits for its turn; the open question stays."""
        dropped = [frame for frame in work.queue if frame.flow == flow]
        work.queue = [frame for frame in work.queue if frame not in dropped]
        if dropped:
            title = work.flows[flow].title.get(work.lang)
            work.say(self._sentence(work, "repair.cancelled", title=title))
            if work.state.pending is not None:
                self.keep_question(work, work.state.pending, aside=True)
        return False

    async def _cancel_part(self, work: Work, frame: Frame, command: Cancel) -> bool:
        """ "Only the lamp then", 那个不退了: what is named is taken out of the request."""
        lines = next((name for name, spec in work.flows[frame.flow].slots.items() if spec.type == "order_lines"), None)
        if lines is None:
            return await self._drop_some(work, frame, command)
        if await self._nothing_left(work, frame.slots.get(lines) or [], command.entities):
            return self.drop(work)
        work.hear(command.entities, frame)
        work.memory.heard = [
            entry.model_copy(update={"context": "except "})
            if entry.entity in command.entities and entry.turn == work.memory.turn
            else entry
            for entry in work.memory.heard
        ]
        self.engine.clear(frame, lines)
        return True

    async def _nothing_left(self, work: Work, chosen: Sequence[Mapping[str, Any]], entities: Iterable[Entity]) -> bool:
        """Whether all the goods that a request is about are taken out of it."""
        wanted, things = {line["line_id"] for line in chosen}, list(entities)
        lines = [
            line
            for order in await self._orders_with(work, tuple(things))
            for line in order.lines
            if line.line_id in wanted
        ]
        return (
            bool(wanted)
            and len(lines) == len(wanted)
            and all(any(mentions_line(item, line) for item in things) for line in lines)
        )

    async def _drop_some(self, work: Work, frame: Frame, command: Cancel) -> bool:
        """Of several requests of one procedure drop those that are meant: "only the second", 第一个不要取消."""
        same = [frame, *(waiting for waiting in work.queue if waiting.flow == frame.flow)]
        meant = await self._meant(work, same, command.only or command.entities)
        kept = meant if command.only else [one for one in same if one not in meant]
        if len(same) == 1 or not kept:
            return self.drop(work)
        work.queue = [waiting for waiting in work.queue if waiting not in same or waiting in kept]
        if frame in kept:
            work.say(self._sentence(work, "repair.others_stay"))
            if work.state.pending is not None:
                self.keep_question(work, work.state.pending, aside=False)
            return False
        return self.drop(work)

    async def _meant(self, work: Work, frames: Sequence[Frame], entities: Iterable[Entity]) -> list[Frame]:
        """Return the requests that are meant: by their place, by what is in their order, or by what they were made for."""
        found: list[Frame] = []
        for entity in entities:
            if entity.type == "ordinal":
                place = int(entity.value.get("n", 0))
                found += [frames[place - 1 if place > 0 else place]] if 0 < abs(place) <= len(frames) else []
                continue
            orders = [order.order_id for order in await self._orders_with(work, (entity,))]
            for frame in frames:
                chosen = frame.slots.get("order")
                said = any(same_thing(entity, one.entity) for one in work.heard_for(frame) if one.frame == frame.id)
                if chosen in orders if chosen and entity.type == "product" else said:
                    found.append(frame)
        return found

    def repeat(self, work: Work, command: Repeat) -> None:
        """Say the last thing again, or explain what is asked and why."""
        pending = work.state.pending
        if pending is None:
            for reply in work.state.last_replies:
                work.show(reply.model_copy(update={"receipts": ()}) if isinstance(reply, TextReply) else reply)
            if not work.state.last_replies:
                work.say(self._sentence(work, "chit.greeting"))
        elif command.explain or command.unknown:
            topic = "unknown" if command.unknown else "explain"
            name = f"{topic}.{pending.question.slot_type or pending.question.kind}"
            work.say(self._sentence(work, name if self.templates.has(name) else f"{topic}.slot"))

    def switch_language(self, work: Work, command: SwitchLanguage) -> None:
        """Speak the language that was asked for."""
        if command.lang != work.lang:
            work.lang = command.lang
            work.events.append(LanguageChanged(lang=command.lang))
        work.say(self._sentence(work, "chit.language"))

    def keep_question(self, work: Work, before: Pending, *, aside: bool, declined: bool = False) -> None:
        """Put the open question again: after an aside as a return to it, after a failed answer just as it was."""
        work.pending = before
        if declined:
            work.pending = before.model_copy(update={"question": before.question.model_copy(update={"declined": True})})
        question = before.question
        text = self._sentence(work, "repair.back", question=question.text) if aside else question.text
        work.put(text, question.choices, multiple=question.multiple)

    @staticmethod
    def takes_words(work: Work) -> bool:
        """Whether free words were asked for, and the message may be these: it is no question."""
        before = work.state.pending
        asks = work.text.rstrip().endswith(("?", "？"))
        free = before is not None and before.question.slot_type in FREE_TEXT_SLOTS
        return free and work.frame is not None and not asks

    def lost(self, work: Work, command: CannotHandle, before: Pending | None, *, alone: bool) -> bool:
        """Nothing understood: take free words where they were asked for, else clarify, offer a person, hand over."""
        top = work.frame
        if before is not None and top is not None and self.takes_words(work):
            return self._take_words(work, top, before)
        if not alone:
            return False
        if command.out_of_scope:
            work.say(self._sentence(work, "lost.out_of_scope"))
            return False
        failures = work.state.failures + 1
        if failures >= work.escalation.patience.lost_before_hand_over:
            work.hand_over = HandOverWish(reason="failures")
        elif before is not None:
            work.say(self._sentence(work, "lost.pending"))
            self.keep_question(work, before, aside=False)
        elif candidates := [flow for flow in command.candidates if flow in work.flows][:3]:
            self._clarify(work, candidates)
        elif failures >= work.escalation.patience.lost_before_offer:
            offer = Question(
                self._sentence(work, "lost.offer_human"), self._yes_no(work, {"do": "hand_over", "reason": "failures"})
            )
            work.ask(offer, kind="offer")
        else:
            work.say(self._sentence(work, "lost.merchant" if work.state.role == "merchant" else "lost.first"))
        return False

    def offer_person(self, work: Work) -> None:
        """Say sorry to somebody who is displeased with no procedure running, and offer a person."""
        choices = self._yes_no(work, {"do": "hand_over", "reason": "asked"})
        work.ask(Question(self._sentence(work, "chit.complaint_offer"), choices), kind="offer")

    def _clarify(self, work: Work, candidates: list[str]) -> None:
        choices = tuple(
            (work.flows[flow].title.get(work.lang), {"flow": flow, "text": work.text}) for flow in candidates
        )
        person = (self._sentence(work, "label.human"), {"human": True})
        work.ask(Question(self._sentence(work, "lost.which"), (*choices, person)), kind="choice", slot=WHICH_FLOW)

    def _yes_no(self, work: Work, action: dict[str, str]) -> tuple[tuple[str, object], ...]:
        return ((self._sentence(work, "label.yes"), action), (self._sentence(work, "label.no"), False))

    def ask_what_else(self, work: Work, frame: Frame) -> bool:
        """After a plain no: offer to change each thing that was settled, or to stop."""
        flow = work.flows[frame.flow]
        kinds = {name: spec.type for name, spec in flow.slots.items() if frame.slots.get(name)}
        named = {
            name: self._sentence(work, f"slot.{kind}")
            for name, kind in kinds.items()
            if self.templates.has(f"slot.{kind}")
        }
        choices = tuple((label, {"change": name}) for name, label in named.items())
        stop = (self._sentence(work, "label.stop"), {"stop": True})
        work.ask(Question(self._sentence(work, "repair.what_else"), (*choices, stop)), kind="choice", slot=REPAIR)
        return False

    def _sentence(self, work: Work, sentence: str, **facts: object) -> str:
        return self.templates.say(sentence, work.lang, **facts)
