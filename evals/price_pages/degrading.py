"""What happens to a picture of a page on its way: blur, a slight rotation, JPEG."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageFilter


def degraded(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Return the picture blurred (0.5 to 1.1 pixels), turned by up to 2.5 degrees, and saved as JPEG of quality 35 to 70."""
    ground = image.getpixel((2, image.height - 3))
    blurred = image.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.5, 1.1))))
    turned = blurred.rotate(float(rng.uniform(-2.5, 2.5)), Image.Resampling.BICUBIC, expand=True, fillcolor=ground)
    written = io.BytesIO()
    turned.save(written, "JPEG", quality=int(rng.integers(35, 71)))
    return Image.open(io.BytesIO(written.getvalue())).convert("RGB")
