"""Teaches a small language model by a low-rank adapter (LoRA, Hu et al. 2021, arXiv 2106.09685), on the processor.

The model's GGUF file is read into torch, its weights stay as they are, and beside those of the upper layers a pair of thin matrices is
learnt, by the loss on the answers alone. The adapter is written as a GGUF file for llama.cpp: some 6 MB for a model of 135 million weights.
Needs the extra ``hf``. One thread; with the same seed, machine and versions the same adapter comes out.
"""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
import math
import random
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from agent.llm.adapter_file import write_adapter
from agent.llm.chat import Said
from agent.llm.errors import LlmMissingError, LlmUnavailableError

RANK, ALPHA = 16, 32
BATCH = 8
LEARNING_RATE = 8e-4
WARM_UP = 0.06
"""Share of a training in which the learning rate rises; then it falls to nothing along a cosine."""
UPPER = 2 / 3
"""Share of the layers, from above, that get an adapter: nothing has to be led back through those below, a third of the time."""
LONGEST = 512
"""Tokens of a pair; longer ones are left out."""
_PACKAGES = ("torch", "transformers", "peft", "gguf")
_PARTS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
Progress = Callable[[str, float], None]


@dataclasses.dataclass(frozen=True)
class Taught:
    """A conversation with the model, and the answer that it shall give."""

    said: Sequence[Said]
    answer: str


@dataclasses.dataclass(frozen=True)
class Training:
    """What came of a training."""

    adapter: Path
    steps: int
    pairs: int
    """How many were learnt from, some of them perhaps several times; of a training that its time ended, about as many."""
    loss: float
    """Mean cross entropy of a token of the answers, in nats, over the last tenth of the steps."""
    seconds: float


@dataclasses.dataclass(frozen=True)
class Plan:
    """How long to teach."""

    steps: int = 200
    """Of `BATCH` pairs each."""
    minutes: float | None = None
    """The end comes with this time if it comes before the steps: the learning rate falls in time for either."""
    seed: int = 7

    def share(self, step: int, seconds: float) -> float:
        """Return how much of the training is done before a step, in [0, 1]."""
        timed = seconds / (60 * self.minutes) if self.minutes else 0.0
        return min(1.0, max(step / self.steps, timed))


