"""Yes or no, by meaning and never by the first letter: "You misread me" is no yes, 没问题 is no no."""

from __future__ import annotations

import dataclasses
import re
from typing import Literal

Sense = Literal["yes", "no", "yes_but", "wrong"]


@dataclasses.dataclass(frozen=True)
class Polarity:
    """What the beginning of a message says to a question, and where the rest begins."""

    sense: Sense | None
    rest: int
    strong: bool = True
    """False for words that may only open a sentence: ok, great, right."""


_FILL = r"(?:[\s,.;:!?~\-。，！？；、…~]|[\u2600-\u27bf\U0001f300-\U0001faff])*"
_GOES_ON = r"\s+(?!please\b|pls\b|plz\b|thank|thx\b|yes\b|yeah\b|and\b|now\b|then\b)[a-z]"
"""A wish of its own goes on here: "I want to" is a yes, "I want to know the price" is none."""
_EN_STRONG = (
    r"(?:yes|yeah|yep|yup|yea|ya|yas|aye|affirmative|confirmed|confirm(?: it| that| this)?|i confirm(?: it| that| this| everything)?|i (?:do )?agree|agreed|correct|exactly|absolutely|definitely|certainly|of course|indeed"
    r"|(?:please )?go ahead(?: with (?:it|that|this|the \w+))?|(?:please )?proceed(?: with (?:it|that|this|the \w+))?|(?:please )?do (?:it|that|so)(?: please)?|please do|go for it|make it so|that's (?:right|correct|it|fine|good|great|perfect|okay|ok)|that is (?:right|correct|fine|good)"
    r"|that (?:works|sounds good|would be great|would be good|looks right|looks good)|(?:it|this|everything|all) (?:is|looks|sounds) (?:correct|right|good|fine|great|perfect|ok|okay)|(?:sounds|looks) (?:good|great|right|correct|fine|perfect)|it's (?:correct|right|fine|good|ok|okay)"
    rf"|i'?d (?:like|love) (?:that|to)(?!{_GOES_ON})|i would(?: like that)?(?!{_GOES_ON})|i want (?:that|it|to)(?!{_GOES_ON})|i do(?!{_GOES_ON})|why not|no problem|no worries|works for me|fine (?:by|with) me|i'm (?:sure|good with that|ok with that|fine with that|happy with that)|let's do (?:it|that)|send it|submit(?: it)?|y|100%|totally|for sure)"
)
_EN_WEAK = r"(?:ok|okay|okey|oki|okie|k|kk|sure(?: thing)?|alright|all right|fine|right|good|great|perfect|awesome|cool|wonderful|excellent|nice|very well|got it|understood)"
_EN_TAIL = r"(?:please(?! do\b)|pls|plz|thanks|thank you(?: so much| very much)?|thx|ty|sir|that's all|then|now|it is|they are|you can|you may|sure|and)"
_ZH_STRONG = r"(?:是的|是滴|是呀|是啊|是|对的|对对+|对啊|对呀|对(?!不起|了|比|于|面|方|此|我|你|他)|没错|没毛病|正确|确认(?:无误|了)?|我?确定|同意|没问题|没意见|可以的?|可以可以|行的|当然(?:可以)?|要的|需要的?|要(?=$|[,.!，。！~啊呀吧])|就这样(?:吧)?|就这么(?:办|定)(?:吧)?|就(?:按)?这个(?:吧)?|就?[按照]这[个样](?:来|办|弄)(?:吧)?|(?:麻烦)?(?:帮我)?(?:办|退|取消|改|换|提交|处理|操作|申请|确认)(?:了)?吧|必须的|可以啊|要得|中(?=$|[,.!，。！])|照办|按你说的(?:办|来)?|我愿意|是这样的?|无误|信息没错|都对)"
_ZH_WEAK = r"(?:好的呢?|好滴|好呀|好啊|好吧|好嘞|好咧|好(?=$|[\s,.!，。！~、])|行(?:吧|呀|啊|的)?(?=$|[\s,.!，。！~])|嗯+|恩+|哦+好的?|成(?=$|[\s,.!，。！])|妥|得嘞|ok|okay|okk|收到|知道了|明白(?:了)?|了解)"
_ZH_TAIL = (
    r"(?:[的了吧呀啊哦呢哈嘛啦滴噢喔]+|谢谢(?:你|您|啦|了)?|多谢|麻烦(?:了|你|您)?|辛苦(?:了|啦)?|请|亲|那就|就|吧)"
)
_YES = re.compile(
    rf"{_FILL}(?:(?P<strong>{_EN_STRONG}(?![\w'])|{_ZH_STRONG})|(?P<weak>{_EN_WEAK}(?![\w'])|{_ZH_WEAK}))"
)
_TAIL = re.compile(rf"{_FILL}(?:{_EN_TAIL}(?![\w'])|{_ZH_TAIL})")
_BUT = re.compile(
    rf"{_FILL}(?:but|except|only|however|though|although|just|actually|wait|hold on|instead|to my|to the|with my|on my|use|with the|can you (?:change|use|make)|change|make (?:it|that)|但是?|不过|只是|可是|就是|等等|等一下|另外(?:地址|颜色|尺码)|先|改)(?![a-z])"
)

