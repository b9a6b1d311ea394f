"""Slots that need no records, or only a look at them: proof, reason, choice, text, measurements, searches."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from dialogue import grounding
from dialogue.slots.base import Filled, Filling, Question, SlotContext
from dialogue.understanding.turned_down import is_refused
from knowledge.words import tokens
from tools.catalog.types import SizeAdvice
from tools.customers.types import Profile
from tools.marketing.types import CouponList
from tools.ticketing.desk_types import Reachable


async def fill_proof(context: SlotContext) -> Filling:
    """Put together one complete proof of identity that the policy accepts, newest words first."""
    said = {
        name: entry.entity.value
        for name in ("email", "person_name", "postcode", "phone", "order_ref", "address")
        if (entry := context.newest(name))
    }
    accepted = context.policy.identity.proofs
    postcode = said.get("postcode", {}).get("text") or said.get("address", {}).get("postcode")
    tried = context.frame.results.get("tried", [])
    candidates: list[dict[str, Any]] = []
    if "email" in said and "email" in accepted:
        candidates.append({"email": said["email"]["text"]})
    if "person_name" in said and postcode and "name_postcode" in accepted:
        candidates.append({"name": said["person_name"]["full"], "postcode": postcode})
    if said.get("order_ref", {}).get("id") and "phone" in said and "order_phone" in accepted:
        candidates.append({"order_id": said["order_ref"]["id"], "phone": said["phone"]["text"]})
    fresh = [candidate for candidate in candidates if candidate not in tried]
    if fresh:
        return Filled(fresh[0])
    if "person_name" in said and "name_postcode" in accepted and not tried:
        return Question(context.templates.say("ask.postcode", context.lang, name=said["person_name"]["full"]))
    return Question(context.templates.say("ask.proof", context.lang, proofs=accepted))


async def fill_reason(context: SlotContext) -> Filling:
    """Take the reason that was given; ask only where the policy has a list of accepted ones."""
    accepted = context.policy_values()
    mention = context.newest("reason")
    if mention is not None:
        code = str(mention.entity.value.get("code", "")).replace("_", " ")
        if accepted is None:
            return Filled(mention.entity.value.get("code") or mention.entity.value.get("text", mention.entity.text))
        if code in accepted:
            return Filled(code)
    if accepted is None:
        return Filled("") if context.spec.ask is None else Question(context.question("ask.reason"))
    choices = tuple(
        (context.templates.say(f"reason.{value.replace(' ', '_')}", context.lang), value) for value in accepted
    )
    sentence = "ask.reason_not_accepted" if mention is not None else "ask.reason"
    return Question(context.templates.say(sentence, context.lang), choices)


async def fill_choice(context: SlotContext) -> Filling:
    """Take the choice that was named or is implied by what was said; else offer those that the flow lists."""
    kinds, words = {entry.entity.type for entry in context.heard}, context.frame.text.lower()
    implied = [choice for choice in context.spec.choices if kinds & set(choice.get("implied_by", ()))]
    named = [choice for choice in context.spec.choices if any(word in words for word in choice.get("words", ()))]
    for found in (implied, named):
        if len(found) == 1:
            return Filled(found[0]["value"])
    choices = tuple((str(choice[context.lang]), choice["value"]) for choice in context.spec.choices)
    return Question(context.question("ask.choice"), choices)


async def fill_yes_no(context: SlotContext) -> Filling:
    """Ask a question that yes or no answers, unless something that was said implies the answer."""
    kinds = {entry.entity.type for entry in context.heard}
    for choice in context.spec.choices:
        if kinds & set(choice.get("implied_by", ())):
            return Filled(choice["value"])
    labels = ("yes", "no")
    choices = tuple((context.templates.say(f"label.{label}", context.lang), label == "yes") for label in labels)
    return Question(context.question("ask.choice"), choices)


async def fill_text(context: SlotContext) -> Filling:
    """Take the words that were mentioned for it, else ask; the next message is the value."""
    mention = context.newest(context.spec.takes) if context.spec.takes is not None else None
    if mention is not None:
        return Filled(mention.entity.value["text"])
    return Question(context.question("ask.text"))


_CHANCE = re.compile(
    r"(?<![\d.])(\d{1,2}(?:\.\d{1,2})?)\s?(?:%|％|percent)|(?<![\d.])(0?\.\d{1,4})(?![\d%])|百分之(\d{1,2})"
)


async def fill_chance(context: SlotContext) -> Filling:
    """Take the last chance that the sentence states, as a fraction: 30%, 0.3, 百分之30; ``0`` where it states none."""
    found = list(_CHANCE.finditer(context.frame.text))
    if not found:
        return Filled(0)
    percent = found[-1][1] or found[-1][3]
    return Filled(float(Decimal(percent) / 100) if percent else float(found[-1][2]))


async def fill_tax_id(context: SlotContext) -> Filling:
    """Take a company's tax id."""
    mention = context.newest("tax_id")
    return Filled(mention.entity.value["text"]) if mention is not None else Question(context.question("ask.text"))


