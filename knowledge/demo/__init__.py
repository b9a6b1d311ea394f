"""The demo shop: a seeded bilingual shop with planted truths, built on the first start where no shop was imported."""

from knowledge.demo.accounts import Account, accounts
from knowledge.demo.build import DemoSummary, build_demo_shop
from knowledge.demo.truths import Truths, truths

__all__ = ["Account", "DemoSummary", "Truths", "accounts", "build_demo_shop", "truths"]
