"""A classifier of texts that anybody can train: intents, acts, emotions; calibrated, with a reject for what fits no label.

model = fit(read_rows(Path("intents.jsonl")), default_embedder())
[prediction] = model.predict(["where is my parcel"])
"""

from __future__ import annotations

from dialogue.understanding.classifier.fitting import FittingError, fit
from dialogue.understanding.classifier.model import ModelError, Prediction, TextClassifier
from dialogue.understanding.classifier.rows import Row, RowsError, read_rows

__all__ = ["FittingError", "ModelError", "Prediction", "Row", "RowsError", "TextClassifier", "fit", "read_rows"]
