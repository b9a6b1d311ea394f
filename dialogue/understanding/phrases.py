"""Wishes that are recognised by their words alone: another language, stop, again, a correction. For a person: `persons`."""

from __future__ import annotations

import re
from typing import Literal

from knowledge.types import Lang

_LANGUAGES: tuple[tuple[Lang, re.Pattern[str]], ...] = (
    ("en", re.compile(r"(?:说|讲|用|换成?|切换(?:成|到|为)?|改成?)(?:一下)?(?:英语|英文)(?!的|名|版|说明|标签|字)|^\W*(?:英文|英语)(?:吧|谢谢|please)?\W*$|\b(?:speak|talk|reply|answer|respond|write|switch|continue|chat)(?: (?:to|in|with|me|back))* english\b|^\W*(?:in )?english(?:,? (?:please|pls))?\W*$|\benglish,? (?:please|pls)\b|\bi (?:don't|do not|can't) (?:speak|understand|read) chinese")),
    ("zh", re.compile(r"(?:说|讲|用|换成?|切换(?:成|到|为)?|改成?)(?:一下)?(?:中文|汉语|普通话|国语|华语)(?!的|名|版|说明|标签|字)|^\W*(?:中文|汉语)(?:吧|谢谢)?\W*$|\b(?:speak|talk|reply|answer|respond|write|switch|continue|chat)(?: (?:to|in|with|me|back))* (?:chinese|mandarin)\b|^\W*(?:in )?(?:chinese|mandarin)(?:,? (?:please|pls))?\W*$|\bchinese,? (?:please|pls)\b|看不懂英文|不懂英文|我?不会英语")),
)  # fmt: skip


def language_wanted(low: str) -> Lang | None:
    """Return the language that is asked for, if any."""
    return next((lang for lang, pattern in _LANGUAGES if pattern.search(low)), None)


_PERSON = r"(?:your |the |my |that )?(?:colleague|agent|human|person|representative|rep|operator|manager|supervisor|support|customer service)"
_AGREED = re.compile(
    rf"\bwhat (?:did|have|has|was|were|had)\b[^.;!?]{{0,30}}\b(?:agreed?|promised?|offer(?:ed)? me|arranged?|settled)\b|\bwhat(?:'s| is| was| exactly is)? (?:the |our |my )?(?:agreement|arrangement|promise)\b|\bwhat did {_PERSON} (?:\w+ )?(?:say|tell me|decide|do|agree|promise)\b|\bremind me\b[^.;!?]{{0,20}}\b(?:agreed|promised|agreement)\b"
    r"|(?:客服|人工|你们?同事|刚才那位|专员|你们?)(?:刚才|刚刚|之前|上次)?(?:跟我|和我|给我|帮我)?(?:约定|商量|说好|答应|承诺|谈)(?:好|妥|定)?(?:了|的|我)*(?:什么|啥|哪些|怎么|多少)|(?:约定|说好|答应|商量好)(?:的|了)?(?:内容|事|事情|结果)?(?:是|有)(?:什么|啥|哪些)|(?:刚才|之前|上次)?(?:客服|人工|专员)(?:刚才|刚刚|之前|上次)?(?:到底)?(?:跟我|给我|和我)?(?:说|讲|定)(?:了|的|好)*(?:什么|啥|怎么(?:处理|弄|办))"
)


def asks_what_was_agreed(low: str) -> bool:
    """Whether it is asked what a person of the shop agreed to: "what did your colleague promise?", 客服答应我什么了."""
    return len(low) <= 80 and bool(_AGREED.search(low))


_EXPLAIN = re.compile(
    r"^\W*(?:sorry,? )?(?:what (?:do you mean|does (?:that|this|it) mean|is that|was that supposed)|i (?:do not|don't|dont|didn't) (?:understand|get it|get that|follow)|(?:can|could) you (?:explain|clarify|rephrase)|explain|why do you (?:need|want|ask)|what for|what do you need|huh|not sure what you mean|i'm (?:confused|lost)|confused)\b"
    r"|什么意思|啥意思|没(?:看|听|太)?(?:太)?(?:懂|明白)|(?:看|听)不(?:太)?(?:懂|明白)|^\W*不(?:太)?(?:懂|明白)|解释(?:一下|下)|为(?:什么|啥)(?:要|需要)(?:这个|我)|换个说法|(?<!没)(?<!没有)说清楚(?:一?点|些)?(?:吗|吧|呗|嘛|行吗|行不)?\W*$"
)
_REPEAT = re.compile(
    r"^\W*(?:sorry,? |please )?(?:(?:can|could) you )?(?:please )?(?:repeat(?: (?:that|it|the question|please|again))?|say (?:that|it) again|come again|pardon(?: me)?|what did you (?:say|ask)|what was (?:that|the question)(?: again)?|again please|one more time|what|show me the (?:options|list|choices) again)\W*$"
    r"|(?:再|重新?)(?:(?:说|讲|发|来|问)(?:一)?(?:遍|次)|(?:说|讲|发|来)(?:一)?下)|重复(?:一下|一遍)|^\W*重复\W*$|^\W*(?:什么|啥|啊)\W*$|(?:刚才|刚刚)(?:说|问)(?:的)?(?:是)?(?:什么|啥)|你(?:刚才|刚刚)?(?:说|问)(?:的)?(?:是)?(?:什么|啥)"
)