_NO = re.compile(
    rf"{_FILL}(?:"
    r"(?:no way|no thanks?|no thank you|no thx|nope|nah|no+|negative|never|not? (?:really|yet|now|today|this time|like (?:that|this)|that(?: one)?|this(?: one)?|quite|exactly|at all|correct|right|needed|necessary|interested|good|ok|okay)|no need|n|non|don't|dont|do not|please don'?t|absolutely not|definitely not|of course not|certainly not|i (?:do not|don't|dont|didn't|did not|won't|wouldn't|would not|can't)(?: (?:want|agree|think so|need|like|confirm|mean|say|ask)(?: (?:that|this|it|to|for that))?)?|i'?d rather not|rather not|better not|i refuse|wait(?: a (?:minute|second|sec|moment))?|hold on|hang on|stop|on second thought)(?![\w'])"
    r"|不(?=$|[\s,.!，。！~])|还没(?:有|呢|好|想好)?(?=$|[\s,.!，。！~])|不用了?|不要了?|不是(?:这样|那样)的?|不是(?!不)|不行|不可以?|不对|不好(?!意思)|不需要了?|不必了?|不了|不同意|不确定|不想(?:要)?了?|不退了?|不换了?|不改了?|不取消了?|不确认|否|别(?!的|人|家|客气)|先(?:不|别)(?:要|用|办|弄|退|换|改|取消|急|了)*|暂时不|暂不|没有|没|等等|等一下|等下|慢着|且慢|才不|拒绝|还是(?:别|不)|再想想|我再(?:想|考虑)|考虑一下|算了)"
)
_APOLOGY = re.compile(rf"{_FILL}(?:不好意思|抱歉|对不起|sorry|excuse me)(?![\w'])")
"""Said before an answer; it is part of none."""
_NO_EXCEPT = re.compile(
    rf"{_FILL}(?:no problem|no worries|no longer|not needed any ?more|no more questions|no doubt|n\d|不错|不客气|不好意思|没问题|没错|没毛病|没意见|没事|别客气|not bad|not only|no idea|不知道|不清楚|不懂|不明白|没(?:太)?(?:看|听|搞|弄)?(?:太)?(?:懂|明白|清楚|清))"
)
_WRONG = re.compile(
    r"\b(?:(?:that's|that is|it's|this is|it is|thats) (?:wrong|not (?:right|correct|it|what i (?:said|meant|asked|want\w*))|incorrect)|misread|misunder\w+|you (?:got|have|did) (?:it|me|that|this)? ?(?:all )?wrong|(?:looks?|sounds?|seems?) (?:wrong|off|incorrect)|(?:doesn't|does not|don't) (?:look|seem|sound) right|isn'?t (?:right|correct)|is (?:wrong|incorrect)|not what i (?:said|meant|asked|wanted|want)|(?:made|there's|there is) (?:a|some) mistake|^\W*(?:wrong|incorrect)\b)"
    r"|(?:好像|似乎|有点|感觉|这)?(?:不太|不|没)对(?!我|你|他)(?:劲)?|(?:理解|看|搞|弄|读|听|记|说|写|填|选|输)错了?|错了|不是这(?:个意思|样|个)|有误|误(?:会|解)|没(?:听|看|理解|搞)(?:懂我|明白我|对)|搞混|弄混"
)


