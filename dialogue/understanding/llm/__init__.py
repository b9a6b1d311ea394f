"""Understanding by a language model: it chooses commands, and nothing that the extractors did not find in the message is in them."""

from dialogue.understanding.llm.understander import LlmUnderstander, Procedure

__all__ = ["LlmUnderstander", "Procedure"]