def train(
    pairs: Sequence[Taught], base: Path, out: Path, plan: Plan = Plan(), *, progress: Progress | None = None
) -> Training:
    """Teach the model in `base` (GGUF, llama architecture) and write the adapter to `out`.

    Raises:
        LlmMissingError: torch, transformers, peft or gguf is not installed.
        LlmUnavailableError: the file is no such model, or there is nothing to learn.
    """
    torch, transformers, peft = _imported()
    torch.set_num_threads(1)
    torch.manual_seed(plan.seed)
    started = time.monotonic()
    if progress:
        progress("reading the model", 0.0)
    tokenizer, model = _loaded(torch, transformers, base)
    rows = [row for row in (_tokens(tokenizer, pair) for pair in pairs) if len(row[0]) <= LONGEST]
    if not rows:
        raise LlmUnavailableError("there is nothing to learn: no pair is short enough, or none was given")
    layers = model.config.num_hidden_layers
    wanted = peft.LoraConfig(
        r=RANK,
        lora_alpha=ALPHA,
        target_modules=list(_PARTS),
        layers_to_transform=list(range(layers - round(layers * UPPER), layers)),
        task_type="CAUSAL_LM",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # peft asks transformers by a name that it will drop
        adapted = peft.get_peft_model(model, wanted)
    losses = _fitted(torch, adapted, _batches(rows, plan), plan, progress)
    write_adapter(adapted, out, alpha=ALPHA, heads=(model.config.num_attention_heads, model.config.num_key_value_heads))
    last = losses[-max(1, len(losses) // 10) :]
    return Training(
        out, len(losses), min(len(rows), len(losses) * BATCH), sum(last) / len(last), time.monotonic() - started
    )


def _fitted(torch: Any, model: Any, batches: Iterator[Any], plan: Plan, progress: Progress | None) -> list[float]:
    learnt = [weight for weight in model.parameters() if weight.requires_grad]
    optimiser = torch.optim.AdamW(learnt, lr=LEARNING_RATE, weight_decay=0.0)
    losses: list[float] = []
    started = time.monotonic()
    for step, batch in enumerate(batches):
        done = plan.share(step, time.monotonic() - started)
        if done >= 1.0 and losses:
            break
        for group in optimiser.param_groups:
            group["lr"] = LEARNING_RATE * rate(done)
        loss = _loss(torch, model, batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(learnt, 1.0)
        optimiser.step()
        optimiser.zero_grad()
        losses.append(float(loss.detach()))
        if progress:
            progress(f"teaching, loss {losses[-1]:.3f}", plan.share(step + 1, time.monotonic() - started))
    return losses


def rate(done: float) -> float:
    """Return the share of the learning rate when so much of a training is done; both in [0, 1]."""
    if done < WARM_UP:
        return max(done, WARM_UP / 10) / WARM_UP
    return 0.5 * (1 + math.cos(math.pi * (done - WARM_UP) / (1 - WARM_UP)))


def _loss(torch: Any, model: Any, batch: list[tuple[list[int], int]]) -> Any:
    """Return the mean cross entropy of the answers' tokens; only their logits are worked out, a third of the time of all."""
    longest = max(len(tokens) for tokens, _ in batch)
    ids = torch.zeros((len(batch), longest), dtype=torch.long)
    mask, wanted = torch.zeros_like(ids), torch.zeros_like(ids, dtype=torch.bool)
    for row, (tokens, told) in enumerate(batch):
        ids[row, : len(tokens)] = torch.tensor(tokens)
        mask[row, : len(tokens)] = 1
        wanted[row, told : len(tokens)] = True
    whole = model.get_base_model()
    states = whole.model(input_ids=ids, attention_mask=mask, use_cache=False).last_hidden_state
    before = states[:, :-1][wanted[:, 1:]]
    return torch.nn.functional.cross_entropy(whole.lm_head(before).float(), ids[:, 1:][wanted[:, 1:]])


def _batches(rows: Sequence[Any], plan: Plan) -> Iterator[Any]:
    """Yield a batch a step; rows of about one length stand together, and all were seen before one comes again."""
    rng = random.Random(plan.seed)  # noqa: S311 (no secret)
    given = 0
    while True:
        order = list(rows)
        rng.shuffle(order)
        pools = [
            sorted(order[at : at + 16 * BATCH], key=lambda row: len(row[0])) for at in range(0, len(order), 16 * BATCH)
        ]
        batches = [pool[at : at + BATCH] for pool in pools for at in range(0, len(pool), BATCH)]
        rng.shuffle(batches)
        for batch in batches:
            if given == plan.steps:
                return
            given += 1
            yield batch


def _tokens(tokenizer: Any, pair: Taught) -> tuple[list[int], int]:
    """Return the tokens of a pair, and how many of them are not the answer's."""
    said = [{"role": by, "content": words} for by, words in pair.said]
    asked = tokenizer.apply_chat_template(said, tokenize=False, add_generation_prompt=True)
    told = tokenizer(asked, add_special_tokens=False)["input_ids"]
    answer = tokenizer(pair.answer + tokenizer.eos_token, add_special_tokens=False)["input_ids"]
    return [*told, *answer], len(told)


def _loaded(torch: Any, transformers: Any, base: Path) -> tuple[Any, Any]:
    # Processors that multiply 16-bit floats do a step in half the time; others would take far longer by it.
    half = getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)()
    transformers.utils.logging.disable_progress_bar()
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(str(base.parent), gguf_file=base.name)
        model = transformers.AutoModelForCausalLM.from_pretrained(
            str(base.parent),
            gguf_file=base.name,
            dtype=torch.bfloat16 if half else torch.float32,
            quantization_config=transformers.GgufConfig(dequantize=True),
        )
    except Exception as error:  # configurations, weights and tokenizers have errors of their own
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise LlmUnavailableError(f"{base} cannot be taught: {reason}") from error
    if model.config.model_type != "llama":
        raise LlmUnavailableError(
            f"{base} has the architecture {model.config.model_type!r}: adapters are written for 'llama' only"
        )
    return tokenizer, model


def check_installed() -> None:
    """Look for what a training needs, without loading it.

    Raises:
        LlmMissingError: names what is not there.
    """
    if missing := [name for name in _PACKAGES if importlib.util.find_spec(name) is None]:
        raise LlmMissingError(f"teaching a model needs {', '.join(missing)}: pip install 'xiaoer[hf]'")


def _imported() -> tuple[Any, Any, Any]:
    check_installed()
    torch, transformers, peft, _ = (importlib.import_module(name) for name in _PACKAGES)
    return torch, transformers, peft
