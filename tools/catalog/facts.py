"""A question about one product, answered by what its page and its buyers say: attributes, sentences, reviews; or by nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from knowledge.options import meets, same_value
from knowledge.questions import Topic, asks, content, keys_asked, questions, sentences, unsaid, value_asked
from knowledge.schema import Review
from knowledge.types import Lang
from tools.base import ToolContext
from tools.catalog.records import ProductRecord, find_product, options_of
from tools.catalog.types import Fact, ProductFacts, ProductQuestion, Quote, ReviewSummary
from tools.evidence import LocalText

_FACTS = 2
_QUOTES = 2
_QUOTE_LENGTH = 120
_SENTENCES = 2
_GOOD, _POOR = 4, 2


async def product_facts(context: ToolContext, arguments: ProductQuestion) -> ProductFacts:
    """Return what the product's page and reviews say about what was asked; nothing where they are silent."""
    record = await find_product(context.session, arguments.product_id)
    asked, question = questions(), arguments.question
    topics = asked.asked(question)
    wants_reviews = bool(asked.reviews.search(question.lower()))
    # "Are people happy with the canvas ones": the material only says which product is meant.
    facts = () if wants_reviews and not topics else _facts(record, question, topics, arguments.options)
    specific = bool(topics or facts or wants_reviews)
    if not specific and asks(question) and not asked.general.search(question.lower()):
        facts = _by_words(record, question)
        specific = bool(facts) or bool(content(question))
    reviews = await _reviews(context.session, record.product.id) if specific else []
    said = wants_reviews and not facts
    mentioned = [] if facts or said else [one for one in reviews if _speaks(one.text, topics)]
    return ProductFacts(
        product_id=record.product.id,
        title=record.title,
        specific=specific,
        facts=facts,
        reviews=_summary(reviews, arguments.lang) if said else None,
        mentions=len(mentioned),
        of_reviews=len(reviews),
        quotes=_quotes(mentioned, arguments.lang),
    )


def _facts(
    record: ProductRecord, question: str, topics: Sequence[Topic], options: Mapping[str, str]
) -> tuple[Fact, ...]:
    """Return the attributes named by key or by value, those of the topics, and the sentences that speak of them."""
    own = held(record)
    found: dict[str, Fact] = {}
    for topic in topics:
        if topic.name == "price":
            found["price"] = _price(record, options)
        for key in topic.keys:
            if key in own:
                found.setdefault(key, _attribute(key, own[key], question))
                break
        said = spoken(record, [topic])
        if said is not None and all(fact.text != said for fact in found.values()):
            found.setdefault(f"text {topic.name}", Fact(kind="text", text=said))
    rest = unsaid(question, topics)
    priced = found["price"].options if "price" in found else {}
    for key in own:
        if key not in found and key not in priced and value_asked(rest, key):
            found[key] = _attribute(key, own[key], rest)
    for key in (key for key in keys_asked(rest, own) if key not in priced):
        found.setdefault(key, _attribute(key, own[key], question))
    ranked = sorted(found.values(), key=lambda fact: fact.holds is None)
    return tuple(ranked[:_FACTS])


def _price(record: ProductRecord, options: Mapping[str, str]) -> Fact:
    """Return the price of the variants with these options; of the product where none has them."""
    own = {key: value for key, value in options.items() if key in options_of(record.variants)}
    prices = sorted(
        (variant.price for variant in record.variants if own and meets(variant.options, own)),
        key=lambda price: price.minor,
    )
    if prices:
        return Fact(kind="price", price_from=prices[0], price_to=prices[-1], options=own)
    card = record.card()
    return Fact(kind="price", price_from=card.price_from, price_to=card.price_to)


def held(record: ProductRecord) -> dict[str, tuple[str, ...]]:
    """Return every attribute and option with its values."""
    attributes = {str(key): (str(value),) for key, value in record.product.attributes.items()}
    return {**attributes, **options_of(record.variants)}


def _attribute(key: str, values: tuple[str, ...], question: str) -> Fact:
    wanted = value_asked(question, key)
    holds: bool | None = None
    if wanted is not None:
        exact = any(same_value(value, wanted) for value in values)
        akin = any(wanted.lower() in value.lower() for value in values)
        holds = True if exact else None if akin else False
    return Fact(kind="attribute", key=key, values=values, asked=wanted or "", holds=holds)


def spoken(record: ProductRecord, topics: Sequence[Topic]) -> LocalText | None:
    """Return the sentences of the description, in each language, that speak of the topics."""
    product = record.product
    zh, en = sentences(product.description_zh), sentences(product.description_en)
    if len(zh) == len(en):
        # One text in two languages: what speaks of it in one is said in the other too, in words that nobody listed.
        pairs = [pair for pair in zip(zh, en, strict=True) if any(_speaks(one, topics) for one in pair)]
        zh, en = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    else:
        zh, en = ([one for one in said if _speaks(one, topics)] for said in (zh, en))
    if not zh and not en:
        return None
    return LocalText(zh="".join(zh[:_SENTENCES]), en=" ".join(en[:_SENTENCES]))


def _speaks(text: str, topics: Iterable[Topic]) -> bool:
    low = text.lower()
    return any(topic.text is not None and topic.text.search(low) for topic in topics)


def _by_words(record: ProductRecord, question: str) -> tuple[Fact, ...]:
    """Return the sentence that shares most words with a question that no topic knows."""
    product, words = record.product, content(question)
    pairs = zip(sentences(product.description_zh), sentences(product.description_en), strict=False)
    best = max(pairs, key=lambda pair: len(words & content(" ".join(pair))), default=None)
    if best is None or not words & content(" ".join(best)):
        return ()
    return (Fact(kind="text", text=LocalText(zh=best[0], en=best[1])),)


async def _reviews(session: AsyncSession, product_id: str) -> list[Review]:
    newest_first = select(Review).where(Review.product_id == product_id).order_by(col(Review.created_at).desc())
    return list(await session.exec(newest_first))


def _summary(reviews: Sequence[Review], lang: Lang) -> ReviewSummary:
    """Count the reviews; quote one of the pleased and one of the displeased where there are both."""
    good = [one for one in reviews if one.rating >= _GOOD]
    poor = [one for one in reviews if one.rating <= _POOR]
    between = [one for one in reviews if _POOR < one.rating < _GOOD]
    shown = [*_quotes(good, lang)[:1], *_quotes(poor or between, lang)[:1]]
    return ReviewSummary(
        count=len(reviews),
        rating=round(sum(one.rating for one in reviews) / len(reviews), 2) if reviews else None,
        good=len(good),
        poor=len(poor),
        quotes=tuple(shown) if len(shown) > 1 else _quotes(good or between or poor, lang),
    )


def _quotes(reviews: Sequence[Review], lang: Lang) -> tuple[Quote, ...]:
    """Return short pieces of reviews, those in the shopper's language first."""
    ordered = sorted((one for one in reviews if one.text.strip()), key=lambda one: one.lang != lang)
    return tuple(Quote(rating=one.rating, text=_short(one.text)) for one in ordered[:_QUOTES])


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _QUOTE_LENGTH else plain[: _QUOTE_LENGTH - 1].rstrip() + "…"
