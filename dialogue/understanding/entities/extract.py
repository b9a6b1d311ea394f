"""All entities of a message, in one pass over the extractors."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from zoneinfo import ZoneInfo

from dialogue.commands import Entity
from dialogue.understanding.entities import (
    addresses,
    amounts,
    catalog,
    comparisons,
    contacts,
    counts,
    dates,
    orders,
    payments,
    reasons,
)
from dialogue.understanding.entities.base import without_overlaps
from dialogue.understanding.text import Text
from knowledge.lexicon import Lexicon

Clock = Callable[[], dt.datetime]
"""Gives the present time, aware."""

_LOOSE = frozenset({"quantity", "ordinal", "option", "postcode"})
"""What a bare number is taken for where nothing better is known."""
_DIGIT = re.compile(r"\d")
_ONE = re.compile(r"\bone\b")


class Extractor:
    """Finds entities with the shop's catalogue, currency and clock."""

    def __init__(
        self, lexicon: Lexicon, clock: Clock, *, currency: str = "CNY", timezone: str = "Asia/Shanghai"
    ) -> None:
        self.lexicon = lexicon
        self._clock = clock
        self._currency = currency
        self._zone = ZoneInfo(timezone)

    def extract(self, text: Text) -> list[Entity]:
        """Return the entities of a message by place; reasons and categories may overlap others, nothing else does."""
        numbers = bool(_DIGIT.search(text.plain))
        when = without_overlaps(dates.dates(text, self._today()))
        order_ids = list(orders.ids(text)) if numbers else []
        mentions = self.lexicon.find(text.plain)
        things = list(catalog.catalog(text, mentions))
        skus = [item for item in things if item.type == "sku"]
        found: list[Entity] = [*contacts.emails(text)]
        found += skus
        found += payments.payment_methods(text)
        found += addresses.addresses(text)
        found += addresses.references(text)
        if numbers:
            found += [
                *contacts.tax_ids(text),
                *contacts.postcodes(text),
                *contacts.phones(text),
                *order_ids,
                *orders.coupon_codes(text),
            ]
        found += orders.dated(text, when)
        found += orders.described(text)
        found += counts.measures(text)
        names = list(contacts.names(text))
        why = without_overlaps(reasons.reasons(text))
        long_things = [item for item in things if len(item.text) >= 4 or item.type == "option"]
        found += [name for name in names if not _inside_product(name, long_things)]
        firm = [item for item in without_overlaps(found) if item.score > 0.5 or item.type != "coupon_code"]
        products = [item for item in things if item.type == "product"]
        ids = [product_id for item in products for product_id in item.value["product_ids"][:3]]
        yes_no = list(catalog.yes_no_options(text, self.lexicon, ids))
        free_things = [
            item for item in things if item.type != "sku" and not (item.type != "brand" and _covered(item, why))
        ]
        wishes = [*comparisons.relations(text), *catalog.lacking(text, self.lexicon), *yes_no]
        places = list(counts.ordinals(text))
        ranked = [
            *firm,
            *wishes,
            *filter(_points_to_a_place, places),
            *catalog.spelt_sizes(text, self.lexicon),
            *_ranked(free_things, amounts.amounts(text, currency=self._currency)),
            *when,
        ]
        ranked += places
        pieces = counts.quantities(text, [item.start for item in products])
        ranked += [item for item in pieces if not self._is_their_size(item, products)]
        kept = without_overlaps(ranked)
        kept = without_overlaps([*kept, *catalog.bare_sizes(text, self.lexicon, kept)])
        if numbers:
            kept = self._with_bare_postcode(text, kept)
        kept += [item for item in why if not any(_same_words(item, other) for other in kept)]
        kept += list(catalog.categories(text, mentions))
        kept += [item for item in contacts.companies(text) if not any(_same_words(item, other) for other in kept)]
        return sorted(kept, key=lambda item: (item.start, item.end))

    def with_amounts(self, text: Text, found: list[Entity]) -> list[Entity]:
        """Return the entities of a message in which a number that is nothing else can only be money, below nothing too."""
        firm = [item for item in found if item.type not in _LOOSE]
        money = list(amounts.bare_amounts(text, firm, currency=self._currency))
        said = sorted(without_overlaps([*firm, *money, *found]), key=lambda item: (item.start, item.end))
        return amounts.with_negatives(text, said, currency=self._currency)

    def _is_their_size(self, count: Entity, products: Iterable[Entity]) -> bool:
        """Whether a number right before goods is a size that they come in: "the 28 jeans" are not so many."""
        goods = [item for item in products if count.end <= item.start <= count.end + 1]
        ids = {str(one) for item in goods for one in item.value["product_ids"]}
        return len(count.text) > 1 and count.text.isdecimal() and self.lexicon.comes_in(count.text, ids)

    def _with_bare_postcode(self, text: Text, kept: list[Entity]) -> list[Entity]:
        """Take a lone number of five or six digits for a postcode when a name stands in the message."""
        if any(item.type == "postcode" for item in kept) or not any(item.type == "person_name" for item in kept):
            return kept
        return without_overlaps([*kept, *contacts.bare_postcodes(text)])

    def _today(self) -> dt.date:
        return self._clock().astimezone(self._zone).date()


def _points_to_a_place(item: Entity) -> bool:
    """Whether a place in a list is all that is said, whatever goods its words may be: "the top one"."""
    return "n" in item.value and bool(_ONE.search(item.text.lower()))


def _ranked(things: Iterable[Entity], amounts_found: Iterable[Entity]) -> list[Entity]:
    """Amounts go before catalogue words unless the words are an option of a unit ("30-50 lbs")."""
    money = list(amounts_found)
    return [*money, *things]


def _covered(item: Entity, others: Iterable[Entity]) -> bool:
    return any(
        other.start <= item.start
        and item.end <= other.end
        and other.value.get("code", "").startswith(("too_", "wrong_"))
        for other in others
    )


def _same_words(item: Entity, other: Entity) -> bool:
    return (
        other.type in {"address", "person_name", "email", "order_ref"}
        and item.start < other.end
        and other.start < item.end
    )


def _inside_product(name: Entity, things: Iterable[Entity]) -> bool:
    return name.score < 0.9 and any(item.start < name.end and name.start < item.end for item in things)