_AGAIN_AT_LAST = re.compile(
    r"[,.;!?]\s*(?:please |(?:can|could) you )?(?:please )?(?:say|repeat|tell me|give me) (?:that|it)(?: to me)? (?:once more|again|one more time)(?: please)?\W*$"
)
"""A last clause that asks for it: "what was it with the payment, say it again?"."""
_DIFFERENCE = re.compile(
    r"^\W*(?:(?:and|so|but|ok|okay|sorry|please)\W+)*what(?:'?s| is) the difference(?: between (?:them|those|these|the two))?\W*$"
    r"|^\W*(?:那|这|请问|它们?|他们|这?[两几][个种者样款]|这些|都|之间|分别|的|是)*(?:有(?:什么|啥|咩)?|什么|啥|咩)(?:区别|分别|差别|不同|不一样)(?:吗|啊|呀|呢)?\W*$"
)


def asks_the_difference(low: str) -> bool:
    """Whether it is asked how what was just offered or shown differs, and nothing is named: 有什么区别."""
    return bool(_DIFFERENCE.search(low))


def asks_again(low: str) -> Literal["repeat", "explain"] | None:
    """Whether the last thing is to be said again, or explained."""
    if len(low) > 80:
        return None
    if _EXPLAIN.search(low) or asks_the_difference(low):
        return "explain"
    return "repeat" if _REPEAT.search(low) or _AGAIN_AT_LAST.search(low) else None


_STOP = re.compile(
    r"^\W*(?:(?:ok|okay|well|oh|u+m+|hmm+|actually|no|sorry|you know what|wait|hi|hey|hello|there|good (?:morning|afternoon|evening)|so)\b[,. ]*|[嗯那个呃额老板亲哈喽你您好]+[,，。… ]*)*(?:never ?mind|nvm|forget (?:about )?(?:it|that|this|i asked|(?:the|my|that|this) (?:whole thing|swap|exchange|return|change|cancellation|request|invoice|coupon|voucher))|(?:just |please )?(?:stop|quit|exit|abort)(?: (?:it|this|that|here|now|please|the process))*(?=\W*$)|(?:scrap|drop) (?:that|it|this|the (?:swap|exchange|return|change|request))(?! (?:order|one|and|item|from)\b)|leave it(?: (?:as (?:it )?is|be|there|alone|at that))?(?! (?:at|with|in|on|by|near|next|outside|behind|under|inside|to)\b)|(?:don'?t|do not) bother|let'?s (?:not|stop|leave it|forget)|(?:no,? )?i(?:'ll| will| would rather|'d rather|'ve decided to)? (?:just )?keep (?:it|them|everything|what i have|the \w+)(?: (?:after all|then|instead))?|(?:i )?changed my mind(?=\W*$|,? (?:i don't|forget|never|no|keep|stop|leave))|(?:i )?(?:don't|dont|do not) want to (?:do (?:this|that|it)|return|cancel|exchange|change|continue|proceed|go on)\b[^,.;]*(?:any ?more|after all|now|)|start over|not anymore|i regret|cancel (?:this|that|the) (?:request|process|return|exchange|change|flow|conversation|form|procedure)|i'll (?:do it|come back|think about it) ?(?:later)?|skip (?:it|this|that)|don't (?:return|exchange|cancel|change|do) (?:it|that|them|anything)(?: (?:any ?more|after all|then))?)"
    r"|^\W*(?:(?:哎|唉|额|嗯|好吧|那)[,。 ]*)*(?:算了|罢了|不用了|不弄了|不(?:想)?(?:退|换|改|取消|办|搞|查|买|要|开|领|申请|操作)了|(?:还是)?(?:先)?不(?:退|换|改|取消|办|弄|搞|开|申请)了?(?:吧)?(?=\W*$)|先这样|当我没说|当我没问|退出|停(?:止|下|一下)?(?:操作|吧|$)|(?:我)?再(?:想想|考虑)|(?:我)?(?:还是)?(?:留着|自己留着)|改天(?:再说)?|放弃|重新(?:来|开始)|别(?:弄|搞|退|换|改|取消|办)了|我?改(?:变)?主意了|下次再说|以后再说)"
)


