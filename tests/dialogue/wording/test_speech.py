"""A text of the bot is found by what people call its occasion, in both languages."""

from __future__ import annotations

import pytest

from dialogue.flows import load_flows
from dialogue.wording.speech import ShopSpeech
from knowledge.embedding import default_embedder
from knowledge.types import Lang
from tools.toolset import all_tools

FIRST = 3


@pytest.fixture(scope="module")
def speech() -> ShopSpeech:
    """Every text that ships."""
    flows = load_flows(tools=all_tools())
    return ShopSpeech(lambda: flows, default_embedder())


@pytest.mark.parametrize(
    ("lang", "query", "place"),
    [
        ("zh", "把告别的话恢复默认", "chit.goodbye"),
        ("en", "restore the default farewell", "chit.goodbye"),
        ("zh", "听不明白的时候说的话恢复默认", "lost.first"),
        ("en", "go back to the standard words for when you are confused", "lost.first"),
        ("zh", "顾客发火转真人那句还原", "handoff.anger"),
        ("en", "reset what you say when a furious shopper is handed over", "handoff.anger"),
        ("zh", "卖光了断货的说法用回默认", "refused.variant_unavailable"),
        ("en", "use the standard text for sold out again", "refused.variant_unavailable"),
        ("zh", "顾客不回复冷场时的话恢复默认", "repair.silence"),
        ("en", "restore the wording for when they go quiet", "repair.silence"),
        ("zh", "验明身份那句恢复标准", "ask.proof"),
        ("en", "restore how you verify who somebody is", "ask.proof"),
    ],
)
async def test_other_words_for_an_occasion_find_its_text(
    speech: ShopSpeech, lang: Lang, query: str, place: str
) -> None:
    found = [found for found, _ in await speech.find(query, lang, FIRST, {})]
    assert place in found, found
