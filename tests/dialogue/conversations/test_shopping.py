"""Before buying: find, ask, compare, sizes, prices, coupons, and what the account says."""

from __future__ import annotations

from pathlib import Path

from tests.dialogue.conversations.holding import each, hold
from tests.dialogue.conversations.script import CHEN, EMMA, VISITOR, WANG, Talk, says, talk

TALKS = (
    talk(
        "a-gift-narrowed-by-turns",
        "zh",
        VISITOR,
        says("给我妈挑个礼物，三百以内，不要红色", kind="products", shows=("为您挑了这几款", "–"), hides="没有完全符合"),
        says("不要第一个", kind="products", shows="为您挑了这几款"),
        says("便宜点的", kind="products", shows="¥"),
        says("这个配什么好", kind="products", shows="搭配"),
    ),
    talk(
        "a-gift-narrowed-by-turns",
        "en",
        VISITOR,
        says("recommend a gift for my mother under 300, not red", kind="products", shows=("I picked these", "–")),
        says("not that one", kind="products", shows="I picked these"),
        says("cheaper", kind="products", shows="CN¥"),
        says("in blue", kind="products", shows="I picked these"),
    ),
    talk(
        "something-for-whoever-asks-for-nothing",
        "zh",
        WANG,
        says("有什么推荐的", kind="products", shows="为您挑了这几款", asks="nothing"),
        says("第一个配什么好看", kind="products", shows="搭配"),
    ),
    talk(
        "something-for-whoever-asks-for-nothing",
        "en",
        EMMA,
        says("what do you recommend?", kind="products", shows="I picked these", asks="nothing"),
        says("what goes well with the second one?", kind="products", shows="go with it"),
    ),
    talk(
        "brand-and-material-say-which",
        "en",
        VISITOR,
        says("how much is the matte lipstick?", shows=("Matte", "CN¥"), asks="nothing"),
    ),
    talk(
        "brand-and-material-say-which",
        "zh",
        VISITOR,
        says("买过云岫连帽卫衣的人满意吗", shows=("云岫", "条评价，平均")),
    ),
    talk(
        "the-price-of-one-version",
        "en",
        VISITOR,
        says("what does the Book 14 cost with 32G and 1T?", shows=("32GB", "CN¥5,499.00")),
    ),
    talk(
        "the-price-of-one-version",
        "zh",
        VISITOR,
        says("Book 14 要16G内存512G的，什么价位", shows=("16GB", "¥4,699.00")),
    ),
    talk(
        "goods-of-a-kind-that-is-not-there",
        "en",
        VISITOR,
        says("have you got tents in stock?", shows="nothing like that", asks="choice", offers="Electronics"),
    ),
    talk(
        "goods-of-a-kind-that-is-not-there",
        "zh",
        VISITOR,
        says("你们有山地车现货吗", shows="没有找到", asks="choice", offers="数码电子"),
    ),
    talk(
        "sold-out-in-one-size",
        "en",
        VISITOR,
        says("can I still get the Yunxiu hoodie in burgundy, L?", shows=("sold out", "Mar 14")),
    ),
    talk(
        "it-is-the-thing-on-its-way",
        "en",
        EMMA,
        says("where is my speaker", shows="D1002000004"),
        says("does it come with a charger?", shows=("Speaker", "cable included"), asks="nothing"),
    ),
    talk(
        "what-the-shop-does-not-have",
        "zh",
        VISITOR,
        says("有没有飞盘", shows="没有找到", asks="choice", offers="家居生活"),
        says("家居生活", kind="products", shows="¥"),
        says("预算80", kind="products", hides="¥239.00"),
    ),
    talk(
        "a-budget-alone",
        "en",
        VISITOR,
        says("budget 300", shows="What kind of goods", asks="choice", offers="Electronics"),
        says("headphones please", kind="products", shows="Headphones"),
    ),
    talk(
        "questions-about-one-product",
        "zh",
        VISITOR,
        says("有没有圆领的T恤", kind="products", shows="T恤"),
        says("第一个能机洗吗", shows=("T恤", "30 度以下机洗"), hides="颜色"),
        says("是亚麻的吗", shows=("不是", "材质"), hides="机洗"),
        says("评价怎么样", shows=("条评价", "平均"), hides="材质"),
        says("可以放洗碗机吗", shows="页面上没有写", asks="offer"),
        says("那第二个呢", shows="页面上没有写", asks="offer"),
    ),
    talk(
        "questions-about-one-product",
        "en",
        VISITOR,
        says("show me some mugs", kind="products", shows="Mug"),
        says("is the first one dishwasher safe", shows=("Mug", "dishwasher, gilded ones apart"), hides="Color"),
        says("what do reviews say", shows=("reviews", "of 5"), hides="dishwasher"),
        says("what colours does it come in", shows="color: ", hides="reviews"),
        says("is it waterproof", shows="does not say", asks="offer"),
    ),
    talk(
        "earphones-under-300",
        "zh",
        VISITOR,
        says("想买个耳机 300以内", kind="products", shows="真无线耳机", hides="H1"),
        says("有黑色的吗", shows=("黑色", "有货"), hides="¥348"),
        says("它多少钱呀", shows=("¥219.00", "主动降噪"), hides="active"),
    ),
    talk(
        "what-size-for-me",
        "zh",
        WANG,
        says("云岫那款连帽卫衣 我175 140斤 穿多大", shows=("卫衣", "码"), asks="nothing"),
        says("那T恤呢", shows="T恤"),
    ),
    talk(
        "size-asks-for-what-is-missing",
        "zh",
        VISITOR,
        says("板鞋我该穿几码", shows="脚长"),
        says("脚长26厘米", shows=("板鞋", "42")),
    ),
    talk(
        "rice-cooker-or-kettle",
        "zh",
        VISITOR,
        says("对比下头戴式耳机和那个真无线耳机", kind="products", shows=("H1", "Buds 2", "¥348.00", "¥219.00")),
    ),
    talk(
        "lowest-price-of-the-backpack",
        "zh",
        VISITOR,
        says("这个背包最近最低多少钱", shows=("双肩包", "最低", "¥165.00")),
    ),
    talk(
        "coupons-and-one-claimed-twice",
        "zh",
        WANG,
        says("有啥优惠券能用", shows=("GOLD50", "WELCOME20", "BEAUTY15"), hides="FREESHIP8"),
        says("领一张 GOLD50", shows="已为您领取", did="claim_coupon"),
        says("再领一张 GOLD50", shows="已经领过"),
        rows={"coupongrant": [{"coupon_code": "GOLD50", "customer_id": WANG, "status": "unused"}]},
    ),
    talk(
        "a-coupon-for-other-tiers",
        "zh",
        CHEN,
        says("帮我领GOLD50", shows="会员等级"),
    ),
    talk(
        "what-phone-do-you-have-of-me",
        "zh",
        WANG,
        says("我账户里留的什么手机号", shows=("13800138000", "金卡会员")),
    ),
    talk(
        "a-candle-for-mum",
        "en",
        VISITOR,
        says("looking for a gift for my mom, something like a candle", kind="products", shows="Candle"),
        says("tell me more about the first one", shows=("CN¥99.00", "cedar", "Capacity")),
        says("do you have it in green", shows=("green", "in stock")),
    ),
    talk(
        "a-red-dress-not-chiffon-black",
        "en",
        VISITOR,
        says("got any dresses?", kind="products", shows="Dress"),
        says("is it available in a size S", shows=("S", "in stock")),
    ),
    talk(
        "size-in-feet-and-pounds",
        "en",
        VISITOR,
        says("what size hoodie should i get, i'm 5'6 and 130 lbs", shows=("Hoodie", "size M"), asks="nothing"),
    ),
    talk(
        "kettle-against-rice-cooker",
        "en",
        VISITOR,
        says("kettle vs rice cooker, whats the difference", kind="products", shows=("Kettle", "Rice Cooker", "Price:", "Capacity:")),
    ),
    talk(
        "was-the-backpack-ever-cheaper",
        "en",
        VISITOR,
        says("has the backpack ever been cheaper", shows=("Backpack", "CN¥165.00", "lowest")),
    ),
    talk(
        "coupons",
        "en",
        EMMA,
        says("any coupons for me?", shows=("STYLE40", "TECH100"), hides=("FREESHIP8", "GOLD50")),
        says("claim STYLE40", shows="I've claimed", did="claim_coupon"),
        rows={"coupongrant": [{"coupon_code": "STYLE40", "customer_id": EMMA}]},
    ),
    talk(
        "cards-on-file",
        "en",
        EMMA,
        says("what cards do i have on file", shows=("Mastercard", "5588", "PayPal", "silver")),
    ),
)  # fmt: skip


@each(TALKS)
async def test_shopping(talk: Talk, shop: Path) -> None:
    await hold(talk, shop)