def stops(low: str) -> re.Match[str] | None:
    """Return the words that stop the running procedure, or None; "cancel order #W1" does not."""
    return _STOP.match(low)


_CORRECTION = re.compile(
    r"^\W*(?:(?:no|nope|oh|oops|wait|sorry|ah|hmm|my bad|my mistake|hold on|not that|wrong)\b[,.! ]+)+(?=\w)|\bi (?:mean|meant|misspoke|mistyped|made a (?:mistake|typo)|gave you the wrong|got the wrong|said it wrong)\b|\b(?:actually|correction|i mean|scratch that|on second thought|oops|my bad|typo)\b|\binstead\b(?! of)|\bmake (?:it|that)\b|\bnot (?:the |my )?[\w#-]+(?: [\w-]+)?,? (?:but )?(?:the|it's|use|i want)\b|\b(?:was|is|it's) wrong\b|\bshould (?:be|have been)\b|\brather\b(?! not)|\bchange (?:it|that|this) to\b|\bit'?s not\b.{1,30}(?:it'?s|but)\b|\bdid(?:n't| not) (?:say|mean)\b|\bafter all\b|\bwrong (?:order|address|item|size|colou?r|number|name|email|zip|card|one)\b"
    r"|不对[,，。 !]|(?:说|打|写|填|输|选|搞|弄|记|发|点)错了?|错了|(?:我)?(?:的)?意思是|我说的[是系]|不是(?:这个|那个)?.{0,12}[,，是]\s*(?:是|而是|要|我要)|应该是|应为|(?:地址|颜色|尺码|订单|数量|电话|名字|邮箱)?(?:要)?(?:改|换)(?:成|到|为)|其实|更正|(?:还是|改)(?:要|用|选|退到|换)|而是|换成|改用|重新填|不要.{1,8}(?:要|换)|等等[,，]|^\W*(?:哦|啊|噢|额)?不[,，]"
)
_SAID_ANEW = re.compile(
    r"\b(?:(?:oh )?no,? wait|wait,? no|hang on,? no|(?:no,? )?hang on|(?:oh )?never ?mind that|(?:sorry,? )?i (?:mean|meant)(?! *[,.;!]| *$)|scratch that|oops|correction)\b[\s,.:!-]*"
    r"|(?:哦|噢|啊)?(?:不对|不是|等等|等下)[,，。、 ]+(?:是|应该是|要)?|(?:说|打|点|选|看|输)错了?[,，。、 ]*(?:是|应该是|要)?|我(?:的意思)?是说[,，: ]*"
)
_SLOTS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (slot, re.compile(pattern))
    for slot, pattern in (
        ("address", r"\baddress|\bzip ?code|\bstreet|\bship(?:ping)? to|地址|门牌|邮编|寄到|送到"),
        (
            "payment_method",
            r"\bpayment|\bpay(?:pal)?\b|\bcard\b|\brefund (?:it )?to|\bvisa|\bmastercard|付款|支付|卡|退到|微信|花呗",
        ),
        ("email", r"\be-?mail|邮箱"),
        ("phone", r"\bphone|\bmobile|电话|手机号"),
        ("name", r"\bname\b|名字|姓名|收件人"),
        ("reason", r"\breason|原因|理由"),
        ("quantity", r"\bquantity|\bhow many|数量|件数"),
        ("invoice_title", r"\btitle\b|抬头|税号"),
        ("order", r"\border\b|订单|单号"),
        ("options", r"\bcolou?r|\bsize|颜色|尺码|尺寸|规格|大小|款式"),
        ("items", r"\bitem|\bproduct|\bthing\b|商品|东西"),
    )
)


_OWN_ADDRESS = r"(?:default|account|profile|user|home) address|address (?:in|on|of) my (?:account|profile)|(?:默认|账户|账号|个人)的?地址"
_ORDER_ADDRESS = r"\border'?s?\b|订单|那单"
_MAKES_DEFAULT = re.compile(
    r"\b(?:set|make|save|use|keep|have)\b[^.;!?]{0,40}\bas (?:my |the |our )?(?:new )?default\b|\bmake (?:it|that|this)(?: address)?(?: also)? (?:my |the )?default\b|(?:设|存|当|做)(?:为|成|作)?(?:我的?)?默认|以后(?:都|就|全)?(?:寄|送|发)(?:到|去|往)?(?:那里|那边|那儿|这里|这边|这儿|这个地址|那个地址)|\b(?:always|from now on)\b[^.;!?]{0,24}\bthere\b|\bthere from now on\b"
)
_RUNS = re.compile(
    r"偏[大小]|偏码|正码|标准码|[尺码]码?准|\b(?:runs?|fits?) (?:true|small|large|big)\b|\btrue to size\b"
)
_BOTH_ADDRESSES = re.compile(
    rf"(?:{_OWN_ADDRESS})[^.;!?。；！？]{{0,24}}(?:\band\b|\bas well as\b|\bplus\b|和|跟|以及|还有|、)[^.;!?。；！？]{{0,30}}(?:{_ORDER_ADDRESS})"
    rf"|(?:{_ORDER_ADDRESS})[^.;!?。；！？]{{0,30}}(?:\band\b|\bas well as\b|\bplus\b|和|跟|以及|还有|、)[^.;!?。；！？]{{0,24}}(?:{_OWN_ADDRESS})"
)


