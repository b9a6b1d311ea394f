"""What stands on a drawn page: products, prices of every kind, and amounts that are no price."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from typing import Literal

import numpy as np

from knowledge.types import Lang

Kind = Literal["current", "struck", "promotional", "unit"]

GOODS: dict[Lang, tuple[str, ...]] = {
    "zh": (
        "山泉乌龙茶 250克罐装", "有机五常大米 5公斤", "竹纤维洗脸巾 80抽", "不锈钢保温杯 500毫升", "纯棉四件套 1.8米床",
        "无线蓝牙耳机 降噪版", "家用加湿器 4升", "儿童防晒霜 SPF50", "手冲咖啡壶套装", "智能体脂秤 升级款", "羊毛围巾 驼色",
        "冷榨橄榄油 750毫升", "防滑瑜伽垫 加厚", "陶瓷不粘锅 28厘米", "静音风扇 遥控款", "香薰蜡烛 白茶", "速干运动短裤",
        "榛子巧克力 礼盒", "电动牙刷 三支刷头", "折叠露营椅",
    ),
    "en": (
        "Alpine Oolong Tea 250 g tin", "Organic Basmati Rice 5 kg", "Bamboo Face Towels 80 pack", "Steel Vacuum Flask 500 ml",
        "Cotton Duvet Set King", "Wireless Earbuds Noise Cancelling", "Home Humidifier 4 litre", "Kids Sunscreen SPF50",
        "Pour Over Coffee Kit", "Smart Body Scale Pro", "Merino Scarf Camel", "Cold Pressed Olive Oil 750 ml",
        "Thick Yoga Mat Non-slip", "Ceramic Frying Pan 28 cm", "Silent Desk Fan Remote", "White Tea Scented Candle",
        "Quick Dry Running Shorts", "Hazelnut Chocolate Gift Box", "Electric Toothbrush 3 heads", "Folding Camping Chair",
    ),
}  # fmt: skip
CURRENCIES: dict[Lang, tuple[tuple[str, str], ...]] = {
    "zh": (("CNY", "¥"), ("CNY", "¥"), ("CNY", "￥")),
    "en": (("USD", "$"), ("GBP", "£"), ("EUR", "€")),
}


@dataclasses.dataclass(frozen=True)
class Price:
    """A price as it must be read; amounts in major units."""

    product: str
    amount: Decimal
    currency: str
    kind: Kind


@dataclasses.dataclass(frozen=True)
class Item:
    """A product on a page: its title as it is written there, and the texts of its prices."""

    title: str
    now: Decimal
    struck: Decimal | None
    promotional: Decimal | None
    unit: tuple[Decimal, str] | None
    currency: str
    symbol: str

    def truth(self) -> list[Price]:
        """Return what must be read."""
        found = [Price(self.title, self.now, self.currency, "current")]
        if self.struck is not None:
            found.append(Price(self.title, self.struck, self.currency, "struck"))
        if self.promotional is not None:
            found.append(Price(self.title, self.promotional, self.currency, "promotional"))
        if self.unit is not None:
            found.append(Price(self.title, self.unit[0], self.currency, "unit"))
        return found

    def text(self, amount: Decimal) -> str:
        """Return an amount as this shop writes it."""
        return f"{self.symbol}{amount:,.2f}" if amount % 1 or self.symbol in "$£€" else f"{self.symbol}{amount:,.0f}"


def items(rng: np.random.Generator, lang: Lang, count: int) -> list[Item]:
    """Draw products of one shop: they share a currency."""
    currency, symbol = CURRENCIES[lang][int(rng.integers(3))]
    names = rng.permutation(len(GOODS[lang]))[:count]
    return [_item(rng, lang, GOODS[lang][int(name)], currency, symbol) for name in names]


def _item(rng: np.random.Generator, lang: Lang, title: str, currency: str, symbol: str) -> Item:
    now = _amount(rng, float(np.exp(rng.uniform(1.8, 7.4))), lang)
    struck = _amount(rng, float(now) * float(rng.uniform(1.15, 1.7)), lang) if rng.random() < 0.7 else None
    coupon = _amount(rng, float(now) * float(rng.uniform(0.75, 0.95)), lang) if rng.random() < 0.4 else None
    unit = None
    if rng.random() < 0.4:
        name = (
            ("100克", "100毫升", "件", "片")[int(rng.integers(4))]
            if lang == "zh"
            else ("100 g", "100 ml", "item", "kg")[int(rng.integers(4))]
        )
        unit = (
            Decimal(str(round(float(now) * float(rng.uniform(0.02, 0.3)) + 0.1, 2))).quantize(Decimal("0.01")),
            name,
        )
    taken = {now}
    struck = None if struck in taken or (struck is not None and struck <= now) else struck
    coupon = None if coupon in taken or (coupon is not None and coupon >= now) else coupon
    return Item(title, now, struck, coupon, unit, currency, symbol)


def _amount(rng: np.random.Generator, around: float, lang: Lang) -> Decimal:
    whole = max(int(around), 2)
    if lang == "zh" and rng.random() < 0.5:
        return Decimal(whole)
    cents = ("99", "90", "50", "95", "00" if lang == "en" else "80")[int(rng.integers(5))]
    return Decimal(f"{whole}.{cents}")


def noise(rng: np.random.Generator, lang: Lang, symbol: str) -> str:
    """Return a line with amounts that are no price of the product: postage, ratings, coupons, sales."""
    n = int(rng.integers(2, 90))
    lines = {
        "zh": (f"运费{symbol}{n % 20 + 5}", f"已售{n}00+件", f"满{n * 10}减{n}", f"评分4.{n % 10}（{n * 7}条评价）", f"{n}人正在看", f"库存{n}件"),
        "en": (
            f"{symbol}{n % 20 + 3}.99 shipping", f"{n * 10}+ sold", f"Save {symbol}{n} over {symbol}{n * 10}",
            f"4.{n % 10} stars ({n * 7} reviews)", f"Only {n} left", f"Delivery in {n % 6 + 2} days",
        ),
    }  # fmt: skip
    return lines[lang][int(rng.integers(6))]
