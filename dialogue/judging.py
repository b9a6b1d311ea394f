"""Judges each message: how content the shopper seems, what speaks for a person or for care, and whether one takes over."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from dialogue.commands import Affirm, AskHuman, Choose, Deny, Emotion, Provide, Understanding
from dialogue.escalation_policy import EscalationPolicy, SignRule
from dialogue.judgement import Consequence, Judgement, SignName, SignSeen
from dialogue.replies.templates import Templates
from dialogue.replies.types import TextReply
from dialogue.satisfaction import Signs, log_odds, satisfaction, says_the_same
from dialogue.slots.base import Question
from dialogue.state import displeasure, is_lost
from dialogue.understanding.alarms import Alarm, alarms
from dialogue.work import HandOverWish, Work
from tools.desk_rules import Priority

DISPLEASED = 0.1
"""Displeasure from which a message itself shows discontent."""
VALUE = {"silver": 0.5, "gold": 1.0}
"""A customer's tier -> what they are worth, beside the others."""
RANK: dict[Priority, int] = {"low": 0, "normal": 1, "high": 2, "urgent": 3}
_VALUE_ASKED_FROM = 0.3
"""Chance from which it is looked up who the customer is: for the calm it would change nothing."""
_KEPT_AS_SAID = frozenset({"address", "text", "body", "search"})
"""Slots whose answer may name a Court Road or a police car; only danger to people is heard there."""
_DANGER = frozenset({"hazard", "injury", "self_harm"})
_REMEMBERED = 5
_LONGEST = 200


async def judge(work: Work, understanding: Understanding) -> None:
    """Judge the message: `Work.satisfaction`, `Work.judgement` and, where a person must take over, `Work.hand_over`."""
    policy = work.escalation
    moods = [*work.state.moods, understanding.emotion]
    content = _contentment(work, understanding, moods)
    work.satisfaction = satisfaction(content)
    heard = _alarms(work, policy)
    seen = [*_from_talk(work, understanding, moods, content), *_from_words(work, heard)]
    angry_words = displeasure(moods[-1]) >= DISPLEASED or any(alarm.kind in ("publicity", "legal") for alarm in heard)
    work.shows_discontent = angry_words or content.said_before or content.not_understood > 0
    found = weigh(policy, seen)
    if policy.signs["value"].weight and found.chance >= _VALUE_ASKED_FROM:
        found = weigh(policy, [*seen, *await _worth(work)])
    work.judgement = found
    _decide(work, found)


def weigh(policy: EscalationPolicy, seen: Iterable[SignSeen]) -> Judgement:
    """Add up what was seen, by the policy's weights; of a sign below its ``from`` nothing is left."""
    signs = [
        _weighed(sign, policy.signs[sign.sign])
        for sign in seen
        if sign.sign == "discontent" or sign.value >= policy.signs[sign.sign].from_
    ]
    chance = 1 / (1 + math.exp(-sum(sign.contribution for sign in signs)))
    then: Consequence = "go_on"
    if any(sign.decides for sign in signs) or chance >= policy.hand_over_from:
        then = "hand_over"
    elif chance >= policy.offer_from:
        then = "offer"
    # Discontent is always weighed, also its absence; it raises the priority only where it is one.
    urgent = [
        policy.signs[sign.sign].priority
        for sign in signs
        if sign.sign != "discontent" or (then != "go_on" and sign.contribution > 0)
    ]
    return Judgement(
        chance=round(chance, 3),
        then=then,
        priority=max(urgent, key=lambda each: RANK[each], default="normal"),
        signs=tuple(sorted(signs, key=lambda sign: (not sign.decides, -abs(sign.contribution)))),
    )


def _weighed(sign: SignSeen, rule: SignRule) -> SignSeen:
    value = sign.value if sign.sign == "discontent" else min(sign.value, rule.most)
    decides = sign.decides and rule.then == "hand_over"
    return sign.model_copy(update={"contribution": round(rule.weight * value, 3), "decides": decides})


def _seen(sign: SignName, value: float = 1.0, words: str = "") -> SignSeen:
    return SignSeen(sign=sign, value=round(value, 3), contribution=0.0, words=words[:_LONGEST], decides=True)


def _contentment(work: Work, understanding: Understanding, moods: Sequence[Emotion]) -> Signs:
    answers = any(isinstance(command, Affirm | Choose | Deny | Provide) for command in understanding.commands)
    signs = Signs(
        moods=moods,
        said_before=not answers and says_the_same(work.text, work.memory.said),
        not_understood=work.state.failures + 1 if is_lost(understanding) else 0,
        unanswered=work.memory.unanswered,
        refused=work.memory.refused,
        asked_again=_asked_again(work),
    )
    work.memory.said = [*work.memory.said, work.text[:_LONGEST]][-_REMEMBERED:]
    return signs


