"""Writes a low-rank adapter of peft as a GGUF file, as llama.cpp reads it."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge.whole_files import write_whole

FloatArray = npt.NDArray[np.float32]
_WEIGHT = re.compile(r"layers\.(\d+)\.(?:self_attn|mlp)\.(\w+)\.lora_([AB])\.weight$")
_NAMES = {
    "q_proj": "attn_q",
    "k_proj": "attn_k",
    "v_proj": "attn_v",
    "o_proj": "attn_output",
    "gate_proj": "ffn_gate",
    "up_proj": "ffn_up",
    "down_proj": "ffn_down",
}
"""Of a layer's parts, in llama.cpp's words."""


def write_adapter(model: Any, path: Path, *, alpha: float, heads: tuple[int, int]) -> None:
    """Write the adapter of a peft model of the llama architecture, in 16-bit floats; whole or not at all.

    Args:
        model: the peft model.
        alpha: its ``lora_alpha``.
        heads: how many attention heads there are, and how many of keys and values.
    """
    import gguf  # noqa: PLC0415 (an extra)
    import peft  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / "adapter.gguf"
        writer = gguf.GGUFWriter(written, "llama")
        writer.add_string("general.type", "adapter")
        writer.add_string("adapter.type", "lora")
        writer.add_float32("adapter.lora.alpha", float(alpha))
        # Without its last argument peft asks the internet whether the vocabulary was changed.
        learnt = peft.get_peft_model_state_dict(model, save_embedding_layers=False)
        for name, weights in sorted(learnt.items()):
            writer.add_tensor(*tensor_of(name, weights.float().numpy(), heads))
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()

        write_whole(path, written.read_bytes())


def tensor_of(name: str, weights: FloatArray, heads: tuple[int, int]) -> tuple[str, npt.NDArray[np.float16]]:
    """Return the name and the numbers of a tensor as llama.cpp has them.

    Raises:
        ValueError: it is no weight of an adapter.
    """
    found = _WEIGHT.search(name)
    if found is None or found[2] not in _NAMES:
        raise ValueError(f"expected a weight of an adapter, got {name!r}")
    layer, part, side = found.groups()
    if side == "B" and part in ("q_proj", "k_proj"):
        weights = turned(weights, heads[0] if part == "q_proj" else heads[1])
    return f"blk.{layer}.{_NAMES[part]}.weight.lora_{side.lower()}", np.ascontiguousarray(weights, dtype=np.float16)


def turned(weights: FloatArray, heads: int) -> FloatArray:
    """Return the rows of queries or keys in llama.cpp's order: the two numbers that a rotation turns stand side by side."""
    return np.asarray(
        weights.reshape(heads, 2, weights.shape[0] // heads // 2, *weights.shape[1:])
        .swapaxes(1, 2)
        .reshape(weights.shape)
    )
