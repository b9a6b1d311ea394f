"""What stands before a message and says nothing: "boss, ...", 那什么，..., a sound, a yes to nobody. It is taken out before reading."""

from __future__ import annotations

import re

from dialogue.understanding.text import Text

_SEPARATED = r"\s*(?:[,，.。…~～、!！:：]+\s*)"
_VOCATIVE_ZH = (
    r"(?:老板娘?|掌柜的?|店家|店主|小二|小姐姐|小哥哥?|美女|帅哥|师傅|老铁|亲爱的|亲们?|宝(?:子|贝)?|哥们儿?|大佬|各位)"
)
_VOCATIVE_EN = r"(?:boss|mate|guys|folks|buddy|dude|bro|sir|madam|team|dear(?: team| all)?|my (?:friend|man))"
_SOUND = r"(?:u+h*m+|u+h+|e+r+m*|h+m+|嗯+|呃+|额+|唔+)"
_FILLER_ZH = r"(?:唉+|哎呀?|诶|那什么|那啥|就是说|怎么说呢|这个嘛|话说|是这样的?)"
_SOUND_ALONE = r"(?:那什么|那啥|u+h*m+|e+r+m*)\s+"
_GREETING = r"(?:(?:hi(?:ya)?|hello|hey|howdy|good (?:morning|afternoon|evening|day)|morning|evening)(?: (?:there|again|all|folks|guys|team))?|(?:你好|您好|哈[喽啰]|嗨|早上好|下午好|晚上好|在[吗么嘛不])[呀啊哈们]?)"
_ANNOUNCED = (
    r"(?:(?:a |one |just a )?(?:quick|small|short) (?:q|question|one)|(?:问|请教)(?:个|一个|一下)(?:小)?(?:问题|事))"
)
"""That a question follows."""
_NOD = r"(?:ok(?:ay)?的?|好[的嘞吧]?|行|right|alright|all right|well|so|now then|listen|look)"
_ALWAYS = re.compile(
    rf"\W*(?:(?:{_VOCATIVE_ZH}|{_VOCATIVE_EN}|{_SOUND}|{_FILLER_ZH}|{_GREETING}|{_ANNOUNCED}){_SEPARATED}|{_SOUND_ALONE})"
)
_UNASKED = re.compile(rf"\W*{_NOD}{_SEPARATED}")
"""A nod is an answer where something was asked."""
_FOREIGN = re.compile(r"\W*(?:那个|这个|就是|然后|嗯+)\s+(?=[a-z' ]{8,})")
"""A Chinese filler before English."""
_GREETS = re.compile(rf"^\W*(?:{_GREETING}|亲[呀啊哈们]?)[\s,.!，。！~～:]+(?=\w)", re.IGNORECASE)
_HESITATES = re.compile(rf"^\W*(?:(?:{_SOUND}|well(?=,)|so|那个|就是)[\s,.，。、…~～]+|[嗯唔]+)+(?=\w)", re.IGNORECASE)
"""The same two with nothing but a space after them, before what is known to be a request."""
_ENOUGH = 4
"""Letters that are left of a message that says something beside its opening."""


def without_opening(text: Text, *, asked: bool) -> Text:
    """Return the message with its opening as spaces, so that every place in it stays where it was.

    Args:
        asked: whether a question is open, which a nod would answer.
    """
    patterns = (_ALWAYS, _FOREIGN) if asked else (_ALWAYS, _FOREIGN, _UNASKED)
    end = 0
    while match := next(filter(None, (pattern.match(text.low, end) for pattern in patterns)), None):
        end = match.end()
    if end == 0 or sum(map(str.isalnum, text.low[end:])) < _ENOUGH:
        return text
    blank = " " * end
    return Text(blank + text.raw[end:], blank + text.plain[end:], blank + text.low[end:])


def stripped(request: str) -> str:
    """Return a request without the greeting and the sounds before its first word."""
    return _HESITATES.sub("", _GREETS.sub("", request))
