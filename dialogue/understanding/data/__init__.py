"""The understander's own data: training utterances by language and intent, reasons, words of mood."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent


def read_yaml(name: str) -> Any:
    """Read a file of this folder."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((FOLDER / name).read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 (both loaders are safe)
