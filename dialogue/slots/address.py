"""The slot that holds a postal address: said in full, in part, or as one that is on file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from dialogue import grounding
from dialogue.slots.base import Filled, Filling, Question, SlotContext
from dialogue.slots.orders import own_orders
from dialogue.understanding import phrases
from dialogue.understanding.entities.addresses import street_of
from tools.customers.types import Profile
from tools.orders.types import OrderDetails

REFERENCES = ("of_order", "default", "town", "last", "place")
"""Fields of an address mention that point to one on file."""
ORDERS_SEARCHED = 12
LINE_CHARACTERS = 5
"""Characters of a street's line by which an address is known again behind other words."""
_READS_LIKE = {
    "work": re.compile(
        r"大厦|写字楼|[科创产工]\w{0,3}园|商务|中心|公司|\d\s*[层楼]|\b(?:floor|fl|suite|ste|tower|plaza|office|cent(?:er|re)|level|company|ltd|inc)\b"
    ),
    "home": re.compile(
        r"小区|花园|家园|公寓|苑|单元|[\d\s][室幢栋]|\b(?:apt|apartment|flat|unit|house|home)\b"
    ),
}  # fmt: skip
"""Words of an address that tell an office from a home: the address book does not say which is which."""
_HOUSE_ALONE = re.compile(r"\W*(?:no\.? ?)?(\d+[a-z]?(?:-\d+)?)\s*号?\W*", re.IGNORECASE)
_STATE_CODE = re.compile(r"[A-Z]{2}")
"""How addresses in the United States write the state."""
_RECIPIENT = re.compile(
    r"(?i)(?:收[件货]人|recipient|attn|attention|addressed to|name)\W*(?:is|to|改?成?为?是?|换成)?\W*$"
)
_HOUSE = re.compile(r"\d+[a-z]?(?:-\d+)?(?=\s*号)|^\d+[a-z]?(?=\s)", re.IGNORECASE)
"""The house number in a street's line: 文一西路969号, "500 Century Avenue"."""


async def fill_address(context: SlotContext) -> Filling:
    """Take the address that was said, completed from the old one where only a part was; else offer those on file."""
    present = await _present(context)
    mention = context.newest("address")
    if mention is not None and any(name in mention.entity.value for name in REFERENCES):
        found = await _on_file(context, mention.entity.value, present)
        return Filled(found[0]) if len(found) == 1 else _which(context, found or await _saved(context, present))
    parts = _said(context)
    if not parts and present and (contact := _contact(context)):
        return Filled({**present, **contact})
    if not parts:
        if (last := context.state.memory.last_address) and phrases.makes_default(context.frame.text.lower()):
            return Filled(last)
        offered = await _saved(context, present) if context.flow.id != "change_default_address" else []
        return _which(context, offered)
    if "line1" not in parts and "line2" in parts and present:
        parts["line1"] = present.get("line1", "")
    if parts.get("line1") and not _HOUSE_ALONE.fullmatch(parts["line1"]):
        filed = [address for address in await _saved(context, present) if _says(parts, address)]
        return Filled(filed[0] if filed else _completed(parts, present))
    return Question(context.templates.say("ask.address_street", context.lang))


def _contact(context: SlotContext) -> dict[str, str]:
    """Return who receives it and their number, where nothing else of an address is to change: 手机号填错了，改成139..."""
    found: dict[str, str] = {}
    for entry in context.heard:
        if entry.frame == context.frame.id and entry.entity.type == "phone":
            found["phone"] = str(entry.entity.value["text"])
        elif entry.entity.type == "person_name" and _RECIPIENT.search(entry.context):
            found["recipient"] = str(entry.entity.value["full"])
    return found


