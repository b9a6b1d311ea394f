"""Code blocks of the documentation, as printed: what they show is what the tests run."""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
_BLOCK = re.compile(r"^```([\w.]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(document: str, language: str) -> list[str]:
    """Return the blocks of one language in a document, such as ``blocks("add-a-flow", "yaml")``."""
    text = (DOCS / f"{document}.md").read_text(encoding="utf-8")
    found = [body for kind, body in _BLOCK.findall(text) if kind == language]
    assert found, f"no {language} block in {document}.md"
    return found