def makes_default(low: str) -> bool:
    """Whether an address is to be the one that orders go to from now on."""
    return bool(_MAKES_DEFAULT.search(low))


def asks_how_it_runs(low: str) -> bool:
    """Whether it is asked how a size turns out, not which to take."""
    return bool(_RUNS.search(low))


def names_both_addresses(low: str) -> bool:
    """Whether the address of the account and that of an order are to be changed alike."""
    return bool(_BOTH_ADDRESSES.search(low))


_TAKEN_BACK = re.compile(
    r"^\W*(?:(?:nope|oh|oops|wait|sorry|hmm|my bad|hold on|not that|wrong)\b[,.! ]+|no\b(?:[,.!]+ *| +(?=(?:i|it|its|it's|not|the|my|that|this|wait|sorry|please|\S*\d)\b)))+|\bi (?:mean|meant)\b|\bnot that (?:one|order)\b|不对|不是(?:这|那)|我说的[是系]|我是说|搞错|说错|弄错"
)


def takes_back(low: str) -> bool:
    """Whether what was understood before is said to be the wrong one."""
    return bool(_TAKEN_BACK.search(low))


def after_taking_back(low: str) -> int:
    """Return where the words begin that follow a "no wait, " at the head; 0 without one, or with nothing behind it."""
    found = _TAKEN_BACK.match(low)
    return found.end() if found and low[found.end() :].strip() else 0


def corrects(low: str) -> bool:
    """Whether something said before is taken back and said anew."""
    return bool(_CORRECTION.search(low))


def said_anew(low: str) -> int | None:
    """Return where what counts begins after something was said and taken back at once: "blue... no wait, red"."""
    ends = [match.end() for match in _SAID_ANEW.finditer(low) if low[: match.start()].strip()]
    return ends[-1] if ends and low[ends[-1] :].strip() else None


_CONCLUDES = re.compile(
    r"(?:^|[,，。.;；!！…—-]|\s)\s*(?:so\b(?! (?:that|far|much|many|long|i|we|it|they|he|she)\b)|那(?:就|还是)|所以(?:就|还是|只能|得)?(?!我[觉想]|你|呢|说|然))[\s,.…]*"
)


def conclusion(low: str) -> int | None:
    """Return where it is said what is to be done after it was weighed: "26 is tight, 28 is loose, so the 27 then", 换也没用，那就退吧."""
    ends = [match.end() for match in _CONCLUDES.finditer(low)]
    last = ends[-1] if ends else None
    return (
        last if last is not None and re.fullmatch(r"[^,，。;；!！?？…]*\w[^,，。;；!！?？…]*\W*", low[last:]) else None
    )


def slot_named(low: str) -> str | None:
    """Return the kind of thing that is said to be wrong."""
    return next((slot for slot, pattern in _SLOTS if pattern.search(low)), None)


