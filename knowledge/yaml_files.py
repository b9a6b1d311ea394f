"""Reading YAML files: safely, ten times as fast where libyaml is there, and with nothing but ``true`` and ``false`` as truth.

The older YAML that the library reads takes ``yes``, ``on`` and ``NO`` for truth values too: Ontario's ON came out as ``True``.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any, TypeVar

import pydantic
import yaml

ModelT = TypeVar("ModelT", bound=pydantic.BaseModel)

_BOOL = "tag:yaml.org,2002:bool"


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """A safe loader, with truth values as in YAML 1.2 and no field that stands twice: the first would be lost without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 (the library's own)
        """Return the fields of a mapping.

        Raises:
            yaml.constructor.ConstructorError: one stands there twice.
        """
        names = Counter(key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode))
        for key, _ in node.value:
            if names.get(key.value, 0) > 1 and isinstance(key, yaml.ScalarNode):
                problem = f"{key.value!r} stands here more than once; put them together"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
        fields: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return fields


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


class YamlFileError(ValueError):
    """A file is not what it should be; the message names file, line, field, what was expected and what came."""


def read_models(path: Path, model: type[ModelT]) -> list[ModelT]:
    """Return the documents of a file, which ``---`` separates, each as a `model`.

    Raises:
        YamlFileError: the file is no UTF-8, no YAML, or a document is no `model`.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        documents = [document for document in yaml.load_all(text, Loader=_Loader) if document is not None]
    except UnicodeDecodeError as error:
        raise YamlFileError(f"{path}: expected a text file in UTF-8; save it as UTF-8 ({error})") from error
    except (yaml.YAMLError, ValueError) as error:
        raise YamlFileError(f"{path}: {_broken(error)}") from error
    return [_read(path, text, number, document, model) for number, document in enumerate(documents)]


def read_model(path: Path, model: type[ModelT]) -> ModelT:
    """Return the one document of a file as a `model`.

    Raises:
        YamlFileError: as `read_models`; also where there is not exactly one document.
    """
    found = read_models(path, model)
    if len(found) != 1:
        raise YamlFileError(f"{path}: expected one document, got {len(found)}")
    return found[0]


def _read(path: Path, text: str, number: int, document: Any, model: type[ModelT]) -> ModelT:
    if not isinstance(document, dict):
        raise YamlFileError(f"{path}: expected fields such as `id: some_id`, got {type(document).__name__}")
    try:
        return model.model_validate(document)
    except pydantic.ValidationError as error:
        trees = [tree for tree in yaml.compose_all(text, yaml.SafeLoader) if tree.tag != "tag:yaml.org,2002:null"]
        faults = (f"{path}{_line(trees[number], e['loc'])}: {_complaint(e)}" for e in error.errors())
        raise YamlFileError("\n".join(faults)) from error


def _broken(error: Exception) -> str:
    """Say where the YAML breaks off, on one line."""
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return f"not YAML: {error}"
    context = getattr(error, "problem", None) or "cannot be read"
    return f"line {mark.line + 1}, column {mark.column + 1}: not YAML: {context}; a text with `: `, `?`, `#` or a comma in it wants quotes"


def _line(tree: yaml.Node, place: tuple[int | str, ...]) -> str:
    """Return the line of the deepest node on the way to a field."""
    node = tree
    for part in place:
        below = _child(node, part)
        if below is None:
            break
        node = below
    return f", line {node.start_mark.line + 1}"


def _child(node: yaml.Node, part: int | str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == str(part)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        found: yaml.Node = node.value[part]
        return found
    return None


def _complaint(detail: Any) -> str:
    """One field's fault: ``slots.order.type: Input should be 'order' or ..., got 'ordre'``."""
    place = ".".join(str(part) for part in detail["loc"]) or "file"
    if detail["type"] == "extra_forbidden":
        return f"{place}: there is no such field here; take it out, or mend its spelling"
    if detail["type"] == "missing":
        return f"{place}: is missing"
    message = str(detail["msg"]).removeprefix("Value error, ")
    came = detail["input"]
    return f"{place}: {message}" + (f", got {came!r:.80}" if isinstance(came, str | int | float | bool) else "")
