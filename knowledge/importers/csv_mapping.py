"""The mapping file of the ``csv`` format: a shop's own names of files, columns and values, and what its files lack."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pydantic

from knowledge.errors import ImportRefusedError
from knowledge.importers.base import BadValueError, ImportContext, Row, Values
from knowledge.importers.values import zone
from knowledge.schema import Shop

DEFAULT_NAME = "mapping.yaml"


class _Strict(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


class ShopMapping(_Strict):
    """The shop itself; a later import leaves what is in the database then."""

    id: str = "shop"
    name_zh: str = ""
    name_en: str = ""
    currency: str | None = None
    default_lang: str | None = None
    timezone: str = "UTC"
    policy: str | None = None


class FileMapping(_Strict):
    """One file: its name, ``columns`` (ours: theirs), ``values`` (column: theirs: ours) and ``defaults`` (ours: value)."""

    file: str | None = None
    encoding: str | None = None
    columns: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}
    defaults: dict[str, str] = {}


class CsvMapping(_Strict):
    """The whole file."""

    shop: ShopMapping = ShopMapping()
    encoding: str = "utf-8"
    delimiter: str | None = None
    dates: str | None = None
    """A form such as ``%d/%m/%Y``; None takes ISO 8601 and the usual Chinese forms."""
    files: dict[str, FileMapping] = {}

    def file(self, stem: str) -> FileMapping:
        """Return what is said of a file, nothing by default."""
        return self.files.get(stem, FileMapping())

    @property
    def zone(self) -> dt.tzinfo:
        """Where the times are that have no zone."""
        return zone(self.shop.timezone, DEFAULT_NAME)

    def currency(self, context: ImportContext) -> str:
        """Return the currency of amounts whose row names none."""
        return self.shop.currency or context.existing.currency or "USD"

    def shop_row(self, context: ImportContext, *, file: str = DEFAULT_NAME) -> Row:
        """Return the shop; what is not said here is only for a new one."""
        currency = self.currency(context)
        said = self.shop.model_dump(exclude_unset=True, exclude_none=True)
        lang = "zh" if currency == "CNY" else "en"
        zone_name = "Asia/Shanghai" if currency == "CNY" else "UTC"
        once: Values = {
            "name_zh": "我的店铺",
            "name_en": "My shop",
            "currency": currency,
            "default_lang": lang,
            "timezone": zone_name,
            "policy": "default",
        }
        return Row(Shop, {"id": self.shop.id, **said}, file, "shop", once=once)


def read_mapping(context: ImportContext, stems: tuple[str, ...]) -> CsvMapping:
    """Return the checked mapping.

    Raises:
        ImportRefusedError: a field is unknown or has the wrong form; says which.
    """
    try:
        mapping = CsvMapping.model_validate(context.mapping)
        zone(mapping.shop.timezone, DEFAULT_NAME)
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ImportRefusedError(f"the mapping file, {where}: {first['msg']} (got {first['input']!r:.60})") from error
    except BadValueError as error:
        raise ImportRefusedError(f"the mapping file, shop.timezone: {error.reason}") from error
    unknown = sorted(set(mapping.files) - set(stems))
    if unknown:
        raise ImportRefusedError(f"the mapping file, files.{unknown[0]}: expected one of {', '.join(stems)}")
    return mapping


def beside(path: Path) -> Path | None:
    """Return the mapping file that lies in an import's folder, if there is one."""
    found = (path if path.is_dir() else path.parent) / DEFAULT_NAME
    return found if found.is_file() else None