_RHETORICAL = re.compile(
    r"怎么(?:会|可能|能)(?:去|还|又)?(?:想|要|买|选|穿|点|写|说|填)[^，。,；！？\s]{0,6}|\b(?:why|how) (?:would|could|should) i (?:even |ever )?(?:want|need|say|pick|choose|order|write|type|put)\b|\bwhy (?:did|do) i (?:say|write|type|put|pick|ask for)\b"
)
"""Asked of oneself, it only says that one did not mean it: 怎么会要43, "why would I want a 30"."""
_CLEFT = re.compile(
    r"(?:^|[,;.–—-] *)(?:so |and |but )?what(?:'s| i(?:'d|'m)?| we| has| needs| should| must| goes)\b[^,.?!]* (?:is|are)(?= (?:the|my|that|those|this|these|not)\b)(?![^.!]*\?)"
)
"""It says which of several is meant, and asks nothing: "what has to go back is the bedding set"."""
_REGARDLESS = re.compile(
    r"[,，、 ]*(?:别|不|甭)用?(?:管|论|理|看)[^,，。；！]{0,6}?(?:几天|多久|多少天?|什么|啥|怎么|谁)[^,，。；！]{0,4}|[, ]*\b(?:regardless of|no matter)\b[^,.;!]{0,40}",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"[?？]\s*(?:(?:pls|plz|please|thx|thanks|thank you|asap|谢谢|谢了|多谢|哈|急|亲)\W*)?$|(?:吗|(?<!着)呢|么|吧\?)\W*(?:(?:谢谢|谢了|哈|急|亲)\W*)?$|\bif (?:i|we) (?:do|send|cancel|return|exchange|swap|change|keep)\b[^,.;!?]{0,24} (?:how|what|when|where|who)\b|^\W*(?:(?:and|but|so|ok|okay|also|wait|oh|hmm|hold on|actually|by the way|btw|then|hey|hi|hello|yes|no|just|before that|first|first of all|quick question|one question|question|please|tell me)\b[,.: ]*)*(?:whats?|what's|hows?|how's|whens?|wheres?|when|where|why|whos?|who's|which|is|are|do|does|did|has|was|were|have (?:you|they|we|my)|can|could|will|would|should|may)\b|[,:;–—]\s*(?:what|how|when|where|why|which)(?:'s)? (?!ever)[a-z]+ [^,.!]*$|(?:[,;:…–—-]|\.{2,}|\b(?:meanwhile|meantime|btw|by the way)\b,?) *(?:is|are|was|were|has|have|did|does|do) (?:that|it|this|those|these|they|the|my|there|you|we)\b(?! (?:please|pls)\b)[^.!]*$|多少|多久|多长|谁[出付承来掏]|是[^,，。；]{1,10}(?:还是|或者)[^,，。；]{1,10}$|怎么|什么时候|几天|为什么|能不能|可不可以|是不是|有没有|哪(?:个|里|些|家|款|儿|了)|[在到去]哪(?=\W*$)|啥时候|咋(?:还|没|不|办|样|个|整|算)|钱不\W*$|几(?:点|年|个工作日)|(?<!不)(?P<verb>(?!不)[\u4e00-\u9fff])不(?P=verb)|[付收退换保寄包管给修取送出发在]不(?:哦|啊|呢)?\W*$"
)


_ASKS_FOR_IT = re.compile(
    r"^\W*(?:(?:and|but|so|ok|okay|also|wait|oh|hmm|u+m+|hi|hey|hello|there|good (?:morning|afternoon|evening)|please|actually|then|no|just)\b[,. ]*)*(?:can|could|may|would|will) (?:it|that|they|you|we|i|the (?:money|refund|difference))\b"
    r"|^\W*(?:那|不|等等|要不)?[,，]?\s*(?:能不能|可不可以|可以|能|要不|要么)(?!吗)"
)


def asks_for_it(low: str) -> bool:
    """Whether a question is how something is asked for: "can it go on my gift card instead?"."""
    return bool(_ASKS_FOR_IT.search(low))


_PAST_PRICE = re.compile(
    r"\b(?:ever|before|histor\w*|lowest|highest|cheapest|least|cheaper|last|past|previous\w*|old|usual\w*|normal\w*|trend\w*|chart|graph|record|changed?|changes|rais\w+|drop\w*|gone?|go(?:es)?|went|was|were|did|used to|wait|sale|discount|black friday|real|now a good|good price|time|over|ago|yesterday)\b"
    r"|以前|之前|过去|历史|史低|最低|最高|最便宜|便宜过|(?<!不)(?:卖|打|降|涨|有)过|走势|趋势|曲线|变化|波动|涨|降|上次|上个?月|去年|平时|原来|原价|原先|划算|贵不贵|好价|等等|最近|近期|双十一|618|活动|折扣|前几?天|昨天|过段时间|还会|会不会|的时候"
)


_LOWEST = re.compile(
    r"\b(?:least|lowest|most|cheapest|highest)\b[^.!?]{0,40}\b(?:gone|sold|went|go(?:es)? for|been)\b|(?:史低|历史最低|最低卖过|最便宜的时候)"
)


def asks_extreme_price(low: str) -> bool:
    """Whether the least or most that something has cost is asked: "what's the least it has gone for", 史低."""
    return bool(_LOWEST.search(low))


def asks_past_price(low: str) -> bool:
    """Whether a price of the past, a change of it, or a good moment is asked about, not what it costs."""
    return bool(_PAST_PRICE.search(low))


def points(low: str) -> bool:
    """Whether something is meant without being named: it, this one, 这个."""
    return bool(
        re.search(
            r"\b(?:it|this|that|these|those|they|them)\b|这|那|它|还有(?:货|吗|没|不|伐|么)|(?:有|没|缺|断|到|现|补)货|库存",
            low,
        )
    )


