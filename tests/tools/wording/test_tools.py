"""What the bot says as staged changes: checked, shown, said once approved, rolled back; on SQLite and PostgreSQL."""

from __future__ import annotations

import functools
from typing import Any

import pytest

from dialogue.flows import load_flows
from dialogue.replies.templates import Templates
from dialogue.wording.own import OwnWordings
from dialogue.wording.speech import ShopSpeech
from knowledge.db import Database
from knowledge.embedding import HashingEmbedder
from knowledge.schema import Wording
from knowledge.types import Lang
from tools.base import Identity, ToolCall
from tools.executor import Executor, Services
from tools.policy import Cap, ChangeRules, load_policy
from tools.testing import NOW, make_executor, make_shop, propose_and_confirm
from tools.toolset import all_tools
from tools.wording.tools import parted
from tools.wording.types import TextChange, TextList

OWNER, PARTNER = Identity("merchant", subject="owner"), Identity("merchant", subject="partner")
SPEECH = functools.cache(lambda: ShopSpeech(lambda: load_flows(tools=all_tools()), HashingEmbedder()))
OLD: dict[Lang, str] = {"zh": "不客气，还有需要随时叫我。", "en": "You're welcome. I'm here if you need anything else."}
NEW: dict[Lang, str] = {"zh": "不客气亲，欢迎常来！", "en": "Any time, come again!"}


async def shop_with(database: Database, rules: ChangeRules | None = None) -> Executor:
    async with database.write() as session:
        await make_shop(session)
    policy = load_policy("default")
    if rules is not None:
        policy = policy.model_copy(update={"changes": rules})
    return make_executor(database, policy=policy, services=Services(speech=SPEECH()))


async def said(executor: Executor, lang: Lang, templates: Templates | None = None, place: str = "chit.thanks") -> str:
    own = OwnWordings(executor.database, SPEECH())
    chosen = templates or Templates().with_own(own)
    await chosen.refresh()
    return chosen.say(place, lang)


async def found(executor: Executor, **arguments: Any) -> TextList:
    outcome = await executor.call(ToolCall("find_texts", arguments), OWNER, idempotency_key="find")
    assert isinstance(outcome.evidence, TextList), outcome
    return outcome.evidence


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_other_words_are_said_at_once_in_every_replica_and_rolled_back(
    any_database: Database, lang: Lang
) -> None:
    executor = await shop_with(any_database)
    replica = Templates().with_own(OwnWordings(any_database, SPEECH()))
    assert await said(executor, lang, replica) == OLD[lang]
    done = await propose_and_confirm(executor, "change_text", {"place": "chit.thanks", "text": NEW[lang]}, OWNER)
    assert isinstance(done.evidence, TextChange), done
    assert [(each.before, each.after) for each in done.evidence.differences()] == [(OLD[lang], NEW[lang])]
    other: Lang = "en" if lang == "zh" else "zh"
    assert OLD[other] in done.evidence.expected().en
    assert await said(executor, lang, replica) == NEW[lang]
    assert await said(executor, other, replica) == OLD[other]
    [listed] = (await found(executor)).texts
    assert (listed.place, listed.own, getattr(listed.now, lang)) == ("chit.thanks", (lang,), NEW[lang])
    [proposal] = await executor.proposals(OWNER, status="executed")
    undone = await propose_and_confirm(executor, "roll_back", {"proposal_id": proposal.id}, OWNER)
    assert undone.status == "ok", undone
    assert await said(executor, lang, replica) == OLD[lang]
    await executor.close()


async def test_the_standard_words_come_back_and_the_shops_are_kept(any_database: Database) -> None:
    executor = await shop_with(any_database)
    await propose_and_confirm(
        executor, "change_text", {"place": "chit.thanks", "zh": NEW["zh"], "en": NEW["en"]}, OWNER, key="1"
    )
    assert await said(executor, "zh") == NEW["zh"]
    restored = await propose_and_confirm(executor, "restore_text", {"place": "chit.thanks", "lang": "en"}, OWNER)
    assert restored.status == "ok"
    assert (await said(executor, "zh"), await said(executor, "en")) == (NEW["zh"], OLD["en"])
    async with any_database.read() as session:
        row = await session.get_one(Wording, "chit.thanks.en")
    assert (row.text, row.in_force, row.version) == (NEW["en"], False, 2)
    again = await propose_and_confirm(executor, "restore_text", {"place": "chit.thanks", "lang": "en"}, OWNER, key="2")
    assert again.code == "text_standard"
    await executor.close()


