"""Who: e-mail addresses, phone numbers, postcodes, names, tax ids."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dialogue.commands import Entity
from dialogue.understanding.entities.base import entity
from dialogue.understanding.text import Text

_EMAIL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5}")
_CN_MOBILE = re.compile(r"(?<![\d])(?:\+?86[- ]?)?(1[3-9]\d)[- ]?(\d{4})[- ]?(\d{4})(?!\d)")
_PHONE = re.compile(
    r"(?<![\w+])\+\d{1,3}[- .]?\(?\d{2,4}\)?(?:[- .]?\d{2,4}){2,3}(?!\d)|(?<![\d-])\(?\d{3}\)?[- .]\d{3}[- .]\d{4}(?!\d)"
)
_NAMED_PHONE = re.compile(
    r"(?:phone|mobile|cell|tel|telephone|电话|手机号?|联系方式)(?: ?(?:number|no\.?|号码?|号))?\s*(?:is|:|是|为|改成|换成)*\s*(\+?\d[\d -]{6,16}\d)",
    re.I,
)
_POSTCODE = re.compile(
    r"(?:\bzip(?: ?code)?|\bpost(?:al)?[ -]?code|邮编|邮政编码)\s*(?:is|was|:|=|of|是|为|改成)*\s*([A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|\d{5}(?:-\d{4})?\d?)(?!\d)", re.I)  # fmt: skip
_BARE_POSTCODE = re.compile(r"(?<![\w#.$¥-])(\d{5,6})(?![\w.%-]*\w)")
_TAX = re.compile(
    r"(?:税号|纳税人识别号|统一社会信用代码|tax (?:id|number|no\.?)|vat(?: (?:id|number|no\.?))?|ein)\s*(?:is|:|是|为)*\s*([0-9A-Z][0-9A-Z-]{7,19})|(?<![0-9A-Z])([0-9A-Z]{2}\d{6}[0-9A-Z]{10})(?![0-9A-Z])",
    re.I,
)

SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳鲍史唐费廉岑薛雷贺倪汤"
    "滕殷罗毕郝邬安常乐于时傅皮齐康伍余元顾孟黄穆萧尹姚邵汪祁毛狄米贝明臧戴宋庞熊纪舒屈项祝董梁杜阮蓝闵席季贾路江童颜郭梅盛林钟徐邱骆高夏蔡田樊胡"
    "凌霍虞万柯卢莫房裘缪解应宗丁宣邓单洪包左石崔吉龚程邢裴陆荣翁荀甄曲封储靳段富巫焦侯谷车全班秋仲伊宫宁仇甘武符刘景詹龙叶幸司韶黎薄温庄晏柴瞿阎"
    "连习容向古易廖终步耿满文寇东欧利师聂关荆司马上官欧阳诸葛"
)
_ZH_NAME = rf"(?:欧阳|司马|上官|诸葛|[{SURNAMES}])[\u4e00-\u9fff]{{1,2}}"
_ZH_END = r"(?=$|[\s,.;:!?。、，；！？]|\d|的|邮编|电话|手机|邮箱|订单|住|收)"
_ZH_NAMED = re.compile(
    rf"(?:我叫|名字(?:是|叫)|姓名(?:是|叫|:)?\s?|收件人(?:是|为|改成|换成|叫|:)?\s?|收货人(?:是|为|改成|换成|:)?\s?|联系人(?:是|为|:)?\s?|本人)({_ZH_NAME}){_ZH_END}"
)
_ZH_IAM = re.compile(rf"(?:我是|这里是)({_ZH_NAME}){_ZH_END}")
_ZH_NOT_NAMES = re.compile(
    r"^(?:应该|时候|时间|全部|全额|高中|高级|单位|安全|方便|明天|明白|任何|解决|连续|关于|万一|常客|金额|易碎|师傅|包裹|马上|向你|文员|老客|单子|黄色|金色|白色|程序|温州|武汉|宁波|安徽|云南|江苏|江西|单身|花钱|华为|成都|路人|黄的|蓝色|房东|高个|项目|应聘|包邮|段时)"
)
_LATIN_IN_ZH = re.compile(
    r"(?:我叫|我是|我的?名字(?:是|叫)?|名字(?:是|叫)?|姓名(?:是|叫|:)?|收[件货]人(?:是|为|改成|换成|叫|:)?|联系人(?:是|为|:)?|本人)\s?([A-Za-z][A-Za-z'-]+(?: [A-Za-z][A-Za-z'-]+){1,2})(?![A-Za-z])"
)
_BEFORE_POSTCODE = re.compile(
    r"(?:^|[.,;!?\n。，；！？] ?)([A-Za-z][A-Za-z'-]+ [A-Za-z][A-Za-z'-]+)(?=[,，]? ?(?:\(?\d{5}\)?(?![\w-])|(?:my )?(?:zip|post(?:al)? ?code)|邮编))"
)
_EN_NAMED = re.compile(
    r"(?:\bmy (?:full )?name(?:'s| is|:)|\bname(?: is|:)|\bi am called|\brecipient(?: is|:)?|\bmy name)\s+([A-Za-z][A-Za-z'.-]*(?: [A-Za-z][A-Za-z'-]+){0,2})",
    re.I,
)
_EN_IAM = re.compile(
    r"\b(?:I'm|I am|i'm|i am|I’m|this is|This is|It's|it's|Im|im|here is|for)\s+([A-Z][a-z'-]+(?: [A-Z][a-z'-]+){1,2})\b"
)
_EN_PAIR = re.compile(
    r"(?:^|(?<=[,.;:!?\n(] )|(?<=[,;:\n(])|(?<=\bis )|(?<=\bam ))([A-Z][a-z'-]+ (?:[A-Z]\. )?[A-Z][a-z'-]+)(?=\s*(?:$|[,.;:!?\n)]|here\b|\d{5}|zip\b|from\b|and\b|in\b|at\b|- ))"
)
_NOT_NAMES = frozenset(
    [
        "and",
        "i",
        "my",
        "zip",
        "postal",
        "the",
        "from",
        "here",
        "with",
        "order",
        "email",
        "please",
        "can",
        "could",
        "would",
        "want",
        "need",
        "it",
        "is",
        "in",
        "at",
        "living",
        "live",
        "on",
        "but",
        "so",
        "phone",
        "number",
        "code",
        "want",
        "wondering",
        "trying",
        "looking",
        "hoping",
        "returning",
        "not",
        "just",
        "also",
        "writing",
        "calling",
        "contacting",
        "having",
        "sorry",
        "sure",
        "ok",
        "yes",
        "no",
        "a",
        "an",
        "to",
        "of",
        "for",
        "order",
    ]
)
_NOT_FIRST = frozenset(
    [
        "Hi",
        "Hello",
        "Hey",
        "Dear",
        "Thanks",
        "Thank",
        "Please",
        "Order",
        "My",
        "The",
        "This",
        "That",
        "Yes",
        "No",
        "Ok",
        "Okay",
        "Sure",
        "Also",
        "Can",
        "Could",
        "Would",
        "What",
        "When",
        "Where",
        "Why",
        "How",
        "Is",
        "Are",
        "Do",
        "Does",
        "Good",
        "Return",
        "Exchange",
        "Cancel",
        "Change",
        "Refund",
        "Track",
        "Fort",
        "San",
        "New",
        "Los",
        "Las",
        "Suite",
        "Apt",
        "Credit",
        "Gift",
        "Google",
        "Apple",
        "Amazon",
        "Still",
        "Just",
        "Not",
        "Never",
        "And",
        "But",
        "I",
        "It",
    ]
)

_NO_PART_OF_NAMES = _NOT_NAMES | {word.lower() for word in _NOT_FIRST}


def emails(text: Text) -> Iterator[Entity]:
    """Yield e-mail addresses in lower case."""
    for match in _EMAIL.finditer(text.plain):
        yield entity(text, "email", {"text": match[0].lower().rstrip(".-")}, match.span())


def phones(text: Text) -> Iterator[Entity]:
    """Yield phone numbers as digits, with the country code when it was said."""
    for match in _CN_MOBILE.finditer(text.plain):
        yield entity(text, "phone", {"text": "".join(match.groups())}, match.span())
    for match in _PHONE.finditer(text.plain):
        plus = "+" if match[0].startswith("+") else ""
        yield entity(text, "phone", {"text": plus + re.sub(r"\D", "", match[0])}, match.span())
    for match in _NAMED_PHONE.finditer(text.plain):
        plus = "+" if match[1].startswith("+") else ""
        yield entity(text, "phone", {"text": plus + re.sub(r"\D", "", match[1])}, match.span(1))


def postcodes(text: Text) -> Iterator[Entity]:
    """Yield postcodes named as such."""
    for match in _POSTCODE.finditer(text.plain):
        yield entity(text, "postcode", {"text": match[1].upper()}, match.span(1))


def bare_postcodes(text: Text) -> Iterator[Entity]:
    """Yield numbers of five or six digits that stand alone: postcodes when a name is beside them or they were asked for."""
    for match in _BARE_POSTCODE.finditer(text.plain):
        yield entity(text, "postcode", {"text": match[1]}, match.span(1), score=0.5)


def tax_ids(text: Text) -> Iterator[Entity]:
    """Yield tax ids: named as such, or with the form of a Chinese credit code."""
    for match in _TAX.finditer(text.plain):
        group = 1 if match[1] else 2
        if any(c.isdigit() for c in match[group]):
            yield entity(text, "tax_id", {"text": match[group].upper()}, match.span(group))


def names(text: Text) -> Iterator[Entity]:  # noqa: C901
    """Yield the names that people give as theirs or as a recipient's."""
    for match in (*_ZH_NAMED.finditer(text.plain), *_ZH_IAM.finditer(text.plain)):
        if not _ZH_NOT_NAMES.match(match[1]):
            yield entity(text, "person_name", {"full": match[1]}, match.span(1), score=0.9)
    yield from _latin_names(text)
    for match in _EN_NAMED.finditer(text.plain):
        words = []
        for word in match[1].split():
            if word.lower().strip(".") in _NOT_NAMES:
                break
            words.append(word.strip("."))
        if words:
            full = " ".join(words)
            yield entity(
                text, "person_name", {"full": _titled(full)}, (match.start(1), match.start(1) + len(full)), score=0.95
            )
    for match in _EN_IAM.finditer(text.plain):
        if match[1].split()[0] not in _NOT_FIRST:
            yield entity(
                text,
                "person_name",
                {"full": match[1]},
                match.span(1),
                score=0.85 if not match[0].startswith("for") else 0.5,
            )
    for match in _EN_PAIR.finditer(text.plain):
        if match[1].split()[0] not in _NOT_FIRST:
            yield entity(text, "person_name", {"full": match[1]}, match.span(1), score=0.7)