def _said(context: SlotContext) -> dict[str, str]:
    """Put together what was said of the address, one message after the other; one may go back to what was said before."""
    parts: dict[str, str] = {}
    before: list[dict[str, str]] = []
    for entry in context.heard:
        given = {key: str(value) for key, value in entry.entity.value.items() if value}
        if entry.entity.type == "address" and "said_before" in given:
            parts = _said_before(given["said_before"], before) or parts
        elif entry.entity.type == "address" and not any(name in given for name in REFERENCES):
            again = [one for one in before if _is_again(given, one)]
            parts = {**given, **again[-1]} if again else _amended(parts, given)
            before.append(parts)
        elif entry.entity.type == "postcode" and "line1" in parts:
            parts["postcode"] = given["text"]
        elif entry.entity.type == "phone" and parts and context.flow.id.endswith("address"):
            parts["phone"] = given["text"]
        elif entry.entity.type == "person_name" and parts and _RECIPIENT.search(entry.context):
            parts["recipient"] = given["full"]
    return parts


def _is_again(given: Mapping[str, str], before: Mapping[str, str]) -> bool:
    """Tell whether an address is one that was said before, with words before it or a town written shorter: 还是寄文二路391号."""
    line, old = _plain(given.get("line1", "")), _plain(before.get("line1", ""))
    whole = line == old or (len(old) >= LINE_CHARACTERS and line.endswith(old)) or _is_its_house(line, old)
    if not old or not (whole or (len(line) >= LINE_CHARACTERS and old.startswith(line) and line.endswith("号"))):
        return False
    towns = [(_plain(given.get(name, "")), _plain(before.get(name, ""))) for name in ("district", "city", "state")]
    return all(not one or not other or one in other or other in one for one, other in towns)


def _is_its_house(line: str, old: str) -> bool:
    """Tell whether a line is another one's without the street: 391号2幢603, of 文二路391号2幢603室."""
    behind = old[old.find(line) + len(line) :] if line else ""
    within = len(line) >= LINE_CHARACTERS and line in old and not old.startswith(line)
    return within and len(re.findall(r"\d+", line)) > 1 and not behind[:1].isdigit()


def _amended(parts: dict[str, str], given: dict[str, str]) -> dict[str, str]:
    """Take one more part: a street replaces the one before with its floor and flat, a house number only the number."""
    line1 = given.get("line1", "")
    if parts.get("line1") and (renumbered := _renumbered(parts["line1"], line1)):
        return {**parts, **given, "line1": renumbered}
    if parts.get("line1") and (house := _HOUSE_ALONE.fullmatch(line1)):
        return {**parts, **given, "line1": _HOUSE.sub(house[1], parts["line1"], count=1)}
    if not line1:
        return {**parts, **given}
    if any(given.get(name) for name in ("city", "state", "postcode")):
        return given
    place = ("district", "city", "state", "postcode", "phone")
    return {**{name: parts[name] for name in place if parts.get(name)}, **given}


def _renumbered(line1: str, given: str) -> str:
    """Return a street's line with the number of the same street that is given without its flat: 文二路319号; "" for another street."""
    old, new = _HOUSE.search(line1), _HOUSE.search(given)
    if (
        old is not None
        and new is not None
        and new.start() == old.start() == 0
        and (street := line1[old.end() :].strip())
    ):
        # "54 now on Fuxing Road"
        return f"{new[0]} {street}" if given.lower().endswith(f" {street.lower()}") else ""
    if old is None or new is None or line1[: old.start()] != given[: new.start()] or not line1[: old.start()]:
        return ""
    rest = given[new.end() :].strip(" 号")
    return "" if rest else line1[: old.start()] + new[0] + line1[old.end() :]


def _said_before(words: str, before: Sequence[dict[str, str]]) -> dict[str, str]:
    """Return the address that was said before, by the street that is named, else the first."""
    streets = [(street_of(one.get("line1", "")), one) for one in before]
    named = [one for street, one in streets if street and street in words.lower()]
    return dict((named or list(before) or [{}])[0])


def _says(parts: Mapping[str, str], address: Mapping[str, str]) -> bool:
    """Tell whether an address on file is the one that was said, perhaps without its floor and town."""
    return all(_plain(said) == _plain(address.get(name) or "") for name, said in parts.items() if said)


