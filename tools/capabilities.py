"""Every capability with a fitted model, by name. A new one is a line here."""

from __future__ import annotations

from typing import Any

from tools.fitted import Capability
from tools.pricing.capability import Pricing
from tools.recommendation.capability import Recommendation
from tools.risk.capability import Risk
from tools.ticketing.triage.capability import TicketTriage
from tools.visual_search.capability import VisualSearch

_ALL: tuple[Capability[Any, Any], ...] = (Pricing(), Recommendation(), Risk(), TicketTriage(), VisualSearch())
CAPABILITIES: dict[str, Capability[Any, Any]] = {each.name: each for each in _ALL}