def _latin_names(text: Text) -> Iterator[Entity]:
    """Yield names in Latin letters after a Chinese "I am", and those that stand right before a postcode."""
    for match in _LATIN_IN_ZH.finditer(text.plain):
        yield entity(text, "person_name", {"full": _titled(match[1])}, match.span(1), score=0.95)
    for match in _BEFORE_POSTCODE.finditer(text.plain):
        if not {word.lower() for word in match[1].split()} & _NO_PART_OF_NAMES:
            yield entity(text, "person_name", {"full": _titled(match[1])}, match.span(1), score=0.8)


_SAYS_SOMETHING = re.compile(r"\b(?:i|you|he|she|it|we|they|that|there|what|who|where|how)'(?:m|re|s|ve|d|ll)\b|n't\b")
"""Part of a sentence, and of no name: "I'm after", "can't tell"."""
_I_AM = re.compile(r"(?:i'?m|i am|this is|it's|name'?s?(?: is)?) ([a-z'-]+ [a-z'-]+?)(?: (?:and|from|here|with|my))?$")


def bare_name(text: Text, low_taken: list[tuple[int, int]]) -> Iterator[Entity]:
    """Yield a name that is all there is beside entities already found; for when a name was asked for."""
    rest = list(text.plain)
    for start, end in low_taken:
        rest[start:end] = "," * (end - start)
    for match in re.finditer(r"[A-Za-z][A-Za-z'.-]+(?: [A-Za-z][A-Za-z'-]+){0,3}|[\u4e00-\u9fff]{2,4}", "".join(rest)):
        words = [w for w in match[0].split() if w.lower() not in _NOT_NAMES]
        whole = match[0]
        if told := _I_AM.match(whole.lower()):
            name = match.start() + told.start(1), match.start() + told.end(1)
            yield entity(text, "person_name", {"full": _titled(text.plain[name[0] : name[1]])}, name, score=0.6)
            return
        if re.fullmatch(_ZH_NAME, whole) or (
            whole.isascii()
            and not _SAYS_SOMETHING.search(whole.lower())
            and 2 <= len(words) <= 3
            and len(words) == len(whole.split())
        ):
            yield entity(text, "person_name", {"full": _titled(whole)}, match.span(), score=0.6)
            return


