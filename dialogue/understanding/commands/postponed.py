"""What runs is put off for a question in between: 先不说卫衣，说耳机，什么时候能送到, "where is my speaker? Then we'll get to the refund"."""

from __future__ import annotations

import re

from dialogue.understanding import phrases
from dialogue.understanding.commands.reading import Reading

_PUT_OFF = re.compile(
    r"(?:^|(?<=[,.;:!?…—–-])) *(?:ok |and |but |so )*(?:then|after (?:that|which)|afterwards) (?:we(?:'ll| can| will)|let's|lets|i'll|you can) (?:get|go|come|carry|move|talk|do|see|sort|settle|deal|finish|return)\b[^.!?]*[.!]*\s*$"
    r"|^\W*(?:(?:this|it)(?:'s| is) |i(?:'m| am) )?not (?:(?:asking|talking) )?about (?:the |my )?[^,.;:!?]{2,24}[,;]? (?:but|it's|rather)(?: about)?\b"
    r"|^\W*(?:leave|park|forget|never mind|put|let's leave|let's park)\b[^,.;!?]{2,30}\b(?:for (?:now|a (?:sec\w*|minute|moment|bit))|aside|to one side)[,.;!:]\s*"
    r"|^\W*[^,，。；！？\s]{0,8}(?:先(?:不|别)(?:说|谈|提|聊|管|急|弄)|(?:等(?:会儿?|下|一下)|待会儿?|回头|稍后|一会儿?|晚点)再?(?:说|谈|弄|办|聊|填|选)|先放(?:一放|一边|着))[^,，。；！？\s]{0,8}[,，。；！\s]+"
    r"|[,，。；！？]\s*(?:然后|完了|问完|看完|之后|回头|等会儿?)(?:我们|咱们?|我)?再[^,，。；！？]*[。！]*\s*$"
)
"""A clause that only says that what runs comes later."""
_NOT_THAT = re.compile(
    r"^\W*(?:(?:it|this|that)(?:'s| is) )?not (?:(?:really |just |so much )?(?:a )?(?:question|matter|case) of|about|because of)\b[^,.;:!?]{2,40}[,.;:!?]\W*(?=\w)"
    r"|^\W*(?:这|倒|也|并)?不是(?:因为)?[^，。；！？\s]{1,12}(?:的问题|的事儿?|的原因|的关系)[，,。；\s]+(?:而)?(?=\S{2})"
)
"""A clause at the head that only says what it is not about: 不是退款方式的问题，是压根不想退了."""


def without_postponed(reading: Reading) -> Reading:
    """Return the message as if what runs were not spoken of, where that is only put off and the rest asks something.

    So is what it is said not to be about.
    """
    if (head := _NOT_THAT.match(reading.text.low)) is not None:
        return reading.without([head.span()])
    spans = [match.span() for match in _PUT_OFF.finditer(reading.text.low)]
    left = reading.without(spans)
    asks = bool(spans) and reading.view.active_flow is not None and phrases.is_question(left.text.low.strip())
    return left if asks else reading
