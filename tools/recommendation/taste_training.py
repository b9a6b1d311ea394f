"""Training of the sequence model: a small causal Transformer that is asked, after each item of a sequence, for the next one.

Kang & McAuley, *Self-attentive sequential recommendation* (2018), with tied item vectors and a softmax over sampled items in place
of one negative (Klenitskiy & Vasilev, *Turning dross into gold loss*, 2023). Negatives are drawn by the root of popularity, corrected by the
logarithm of their chance (Yi et al., 2019); a quarter of them are hard: neighbours of the very items in the batch, which
the model must tell from what really came next.
"""

from __future__ import annotations

import dataclasses
import importlib.util
import io
import math
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

from tools.fitted import Progress
from tools.fitted.capability import silent
from tools.recommendation.events import IntArray, Interactions
from tools.recommendation.neighbours import together
from tools.recommendation.taste import LENGTH, Taste

WIDTH, LAYERS, HEADS, DROPOUT = 64, 2, 2, 0.4
BATCH, NEGATIVES, HARD = 256, 1536, 512
RATE, WARM_UP = 1e-3, 200
EPOCHS, MORE_EPOCHS = 32, 8
"""Rounds over the sequences from the beginning, and from a network that knows all but the last purchases."""
LEAST_PEOPLE, LEAST_ITEMS = 1000, 100
SEED = 7


def trainable(rows: Interactions) -> bool:
    """Whether the packages are there and there is enough to learn from."""
    installed = all(importlib.util.find_spec(name) is not None for name in ("torch", "onnx", "onnxruntime"))
    if not installed:
        return False
    people = int((np.bincount(rows.user, minlength=1) > 1).sum())
    return people >= LEAST_PEOPLE and len(np.unique(rows.item)) >= LEAST_ITEMS


@dataclasses.dataclass(frozen=True)
class Network:
    """A trained network.

    Args:
        module: torch; see `_module`.
        seen: (items,) how often each item was trained on.
    """

    module: Any
    seen: IntArray

    def exported(self) -> Taste:
        """Return what is served."""
        import torch  # noqa: PLC0415

        vectors = self.module.vectors.weight[: len(self.seen)].detach().numpy().astype(np.float32).copy()
        vectors[self.seen == 0] = 0.0
        file = io.BytesIO()
        encoder = self.module.encoder.eval()
        with warnings.catch_warnings():
            # The exporter of before torch 2.9 says that it is old: the new one needs a package more for the same graph.
            warnings.simplefilter("ignore")
            torch.onnx.export(
                encoder,
                (torch.zeros(1, 3, WIDTH),),
                file,
                input_names=["items"],
                output_names=["wanted"],
                dynamic_axes={"items": {1: "steps"}},
                dynamo=False,
            )
        return Taste(file.getvalue(), vectors)


def train(rows: Interactions, *, start: Network | None = None, progress: Progress = silent) -> Network:
    """Learn from all sequences; the same rows and `start` give the same network on the same machine.

    Args:
        start: a network to go on from, of the same items.
    """
    import torch  # noqa: PLC0415

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(SEED)
            return _trained(rows, start, progress)
    finally:
        torch.set_num_threads(threads)


def _trained(rows: Interactions, start: Network | None, progress: Progress) -> Network:
    import torch  # noqa: PLC0415

    seen = np.bincount(rows.item, minlength=len(rows.items))
    module = _module(len(rows.items))
    if start is not None:
        module.load_state_dict(start.module.state_dict())
    module.train()
    draw = _Draw(rows, seen)
    epochs = EPOCHS if start is None else MORE_EPOCHS
    optimiser = torch.optim.AdamW(module.parameters(), lr=RATE, weight_decay=0.01, betas=(0.9, 0.98))
    rate = RATE if start is None else RATE / 4
    steps, done = epochs * len(draw), 0
    for epoch in range(epochs):
        progress("learning tastes", epoch / epochs)
        for read, wanted in draw.batches():
            falling = 0.05 + 0.95 * 0.5 * (1 + np.cos(np.pi * done / steps))
            for group in optimiser.param_groups:
                group["lr"] = rate * min(1.0, done / WARM_UP) * falling
            loss = _loss(module, read, wanted, draw)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            done += 1
    return Network(module.eval(), seen)


def _loss(module: Any, read: IntArray, wanted: IntArray, draw: _Draw) -> Any:
    import torch  # noqa: PLC0415

    hidden = module(torch.from_numpy(read))
    real = torch.from_numpy(wanted >= 0)
    hidden, target = hidden[real], torch.from_numpy(wanted)[real]
    negatives, chances = draw.negatives(read)
    others = torch.from_numpy(negatives)
    right = (hidden * module.vectors(target)).sum(1, keepdim=True) - torch.from_numpy(draw.log_chance)[target][:, None]
    wrong = hidden @ module.vectors(others).T - torch.from_numpy(chances)
    wrong = wrong.masked_fill(others[None] == target[:, None], -1e9)
    logits = torch.cat([right, wrong], dim=1)
    return torch.nn.functional.cross_entropy(logits, torch.zeros(len(target), dtype=torch.long))


