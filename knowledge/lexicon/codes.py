"""SKUs and product ids in a message: the only mentions that are compared letter by letter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from knowledge.lexicon.catalogue import Item
from knowledge.lexicon.mentions import Mention

_WORD = re.compile(r"[A-Za-z]+")
_CODE = re.compile(r"(?<![A-Za-z0-9#])[A-Za-z0-9][A-Za-z0-9._/-]{3,}[A-Za-z0-9](?![A-Za-z0-9])")


class Codes:
    """Which product a code belongs to; SKUs without regard to case."""

    def __init__(self, items: Iterable[Item], titles: Mapping[str, str]) -> None:
        """Index the SKUs of `items`; `titles` gives the title of a product by its id."""
        self._titles = titles
        self._skus = {sku.upper(): (sku, item.id) for item in items for sku, _ in item.variants}

    def is_sku(self, text: str) -> bool:
        """Return whether `text` is the SKU of a variant."""
        return text.upper() in self._skus

    def product_of(self, sku: str) -> str | None:
        """Return the product that a SKU belongs to."""
        entry = self._skus.get(sku.upper())
        return entry[1] if entry else None

    def find(self, text: str) -> Iterator[Mention]:
        """Yield the SKUs and product ids of a text, in its order."""
        for match in _CODE.finditer(text):
            code = match[0]
            entry = self._skus.get(code.upper())
            if entry:
                sku, product_id = entry
                yield Mention("sku", match.start(), match.end(), code, sku, (product_id,), id=sku)
            elif code in self._titles and not _WORD.fullmatch(code):  # an id that is a word says what any title says
                yield Mention("product", match.start(), match.end(), code, self._titles[code], (code,))