def _alarms(work: Work, policy: EscalationPolicy) -> list[Alarm]:
    """Return the alarms of this message; a merchant's talk is about the shop."""
    if work.state.role == "merchant":
        return []
    asked = work.state.pending.question.slot_type if work.state.pending is not None else ""
    return [alarm for alarm in alarms(work.text, policy.words) if alarm.kind in _DANGER or asked not in _KEPT_AS_SAID]


def _from_talk(
    work: Work, understanding: Understanding, moods: Sequence[Emotion], content: Signs
) -> Iterable[SignSeen]:
    """Yield what the conversation itself shows."""
    yield _seen("discontent", log_odds(content))
    asks = next((command for command in understanding.commands if isinstance(command, AskHuman)), None)
    if asks is not None:
        yield _seen("asked", words=asks.text or work.text)
    if is_angry(moods, work.escalation):
        yield _seen("anger", moods[-1].intensity)
    scores = [command.score for command in understanding.commands]
    barely = bool(scores) and max(scores) < work.escalation.patience.unsure_below
    work.memory.unsure = work.memory.unsure + 1 if barely else 0
    if work.memory.unsure:
        yield _seen("unsure", work.memory.unsure)
    held = [attempt for attempt in work.state.attempts if attempt.action.result.get("code") == "held_for_review"]
    if held:
        yield _seen("risk", words=held[-1].action.tool)


def _from_words(work: Work, heard: Sequence[Alarm]) -> Iterable[SignSeen]:
    """Yield the alarms of this message, which decide, and those that were heard before in the episode, which do not."""
    before = {kind: words for kind, words in work.memory.alarms.items() if kind not in {one.kind for one in heard}}
    work.memory.alarms = {**work.memory.alarms, **{alarm.kind: alarm.words[:_LONGEST] for alarm in heard}}
    for alarm in heard:
        yield _seen(alarm.kind, words=alarm.words)
    for kind, words in before.items():
        yield _seen(kind, words=words).model_copy(update={"decides": False})


async def _worth(work: Work) -> list[SignSeen]:
    if not work.knows_customer() or work.state.role == "merchant":
        return []
    profile = await work.read("get_profile", {})
    tier = str(getattr(profile, "tier", ""))
    return [_seen("value", VALUE[tier], words=tier)] if tier in VALUE else []


def _decide(work: Work, found: Judgement) -> None:
    """Hand over where a sign decides, or where the sum does and this message shows discontent too."""
    deciding = [sign.sign for sign in found.signs if sign.decides]
    signs = work.escalation.signs
    if deciding:
        sign = max(deciding, key=lambda each: RANK[signs[each].priority])
        asked = "asked" in deciding and RANK[signs[sign].priority] < RANK["urgent"] and sign in ("anger", "asked")
        if asked:
            return  # the router hands over, for the reason that the shopper gave
    elif found.then == "hand_over" and work.shows_discontent:
        sign = "discontent"
    else:
        return
    rule = signs[sign]
    work.hand_over = HandOverWish(reason=rule.reason, priority=rule.priority, queue=rule.queue)


def is_angry(moods: Sequence[Emotion], policy: EscalationPolicy) -> bool:
    """Whether the last message is strongly angry, or angry after an angry one."""

    def angry(mood: Emotion) -> bool:
        return mood.label == "angry" and mood.score >= policy.anger.sure

    now = moods[-1]
    return angry(now) and (now.intensity >= policy.anger.strong or any(map(angry, moods[-2:-1])))


def _asked_again(work: Work) -> int:
    pending, frame = work.state.pending, work.state.frame
    return max(0, frame.asked.get(pending.question.slot, 0) - 1) if pending is not None and frame is not None else 0


def care(work: Work, templates: Templates) -> None:
    """Begin with the sentence that a sign asks for: what is safe to do, or that one is sorry; once an episode each."""
    names = [work.escalation.signs[sign.sign].say for sign in work.judgement.signs if sign.sign in work.memory.alarms]
    new = [name for name in dict.fromkeys(names) if name and name not in work.memory.cared]
    work.memory.cared = [*work.memory.cared, *new]
    said = [TextReply(text=templates.say(name, work.lang), lang=work.lang) for name in new if templates.has(name)]
    work.replies[:0] = said


def offer_person(work: Work, templates: Templates) -> None:
    """Offer a person, once an episode, to one who likely needs one; an open question is not pushed aside by it."""
    wanted = work.shows_discontent and work.judgement.then != "go_on"
    if not wanted or work.memory.person_offered or work.hand_over is not None:
        return
    work.memory.person_offered = True
    if work.pending is None and not work.stack:
        yes = (templates.say("label.yes", work.lang), {"do": "hand_over", "reason": "discontent"})
        no = (templates.say("label.no", work.lang), False)
        work.ask(Question(templates.say("chit.complaint_offer", work.lang), (yes, no)), kind="offer")
    elif work.pending is None or work.pending.question.kind != "offer":
        work.replies.insert(0, TextReply(text=templates.say("chit.person_any_time", work.lang), lang=work.lang))