_PROGRESS = re.compile(
    r"\bhow(?:'s| is| are| far)\b[^.!?]{0,60}\b(?:going|coming along|doing|progressing|along)\b|\bany (?:news|updates?|progress|word|movement|signs?)\b|\b(?:check|checking) (?:up )?on (?:the|my|our|that)\b|\bwhere (?:does|do)\b[^.!?]{0,50}\bstand\b|\b(?:status|state|progress) of (?:my|the|that)\b|\bwhat (?:became|has become) of\b"
    r"|\b(?:has|have|did|is|was|when)\b[^.!?]{0,30}\b(?:replacement|new one|exchanged? item)\b[^.!?]{0,20}\b(?:sent|shipp?(?:ed)?|dispatched|gone out|left|coming|come|arriv\w+|on its way)\b"
    r"|\b(?:has|have|did|is|are) (?:that|it|they|those|this)\b(?: \w+){0,2} (?:moved?|left|leave|shipp?(?:ed)?|gone(?! (?:up|down)\b)|sent|dispatched|on (?:its|their|the) way|arriv\w+|turn(?:ed)? up)\b|(?:动|走|[发寄送]出?[来去走]?)了?(?:没有?|吗)(?=\W*$)"
    r"|换(?:货|的|新)[^，,。？?]{0,6}(?:寄|发|到)[^，,。？?]{0,3}(?:了没|了吗|没有)"
    r"|(?:进展|进度|办到哪|到哪(?:一)?步|走到哪(?:一)?步|处理到哪|处理得?怎么样|(?:货|请|款)(?:现在)?怎么样了|(?:啥|什么|咋个?)情况|咋样了|有(?:没有)?(?:消息|动静|下文))"
)


def asks_progress(low: str) -> bool:
    """Whether it is asked how far something is that is under way: "how's my exchange going?", 换货办到哪了."""
    return bool(_PROGRESS.search(low))


_BIDS = re.compile(r"\bdo (?:it|that|this|so|them|both)\b")
"""It bids with a verb that questions begin with too: "that's it, do it"."""


def is_question(low: str) -> bool:
    """Whether the words ask something."""
    for asks_nothing in (_REGARDLESS, _RHETORICAL, _CLEFT, _BIDS):
        low = asks_nothing.sub(" ", low)
    return bool(_QUESTION.search(low))


def without_regard(words: str) -> str:
    """Return the words without what is said not to matter: 别管几天 asks for no number of days."""
    return _REGARDLESS.sub(" ", words)


_COSTS = re.compile(
    r"\b(?:costs?|charged?|fees?|postage|for free|foots? the bill|out of (?:my )?pocket|at (?:your|my|whose) (?:own )?(?:expense|cost)|(?:is|are) (?:that|it|those) on (?:you|me)|(?:do|must|should) i (?:have to |need to )?pay)\b|\bpay(?:s|ing)? (?:for )?(?:the |any )?(?:shipp?ing?|courier|delivery|freight|return)\b|掏钱|[运邮]费|收费|收钱|花钱|免费|要钱"
)
_ASKS_HOW = re.compile(
    r"\b(?:how (?:long|much|many|soon|often|do|does|will|would)|when|why|who|where)\b|多久|多长时间|几天|几个工作日|什么时候|啥时候|何时|怎么|为什么|为啥|谁|哪里|哪儿"
)
_ASKS_WHAT = re.compile(r"\b(?:what|which)\b|什么|哪些|啥")


def asks_what(low: str) -> bool:
    """Whether the words ask what, how, when or who, and do not ask for something to be done."""
    return bool(_ASKS_WHAT.search(low) or _ASKS_HOW.search(low)) and not _ASKS_FOR_IT.search(low)


_SUPPOSES = re.compile(
    r"\b(?:if|in case|suppose|what happens when)\b (?:it|they|this|that|the|my|one|something|nobody|i|you)\b[^.!?]{0,60}(?:\b(?:can|could|may|will|would|do|does|is|are|what|how|should)\b|\?)"
    r"|^\W*(?:can|could|may|will|would|do|does|is|what|how)\b[^.!?]{0,60}\b(?:if|in case)\b (?:it|they|this|that|the|something|i)\b"
    r"|(?:如果|要是|假如|万一|若是|若)[^。！!]{1,24}(?:能|可以|吗|怎么|咋|会|还|多久|么)"
)


def asks_what_it_costs(low: str) -> bool:
    """Whether words speak of what something done costs: "does that cost me anything?", 寄回去要我自己掏钱吗."""
    return bool(_COSTS.search(low))


def asks_how(low: str) -> bool:
    """Whether it is asked how, when or by whom something goes, rather than for it to be done."""
    return bool(_ASKS_HOW.search(low))


def supposes(low: str) -> bool:
    """Whether a case is put that has not come about: "if it doesn't fit, can I return it?", 万一不合适能退吗."""
    return bool(_SUPPOSES.search(low))


