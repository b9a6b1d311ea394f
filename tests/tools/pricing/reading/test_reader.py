from __future__ import annotations

import dataclasses
from decimal import Decimal

import pytest
from PIL import Image, ImageDraw, ImageFont

from tools.pricing.reading.matching import Titles
from tools.pricing.reading.ocr import Line, default_ocr
from tools.pricing.reading.reader import read_prices
from tools.pricing.reading.strikes import strike, without_strike

TITLES = Titles({"tea": "Mountain Tea", "pan": "Frying Pan"})


@dataclasses.dataclass
class Scripted:
    """An OCR that reads what it is told."""

    found: list[Line]
    again: tuple[str, float] = ("", 0.0)

    def lines(self, image: Image.Image) -> list[Line]:
        return self.found

    def word(self, image: Image.Image) -> tuple[str, float]:
        return self.again


def line(text: str, x: int, y: int, height: int = 30, score: float = 1.0) -> Line:
    right = x + len(text) * height // 2
    return Line(text, score, ((x, y), (right, y), (right, y + height), (x, y + height)))


def read(*lines: Line, again: tuple[str, float] = ("", 0.0)) -> list[tuple[str | None, str, str, str]]:
    page = Image.new("RGB", (1000, 800), "white")
    found = read_prices(page, TITLES, Scripted(list(lines), again))
    return [(each.product_id, str(each.amount), each.currency, each.kind) for each in found]


def test_the_largest_is_the_current_price_and_words_tell_the_others() -> None:
    assert read(
        line("Mountain Tea", 40, 20),
        line("$20.00", 40, 80, 50),
        line("Was $25.00", 300, 90, 22),
        line("With coupon $18.00", 40, 150, 22),
        line("$0.40/oz", 40, 200, 22),
        line("$4.99 shipping", 40, 250, 22),
    ) == [
        ("tea", "20.00", "USD", "current"),
        ("tea", "25.00", "USD", "struck"),
        ("tea", "18.00", "USD", "promotional"),
        ("tea", "0.40", "USD", "unit"),
    ]


def test_prices_belong_to_the_title_above_them_in_their_column() -> None:
    assert read(
        line("Mountain Tea", 40, 20),
        line("¥20", 40, 80, 50),
        line("Frying Pan", 600, 20),
        line("¥90", 600, 80, 50),
    ) == [("tea", "20", "CNY", "current"), ("pan", "90", "CNY", "current")]


def test_prices_above_the_title_belong_to_it_too() -> None:
    assert read(line("¥20", 40, 20, 50), line("Mountain Tea", 40, 120)) == [("tea", "20", "CNY", "current")]


def test_a_higher_small_price_without_a_word_is_the_one_before_with_less_confidence() -> None:
    page = Image.new("RGB", (1000, 800), "white")
    lines = [line("Mountain Tea", 40, 20), line("£20", 40, 80, 50), line("£30", 240, 90, 22)]
    now, before = read_prices(page, TITLES, Scripted(lines))
    assert (before.kind, before.amount) == ("struck", Decimal(30))
    assert before.confidence < now.confidence


def test_lost_decimals_are_read_again_and_nothing_else_is_changed() -> None:
    page = (line("Mountain Tea", 40, 20), line("$20.00", 40, 80, 50), line("Was $25", 300, 90, 22))
    assert ("tea", "25.99", "USD", "struck") in read(*page, again=("$25.99", 0.99))
    assert ("tea", "25", "USD", "struck") in read(*page, again=("$125.00", 0.5))
    assert ("tea", "25", "USD", "struck") in read(*page, again=("$38.10", 0.99))


def test_a_sign_that_was_read_as_a_digit_is_dropped_from_a_price_that_nobody_would_strike() -> None:
    page = (line("Mountain Tea", 40, 20), line("$10.00", 40, 80, 50))
    assert ("tea", "15.95", "USD", "struck") in read(*page, line("Was $615.95", 300, 90, 22))
    assert ("tea", "28.00", "USD", "struck") in read(*page, line("Was $28.00", 300, 90, 22))
    assert ("tea", "99.00", "USD", "struck") in read(*page, line("Was $99.00", 300, 90, 22))


def test_decimals_in_small_letters_go_behind_their_number() -> None:
    assert read(line("Mountain Tea", 40, 20), line("¥20", 40, 80, 50), line(".90", 118, 100, 28)) == [
        ("tea", "20.90", "CNY", "current")
    ]


def test_a_misread_sign_is_outvoted() -> None:
    found = read(
        line("Mountain Tea", 40, 20), line("€20", 40, 80, 50), line("Was £25", 300, 90, 22), line("€2/kg", 40, 200, 22)
    )
    assert {currency for _, _, currency, _ in found} == {"EUR"}


def test_a_page_without_prices_or_titles_is_no_crash() -> None:
    assert read() == []
    assert read(line("Mountain Tea", 40, 20)) == []
    assert read(line("¥20", 40, 20, 50)) == [(None, "20", "CNY", "current")]


@pytest.mark.parametrize(("ground", "ink"), [("white", (120, 120, 120)), ((30, 30, 60), (220, 220, 230))])
def test_a_line_through_an_amount_is_seen(ground: object, ink: tuple[int, int, int]) -> None:
    page = Image.new("RGB", (300, 60), ground)  # type: ignore[arg-type]
    draw = ImageDraw.Draw(page)
    draw.text((10, 10), "$1,299.00", font=ImageFont.load_default(30), fill=ink)
    left, top, right, bottom = (
        int(edge) for edge in draw.textbbox((10, 10), "$1,299.00", font=ImageFont.load_default(30))
    )
    where = Line("$1,299.00", 1.0, ((left, top - 4), (right, top - 4), (right, bottom + 4), (left, bottom + 4)))
    plain = strike(page, where, (0.0, 1.0))
    draw.line((left, (top + bottom) // 2, right, (top + bottom) // 2), fill=ink, width=2)
    assert plain < 0.86 < strike(page, where, (0.0, 1.0))
    assert without_strike(page, where, (0.0, 1.0)).height == 48


@pytest.mark.slow
def test_the_embedded_ocr_reads_a_drawn_page() -> None:
    pytest.importorskip("rapidocr")
    page = Image.new("RGB", (700, 300), "white")
    draw = ImageDraw.Draw(page)
    draw.text((40, 30), "Mountain Tea", font=ImageFont.load_default(34), fill="black")
    draw.text((40, 110), "$24.90", font=ImageFont.load_default(56), fill="red")
    draw.text((40, 200), "Was $39.50", font=ImageFont.load_default(26), fill="grey")
    found = read_prices(page, TITLES, default_ocr())
    assert [(str(each.amount), each.kind, each.product_id) for each in found] == [
        ("24.90", "current", "tea"),
        ("39.50", "struck", "tea"),
    ]
