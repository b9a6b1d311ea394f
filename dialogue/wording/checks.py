"""What may be written in the place of a shipped text: every fact kept, plain words, and no claim that nothing vouches for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from agent.guard import claims_effect
from dialogue.wording.plain import Plain
from knowledge.types import Lang
from tools.speech import Fault

LONGEST = 480
"""Characters of a text; the longest that ships has about 400."""
_HAN = re.compile(r"[\u4e00-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]{2}")
_HTML = re.compile(r"</?[a-zA-Z][^<>]*>|&(?:[a-z]+|#\d+);")
_LINK = re.compile(r"\]\(\s*(?!https?://)[^)]*\)|\bjavascript:", re.IGNORECASE)
_FACT = re.compile(r"\{[^{}]*\}")
_DEEDS: Mapping[str, Mapping[Lang, str]] = {
    "cancel": {"zh": "取消|撤单", "en": r"cancel(?:l?ed)?"},
    "refund": {
        "zh": "退款|退还|返还|到账|赔付|补偿",
        "en": r"refunded|refund|paid back|reimbursed|compensated|credited",
    },
    "return": {"zh": "退货", "en": r"returned|return"},
    "exchange": {"zh": "换货|换好|更换", "en": r"exchanged|swapped|replaced|exchange|replacement"},
    "change": {"zh": "修改|更改|变更|改好|更新", "en": r"changed|updated|modified|corrected|change"},
    "give": {"zh": "发放|赠送|领取|发给您|升级", "en": r"claimed|issued|granted|given you|sent you|applied|upgraded"},
    "invoice": {"zh": "开具|开票", "en": r"invoiced|invoice"},
    "ship": {"zh": "发货|寄出|发出|补发", "en": r"shipped|dispatched|sent out|re-?sent"},
    "approve": {"zh": "批准|通过审核|受理", "en": r"approved|accepted"},
}
_DONE: Mapping[Lang, str] = {
    "zh": r"(?:已经?|成功)[^，。！？；\n]{0,10}?(?:%s)|(?:%s)[^，。！？；\n]{0,4}?(?:成功|完成|已完成|已办|好了|了[，。！\s]|了$|已到)",
    "en": r"\b(?:have|has|had|been|was|were|is now|are now|'ve|done:?)\b[^.!?;\n]{0,30}?\b(?:%s)\b|\b(?:%s)\b[^.!?;\n]{0,20}?\b(?:has been|have been|was|were|went through|is (?:now |already )?(?:done|complete|paid|approved))\b",
}
_NOT: Mapping[Lang, re.Pattern[str]] = {
    "zh": re.compile(r"如果|若|是否|吗|未|没有?|不|后|才|时"),
    "en": re.compile(r"\b(?:if|when|once|whether|not|never|until|unless|after|before|cannot|can't|hasn't|haven't|isn't|no)\b|\?|n't\b", re.IGNORECASE),
}  # fmt: skip


def deeds(text: str, lang: Lang) -> frozenset[str]:
    """Return the kinds of effect that words say were brought about; wider than the guard of replies, which knows the receipts."""
    found = set()
    for clause in re.split(r"[，。！；\n]|(?<=[.!?？])\s", _FACT.sub(" ", text)):
        if _NOT[lang].search(clause):
            continue
        for deed, words in _DEEDS.items():
            done = _DONE[lang] % (words[lang], words[lang])
            if re.search(done, clause, re.IGNORECASE):
                found.add(deed)
    return frozenset(found)


def named_deeds(text: str, lang: Lang) -> frozenset[str]:
    """Return the kinds of effect that words name at all."""
    return frozenset(deed for deed, words in _DEEDS.items() if re.search(words[lang], text, re.IGNORECASE))


def fault_of(plain: Plain, lang: Lang, text: str, *, has_receipt: bool) -> Fault | None:
    """Return the first thing that is wrong with words in the place of `plain`.

    Args:
        has_receipt: whether what is said there comes with the receipt of what was done.
    """
    return next(_faults(plain, lang, text, has_receipt=has_receipt), None)


def _faults(plain: Plain, lang: Lang, text: str, *, has_receipt: bool) -> Iterator[Fault]:
    words = _FACT.sub("", text).strip()
    if not words and not text.strip():
        yield Fault("text_empty")
    if len(text) > LONGEST:
        yield Fault("text_too_long", {"limit": LONGEST, "length": len(text)})
    if unknown := plain.unknown(text):
        yield Fault("text_unknown_fact", {"unknown": list(unknown), "known": list(plain.facts)})
    if missing := plain.missing(text):
        yield Fault("text_fact_missing", {"missing": list(missing)})
    if lang == "zh" and _LATIN.search(words) and not _HAN.search(words):
        yield Fault("text_wrong_language", {"wanted": lang})
    if lang == "en" and _HAN.search(words):
        yield Fault("text_wrong_language", {"wanted": lang})
    if markup := _markup(text):
        yield Fault("text_markup", {"markup": markup})
    claimed = deeds(text, lang)
    vouched = named_deeds(plain.text, lang) if has_receipt else deeds(plain.text, lang)
    if claimed - vouched or (claims_effect(text) and not has_receipt):
        yield Fault("text_claims")


def _markup(text: str) -> str:
    """Return the piece of markup that pages do not show as meant; ``""``: none."""
    if found := _HTML.search(text) or _LINK.search(text):
        return found[0]
    return next((mark for mark in ("**", "`") if text.count(mark) % 2), "")
