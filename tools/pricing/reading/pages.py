"""Pages that were read lately, so that what a person saw and said yes to is not read a second time while the database waits."""

from __future__ import annotations

import asyncio
import collections
from collections.abc import Awaitable, Callable, Mapping

from PIL import Image

from tools.pricing.reading.matching import Titles
from tools.pricing.reading.ocr import Ocr, default_ocr
from tools.pricing.reading.reader import ReadPrice, read_prices

KEPT = 64


class PageReader:
    """Reads pages, one at a time, and remembers the last `KEPT` by the id of their picture.

    Args:
        ocr: makes what reads the lines, when the first page comes.
    """

    def __init__(self, ocr: Callable[[], Ocr] = default_ocr) -> None:
        self._ocr = ocr
        self._read: collections.OrderedDict[str, tuple[ReadPrice, ...]] = collections.OrderedDict()
        self._reading = asyncio.Lock()

    async def read(
        self, picture_id: str, picture: Callable[[], Awaitable[Image.Image]], titles: Mapping[str, str]
    ) -> tuple[ReadPrice, ...]:
        """Return the prices on a picture, with the key of the title that each belongs to as its product.

        Raises:
            OcrMissingError: the extra ``ocr`` is not installed.
        """
        async with self._reading:
            if picture_id not in self._read:
                image = await picture()
                found = await asyncio.to_thread(lambda: read_prices(image, Titles(titles), self._ocr()))
                self._read[picture_id] = tuple(found)
                if len(self._read) > KEPT:
                    self._read.popitem(last=False)
            return self._read[picture_id]
