"""Money: whole minor units with a currency, never a float."""

from __future__ import annotations

import dataclasses
from decimal import ROUND_HALF_EVEN, Decimal

from knowledge.types import Lang

_EXPONENTS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "KWD": 3, "BHD": 3}
_SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "BRL": "R$", "HKD": "HK$", "JPY": "JP¥"}


def exponent(currency: str) -> int:
    """Return how many decimal places the currency has (2 unless it is known to differ)."""
    return _EXPONENTS.get(currency, 2)


@dataclasses.dataclass(frozen=True, order=False)
class Money:
    """An amount in minor units (fen, cents) of one currency. May be negative."""

    minor: int
    currency: str

    @classmethod
    def of(cls, amount: Decimal | str | int, currency: str) -> Money:
        """Make money from major units, ``Money.of("50.88", "USD")``; half a cent goes to the even one."""
        scaled = Decimal(amount).scaleb(exponent(currency))
        return cls(int(scaled.quantize(Decimal(1), ROUND_HALF_EVEN)), currency)

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise ValueError(f"expected {self.currency}, got {other.currency}: convert before adding")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __mul__(self, quantity: int) -> Money:
        return Money(self.minor * quantity, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.minor < other.minor

    @property
    def major(self) -> Decimal:
        """The amount in major units, exact."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def format(self, lang: Lang = "en") -> str:
        """Return the amount as a shopper reads it: ``¥1,299.00``, ``-$5.20``."""
        sign = "-" if self.minor < 0 else ""
        symbol = _SYMBOLS.get(self.currency, f"{self.currency} ")
        if self.currency == "CNY" and lang == "en":
            symbol = "CN¥"
        return f"{sign}{symbol}{abs(self.major):,.{exponent(self.currency)}f}"