class _Draw:
    """Batches of sequences of like length, and negatives for them."""

    def __init__(self, rows: Interactions, seen: IntArray) -> None:
        self._rng = np.random.default_rng(SEED)
        self._padding = len(rows.items)
        starts = rows.starts()
        ends = starts[1:][np.diff(starts) > 1]
        begins = np.maximum(starts[:-1][np.diff(starts) > 1], ends - LENGTH - 1)
        self._sequences = [rows.item[begin:end] for begin, end in zip(begins, ends, strict=True)]
        self._lengths = ends - begins
        root = np.sqrt(seen.astype(np.float64))
        self._cumulative = np.cumsum(root / root.sum())
        self.log_chance = np.log(np.maximum(root / root.sum() * NEGATIVES, 1e-9)).astype(np.float32)
        self._near = together(rows)

    def __len__(self) -> int:
        return math.ceil(len(self._sequences) / BATCH)

    def batches(self) -> Iterator[tuple[IntArray, IntArray]]:
        """Yield what is read, padded on the left with the number after the last item, and what is wanted, padded with -1."""
        order = np.argsort(self._lengths + 2 * self._rng.random(len(self._lengths)), kind="stable")
        groups = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
        for place in self._rng.permutation(len(groups)):
            chosen = [self._sequences[number] for number in groups[place]]
            width = max(map(len, chosen)) - 1
            read = np.full((len(chosen), width), self._padding, dtype=np.int64)
            wanted = np.full((len(chosen), width), -1, dtype=np.int64)
            for row, sequence in enumerate(chosen):
                read[row, width - len(sequence) + 1 :] = sequence[:-1]
                wanted[row, width - len(sequence) + 1 :] = sequence[1:]
            yield read, wanted

    def negatives(self, read: IntArray) -> tuple[IntArray, Any]:
        """Return distinct items, by the root of popularity and from the neighbours of what is read, with the log of their chance."""
        plain = np.searchsorted(self._cumulative, self._rng.random(NEGATIVES))
        asked = self._rng.choice(read[read < self._padding], HARD)
        begins, ends = self._near.indptr[asked], self._near.indptr[asked + 1]
        picks = begins + (self._rng.random(HARD) * (ends - begins)).astype(np.int64)
        hard = self._near.indices[picks[ends > begins]]
        found = np.unique(np.concatenate([np.minimum(plain, self._padding - 1), hard]))
        return found, self.log_chance[found]


def _module(items: int) -> Any:
    """Return the network: item vectors, and an encoder from vectors to the vector wanted after each step."""
    import torch  # noqa: PLC0415
    from torch import nn  # noqa: PLC0415

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.before, self.after = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
            self.mixed, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
            self.wide = nn.Sequential(
                nn.Linear(WIDTH, 2 * WIDTH), nn.GELU(), nn.Dropout(DROPOUT), nn.Linear(2 * WIDTH, WIDTH)
            )
            self.drop = nn.Dropout(DROPOUT)

        def forward(self, steps: Any, hidden: Any) -> Any:
            size = WIDTH // HEADS
            parts = self.mixed(self.before(steps)).view(steps.shape[0], -1, 3, HEADS, size).permute(2, 0, 3, 1, 4)
            asked, keys, values = parts[0], parts[1], parts[2]
            attention = torch.softmax(asked @ keys.transpose(-1, -2) / size**0.5 + hidden, dim=-1)
            mixed = (self.drop(attention) @ values).transpose(1, 2).reshape(steps.shape)
            steps = steps + self.drop(self.out(mixed))
            return steps + self.drop(self.wide(self.after(steps)))

    class Encoder(nn.Module):
        """From (people, steps, width) to the vector wanted next: after the last step, or after each."""

        def __init__(self) -> None:
            super().__init__()
            self.places = nn.Parameter(torch.randn(LENGTH, WIDTH) * 0.05)
            self.blocks = nn.ModuleList(Block() for _ in range(LAYERS))
            self.last, self.drop = nn.LayerNorm(WIDTH), nn.Dropout(DROPOUT)

        def each(self, vectors: Any, padded: Any) -> Any:
            count = vectors.shape[1]
            # Places are counted from the end: the last item is always the last place.
            steps = self.drop(vectors * WIDTH**0.5 / 3 + self.places[LENGTH - count :])
            hidden = torch.triu(torch.full((count, count), -1e9), diagonal=1)[None, None]
            if padded is not None:
                hidden = hidden + padded[:, None, None, :] * -1e9
            for block in self.blocks:
                steps = block(steps, hidden)
            return self.last(steps)

        def forward(self, vectors: Any) -> Any:
            return self.each(vectors, None)[:, -1]

    class Sequences(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.vectors = nn.Embedding(items + 1, WIDTH, padding_idx=items)
            nn.init.normal_(self.vectors.weight, std=0.05)
            self.encoder = Encoder()

        def forward(self, read: Any) -> Any:
            return self.encoder.each(self.vectors(read), (read == items).float())

    return Sequences()
