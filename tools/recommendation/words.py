"""Reasons in words, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from knowledge.product_entry import ProductEntry
from tools.evidence import LocalText
from tools.recommendation.types import Why

_SAID: Mapping[Why, tuple[str, str]] = {
    "next": ("买了{zh}的人接着常买", "often bought after {en}"),
    "bought_with": ("常和{zh}一起买", "bought with {en}"),
    "alike": ("和{zh}风格相近", "same style as {en}"),
    "taste": ("按您看过和买过的挑选", "picked by what you looked at and bought"),
    "popular": ("店里很多人买", "many people buy it here"),
    "rated": ("买过的人打 {rating} 分（{reviews} 条评价）", "rated {rating} of 5 in {reviews} reviews"),
    "fits": ("符合您的要求", "fits what you asked for"),
}


def in_words(why: Why, product: ProductEntry, because_of: ProductEntry | None) -> LocalText:
    """Return why a product is shown.

    Args:
        because_of: what the reason refers to, where it refers to something.
    """
    facts = {"rating": f"{product.rating or 0:.1f}", "reviews": product.reviews, **_titles(because_of)}
    zh, en = _SAID[why]
    return LocalText(zh=zh.format(**facts), en=en.format(**facts))


def _titles(product: ProductEntry | None) -> dict[str, str]:
    if product is None:
        return {"zh": "", "en": ""}
    return {"zh": product.title_zh or product.title_en, "en": product.title_en or product.title_zh}
