"""The shop's own tools: Python files in the ``tools/`` folder of the data folder. ``docs/add-a-tool.md`` shows one.

Such a file is code and runs with all rights of the platform, so it is read only where nobody else could have put it: a
file or folder that everybody may write is refused. What it defines passes through the executor like every other tool.
"""

from __future__ import annotations

import importlib.util
import logging
import stat
import sys
import traceback
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType

from tools.base import Tool

_log = logging.getLogger(__name__)
_PACKAGE = "xiaoer_own_tools"


class OwnToolError(ValueError):
    """A file with tools that cannot be used; says file, what is wrong and what to do."""


def own_tools(folder: Path, *, taken: Iterable[str] = ()) -> dict[str, Tool]:
    """Load every tool of the Python files in `folder`; none where there is no such folder.

    A tool is every `tools.base.Tool` that stands at the top of a file, as the decorator `tools.base.tool` makes it.

    Args:
        taken: names that may not be used again: a shipped tool cannot be replaced, only left unused.

    Raises:
        OwnToolError: a file cannot be imported, has no tool, takes a name that is taken, or everybody may write it.
    """
    found: dict[str, Tool] = {}
    names = set(taken)
    for path in sorted(folder.glob("*.py")):
        require_private(folder)
        require_private(path)
        tools = list(_tools_of(path, _load(path)))
        if not tools:
            raise OwnToolError(f"{path}: expected a tool: an async function under @tool(...) of tools.base")
        for tool in tools:
            if tool.name in names:
                raise OwnToolError(f"{path}: there is a tool {tool.name!r} already; give this one another name")
            names.add(tool.name)
            found[tool.name] = tool
        _log.info("%s: %s", path, ", ".join(tool.name for tool in tools))
    return found


def require_private(path: Path) -> None:
    """Refuse a file that says what is run and that everybody may write.

    Raises:
        OwnToolError: names it and what mends it.
    """
    if path.stat().st_mode & stat.S_IWOTH:
        raise OwnToolError(f"{path}: everybody may write it, and it says what is run; first `chmod o-w {path}`")


def _load(path: Path) -> ModuleType:
    name = f"{_PACKAGE}.{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise OwnToolError(f"{path}: expected a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # annotations are looked up there
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        # Whatever the file does wrong is the file's fault: it is told with its line, and the shop does not open.
        del sys.modules[name]
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
        line = error.lineno if isinstance(error, SyntaxError) else lines[-1] if lines else None
        where = f"{path}, line {line}" if line else str(path)
        raise OwnToolError(f"{where}: {type(error).__name__}: {error}") from error
    return module


def _tools_of(path: Path, module: ModuleType) -> Iterator[Tool]:
    """Yield what the file made itself, not what it imported."""
    for tool in vars(module).values():
        if isinstance(tool, Tool) and tool.run.__module__ == module.__name__:
            if not tool.description_en.strip() or not tool.description_zh.strip():
                raise OwnToolError(f"{path}: tool {tool.name!r} lacks a description: expected en= and zh=")
            yield tool
