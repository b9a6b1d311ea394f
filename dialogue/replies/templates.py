"""Sentences from templates: Jinja in a sandbox, with filters that write money, dates and goods as a shopper reads them.

Templates see evidence as plain JSON (``{"minor": 100, "currency": "CNY"}``, ``{"zh": "...", "en": "..."}``), whether it is fresh
or was read back from an event.
"""

from __future__ import annotations

import copy
import datetime as dt
import functools
import zoneinfo
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import jinja2
import jinja2.meta
import jinja2.sandbox

from knowledge.money import Money
from knowledge.types import Lang, utc_now
from knowledge.vocabulary import label
from knowledge.yaml_files import read_yaml

LONG = 160
"""Characters that are shown of one value before or after a change."""
SENTENCES = Path(__file__).parent / "sentences"


class MissingSentenceError(KeyError):
    """No sentence under this name; a test makes sure that every code has one in both languages."""


class _Environment(jinja2.sandbox.ImmutableSandboxedEnvironment):
    """Reads ``row.values`` as a fact of that name where there is one, before the method of a dict."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, dict) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)


class Placed(Protocol):
    """A text of a flow in both languages, with its place."""

    @property
    def place(self) -> str:
        """Where it is said."""
        ...

    def get(self, lang: Lang) -> str:
        """Return the shipped template of one language."""
        ...


class OwnTemplates(Protocol):
    """The shop's own words, as templates."""

    async def refresh(self) -> None:
        """Read them anew if they moved."""
        ...

    def get(self, place: str, lang: Lang) -> str | None:
        """Return what the shop says at a place; None: what ships."""
        ...