_LEAD = re.compile(
    r"\W*(?:[嗯呃额唔]+\s*(?:…|\.{2,}|。{2,})+|(?:[哦噢喔啊诶哎]+\W*)?那(?:就|么)?(?![个件单双款条种些边儿里么天家是一样])|[哦噢喔啊诶哎]+|(?:oh|ah|well|h*m+|er+m*|uh+)\b)[\s,，.。]*(?=\w)"
)
"""What only leads over to the answer: 哦哦那, "oh well"."""


def read(low: str) -> Polarity:
    """Read the beginning of a lower-case message as an answer to a yes-or-no question."""
    if not low.strip():
        return Polarity(None, 0)
    if apology := _APOLOGY.match(low):
        low = " " * apology.end() + low[apology.end() :]
    if lead := _LEAD.match(low):
        low = " " * lead.end() + low[lead.end() :]
    emoji = _emoji(low)
    if emoji is not None:
        return emoji
    if not _NO_EXCEPT.match(low) and (match := _NO.match(low)):
        if (
            match[0].strip().startswith(("没", "不确定"))
            and len(low.strip()) > 4
            and not re.match(r".*(?:没有?|不确定)\W", low)
        ):
            return Polarity("wrong" if _WRONG.search(low) else None, 0)
        end = _past_tails(low, match.end())
        if (again := _NO.match(low, end)) and not re.search(r"\w", low[_past_tails(low, again.end()) :]):
            end = len(low)  # "no, please don't" says it twice; "no, don't change the size" says more
        return Polarity("no", end)
    if _WRONG.search(low) and not re.search(r"(?:nothing|anything|什么).{0,6}(?:wrong|不对)|没(?:什么)?不对", low):
        return Polarity("wrong", 0)
    return _yes(low)


def _yes(low: str) -> Polarity:
    end, strong, found = 0, False, False
    while match := _YES.match(low, end):
        if match.end() == end or _glued(low, match.end()):
            break
        found, strong, end = True, strong or match["strong"] is not None, match.end()
        end = _past_tails(low, end)
    if not found:
        return Polarity(None, 0)
    rest = low[end:].strip(" ,.;:!~。，！；、…?？")
    if not rest:
        return (
            Polarity(None, 0)
            if low.rstrip().endswith(("?", "吗")) and not strong
            else Polarity("yes", len(low), strong)
        )
    if _BUT.match(low, end):
        return Polarity("yes_but", end, strong)
    if _NO.match(low, end) and not _NO_EXCEPT.match(low, end):
        return Polarity("no", end)
    if _WRONG.search(low[end:]):
        return Polarity("yes_but", end, strong)
    return Polarity("yes", end, strong)


def _past_tails(low: str, end: int) -> int:
    while (match := _TAIL.match(low, end)) and match.end() > end and not _glued(low, match.end()):
        end = match.end()
    return end


def _glued(low: str, end: int) -> bool:
    """Whether a Latin word goes on here, so that what was read is only its beginning."""
    return (
        end < len(low)
        and low[end].isascii()
        and low[end].isalnum()
        and low[end - 1].isascii()
        and low[end - 1].isalnum()
    )


def _emoji(low: str) -> Polarity | None:
    signs = re.sub(r"[\s\ufe0f\U0001f3fb-\U0001f3ff!.]", "", low)
    if signs and set(signs) <= set("👍👌✅🆗🙆✔☑💯"):
        return Polarity("yes", len(low))
    if signs and set(signs) <= set("👎❌🙅✖🚫"):
        return Polarity("no", len(low))
    return None
