"""Questions about the shop's figures, read into a typed query without a language model.

`read_question` knows the declared metrics and dimensions by their names, the shop's own values, and periods in both languages. Every
word of a question must have been used or mean nothing to it: one that does not makes the question unread, never half read.
"""

from dialogue.understanding.figures.reading import Asked, Unread, read_question

__all__ = ["Asked", "Unread", "read_question"]