def _plain(words: str) -> str:
    return re.sub(r"[\s,.]+", "", words).lower()


def _which(context: SlotContext, addresses: Sequence[dict[str, str]]) -> Question:
    choices = tuple(
        (context.templates.render("{{ a|address }}", context.lang, {"a": entry}), entry) for entry in addresses
    )
    return Question(context.question("ask.address"), choices)


async def _profile(context: SlotContext) -> list[tuple[dict[str, str], bool]]:
    """Return the addresses of the account, each with whether it is the default."""
    profile = await context.reader.read("get_profile", {})
    saved = profile.addresses if isinstance(profile, Profile) else ()
    return [(entry.address.model_dump(), entry.is_default) for entry in saved]


async def _saved(context: SlotContext, present: dict[str, str]) -> list[dict[str, str]]:
    return [address for address, _default in await _profile(context) if address != present]


async def _of_order(context: SlotContext, order_id: str) -> dict[str, str]:
    details = await context.reader.read("get_order", {"order_id": order_id})
    return details.address.model_dump() if isinstance(details, OrderDetails) and details.address else {}


async def _present(context: SlotContext) -> dict[str, str]:
    """Return the address that is to be changed."""
    order = context.frame.slots.get("order")
    if order and (address := await _of_order(context, order)):
        return address
    saved = await _profile(context)
    return next((address for address, default in saved if default), saved[0][0] if saved else {})


async def _on_file(context: SlotContext, said: Mapping[str, Any], present: dict[str, str]) -> list[dict[str, str]]:
    """Return the addresses on file that a reference can mean, other than the one to be changed."""
    saved = await _profile(context)
    if said.get("last"):
        return [context.state.memory.last_address] if context.state.memory.last_address else []
    if said.get("default"):
        return [address for address, default in saved if default]
    if place := said.get("place"):
        return [address for address in await _saved(context, present) if _is_a(place, address)]
    orders = list(await own_orders(context))[:ORDERS_SEARCHED]
    named = str(said.get("of_order", ""))
    if named and named != "OTHER":
        orders = [order for order in orders if grounding.same_id(order.order_id, named)]
    of_orders = [address for order in orders if (address := await _of_order(context, order.order_id))]
    candidates = of_orders if named else [*(address for address, _default in saved), *of_orders]
    if town := str(said.get("town", "")).lower():
        candidates = [address for address in candidates if _is_in(address, town)]
    found: list[dict[str, str]] = []
    for address in candidates:
        if not any(_same_place(address, other) for other in (*found, present)):
            found.append(address)
    return found


def _is_a(place: str, address: Mapping[str, str]) -> bool:
    """Tell whether an address reads like that of one's work, or of one's home, and not like the other."""
    words = " ".join((address.get("line1") or "", address.get("line2") or "")).lower()
    return {kind for kind, pattern in _READS_LIKE.items() if pattern.search(words)} == {place}


def _is_in(address: Mapping[str, str], town: str) -> bool:
    return any(town == str(address.get(name) or "").lower() for name in ("city", "state", "district")) or bool(
        address.get("city") and address["city"].lower() in town
    )


def _same_place(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    return all((one.get(name) or "") == (other.get(name) or "") for name in ("line1", "line2", "city", "postcode"))


def _completed(parts: dict[str, str], present: dict[str, str]) -> dict[str, str]:
    """Keep who receives it and the country; keep the town only when no new one was named."""
    kept = ["recipient", "phone", "country"]
    if not any(parts.get(name) for name in ("city", "state", "postcode")):
        elsewhere = parts.get("district") not in (None, present.get("district"))
        kept += ["city", "state"] if elsewhere else ["district", "city", "state", "postcode"]
    elif not parts.get("state") and parts.get("city") == present.get("city"):
        kept += ["state"]
    whole = {**{name: present[name] for name in kept if present.get(name)}, **parts}
    if _STATE_CODE.fullmatch(parts.get("state", "")) and not parts.get("country"):
        whole["country"] = "USA"
    return whole
