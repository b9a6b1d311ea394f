"""Any encoder of Hugging Face, by its name there or a folder on this machine: for those who have a better one for their language.

    embedder = TransformersEmbedder("BAAI/bge-small-zh-v1.5")     # the extra `hf`: torch and transformers

A name is downloaded at the first use, if it is not in Hugging Face's cache, unless the environment forbids it (HF_HUB_OFFLINE).
"""

from __future__ import annotations

import hashlib
import importlib
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.embedding import MAX_CHARS, FloatArray
from knowledge.errors import KnowledgeError

PREFIX = "hf:"
"""What the name of such an embedder begins with; its source follows."""
_BATCH = 32
_MOST_TOKENS = 256


class EncoderUnavailableError(KnowledgeError):
    """An encoder that cannot be loaded; says which and why."""


class TransformersEmbedder:
    """The mean of an encoder's last hidden states over the tokens of a text, on the CPU and one thread.

    No prefix is put before a text, and no pooling head is used. Loaded at once, so that what is wrong is said before anything
    is worked out; `version` is a hash of the weights and of the vocabulary, wherever they came from. Code that comes with a model is not run.

    Raises:
        EncoderUnavailableError: torch or transformers is not installed, or they cannot load `source`.
    """

    def __init__(self, source: str) -> None:
        self._torch, transformers = _imported(source)
        self._torch.set_num_threads(1)
        try:
            self._tokenizer = transformers.AutoTokenizer.from_pretrained(source)
            self._model = transformers.AutoModel.from_pretrained(source, dtype=self._torch.float32).eval()
        except Exception as error:  # configurations, weights, tokenizers and the network have errors of their own
            reason = (str(error).strip().splitlines() or [""])[0]
            raise EncoderUnavailableError(
                f"the encoder {source!r} cannot be loaded ({type(error).__name__}: {reason}): expected the name of a model at "
                "Hugging Face, or a folder with its configuration, weights and tokenizer"
            ) from error
        self.name = f"{PREFIX}{Path(source).resolve() if Path(source).is_dir() else source}"
        self.version = _digest(self._model, self._tokenizer)
        self.dimension = int(self._model.config.hidden_size)
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str]) -> FloatArray:
        """Encode; the shortest first, so that a batch is not padded to one long text."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
        for start in range(0, len(order), _BATCH):
            rows = order[start : start + _BATCH]
            with self._lock:
                vectors[rows] = self._batch([_readable(texts[row]) for row in rows])
        norms = np.linalg.norm(vectors, axis=1)
        vectors[norms == 0.0, 0] = 1.0
        norms[norms == 0.0] = 1.0
        return np.asarray(vectors / norms[:, None], dtype=np.float32)

    def _batch(self, texts: list[str]) -> FloatArray:
        read = self._tokenizer(texts, padding=True, truncation=True, max_length=_MOST_TOKENS, return_tensors="pt")
        with self._torch.inference_mode():
            states = self._model(**read).last_hidden_state
        mask = read["attention_mask"].unsqueeze(-1)
        return np.asarray((states * mask).sum(1) / mask.sum(1).clamp(min=1), dtype=np.float32)


def _imported(source: str) -> tuple[Any, Any]:
    try:
        return importlib.import_module("torch"), importlib.import_module("transformers")
    except ImportError as error:
        raise EncoderUnavailableError(
            f"the encoder {source!r} needs torch and transformers, which are not installed: pip install 'xiaoer[hf]'"
        ) from error


def _digest(model: Any, tokenizer: Any) -> str:
    digest = hashlib.blake2b(repr(sorted(tokenizer.get_vocab().items())).encode("utf-8", "replace"), digest_size=8)
    for name, weights in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(weights.contiguous().numpy().data)
    return digest.hexdigest()


def _readable(text: str) -> str:
    """Cut, and replace lone surrogates, which no tokenizer takes."""
    return text[:MAX_CHARS].encode("utf-8", "replace").decode("utf-8")