class Templates:
    """Renders templates in one language each; compiled once. What the shop says in its own words takes the place of what ships.

    Args:
        timezone: the shop's time zone, in which people read times.
        clock: tells which year is this one.
    """

    def __init__(self, timezone: str = "Asia/Shanghai", clock: Callable[[], dt.datetime] = utc_now) -> None:
        self._clock = clock
        self.zone = zoneinfo.ZoneInfo(timezone)
        self._environments: dict[Lang, jinja2.Environment] = {
            "zh": self._environment("zh"),
            "en": self._environment("en"),
        }
        self._sentences: dict[Lang, dict[str, str]] = {"zh": shipped_sentences("zh"), "en": shipped_sentences("en")}
        self._own: OwnTemplates | None = None
        self._compile = functools.lru_cache(maxsize=2000)(self._compile_uncached)
        self._expression = functools.lru_cache(maxsize=500)(self._expression_uncached)

    def say(self, sentence: str, lang: Lang, /, **facts: Any) -> str:
        """Render the sentence `sentence` of ``sentences/{lang}.yaml``, in the shop's own words where it has some."""
        if sentence not in self._sentences[lang]:
            raise MissingSentenceError(f"no sentence {sentence!r} in {lang}.yaml")
        return self.render(self._words(sentence, lang) or self._sentences[lang][sentence], lang, facts)

    def speak(self, texts: Placed, lang: Lang, facts: Mapping[str, Any]) -> str:
        """Render a text of a flow, in the shop's own words where it has some."""
        return self.render(self._words(texts.place, lang) or texts.get(lang), lang, facts)

    def with_own(self, own: OwnTemplates | None) -> Templates:
        """Return the same templates with the own words of a shop; nothing is compiled anew."""
        same = copy.copy(self)
        same._own = own
        return same

    async def refresh(self) -> None:
        """Read the shop's own words anew if they moved: before anything is said."""
        if self._own is not None:
            await self._own.refresh()

    def _words(self, place: str, lang: Lang) -> str | None:
        return self._own.get(place, lang) if self._own is not None and place else None

    def has(self, name: str) -> bool:
        """Tell whether there is such a sentence."""
        return name in self._sentences["zh"]

    def render(self, template: str, lang: Lang, facts: Mapping[str, Any]) -> str:
        """Render one template."""
        return self._compile(template, lang).render(**facts).strip()

    def names(self, template: str, lang: Lang) -> set[str]:
        """Return the names that a template uses and does not set itself.

        Raises:
            jinja2.TemplateError: it is not a template, or uses a filter that does not exist.
        """
        environment = self._environments[lang]
        return jinja2.meta.find_undeclared_variables(environment.parse(template)) - set(environment.globals)

    def holds(self, expression: str, facts: Mapping[str, Any]) -> bool:
        """Evaluate a condition; a name that is not there counts as false."""
        return bool(self._expression(expression)(**facts))

    def _word(self, group: str, value: object, lang: Lang) -> str:
        """Return the shopper's word for a code of the data, or the code in plain letters."""
        name = f"{group}.{value}"
        return self.say(name, lang) if self.has(name) else str(value).replace("_", " ")

    def _filter(self, name: str, lang: Lang) -> str:
        """Return what a shopper calls a filter of a search: ``options.color`` is 颜色."""
        kind, _, key = name.partition(".")
        return label(key.replace("_", " "), lang) if key else self._word("filter", kind, lang)

    def _compile_uncached(self, template: str, lang: Lang) -> jinja2.Template:
        return self._environments[lang].from_string(template)

    def _expression_uncached(self, expression: str) -> Any:
        return self._environments["en"].compile_expression(expression, undefined_to_none=True)

    def _environment(self, lang: Lang) -> jinja2.Environment:
        environment = _Environment(undefined=jinja2.ChainableUndefined, trim_blocks=True, lstrip_blocks=True)
        environment.filters.update(
            money=lambda value: money(value, lang),
            t=lambda value: text(value, lang),
            options=lambda value: options(value, lang),
            label=lambda value, key=None: label(str(value), lang, key=key),
            method=lambda value: method(value, lang),
            items=lambda value: items(value, lang),
            item=lambda value: item(value, lang),
            address=lambda value: address(value, lang),
            date=lambda value: self.date(value, lang),
            time=lambda value: self.date(value, lang, time=True),
            weekday=lambda value: weekday(value, lang),
            days=lambda value: days(int(value), lang),
            status=lambda value: self._word("status", value, lang),
            parcel=lambda value: self._word("parcel", value, lang),
            refund_status=lambda value: self._word("refund_status", value, lang),
            coupon=lambda value: self._word("coupon", value, lang),
            tier=lambda value: self._word("tier", value, lang),
            measure=lambda value: self._word("measure", value, lang),
            reason=lambda value: self._word("reason", str(value).replace(" ", "_"), lang),
            filters=lambda value: conjunction([self._filter(entry, lang) for entry in value], lang),
            what=lambda value: self._word("what", value, lang),
            refunds=lambda value: refunds(value, lang),
            both=lambda value: conjunction([str(entry) for entry in value], lang),
            listed=lambda value, key=None: listed(str(value), lang, key),
            ranked=lambda value: ranked(value, lang),
            prices=lambda value: prices(value, lang),
            own=lambda value: own(str(value), lang),
            price_reason=lambda value: self.say(f"price_reason.{value['code']}", lang, **value),
            price_rule=lambda value: self._word("price_rule", value, lang),
            price_change=lambda value: self._word("price_change", str(value).partition(":")[0], lang),
            page_price=lambda value: self._word("page_price", value, lang),
            percent=percent,
            moves=lambda value: moves(value, lang),
            needs=lambda value: self.say("staged.needs", lang, **value) if value.get("needed", 1) > 1 else "",
            staged=lambda value: self.say("staged.told", lang, staged=value),
            differences=lambda value: differences(value, lang),
        )
        environment.tests["past"] = self._is_past
        environment.globals["abs"] = abs
        return environment

    def _is_past(self, value: str | dt.datetime) -> bool:
        """Tell whether a day is over: today counts as still to come."""
        moment = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
        return moment.astimezone(self.zone).date() < self._clock().astimezone(self.zone).date()

    def date(self, value: str | dt.datetime, lang: Lang, *, time: bool = False) -> str:
        """Write a time as the shop's local date: 11月3日, Nov 3; with the year when it is not this one."""
        moment = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
        local = moment.astimezone(self.zone)
        year = local.year != self._clock().astimezone(self.zone).year
        if lang == "zh":
            words = f"{local.year}年{local.month}月{local.day}日" if year else f"{local.month}月{local.day}日"
        else:
            words = f"{local:%b} {local.day}" + (f", {local.year}" if year else "")
        return f"{words} {local:%H:%M}" if time else words