_MONEY_BACK = re.compile(
    r"\b(?:refund(?:s|ed|ing)?|money back|paid back|reimburse\w*)\b|退(?:款|钱|的?钱|到|回|至|去|进)|(?:钱|款)[^，。！？]{0,6}退"
)
_MAY_IT_GO = re.compile(
    r"\b(?:can|could|may|will|would|do|does|is it possible)\b|能不能|可不可以|[能可会][^，。！？]{0,16}[吗么嘛不]|可以[吗么不]|行[吗么不]|支持"
)
_ONES_OWN_REFUND = re.compile(
    r"\b(?:where(?:'s| is)|status|still|yet|arrived?|received?|(?:has|have|did|was|were)\b)|[到退]了[吗没么]|还没|到账了|哪[里去]了|进度"
)


def asks_where_refunds_go(low: str) -> bool:
    """Whether it is asked if refunds may go a certain way: "can I get my money back on a card?", 退款退到银行卡可以吗.

    Not how far one's own is, nor that one be made.
    """
    asks = is_question(low.strip()) or bool(_MAY_IT_GO.search(low))
    return asks and bool(_MONEY_BACK.search(low) and _MAY_IT_GO.search(low)) and not _ONES_OWN_REFUND.search(low)


_DEMANDS_REFUND = re.compile(
    r"(?:给我|我要|要求|直接|马上|立刻|立即|赶紧|必须)[^,，。；！？]{0,8}退(?:款|钱)|退(?:款|钱)给我|把钱退|钱(?:就|都)?还(?:给我|我)(?!们|家)|把钱要回来"
    r"|\b(?:want|need|demand|give me|get me|like|have|issue|process|approve)\b(?: \w+){0,3}? (?:(?:full|complete|immediate) )?(?:refund|money back)\b(?! (?:status|progress))|\brefund (?:me|it|this|the (?:full|whole))\b"
)

_MAY_HAVE_REFUND = re.compile(
    r"能(?:不能)?[^,，。；！？到几多]{0,8}退(?:款|钱)(?:给我)?(?:[吗么不]|$)|\bcan i (?:get|have) (?:a|my) (?:refund|money back)\b"
)


_PAID_BACK = re.compile(
    r"\b(?:(?:have|has|did|was|were|when (?:will|do|does|did|is|are))|(?:is|are) (?:it|that|this|they|you|the|my))\b[^.!?,]{0,30}\b(?:(?:pay|paid) (?:me |it )?back|(?:give|given|gave|send|sent|put|transfer(?:red)?) (?:me )?(?:the|my) money back|refund(?:ed)? me|reimburse[ds]?|credited)\b"
    r"|(?:钱|款)[^，。！？]{0,6}(?:退|返|打)(?:回来?|给我|到)?了(?:吗|没|么)"
)


def asks_whether_paid_back(low: str) -> bool:
    """Whether it is asked if, or when, money comes back: "have you paid me back for D1?"."""
    return bool(_PAID_BACK.search(low))


def demands_refund(low: str) -> bool:
    """Whether money is asked back in so many words, and no question put how far that is."""
    if asks_progress(low):
        return False
    return bool(_MAY_HAVE_REFUND.search(low) or (_DEMANDS_REFUND.search(low) and not is_question(low.strip())))


_LOOKS_AT_COUPONS = re.compile(
    r"(?:查|看|瞅|瞧|列|数)[^，。,]{0,10}(?:券|coupons?)|(?:券|coupons?)[^，。,]{0,6}(?:查|看|瞅|瞧|列|有(?:哪|什么|啥|几|多少)|[有还]?几张|都有)|(?:有|还有|剩)(?:哪些|什么|啥子?|几张|多少)[^，。,]{0,6}券|(?:账[户号]|我|本人)[^，。,]{0,4}券\W*$"
    r"|\b(?:show|list|see|check|which|what|view|look at|have i got|do i have)\b[^.!?]{0,24}\b(?:coupons?|vouchers?)\b"
)
_TAKES_A_COUPON = re.compile(r"[领兑抢用]|\b(?:claim|redeem|apply|use|add|grab|get me)\b")


def looks_at_coupons(low: str) -> bool:
    """Whether coupons are only to be shown: 优惠券帮我列一下."""
    return bool(_LOOKS_AT_COUPONS.search(low)) and not _TAKES_A_COUPON.search(low)