def _titled(name: str) -> str:
    return name.title() if name.islower() or name.isupper() else name


_COMPANY = re.compile(
    r"(?:(?:发票)?抬头(?:就|要|请)?(?:是|为|写|开|填|:)?\s*|开给|名称(?:是|为|:)?\s*|公司名(?:称|字)?(?:是|为|叫|:)?\s*)?(?P<zh>(?:(?![把到去给我你您他她的是了吗请和跟走让从按])[\u3400-\u9fff()（）·A-Za-z0-9]){2,30}?(?:有限责任公司|股份有限公司|有限公司|集团|事务所|研究院|公司))(?![\u3400-\u9fff]*(?:抬头|发票))"
    r"|(?P<en>\b(?:[A-Z][\w&.'-]*,? ){1,5}(?:Ltd|LLC|Inc|GmbH|Corp|Corporation|Limited|PLC|Company|Co)\b\.?)"
)
_COMPANY_LEAD = re.compile(
    r"^(?:.*?(?:抬头|开给|名称|公司名[称字]?|应该是|应为|而是|改成|改为|换成)(?:就|要|请)?(?:是|为|写|开|填|叫|:)?|(?:我们?|咱们?)(?:是|的|公司叫)|(?:所以|因此|还是|只能|不如|就|要|请|给|开|写|是|用|哦|嗯|那|改|换|得|麻烦|帮我))+"
)
_NO_NAME = frozenset(
    {
        "公司",
        "我公司",
        "我们公司",
        "你们公司",
        "快递公司",
        "物流公司",
        "贵公司",
        "有限公司",
        "咱公司",
        "本公司",
        "单位公司",
    }
)


def companies(text: Text) -> Iterator[Entity]:
    """Yield names of companies, as invoices are made out to: 上海云帆科技有限公司, "Acme Trading Ltd"."""
    for match in _COMPANY.finditer(text.plain):
        group = "zh" if match["zh"] else "en"
        start, end = match.span(group)
        if group == "zh" and (lead := _COMPANY_LEAD.match(text.plain[start:end])):
            start += lead.end()
        name = text.plain[start:end].strip(" ,.")
        if name not in _NO_NAME and len(name) > (4 if group == "zh" else 5):
            yield entity(text, "company", {"text": name}, (start, end), score=0.8)