@functools.cache
def shipped_sentences(lang: Lang) -> dict[str, str]:
    """Return a language's sentences by name; nested keys are joined with dots."""
    flat: dict[str, str] = {}

    def descend(prefix: str, node: Any) -> None:
        if isinstance(node, dict):
            for key, value in node.items():
                descend(f"{prefix}.{key}" if prefix else str(key), value)
        else:
            flat[prefix] = str(node)

    descend("", read_yaml(SENTENCES / f"{lang}.yaml"))
    return flat


def money(value: Mapping[str, Any], lang: Lang) -> str:
    """Write money; ``""`` for nothing."""
    return Money(int(value["minor"]), str(value["currency"])).format(lang) if value else ""


_WEEKDAYS: Mapping[Lang, Sequence[str]] = {
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}


def weekday(day: str, lang: Lang) -> str:
    """Write the weekday of a day as ``2026-03-09``: 周一, Monday."""
    return _WEEKDAYS[lang][dt.date.fromisoformat(day).weekday()]


def text(value: Mapping[str, str] | str, lang: Lang) -> str:
    """Write a `LocalText` in `lang`, or in the language that it has."""
    if isinstance(value, str):
        return value
    first, second = ("zh", "en") if lang == "zh" else ("en", "zh")
    return value.get(first) or value.get(second) or ""


def listed(value: str, lang: Lang, key: str | None = None) -> str:
    """Write the values of the attribute `key` in the words of `lang`: "white / black" is 白色、黑色."""
    words = [label(entry, lang, key=key) for entry in value.split(" / ")] if value else []
    return ("、" if lang == "zh" else ", ").join(words)


def prices(card: Mapping[str, Any], lang: Lang) -> str:
    """Write what a product costs: ¥129.00–¥159.00 where its variants differ."""
    low, high = card["price_from"], card["price_to"]
    return money(low, lang) + (f"–{money(high, lang)}" if high["minor"] > low["minor"] else "")


def ranked(entry: Mapping[str, Any], lang: Lang) -> str:
    """Write what one of several products is put in order by; ``""`` where nothing is known of it."""
    if entry.get("price"):
        return money(entry["price"], lang)
    values = ("、" if lang == "zh" else ", ").join(
        label(str(value), lang, key=entry["key"]) for value in entry["values"]
    )
    if values and entry["key"] == "rating":
        count = entry["count"]
        return (
            f"{values} 分，{count} 条评价"
            if lang == "zh"
            else f"{values} of 5, {count} review{'s' if count != 1 else ''}"
        )
    quote = text(entry.get("text") or "", lang).rstrip("。.")
    quoted = (f"“{quote}”" if lang == "zh" else f'"{quote}"') if quote else ""
    return "，".join(filter(None, (values, quoted))) if lang == "zh" else ", ".join(filter(None, (values, quoted)))


def moves(changes: Sequence[Mapping[str, Any]], lang: Lang) -> str:
    """Write which prices change: ¥89.00 → ¥99.00（35 个规格）; a single variant by its SKU."""
    skus: dict[tuple[str, str], list[str]] = {}
    for each in changes:
        skus.setdefault((money(each["before"], lang), money(each["after"], lang)), []).append(str(each["sku"]))
    count = "（{} 个规格）" if lang == "zh" else " ({} variants)"
    return "\n".join(
        f"{before} → {after}" + (count.format(len(names)) if len(names) > 1 else f" ({names[0]})")
        for (before, after), names in skus.items()
    )


def differences(changes: Sequence[Mapping[str, Any]], lang: Lang) -> str:
    """Write the fields of a staged change before and after, one a line."""
    none, more = ("无", "……") if lang == "zh" else ("none", "...")

    def short(value: str | None) -> str:
        return none if not value else value if len(value) <= LONG else value[:LONG] + more

    colon = "：" if lang == "zh" else ": "
    return "\n".join(
        f"{text(each['what'], lang)}{colon}{short(each['before'])} → {short(each['after'])}" for each in changes
    )


