"""The catalogue's tools. Everybody may call them: nothing in them is personal."""

from __future__ import annotations

from tools.base import Role, Tool
from tools.catalog.details import advise_size, check_stock, compare_products, get_product
from tools.catalog.facts import product_facts
from tools.catalog.search import search_products
from tools.catalog.types import AdviseSize, CheckStock, CompareProducts, OneProduct, ProductQuestion, SearchProducts

_EVERYBODY: frozenset[Role] = frozenset({"shopper", "merchant", "agent", "system"})

TOOLS: tuple[Tool, ...] = (
    Tool(
        name="search_products",
        effect="read",
        roles=_EVERYBODY,
        needs_customer=False,
        arguments=SearchProducts,
        run=search_products,
        timeout_s=60.0,  # the first picture waits for the catalogue's to be looked at
        description_en=(
            "Find products to buy. Use it for any wish for goods: 'red dress under 200', 'something warm for winter'. Not for "
            "a product that is already named by id (get_product), for its stock (check_stock) or for the person's own orders. "
            "query: the kind of thing in the shopper's own words, Chinese or English, without price and colour when those are "
            "given as filters. said: the whole sentence, where query leaves something out. category: id or name. brand. price_min_minor, price_max_minor: minor units (20000 = 200.00). cheaper_than: ids of products that were too dear. options: "
            "canonical English, {'color': 'red', 'size': 'M'}; exclude_options: what it must not be. in_stock: false also "
            "shows sold-out goods. sort: relevance, price_up, price_down, newest, rating. picture: id of a picture that the person sent, for goods that look like it; every filter holds. When nothing meets every filter, the "
            "fewest are dropped and named in `relaxed`: say so."
        ),
        description_zh=(
            "找商品。顾客想买东西时使用，例如“两百以内的红裙子”“冬天穿的厚外套”。已知商品编号时用 get_product，问库存用 check_stock，问自己的订单不用它。"
            "query：顾客对商品的原话，中英文均可，价格和颜色放到筛选项里就不必重复。said：query 不是整句时，顾客的整句原话。category：类目编号或名称。brand：品牌。price_min_minor、price_max_minor：以分为单位"
            "（200 元为 20000）。cheaper_than：顾客嫌贵的商品编号，只找比它们都便宜的。options：英文规范值，如 {'color': 'red', 'size': 'M'}；exclude_options：不要的值。in_stock：false 时也列出售罄商品。"
            "sort：relevance、price_up、price_down、newest、rating。picture：顾客发来的图片编号，找相似商品，其余筛选同样有效。没有商品满足全部条件时会放宽最少的条件，并写在 relaxed 里，回复时要说明。"
        ),
    ),
    Tool(
        name="get_product",
        effect="read",
        roles=_EVERYBODY,
        needs_customer=False,
        arguments=OneProduct,
        run=get_product,
        description_en=(
            "Everything about one product: description, attributes, every variant with today's price and stock. Use it for "
            "questions about a known product. Not to find one (search_products). product_id: the product's id, or one of its SKUs."
        ),
        description_zh=(
            "一件商品的全部信息：描述、属性、每个规格的现价和库存。已知是哪件商品、顾客问它的情况时使用；还不知道是哪件时用 search_products。"
            "product_id：商品编号，也可以是它的任一 SKU。"
        ),
    ),
    Tool(
        name="product_facts",
        effect="read",
        roles=_EVERYBODY,
        needs_customer=False,
        arguments=ProductQuestion,
        run=product_facts,
        description_en=(
            "What the page and the reviews of one product say about a question: 'is it waterproof', 'can it go in the machine', "
            "'what do buyers say'. Facts are attributes (`holds` answers yes or no), prices or sentences of the description; "
            "`reviews` sums the reviews up; with none of them, `mentions` reviews speak of it, or nobody knows: say so and "
            "guess nothing. `specific` is false when the whole page is wanted: then use get_product. product_id: id or SKU. "
            "question: in the shopper's words."
        ),
        description_zh=(
            "某件商品的详情页和评价对一个问题怎么说，例如“防水吗”“能机洗吗”“买过的人怎么说”。facts 是属性（holds 表示是或否）、价格或描述里的原句；"
            "reviews 是评价汇总；都没有时，mentions 是提到它的评价数，为零就说明页面没有写，不要猜。specific 为 false 表示要看整页，改用 get_product。"
            "product_id：商品编号或 SKU。question：顾客的原话。"
        ),
    ),
    Tool(
        name="check_stock",
        effect="read",
        roles=_EVERYBODY,
        needs_customer=False,
        arguments=CheckStock,
        run=check_stock,
        description_en=(
            "Whether a product can be bought now in a colour, size or other option, and when it comes back. Where it cannot, "
            "the nearest available variants are given. Not for the state of an order. product_id: id or SKU. options: what was "
            "asked for, canonical English, {'color': 'black', 'size': 'L'}; empty asks for every variant."
        ),
        description_zh=(
            "查某件商品的某个颜色、尺码等现在有没有货、什么时候补货；没货时给出最接近的有货规格。不用于查订单状态。"
            "product_id：商品编号或 SKU。options：顾客要的规格，英文规范值，如 {'color': 'black', 'size': 'L'}；留空表示全部规格。"
        ),
    ),
    Tool(
        name="advise_size",
        effect="read",
        roles=_EVERYBODY,
        needs_customer=False,
        arguments=AdviseSize,
        run=advise_size,
        description_en=(
            "Which size of a garment or shoe to take. Give what the person said and leave the rest out; `missing` says what to "
            "ask for. Not for goods that are not worn. height_cm; weight_kg (one jin is 0.5 kg); usual_size: as said, 'M', "
            "'2XL', 'EU 42'; foot_length_mm: for shoes (24.5 cm is 245)."
        ),
        description_zh=(
            "建议衣服或鞋子买哪个尺码。只填顾客说过的，其余留空；missing 会说明还要问什么。不穿戴的商品不用它。"
            "height_cm：身高；weight_kg：体重（一斤为 0.5）；usual_size：平时的尺码原话，如 M、2XL、42；foot_length_mm：脚长毫米（24.5 厘米为 245）。"
        ),
    ),
    Tool(
        name="compare_products",
        effect="read",
        roles=_EVERYBODY,
        needs_customer=False,
        arguments=CompareProducts,
        run=compare_products,
        description_en=(
            "Two to six products side by side: price, rating, stock, options, attributes, and where they differ. Use it when "
            "the person hesitates between products. product_ids: their ids. question: what is asked of them in the shopper's "
            "words ('which is lighter'): `ranking` then says which comes first; empty for everything."
        ),
        description_zh=(
            "把二到六件商品并排比较：价格、评分、库存、规格、属性，并标出不同之处。顾客在几件商品之间犹豫时使用。product_ids：商品编号。"
            "question：顾客的原话（如“哪个更轻”），ranking 会给出先后；留空表示全面比较。"
        ),
    ),
)