_LEAVE = re.compile(
    r"\b(?:bye+|goodbye|good ?night|cya|see (?:you|ya)|ta[- ]?ra|ta[- ]ta|cheerio|farewell|take care|catch (?:you|ya) later|talk (?:to you )?later|until next time|have a (?:nice|good|great|lovely|wonderful|pleasant) (?:day|one|evening|night|weekend|afternoon|week|time)|(?:that's|thats|that is|that was|that will be|that'll be) (?:me (?:done|sorted|finished|all set|happy)|(?:all|everything|it)(?: (?:for (?:now|today|me)|then|from me|i (?:need(?:ed)?|want(?:ed)?)))?(?=\W*(?:$|[,.!;])))|nothing (?:else|more|further)(?: (?:from me|for now|today|to ask|then))?(?=\W*(?:$|[,.!;]))|i(?:'m| am) (?:all )?(?:done|sorted|off|set)(?: (?:now|here|then))?(?=\W*(?:$|[,.!;])))\b"
    r"|拜+(?:拜|啦|咯|了)?(?!托|访|年)|再见|再会|回见|晚安|(?<!\d)88+6?(?!\d)|回头(?:见|再来|聊)|下次(?:见|再聊|再来|聊)|先?不?聊了|(?:我)?先?(?:撤|走|闪|溜|下)了(?=[啊哈吧哦呢]?\W*$)|没(?:别的?|其他|其它|啥|什么)(?:事儿?|问题|要问的?)?了?(?=[啊哈吧哦呢]?\W*(?:$|[,，。!！]))|没事了|没有(?:别的|其他|其它)(?:事|问题)?了|就(?:这些|这样|到这)(?:了|吧|啦)?(?=\W*(?:$|[,，。!！]))|不打扰(?:你|您)?了|先这样"
)
_PRAISE = re.compile(
    r"\b(?:(?:you(?:'re| are|'ve been)?|u r|u're|ur|been|so|super|very|really|most) (?:an? )?(?:star|legend|gem|angel|hero|lifesaver|champ|ace|great|helpful|kind|brilliant|amazing|awesome|fantastic|the best|good|sweet|lovely)|brilliant|excellent service|(?:great|good|lovely|nice|top|fab|fantastic|super|amazing|brilliant) (?:service|help|job|work|shop|stuff)|well done|nicely done)\b"
    r"|贴心|给力|真棒|太棒|很棒|厉害|靠谱|暖心|点赞|真赞|好评|满意|(?:服务|态度|效率|你们|小二)[^，。,]{0,4}(?:不错|真好|很好|挺好|可以|好)"
)


def takes_leave(low: str) -> bool:
    """Whether somebody says goodbye, or that it was all: "that's me done", 没别的了."""
    return len(low.strip()) <= 60 and bool(_LEAVE.search(low))


def praises(low: str) -> bool:
    """Whether somebody says something kind: "you're a star", 服务真贴心."""
    return len(low.strip()) <= 60 and bool(_PRAISE.search(low))


_ELLIPTICAL = re.compile(
    r"^\W*(?:那|那么|还有)?(?:这|那)?[^\s,，。]{1,12}呢\W*$|^\W*(?:ok |and |so )?(?:what|how) about (?:the |my |a |an |in )?[\w' -]{2,30}\W*$|^\W*and (?:the|my|in) [\w' -]{2,30}\?\W*$"
)


def elliptical(low: str) -> bool:
    """Whether only another thing is named, for which the last request holds as well: 那T恤呢, "and in red?"."""
    return bool(_ELLIPTICAL.match(low))


def segments_wish(low: str) -> bool:
    """Whether another value is named as the one wanted after all: 还是红色的吧, "the red one then"."""
    return bool(re.search(r"还是|就要|要|改|换|用|\b(?:the|use|make|just|rather|instead|go with|take)\b", low))


_CANNOT_SAY = re.compile(
    r"\b(?:i )?(?:don't|dont|do not|can't|cannot) (?:know|remember|have|recall|find|tell)\b|\bno (?:idea|clue)\b|\bnot sure\b|\bforgot\b|\blost (?:it|the)|不(?:知道|记得|清楚)|[说答]不(?:上来?|出来?|准|清)|忘(?:了|记)|手(?:头|边|上)(?:上)?没有?|没(?:有)?(?:带|在手)|没有(?:订单号|单号)|找不到|记不(?:得|住|清)"
)


def cannot_say(low: str) -> bool:
    """Whether somebody does not know, or does not have at hand, what was asked for."""
    return bool(_CANNOT_SAY.search(low))


_ALL_OF_THEM = re.compile(
    r"\b(?:both|either|neither|none|everything|anything|nothing|(?<!after )(?<!at )all(?: of)?(?: (?:it|that|them|this|those))?|the whole (?:lot|thing)|the lot|any of (?:it|that|them|this|those))\b"
    r"|[两二三俩]个?(?:个|件|样|项|单)?(?:事儿?)?都|都|全(?:部)?|统统|通通|一律|一概|所有|[俩两](?:件|个|样)?事"
)


def means_all(low: str) -> bool:
    """Whether words are of all that was asked for: "forget I asked about either of them"."""
    return bool(_ALL_OF_THEM.search(low))