async def fill_email(context: SlotContext) -> Filling:
    """Take the e-mail that was said, or the one on file."""
    mention = context.newest("email")
    if mention is not None:
        return Filled(mention.entity.value["text"])
    profile = await context.reader.read("get_profile", {})
    if isinstance(profile, Profile) and profile.email:
        return Filled(profile.email)
    return Question(context.question("ask.email"))


async def fill_contact(context: SlotContext) -> Filling:
    """Take the phone number or e-mail address that was said last, else what is on record (no value of its own), else ask."""
    mention = context.newest("phone", "email")
    if mention is not None:
        return Filled({mention.entity.type: mention.entity.value["text"]})
    known = await context.reader.read("reachable", {})
    if isinstance(known, Reachable) and (known.phone or known.email):
        return Filled({})
    return Question(context.question("ask.contact"))


async def fill_coupon(context: SlotContext) -> Filling:
    """Take the coupon that was named by its code or by what it is for; else offer those that can be claimed."""
    mention = context.newest("coupon_code")
    if mention is not None:
        return Filled(mention.entity.value["text"])
    found = await context.reader.read("list_coupons", {})
    coupons = found.coupons if isinstance(found, CouponList) else ()
    if place := _listed_coupon(context, [one.code for one in coupons]):
        return Filled(place)
    free = [one for one in coupons if one.state == "claimable"]
    said = set(tokens(f"{context.frame.text} {_goods_named(context)}"))
    shared = {one.code: len(said & set(tokens(f"{one.title.zh} {one.title.en}"))) for one in free}
    most = max(shared.values(), default=0)
    named = [code for code, count in shared.items() if count == most > 0]
    if len(named) == 1:
        return Filled(named[0])
    choices = tuple((one.title.get(context.lang), one.code) for one in free if not named or one.code in named)
    return Question(context.question("ask.coupon"), choices)


def _listed_coupon(context: SlotContext, codes: Sequence[str]) -> str | None:
    """Return the coupon that a place in the list just shown means: 第一张领了."""
    told = "\n".join(reply.text for reply in context.state.last_replies)
    shown = sorted((code for code in codes if code in told), key=told.index)
    said_now = [entry for entry in context.heard if entry.turn == context.state.memory.turn]
    places = grounding.by_ordinal(len(shown), said_now) if len(shown) > 1 else []
    return shown[places[0]] if places else None


def _goods_named(context: SlotContext) -> str:
    """Return what a coupon shall be for, by the catalogue's own words: "the one for clothes" is for clothing."""
    named = [entry for entry in context.heard if entry.entity.type in {"product", "category"}]
    named = [entry for entry in named if not is_refused(entry.context.lower())]
    last = [entry.entity.value for entry in named if entry.turn == named[-1].turn]
    return " ".join(str(value.get("terms") or value.get("name") or "") for value in last)


async def fill_body(context: SlotContext) -> Filling:
    """Collect what size advice needs; when the product's chart needs more than was said, ask for just that."""
    value: dict[str, Any] = {}
    for name in ("height_cm", "weight_kg", "foot_length_mm"):
        if entry := context.newest(name):
            value[name] = float(entry.entity.value["n"])
    for entry in reversed(context.heard):
        if (
            entry.entity.type == "option"
            and entry.entity.value.get("key") == "size"
            and entry.entity.value.get("value")
        ):
            value["usual_size"] = str(entry.entity.value["value"])
            break
    product = context.frame.slots.get("product")
    advice = await context.reader.read("advise_size", {"product_id": product, **value})
    if isinstance(advice, SizeAdvice) and advice.size is None and advice.missing:
        return Question(context.templates.say("ask.body", context.lang, missing=advice.missing))
    return Filled(value)