async def test_words_of_safety_take_two_people_unless_the_shop_says_otherwise(database: Database) -> None:
    words = "Stay safe: a colleague comes at once, ticket {ticket}{position}."
    call = {"place": "handoff.safety", "en": words}
    executor = await shop_with(database)
    first = await propose_and_confirm(executor, "change_text", call, OWNER)
    assert (first.status, first.code, first.facts["exceeded"]) == (
        "needs_confirmation", "awaits_approval", ["reserved_text"],
    )  # fmt: skip
    [proposal] = await executor.proposals(PARTNER)
    assert (await executor.confirm(proposal.id, OWNER)).code == "approved_already"
    assert "Your safety" in await said(executor, "en", place="handoff.safety")
    assert (await executor.confirm(proposal.id, PARTNER)).status == "ok"
    assert (await said(executor, "en", place="handoff.safety")).startswith("Stay safe")
    free = ChangeRules(caps={"merchant": {"reserved_text": Cap(most=1)}})
    executor.policy = executor.policy.model_copy(update={"changes": free})
    call["en"] = "Your safety matters most. Ticket {ticket}{position}."
    assert (await propose_and_confirm(executor, "change_text", call, OWNER, key="2")).status == "ok"


@pytest.mark.parametrize(
    ("arguments", "code", "facts"),
    [
        ({"place": "no.such", "en": "Hi"}, "text_not_found", {}),
        ({"place": "chit.thanks"}, "text_needed", {}),
        ({"place": "chit.thanks", "en": OLD["en"]}, "text_unchanged", {}),
        ({"place": "chit.thanks", "en": "Your refund was paid."}, "text_claims", {}),
        ({"place": "chit.thanks", "en": "Hi {name}"}, "text_unknown_fact", {"unknown": ["name"], "known": []}),
        ({"place": "return_items/say/1", "en": "Thanks for {return_id}."}, "text_fact_missing", {"missing": ["lines", "amount", "method"]}),
        ({"place": "chit.thanks", "zh": "Hello"}, "text_wrong_language", {"wanted": "zh"}),
    ],
)  # fmt: skip
async def test_words_that_cannot_be_said_are_refused_with_the_reason(
    database: Database, arguments: dict[str, Any], code: str, facts: dict[str, Any]
) -> None:
    executor = await shop_with(database)
    outcome = await propose_and_confirm(executor, "change_text", arguments, OWNER)
    assert (outcome.status, outcome.code) == ("refused", code)
    assert outcome.facts == facts
    assert await executor.proposals(OWNER) == []


async def test_words_changed_since_are_not_rolled_back(database: Database) -> None:
    executor = await shop_with(database)
    for number, words in enumerate(("Any time!", "See you!")):
        await propose_and_confirm(
            executor, "change_text", {"place": "chit.thanks", "en": words}, OWNER, key=str(number)
        )
    made = await executor.proposals(OWNER, status="executed")
    oldest = next(each for each in made if each.arguments["en"] == "Any time!")
    undone = await propose_and_confirm(executor, "roll_back", {"proposal_id": oldest.id}, OWNER)
    assert undone.code == "changed_since"
    assert await said(executor, "en") == "See you!"


async def test_words_for_another_shipped_text_are_not_said_and_listed_as_such(database: Database) -> None:
    executor = await shop_with(database)
    async with database.write() as session:
        for lang, text, standard in (("en", "Hi!", "An older text."), ("zh", "您的退款已到账", OLD["zh"])):
            row = Wording(
                id=f"chit.thanks.{lang}",
                place="chit.thanks",
                lang=lang,
                text=text,
                standard=standard,
                updated_at=NOW,
            )
            session.add(row)
    assert (await said(executor, "en"), await said(executor, "zh")) == (OLD["en"], OLD["zh"])
    [listed] = (await found(executor, place="chit.thanks")).texts
    assert listed.outdated == ("en",)


async def test_texts_are_found_by_when_they_are_said_and_by_their_own_words(database: Database) -> None:
    executor = await shop_with(database)
    places = [each.place for each in (await found(executor, query="退货成功的话术", lang="zh")).texts]
    assert places[0] == "return_items/say/1"
    await propose_and_confirm(executor, "change_text", {"place": "chit.goodbye", "en": "Toodle-pip, old fruit!"}, OWNER)
    texts = (await found(executor, query='the one with "Toodle-pip"', lang="en")).texts
    assert texts[0].place == "chit.goodbye"


def test_words_in_both_languages_are_parted() -> None:
    assert parted("中文：你好 英文：Hello: you") == {"zh": "你好", "en": "Hello: you"}
    assert parted("English: Hi there\nChinese: 你好") == {"zh": "你好", "en": "Hi there"}
    assert parted("单号{return_id}") == {"zh": "单号{return_id}"}
    assert parted("Ticket {工单号}") == {"en": "Ticket {工单号}"}