def percent(share: float) -> str:
    """Write a share with its sign: 0.123 is +12.3 %."""
    return f"{share * 100:+.1f} %"


def own(name: str, lang: Lang) -> str:
    """Return the part of a name in both languages that is in `lang`: 顺丰速运 of 顺丰速运 SF Express."""
    chinese = " ".join(word for word in name.split() if any("\u4e00" <= letter <= "\u9fff" for letter in word))
    foreign = " ".join(word for word in name.split() if word not in chinese.split())
    return (chinese if lang == "zh" else foreign) or name


def options(value: Mapping[str, str], lang: Lang) -> str:
    """Write option values: 红色 / M, red, M."""
    words = [label(entry, lang, key=key) for key, entry in value.items()] if value else []
    return (" / " if lang == "zh" else ", ").join(words)


def item(line: Mapping[str, Any], lang: Lang) -> str:
    """Write a line of an order: 纯棉T恤（红色 / M）×2."""
    title = text(line.get("title", ""), lang)
    chosen = options(line.get("options", {}), lang)
    times = f" ×{line['quantity']}" if int(line.get("quantity", 1)) > 1 else ""
    if not chosen:
        return title + times
    return f"{title}（{chosen}）{times}" if lang == "zh" else f"{title} ({chosen}){times}"


def items(lines: Sequence[Mapping[str, Any]], lang: Lang) -> str:
    """Write several lines."""
    return conjunction([item(line, lang) for line in lines], lang)


def conjunction(words: Sequence[str], lang: Lang) -> str:
    """Join words as a list in a sentence."""
    if lang == "zh":
        return "、".join(words)
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1] if words else ""


_METHODS: dict[str, tuple[str, str]] = {
    "credit_card": ("信用卡", "credit card"),
    "bank_card": ("银行卡", "bank card"),
    "gift_card": ("礼品卡", "gift card"),
    "paypal": ("PayPal", "PayPal"),
    "alipay": ("支付宝", "Alipay"),
    "wechat_pay": ("微信支付", "WeChat Pay"),
}


def method(value: Mapping[str, Any], lang: Lang) -> str:
    """Write a payment method: Visa 信用卡（尾号1234）, Visa credit card ending in 1234."""
    if not value:
        return ""
    zh, en = _METHODS.get(str(value["kind"]), (str(value["kind"]), str(value["kind"]).replace("_", " ")))
    brand = str(value.get("brand") or "").capitalize()
    four = str(value.get("last_four") or "")
    if lang == "zh":
        return f"{brand}{zh}" + (f"（尾号{four}）" if four else "")
    return f"{brand} {en}".strip() + (f" ending in {four}" if four else "")


def address(value: Mapping[str, str], lang: Lang) -> str:
    """Write an address on one line, in the order of its language."""
    if not value:
        return ""
    if any("\u4e00" <= character <= "\u9fff" for character in value.get("line1", "") + value.get("city", "")):
        place = "".join(_parts(value, "state", "city", "district", "line1", "line2"))
        return " ".join([place, *_parts(value, "postcode", "recipient", "phone")])
    region = " ".join(_parts(value, "state", "postcode"))
    street = _parts(value, "recipient", "line1", "line2", "district", "city")
    return ", ".join([*street, *([region] if region else []), *_parts(value, "country")])


def _parts(value: Mapping[str, str], *names: str) -> list[str]:
    return [value[name] for name in names if value.get(name)]


def days(count: int, lang: Lang) -> str:
    """Write how long something takes."""
    if count == 0:
        return "立即" if lang == "zh" else "at once"
    return f"{count}天内" if lang == "zh" else f"within {count} days"


def refunds(parts: Sequence[Mapping[str, Any]], lang: Lang) -> str:
    """Write what goes back where: ¥89.00 退回支付宝，7天内到账."""
    written = []
    for part in parts:
        amount, where, when = (
            money(part["amount"], lang),
            method(part["method"], lang),
            days(int(part["within_days"]), lang),
        )
        written.append(f"{amount} 退回{where}，{when}到账" if lang == "zh" else f"{amount} back to your {where} {when}")
    return conjunction(written, lang) if lang == "en" else "；".join(written)
