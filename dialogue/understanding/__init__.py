"""Understanding: from a message and the state's view to language, entities, intents, mood and commands.

understander = await build_understander(database, default_embedder(), data_folder / "models")
understanding = await understander.understand("cancel order #W2378156", View())
"""

from __future__ import annotations

from dialogue.understanding.understander import EmbeddedUnderstander, build_understander

__all__ = ["EmbeddedUnderstander", "build_understander"]
