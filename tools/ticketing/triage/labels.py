"""The kinds of cases: categories, queues, skills and priorities, and what people call them."""

from __future__ import annotations

from typing import Literal, get_args

from tools.desk_rules import Priority
from tools.evidence import LocalText

Category = Literal[
    "delivery", "order_change", "returns", "quality", "payment", "price", "product", "account", "complaint", "risk",
    "safety", "other",
]  # fmt: skip
"""What the case is about. ``returns``: returns, exchanges and their refunds of goods that are as they should be; ``quality``: faulty,
wrong or missing goods; ``product``: advice before a purchase; ``risk``: held back or reported as fraud; ``safety``: somebody was or may
be hurt; ``other``: nothing of these."""
Queue = Literal["general", "pre_sales", "after_sales", "delivery", "payments", "complaints", "security"]
Skill = Literal[
    "general", "logistics", "orders", "refunds", "product_knowledge", "billing", "fraud_review", "deescalation", "safety",
    "account_access",
]  # fmt: skip
"""What the agent who takes the case must be able to do."""

CATEGORIES: tuple[Category, ...] = get_args(Category)
QUEUES: tuple[Queue, ...] = get_args(Queue)
SKILLS: tuple[Skill, ...] = get_args(Skill)
PRIORITIES: tuple[Priority, ...] = get_args(Priority)
RANK: dict[str, int] = {name: place for place, name in enumerate(PRIORITIES)}
"""Priority -> its place, ``low`` being 0."""

HEADS: dict[str, tuple[str, ...]] = {
    "category": CATEGORIES,
    "priority": PRIORITIES,
    "queue": QUEUES,
    "skill": SKILLS,
}
"""What is told of a case -> its labels."""

USUAL: dict[Category, tuple[Queue, Skill]] = {
    "delivery": ("delivery", "logistics"),
    "order_change": ("general", "orders"),
    "returns": ("after_sales", "refunds"),
    "quality": ("after_sales", "refunds"),
    "payment": ("payments", "billing"),
    "price": ("payments", "billing"),
    "product": ("pre_sales", "product_knowledge"),
    "account": ("general", "account_access"),
    "complaint": ("complaints", "deescalation"),
    "risk": ("security", "fraud_review"),
    "safety": ("security", "safety"),
    "other": ("general", "general"),
}
"""Category -> the queue and the skill that most of its cases need."""

NAMES: dict[str, LocalText] = {
    "delivery": LocalText(zh="物流", en="delivery"),
    "order_change": LocalText(zh="订单修改", en="changing an order"),
    "returns": LocalText(zh="退换货", en="returns and exchanges"),
    "quality": LocalText(zh="质量问题", en="faulty or wrong goods"),
    "payment": LocalText(zh="支付与发票", en="payment and invoices"),
    "price": LocalText(zh="价格与优惠", en="prices and coupons"),
    "product": LocalText(zh="商品咨询", en="questions about goods"),
    "account": LocalText(zh="账号", en="account"),
    "complaint": LocalText(zh="投诉", en="complaint"),
    "risk": LocalText(zh="风险核实", en="risk"),
    "safety": LocalText(zh="安全", en="safety"),
    "other": LocalText(zh="其他", en="something else"),
}

REASONS: dict[str, LocalText] = {
    "asked": LocalText(zh="顾客要求人工", en="a person was asked for"),
    "failures": LocalText(zh="多次没听懂", en="not understood several times"),
    "anger": LocalText(zh="顾客情绪激动", en="the shopper is angry"),
    "discontent": LocalText(zh="顾客多次不满意", en="the shopper is not content"),
    "policy": LocalText(zh="按规定需人工", en="the policy leaves it to a person"),
    "safety": LocalText(zh="涉及安全", en="safety"),
    "legal": LocalText(zh="涉及法律", en="the law was spoken of"),
    "knowledge_gap": LocalText(zh="资料里没有答案", en="nothing that the shop knows answers it"),
    "taken_over": LocalText(zh="主管接管", en="a supervisor took it over"),
}
"""Why a conversation was handed over, in words."""
MOODS: dict[str, LocalText] = {
    "calm": LocalText(zh="平静", en="calm"),
    "satisfied": LocalText(zh="满意", en="satisfied"),
    "confused": LocalText(zh="困惑", en="confused"),
    "anxious": LocalText(zh="着急", en="anxious"),
    "annoyed": LocalText(zh="不耐烦", en="annoyed"),
    "angry": LocalText(zh="生气", en="angry"),
    "sad": LocalText(zh="难过", en="sad"),
    "unknown": LocalText(zh="听不出", en="not clear"),
}
