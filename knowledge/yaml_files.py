"""Reading YAML files: safely, ten times as fast where libyaml is there, and with nothing but ``true`` and ``false`` as truth.

The older YAML that the library reads takes ``yes``, ``on`` and ``NO`` for truth values too: Ontario's ON came out as ``True``.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

_BOOL = "tag:yaml.org,2002:bool"


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """A safe loader, with truth values as in YAML 1.2."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != _BOOL]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(_BOOL, re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))


def read_yaml(path: Path) -> Any:
    """Return what a UTF-8 file holds: plain values only.

    Raises:
        yaml.YAMLError: it is no YAML, or asks for anything but plain values.
    """
    return parse_yaml(path.read_text(encoding="utf-8"))


def parse_yaml(text: str) -> Any:
    """Return what a text in YAML holds: plain values only.

    Raises:
        yaml.YAMLError: as `read_yaml`.
    """
    return yaml.load(text, Loader=_Loader)  # noqa: S506 (a safe loader)
