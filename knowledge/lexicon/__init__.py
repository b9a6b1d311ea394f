"""What of the catalogue a message mentions: products, kinds, brands, option values, SKUs; by longest match over folded words.

    lexicon = await build_lexicon(database)
    lexicon.find("exchange the t shirt for a red one")   # -> [Mention(kind="product", ...), Mention(kind="option", ...)]

English is matched by words without regard to case, plural, hyphen or space ("tshirt", "T-Shirts"), with one wrong letter
forgiven in words of five or more; Chinese by characters. A message costs 0.1-0.5 ms with hundreds of products.
It says what the words can mean; which of a shopper's things is meant is decided by whoever knows the shopper.
"""

from __future__ import annotations

from knowledge.lexicon.catalogue import Item, Kind
from knowledge.lexicon.lexicon import Lexicon, build_lexicon
from knowledge.lexicon.mentions import MAX_PRODUCTS, Mention, MentionKind

__all__ = ["MAX_PRODUCTS", "Item", "Kind", "Lexicon", "Mention", "MentionKind", "build_lexicon"]
