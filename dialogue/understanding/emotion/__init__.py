"""How a message feels: by a model where it fits the embedder, else by words alone.

emotion = Feelings(default_embedder()).feel(read("呵呵,您这速度可真快"))
"""

from __future__ import annotations

from dialogue.understanding.emotion.feelings import Feelings

__all__ = ["Feelings"]
