"""Make the model that ships: ``python -m tools.ticketing.triage.training``. The same data, code and encoder give the same weights."""

from __future__ import annotations

import argparse
import functools
import hashlib
import logging
import sys
from pathlib import Path

from knowledge.embedding import Embedder, default_embedder
from tools.fitted import VersionError
from tools.ticketing.triage.model import Fitted, Rules, TriageModel, fit
from tools.ticketing.triage.reading import CASES, shipped_examples

logger = logging.getLogger(__name__)
SHIPPED = Path(__file__).parent
_CODE = ("labels.py", "model.py", "reading.py")


def fingerprint(embedder: Embedder) -> str:
    """Return a hash of the data, the code and the embedder that a model is made of."""
    digest = hashlib.sha256(f"{embedder.name}|{embedder.version}".encode())
    for path in (CASES, *(SHIPPED / name for name in _CODE)):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def made(embedder: Embedder) -> Fitted:
    """Fit on the labelled cases that are not held out."""
    rows = [row for row in shipped_examples() if not row.held]
    return fit(rows, embedder, made_of=fingerprint(embedder))


@functools.cache
def shipped() -> TriageModel:
    """Return the model that ships; rules where another embedder is in use than the one that it was made with."""
    try:
        return Fitted.load(SHIPPED, default_embedder())
    except VersionError as error:
        logger.warning("%s; rules tell what kind of case a ticket is", error)
        return Rules()


def main() -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(prog="python -m tools.ticketing.triage.training")
    parser.add_argument("--out", type=Path, default=SHIPPED)
    given = parser.parse_args()
    model = made(default_embedder())
    model.save(given.out)
    sys.stdout.write(f"{given.out}: {model.rows} cases, {len(model.grams)} words, {len(model.flags)} flags\n")


if __name__ == "__main__":
    main()
