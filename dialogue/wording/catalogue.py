"""Every text of the bot by its place, with when it is said: the sentences of ``replies``, and the texts of every procedure."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import get_args

from dialogue.flows.model import Flow, Step, placed_texts, walk
from dialogue.replies.templates import shipped_sentences
from dialogue.wording.plain import Plain, plain
from knowledge.types import Lang
from knowledge.yaml_files import read_yaml
from tools.evidence import LocalText
from tools.speech import SpokenText

ALSO_SAID = Path(__file__).parent / "also_said.yaml"
_GROUPS: Mapping[str, tuple[str, str]] = {
    "chit": ("闲聊", "small talk"),
    "repair": ("对话中的衔接", "keeping the talk together"),
    "ask": ("询问", "a question"),
    "explain": ("解释为什么要问", "explaining a question"),
    "unknown": ("顾客答不上来时", "when they cannot answer a question"),
    "dead_end": ("没有可选项时", "when there is nothing to choose from"),
    "lost": ("没听懂时", "when it was not understood"),
    "knowledge": ("文档里没有答案时", "when no document answers"),
    "instead": ("换一种办法办理时", "when another procedure fits better"),
    "rating": ("服务评价", "asking how they were served"),
    "handoff": ("转人工", "handing over to a person"),
    "attachment": ("收到图片或语音时", "when a picture or a voice message comes"),
    "failed": ("系统出错时", "when something went wrong"),
    "again": ("情况有变，重新确认时", "when it must be confirmed anew"),
    "refused": ("不能办理时", "when it is refused"),
}
"""Groups of sentences that a shop may write anew; the others are words within sentences, or worked out."""
_SENTENCES: Mapping[str, tuple[str, str]] = {
    "chit.opening": ("开场白、欢迎语", "opening, welcome, greeting when a conversation begins"),
    "chit.greeting": ("打招呼、问好", "greeting, hello"),
    "chit.thanks": ("顾客道谢时", "when they say thanks"),
    "chit.goodbye": ("再见、道别", "goodbye, when they leave"),
    "chit.bot_identity": ("被问是不是机器人时", "when asked whether it is a bot"),
    "chit.compliment": ("被夸奖时", "when praised"),
    "chit.complaint": ("顾客抱怨时", "when they complain"),
    "chit.wait": ("顾客让等一下时", "when asked to wait"),
    "handoff.asked": ("顾客要求转人工时", "when they ask for a person, a colleague, an agent"),
    "handoff.failures": ("多次没听懂，转人工时", "when it failed to help"),
    "handoff.anger": ("顾客生气，转人工时", "when they are angry"),
    "handoff.safety": ("人身安全、受伤，转人工时", "when safety or an injury is at stake"),
    "handoff.policy": ("按规则要人工决定时", "when a person must decide"),
    "handoff.knowledge_gap": ("不知道答案，转人工时", "when the answer is not known"),
    "handoff.back": ("人工交还给机器人时", "when a colleague gives the conversation back"),
    "handoff.waiting": ("排队等人工时", "while waiting for a person in the queue"),
    "lost.out_of_scope": ("问店铺以外的事时", "when asked about something else, off topic"),
    "repair.silence": ("顾客不说话时", "when they fall silent"),
    "repair.cancelled": ("顾客说不办了时", "when they call it off, never mind"),
    "refused.window_passed": ("超过期限不能退换时", "when it is too late, the deadline passed"),
    "refused.status_forbids": ("订单状态不允许时", "when the order's status does not allow it"),
    "refused.coupon_expired": ("优惠券过期", "when the coupon has expired"),
    "refused.variant_unavailable": ("缺货、没有库存", "out of stock, not available"),
    "refused.held_for_review": ("需要人工审核时", "when it is held for a review"),
    "ask.order": ("询问是哪个订单", "which order is meant"),
    "ask.proof": ("核实身份", "proof of who they are, identity"),
}
_KINDS: Mapping[str, tuple[str, str]] = {
    "done": ("办好之后说（成功、已提交）", "said once it is done, opened, submitted, successful"),
    "say": ("过程中说", "said on the way"),
    "confirm": ("办理前请顾客确认", "asks to confirm before it is done"),
    "ask": ("询问", "asks"),
    "show": ("展示结果时说", "said with what is shown"),
    "offer": ("提出帮忙时说", "an offer to help"),
    "refusals": ("不能办理时", "when it is refused"),
}
RESERVED = frozenset(
    {"handoff.safety", "chit.bot_identity", "chit.opening", "ask.proof", "ask.postcode", "explain.proof", "unknown.proof", "refused.too_many_attempts"}
)  # fmt: skip
"""Of safety; of the law, which wants a bot to say that it is one; of personal data."""


@dataclasses.dataclass(frozen=True)
class Entry:
    """A text with its templates in plain words."""

    spoken: SpokenText
    plain: Mapping[Lang, Plain]
    has_receipt: bool
    """It is said with the receipt of what was done."""
    of_merchants: bool = False
    also: Mapping[Lang, str] = dataclasses.field(default_factory=lambda: {"zh": "", "en": ""})
    """Other words by which it is looked for."""


def catalogue(flows: Mapping[str, Flow]) -> dict[str, Entry]:
    """Return every text that may be said in other words, by its place."""
    return {entry.spoken.place: entry for source in (_sentences(), _of_flows(flows)) for entry in source}


def _sentences() -> Iterator[Entry]:
    shipped = {lang: shipped_sentences(lang) for lang in get_args(Lang)}
    for name in shipped["zh"]:
        group = name.partition(".")[0]
        if group not in _GROUPS:
            continue
        group_zh, group_en = _GROUPS[group]
        zh, en = _SENTENCES.get(name, ("", ""))
        said = LocalText(zh="，".join(filter(None, (group_zh, zh))), en=", ".join(filter(None, (group_en, en))))
        texts = {lang: shipped[lang][name] for lang in shipped}
        also = _also({"places": name, "groups": group})
        yield _entry(name, said, texts, has_receipt=False, of_merchants="merchant" in name, also=also)


def _of_flows(flows: Mapping[str, Flow]) -> Iterator[Entry]:
    for flow in flows.values():
        receipts = set(_after_an_effect(flow.steps))
        for place, texts in placed_texts(flow):
            kind = place.split("/")[1].split(".")[0]
            vouched = texts.place in receipts
            told = "done" if vouched and kind == "say" else "ask" if kind == "slots" else kind
            zh, en = _KINDS[told]
            if kind in {"slots", "refusals"}:
                detail = place.split("/")[1].split(".")[1].replace("_", " ")
                zh, en = f"{zh}（{detail}）", f"{en} ({detail})"
            said = LocalText(zh=f"{flow.title.zh}：{zh}", en=f"{flow.title.en}: {en}")
            yield _entry(
                place,
                said,
                {"zh": texts.zh, "en": texts.en},
                has_receipt=vouched,
                of_merchants=flow.role == "merchant",
                also=_also({"procedures": flow.id, "kinds": told}),
            )


def _after_an_effect(steps: tuple[Step, ...]) -> Iterator[str]:
    """Yield the places of what is said once something was done: such a reply carries the receipt."""
    done = False
    for step in steps:
        if step.say is not None and done:
            yield step.say.place
        if step.branch is not None and done:
            yield from (each.say.place for each in walk((step,)) if each.say is not None)
        done = done or step.confirm is not None or step.decide is not None


def _also(of: Mapping[str, str]) -> dict[Lang, str]:
    """Return other words for a text by what it is of."""
    found = [known for part, name in of.items() if (known := _other_words()[part].get(name)) is not None]
    return {lang: " ".join(words[lang] for words in found) for lang in get_args(Lang)}


@functools.cache
def _other_words() -> dict[str, dict[str, dict[Lang, str]]]:
    found: dict[str, dict[str, dict[Lang, str]]] = read_yaml(ALSO_SAID)
    return found


def _entry(
    place: str,
    said: LocalText,
    texts: Mapping[Lang, str],
    *,
    has_receipt: bool,
    of_merchants: bool,
    also: Mapping[Lang, str],
) -> Entry:
    parts = {lang: plain(template, lang) for lang, template in texts.items()}
    spoken = SpokenText(
        place=place,
        said=said,
        standard={lang: each.text for lang, each in parts.items()},
        facts={lang: tuple(each.facts) for lang, each in parts.items()},
        reserved=place in RESERVED,
    )
    return Entry(spoken, parts, has_receipt, of_merchants, also)
