"""Opening pictures: whatever is wrong with one is said."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from tests.tools.visual_search.drawings import as_bytes, drawing
from tools.visual_search.pictures import PictureError, opened, views

WHOLE = as_bytes(drawing("red", round_=True))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "picture_empty"),
        (b"not a picture", "picture_broken"),
        (WHOLE[: len(WHOLE) // 2], "picture_broken"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 40, "picture_heic"),
        (as_bytes(Image.new("1", (20_000, 20_000))), "picture_too_big"),
        (as_bytes(Image.new("RGB", (4, 400))), "picture_too_small"),
    ],
)
def test_a_bad_picture_is_refused_with_its_reason(content: bytes, code: str) -> None:
    with pytest.raises(PictureError) as refused:
        opened(content)
    assert refused.value.code == code


def test_of_an_animation_the_first_frame_is_looked_at() -> None:
    kept = io.BytesIO()
    first, second = Image.new("RGB", (32, 32), (250, 0, 0)), Image.new("RGB", (32, 32), (0, 0, 250))
    first.save(kept, "GIF", save_all=True, append_images=[second])
    red, _, blue = opened(kept.getvalue()).getpixel((5, 5))  # type: ignore[misc]
    assert (red > 200, blue < 50) == (True, True)


def test_a_cut_out_stands_on_white() -> None:
    assert opened(as_bytes(Image.new("RGBA", (32, 32), (0, 0, 0, 0)))).getpixel((3, 3)) == (255, 255, 255)


def test_the_views_are_squares_from_the_whole_to_the_middle() -> None:
    found = views(Image.new("RGB", (200, 100)), 24)
    assert [view.size for view in found] == [(24, 24)] * 3
