"""Fixed turns of phrase that ask for a person, certain where they hold: not where one is mentioned, refused, asked about or part of what goods are called.

Two readings, of which either is enough: fixed turns of phrase over the whole message, and, clause by clause, words for a person beside
words of reaching one. Measured by ``xiaoer eval escalation``.
"""

from __future__ import annotations

import re

from knowledge.lexicon.sounds import syllable

_PERSON_EN = r"(?:human(?: being)?|(?:real|live|actual) ?(?:person|people|human|agent)?|person|agents?|representatives?|reps?|operator|manager|supervisor|specialist|employee|staff|someone|somebody|colleague|team member|customer (?:service|support|care)(?! (?:hours|number|phone|email|time|policy))|support(?: team| staff| agent)?|your team|a lawyer)"
_HUMAN_EN = re.compile(
    rf"\b(?:speak|talk|chat)(?:ing)? (?:to|with)(?: (?:a|an|the|your|my|some|one of your))?(?: (?:real|live|actual|different|customer service|support|human))* {_PERSON_EN}\b"
    rf"|\b(?:get|find|give|bring|send) me(?: (?:to|a|an|the|your|some))*(?: (?:real|live|actual|human))* {_PERSON_EN}\b|\b(?:get|bring|call|fetch)(?: (?:a|an|the|your|some))+(?: (?:real|live|actual|human))* (?:human|person|agent|representative|rep|operator|manager|supervisor)\b"
    rf"|\b(?:connect|transfer|forward|hand|pass|put|switch|route|escalate|redirect)(?: (?:me|us|this|it|my \w+))?(?: (?:over|through))?(?: to| with)(?: (?:a|an|the|your|some))?(?: (?:real|live|actual|human|customer service|support))* {_PERSON_EN}\b"
    rf"|\b(?:need|want|prefer|like|rather have|deal with|require|is there|can i have|may i have)(?: (?:a|an|the|some))(?: (?:real|live|actual))* (?:human(?: being)?|(?:real |live )?person|(?:live |human |real )agent|agent|representative|operator|supervisor|manager)\b(?! (?:to use|who))"
    r"|^\W*(?:please |just )?(?:human|agent|representative|operator|manager|supervisor|real person|live (?:agent|person|chat)|human agent|real human|actual human|rep|escalate|customer service(?: (?:rep|agent|representative))?|a (?:real )?(?:person|human))(?: (?:please|pls|plz|now|asap))*\W*$"
    r"|\b(?:real|actual|live) (?:person|human|agent)(?: being)?,? (?:please|now|pls|plz)|\bhuman (?:please|now|pls|support|help|assistance|agent|operator)\b|\bescalate (?:this|it|my|to)|\b(?:can|could|may|let) (?:someone|somebody|a (?:human|person|manager|supervisor))(?: from \w+)?(?: real)? (?:help|call|contact|take over|look|have a look|take a look|check|sort|handle|assist|chase|follow up|look into|investigate)|\b(?:someone|somebody|a (?:human|person|colleague))(?: from \w+)? (?:has to|needs to|ought to|must|should|will have to) (?:please )?(?:look|check|investigate|sort|chase|handle|deal|follow|find out|take care|get involved)"
    r"|\b(?:want|need) (?:someone|somebody) (?:real|human|else|from)|\bnot (?:a )?(?:bot|robot|machine)[,;. ]+(?:a )?(?:human|person|real)|\bspeak (?:to|with) (?:some ?one|some ?body|anyone|anybody|sb)\b"
)
_NOT_HUMAN_EN = re.compile(
    r"\b(?:don'?t|do not|no need to|not necessary to|without|rather not|don't want to) (?:\w+ ){0,3}?(?:transfer|speak|talk|connect|escalate|human|person|agent|need a)|\b(?:are|r) (?:you|u) (?:a |an )?(?:real |actual |live )?(?:human|person|bot|agent)|\bi(?:'m| am) (?:a |an )?(?:real )?(?:human|person|agent)\b|\bis this (?:a )?(?:human|real person|bot)|\btalking to (?:a |an )?(?:bot|human|real person|person|machine)\b.*\?|\bam i (?:speaking|talking|chatting)|\bis there (?:a |an |any |some)?(?:real |actual |live )?(?:human|person|one|body)\b[^,.;]{0,24}\b(?:or|behind|there|here)\b"
)
_HUMAN_ZH = re.compile(
    r"(?:转|接|找|叫|换|要|来|喊|请|给|派|联系|安排|呼叫|切换|有|上|想|需要|跟|和|与)(?:一下|接|到|个|一个|位|一位|给|我|你们|你们的|你|帮我|下|换|成|的)*(?:人工|真人|活人|大活人|专员|真的人|人类|客服人员|客服专员|在线客服|人工客服|售后专员|售后人员|店长|经理|领导|主管|负责人|老板|上级)"
    r"|(?:转|转接|找|叫|呼叫|联系|要|接|换)(?:一下|个|一个|到|下|你们的?|你们家)*客服(?!电话|热线|号码|时间|几点|邮箱|微信|在哪)|^\W*(?:请|我要|麻烦)?(?:人工|真人|客服|人工客服|人工服务|在线客服|转人)(?:客服|服务)?(?:谢谢|吧|呢|啊|在吗|在不在|来|！|!|快点|快)*\W*$"
    r"|(?:叫|喊|找|换|来|派|让|转|接)(?:一?个|一?位)?(?:真|活|大活)?人(?=来|过来|吧|啊|$|[,。!！，?？]|跟|和|处理|聊|说|帮|给|解决|接|回|过来|核实|核查|调查|跟进|查|看)|(?:跟|和|与)(?:一个|个|位)?(?:真|活)?人(?:工)?(?:客服)?(?:说话|聊|沟通|对话|讲话|谈|说)|(?:转|问|找|叫|让|换)(?:给|到|一下|下|个)*你们?的?同事|人工介入|转人工|转接人工|(?:要|想)(?:跟|和)人(?:说|聊)|人工(?:呢|在吗|在哪|快来|处理)|真人(?:来|处理|客服)|升级处理"
)
_NOT_HUMAN_ZH = re.compile(
    r"(?:不用|不要|不想|不需要|别|无需|先不|不必)(?:给我|帮我|再)?(?:转|接|找|叫|要)?(?:人工|真人|客服)|(?:人工|真人|客服)(?:客服)?(?:的)?(?:电话|热线|号码|几点|时间|什么时候|上班|下班|工作时间|服务时间|邮箱|怎么联系|费|智能)|你?(?:是|是不是)(?:真人|人工|机器人|人)(?:吗|还是|么|客服吗|\?)|是(?:在)?(?:跟|和|与)(?:真人|活人|人工|人)(?:聊|说|讲|谈|对)[^,，。；]{0,4}(?:吗|么|吧|\?|？|$)|我(?:是|就是)(?:真人|人|个人|活人)|有人工(?:客服)?(?:几点|吗\?*$)|是人工还是|人工智能|(?:机器人?|程序|ai|智能客服)[^,，。；]{0,8}还是[^,，。；]{0,6}人|人[^,，。；]{0,8}还是[^,，。；]{0,6}(?:机器|程序|ai|智能)"
)


# -- clause by clause

_SHORTHAND = tuple(
    (re.compile(pattern), instead)
    for pattern, instead in (
        (r"\bw/\s?", "with "), (r"\b2(?= (?:a|an|the|some|any|human|person|agent)\b)", "to"), (r"\bsum ?1\b|\bsome1\b", "someone"),
        (r"\bthru\b", "through"), (r"\bgimme\b", "give me"), (r"\blemme\b", "let me"), (r"\bwanna\b", "want to"), (r"\bgotta\b", "got to"),
        (r"\breel (?=person|human|agent)", "real "), (r"\bhum[aeo]?n{1,2}\b|\bhumna\b|\bhooman\b", "human"), (r"\bp[er]{2}so?n\b", "person"),
    )
)  # fmt: skip
_NO_PERSON_EN = re.compile(
    r"(?<!would )(?<!'d )(?<!\bd )\blike an? (?:real )?(?:human|person)\b|"
    r"(?<!rather )\bthan (?:any|an?|most|many|some|the)(?: \w+)? (?:humans?|agents?|persons?|people|reps?)|\b(?:wrong|right|same|rude) person\b|\bhuman(?:e|s?(?:'s)? (?:hair|body|anatomy|error|nature|rights|size|history)|(?:-| )made)\b|\bhair\b|\b\w+-person\b|\bpersonal\w*|\b(?:contact|each|every|another|a different|other|tall|heavy|normal|average|second|delivery|one|two|three|four|six|per) (?:person|people)\b"
    r"|\bperson(?:s)? (?:of contact|type|who|with|under|of \d)|\b(?:cleaning|tanning|whitening|bleaching|foaming|blowing|travel|estate|raising|the) agents?\b(?! (?:who|instead))|\bagents? (?:code|number|id|fee|\d)|\bagent's\b|\boperators? (?:fee|manual|gloves)"
    r"|\b(?:manager|boss|staff|employee|owner)(?:'s|s')? (?:discount|special|pick|shop|desk|chair|rebate|manual|badge|card|guide)|\brepresentative (?:sample|image|photo|picture)|\b(?:wooden|hiking) staff\b|\bsupport(?: e-?mail| line| article| page| for\b| with\b)|\bcustomer (?:service|support|care) (?:\w+ )?(?:hours|number|phone|email|e-mail|address|time|policy|fee|line|open)\b"
    r"|\bback to (?:the|your|its|a) (?:\w+ )?(?:shop|store|seller|merchant|sender|vendor|warehouse)s?\b|\b(?:someone|somebody|a (?:person|colleague)) (?:to|will|can|could) (?:collect|pick|sign|receive|accept|take (?:it|them|the \w+) in)\b|\b(?:a|my) colleague (?:collect|pick|sign|receive|accept)\b|\b(?:give|suits?|present|gift)\b[^.;!?]{0,16} to an? \w+ person\b"
    r"|\b(?:courier|driver|doorbell|delivery \w+|postman|mailman|carrier|locker)\b[^,.;!?]*|\b(?:my|his|her|their|our) (?:\w+ )?(?:manager|boss|employees?|colleagues?|agent|staff|supervisor|team|owner|assistant)\b|\b(?:i'?m|i am|i work as|work as|as) an? (?:[\w-]+ ){0,3}(?:agent|representative|manager|supervisor|operator|employee|owner|person)\b"
    r"|\b(?:for|to|from|with) (?:an?(?:other)?|the|some) (?:person|human|people)(?: (?:who|with|of|under|over)\b)|\b(?:gift|present|game|tent|table|bag|order(?:ed)?|bought|it) for (?:someone|somebody|a person|\w+ person|an? \w+ person)\b"
    r"|\b(?:robot|bot)s? (?:vacuum|cleaner|mower|kit|costume|toy)|\btoy (?:ro)?bots?\b|\bpersons? or (?:a )?(?:company|business)|\b(?:someone|somebody|anyone|anybody|person|people) else'?s?\b(?! (?:help|to (?:help|talk|speak)|i can))"
)
"""A person in words, who is not asked for."""
_BOT = r"(?:(?:chat)?bots?|(?:chat )?robots?|machines?|computers?|an? ai|ai|artificial \w+|automat\w+(?: (?:repl\w+|answer\w*|stuff|system|response\w*))?|virtual assistant|the assistant|programs?|algorithm)"
_REFUSED_EN = re.compile(
    r"(?<!why )(?:\b(?:don'?t|do not|dont|no need|needn'?t|not necessary|rather not|not|no|never|without|won'?t|didn'?t|instead of)\b)(?: (?:want|wanna|need|have|had|got|to|a|an|the|any|pass|involve|put|take|send|bring|get|be|with|talk|speak|chat|transfer|connect|me|escalate|call|hand|over|it|this|that|you|your|for|wish|be|connected|transferred|put|through|deal|get|real|live|actual|human))*? (?:human\b(?: needed)?|persons?|people|agents?|reps?|representatives?|operators?|managers?|supervisors?|anybody|anyone|somebody|someone|colleagues?|staff|escalate|transfer|connect|hand)\b(?: me)?(?: over)?(?: (?:to|with) (?:anyone|anybody|an? \w+))?"
)
_DONE_EN = re.compile(
    r"\b(?:talked|spoke|spoken|speaking|chatted|told|said|promised|helped|answered|called|emailed|phoned|apologi[sz]ed|sorted|closed|cancelled|contacted|reached out|already(?= \w))\b"
)
_STILL_EN = re.compile(
    r"\b(?:i (?:\w+ )?(?:want|need|insist|demand|would like)|i'd (?:like|rather|prefer)|i said|i asked|can|could|let me|please|get me|give me|connect|transfer|escalate)\b"
)
_WHO = r"(?:human(?:s| being| beings)?|persons?|people|agents?|representatives?|representitives?|reps?|operators?|managers?|supervisors?|boss|superiors?|specialists?|technicians?|experts?|employees?|staff|(?:staff|team) members?|members? of (?:your |the )?(?:staff|team)|someone|somebody|anyone|anybody|colleagues?|customer (?:service|support|care)|support(?: (?:staff|team|agent|person|rep))?|after[- ]sales?(?: service)?|your (?:team|people)|one of (?:your|the) team|the team|sellers?|merchants?|vendors?|shop ?keepers?|shop (?:owner|assistant)|(?:store|shop|sales|service) (?:owner|manager|assistants?|associates?|staff|reps?|persons?|people)|owner|associates?|executives?|advis[eo]rs?|folks?|souls?|bloke|lady|guys?|dudes?|fellas?|fellows?|(?:complaints?|returns?|billing|sales|tech(?:nical)?|support|refunds?|service|warranty) (?:department|dept|team|desk)|(?:tech(?:nical)?|sales) support|head office|hr\b|sales(?= *$)|(?:real|live|actual) (?:one|person|human)|whoever (?:runs|is in charge|owns))"
_SURELY_WHO = r"(?:human(?:s| being| beings)?|(?:real|live|actual|living) \w+|persons?|agents?|representatives?|representitives?|reps?|operators?|managers?|supervisors?|superiors?|employees?|staff(?: member)?|(?:staff|team) members?|members? of (?:your )?(?:staff|team)|colleagues?|customer (?:service|support|care)(?: (?:rep|executive|agent|person|\w+ative))?|support (?:staff|team|agent|person|rep)|someone (?:human|real|else|from|in charge|senior|who (?:can|knows|understands|speaks|works))|somebody (?:human|real|from|with a brain|in charge|senior|who (?:can|knows|understands|works))|someone|somebody|shop ?keeper|sales \w+|technician|specialist|sellers?|merchants?|shop owner|(?:your |the )?boss|your (?:team|people)|members? of (?:your|the) (?:staff|team|crew)|(?:right|other|\w+) department|colleagues? of yours|people)"
_GAP = r"(?: (?!for\b|as\b|by\b|of\b|that\b|which\b|it\b|than\b|like\b(?= a))[\w'-]+){0,4} "
_REACHES_EN = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b(?:speak|talk|chat|a word|word|natter|conversation|discuss\w*|message|write|text|holla|deal|communicate|consult)(?:ing)?\b[^.;!?]{{0,40}}?\b(?:to|with)\b[^.;!?]{{0,28}}?\b{_WHO}\b",
        rf"\b(?:get(?:ting)?|give|giving|fetch(?:ing)?|bring(?:ing)?|find(?:ing)?|send(?:ing)?|want|need|needs|prefer|take|reach|contact|involv(?:e|ing)|arrange|asked (?:\w+ ){{1,3}}|request\w*|ask(?:ed|ing)?|hold|wait|insist|demand\w*|require|see|call|reaching|said|put|have got|use)\b(?: (?:hold|in touch|me|us|in|for|on|of|with|through))*{_GAP.replace(' {0,4} ', '')}?\b{_SURELY_WHO}\b",
        rf"\b(?:can|could|may|let|let's|do)(?:n't)? (?:i|me|we|you) (?:please |just )?(?:have|get|see|use)\b{_GAP}{_SURELY_WHO}\b",
        rf"\b(?:transfer|connect|forward|hand|handover|pass|put|switch|route|redirect|turn|escalate|bump|move|refer|hook|take|change|send|raise|bring|go|give|reach)\w*\b[^.;!?]{{0,30}}?\b(?:to|through|over|with|onto|on|up)\b[^.;!?]{{0,24}}?\b{_WHO}\b",
        rf"\b(?:can'?t?|could|may|would|will|let|have|please|should|must|needs? to|has to|want|like|prefer|get|ask|mind)\b[^.;!?]{{0,24}}?\b{_WHO}\b[^.;!?]{{0,30}}?\b(?:help|call|ring|phone|contact|take (?:over|a look|this|it|care)|look|check|sort|handle|assist|chase|follow|investigate|answer\w*|reply|step in|fix|deal|explain|go (?:over|through)|get (?:back|in touch|involved)|respond|confirm|decide|review|email|involved|get involved|instead|fix it)\b",
        rf"\b(?:is|are|isn'?t|aren'?t|got|have)\b(?: (?:there|you|it|any|possible))*[^.;!?]{{0,20}}?\b{_WHO}\b[^.;!?]{{0,24}}?\b(?:talk|speak|chat|write|ask|help|reach|sort|in charge)\b",
        r"\b(?:any|got a|is there a|have a|there a)(?: (?:real|actual|live|living))* (?:humans?|persons?|people|folks|agents?|souls?)\b[^.;!?]{0,14}(?:\babout\b|\baround\b|\bthere\b|\bhere\b|\bavailable\b|\bmate\b|\bonline\b|\W*$)",
        r"\bany(?:one|body)? (?:chance of )?(?:a )?(?:human|real|living)\b(?: (?:person|there|around|here))?|\b(?:someone|somebody) (?:human|real)\b|\b(?:human|real|living) (?:someone|somebody)\b",
        r"\bcolleagues? (?:of yours )?(?:around|there|available)|\bstaff (?:around|there|available)|\b(?:is|are) (?:somebody|someone|anybody|anyone) there\b",
        r"\bwho(?:'s| is) in charge\b|\bwho (?:can|could|do|should|else) (?:i|we|is there|can i)\b(?: (?:speak|talk|write|turn|complain|ask|contact))?",
        r"\b(?:call|ring|phone) me(?: back)?\b(?! (?:when|once|if|as soon|by text|at|a (?:taxi|cab)|an uber))|\b(?:a|the|some) (?:phone )?call (?:back )?(?:from|by) (?:a|an|your|the|some)\b|\bcall ?back\b|\bgive me a (?:call|ring)\b|\bring me back\b",
        r"\bescalat(?:e|ed|ion)\b|\b(?:higher|next|senior|second|third|another|tier ?\d)(?: (?:level|line|tier))?(?: of)? support\b|\bsenior (?:person|colleague|agent|staff|someone|manager)\b",
        rf"^\W*(?:please |ok |just )*(?:no|not|stop|enough|quit|anyone but|anything but|less)\b(?: (?:a|an|the|this|that|more|with|of|your|these|stupid|talking|to))*? {_BOT}\b(?! (?:is|was))",
        r"\b(?:a|this needs a|needs a|by a|have a|let a) (?:human|person)(?: being)? (?:should|would|must|could|has|to|handle|decide|check|look|instead|for this|for that|it is)|\b(?:second )?opinion (?:from|of) (?:a|an) (?:person|human|expert)|\b(?:answered|handled|helped|checked|dealt with|processed|looked at|decided) by (?:a |an |some)?(?:real |actual |live )*(?:human|person|people|one|body|someone|somebody|agent|colleague)|\bwhere(?:'s| is| are) (?:a|an|the|all the)? ?(?:real |actual )?(?:human|person|agent|people|staff)",
        r"\b(?:someone|somebody|a (?:human|person|colleague)|anybody|anyone) (?:must|has to|needs to|should|will|can|could|might) (?:please )?(?:be able to |know how to )?(?:help|solve|fix|sort|answer|know|assist|handle|check)\b(?! it)|\b(?:one of your|your|isn't there an?|there an?) humans?\b|\b(?:colleagues?|mates?|somebody|someone) of yours\b|\btrust an? (?:person|human)|\b(?:negotiate|complain|appeal|argue|discuss|report|check|bring it|make it|explain|tell|turn)\b[^.;!?]{0,24}\b(?:to|with) (?:an? |your |the |some)?(?:person|human|people|someone|somebody|colleagues?|manager|boss|supervisor|owner|one)\b|\banybody home|\bany people (?:i|to)\b|(?<!than )(?<!like )(?<!by )(?<!\bas )\b(?:an?|some|any|real|live|actual|only|get|need|want|speak|talk|with|to) (?:real |live |actual |second pair of )?(?:humann?s?|agents?|reps?|representatives?|(?:real|live|actual|living) (?:person|people|one|dude|folks?))\b(?! (?:hair|who|on it|like))|\bhuman (?:intervention|eyes|assistance|contact|support|being)\b|\b(?:live|support|human) (?:support|agent|assistance)\b|\b(?:with|on|need|have) a person(?: (?:here|please|now|on|of your))?\W*$|\bperson of your (?:team|staff|shop)\b|\b(?:explain|show|tell) [^.;!?]{0,16}\bto a (?:person|human|colleague)\b|\bstaff (?:online|available|around|on)\b|\b(?:complaints?|returns?|billing|customer|support) (?:department|dept|team|desk)\b|\b(?:somebody|someone|anyone|anybody) (?:be )?(?:free|available|around)\b",
        r"\b(?:transfer|connect|escalate) (?:me|us)\b|\b(?:hand|pass|put|send|get) (?:me|us|this chat) (?:over|on|through|forward|past)\b|\bbe (?:transferred|connected|put through|called back|passed on|handed over|escalated)\b|\b(?:someone|somebody|a human|a person|anyone|anybody) (?:to )?(?:jump|hop|step|chime|come) in\b|\b(?:somebody|someone) else please\b|\b(?:person|human|somebody|someone) (?:behind|on the other (?:end|side))",
        r"\bone of (?:your|the) (?:colleagues|co-?workers|team|people|staff|employees|agents)\b|\bwhat i need is a (?:human|person)|\ball i want is a (?:human|person)|\bperson from the shop\b|\bin charge\b",
    )
)  # fmt: skip
_ALONE_EN = re.compile(
    r"^\W*(?:(?:hi|hello|hey|ok|okay|no|yes|right|just|please|pls|plz|a|an|the|i said|i want|i need|want|need|get|get me|now|then|thanks|real|live|actual|only|some|another|your)\b[\W]*)*"
    r"(?:(?:support|sales|service|human|shop|store) )?(?:humans?|persons?|people|someone|somebody|agents?|reps?|representatives?|operators?|managers?|supervisors?|staff|customer (?:service|support|care)|employee|colleague|live chat)(?: being| agent| rep| member| person| support| help| assistance| service| only| executive)*"
    r"(?:\W*\b(?:please|pls|plz|now|asap|thanks|thank you|already|only|real|human|here|quick|quickly|it is)\b)*\W*$"
)

_NO_PERSON_ZH = re.compile(
    r"(?<![转接找叫喊要换切让由请求用等呼唤个到给入进来想是])人工(?![客服坐席台专审复处介帮回接来呢在快吧啊呀吗嘛么谢转怎入请给一下有为看问联人工没能可小姐协助解答申改办查和跟咩哈呗鸭嘞噻撒哥妹1kK,，。!！?？\s]|$)|是(?:不是)?(?:智能客服|机器人?)(?:吧|吗|么)|送给?(?:老板|领导|经理|同事|主管)|(?:让|叫|请)(?:我)?(?:们)?同事(?=去|取|签|收|代)|(?:让|叫|请|托|找|拜托|麻烦)(?!你)[^你,，。]{0,4}(?:人|同事|领导|老板|经理)(?=[^,，。回]{0,4}(?:代?[收领拿取签](?!回|费)))|没人(?=回|接|理|收|签|在家|告诉|通知)|家里?(?:现在|白天|今天)?没人|(?:会员|等级|系统|固件|软件|版本)[^,，。]{0,4}升级|(?:怎么|如何)升级|给领导|[不没](?:见|有|跟|给)?[^,，。]{0,2}给我(?:回|打)(?:个|一个)?电话|"
    r"人工(?:智能|合成|草|皮|钻|宝石|泪|呼吸|养殖|培育|降雨|湖|耳蜗|成本|费|缝|刺绣|采摘|打磨|上釉|编织|检验|挑选|先锋|的还是|做的|多少钱|洗|造|好评|岛|关节|材料|纤维|色素|香精|甜味)|(?:人造|纯人工|手工|安装|维修|机器)[^,，。]{0,2}人工|人造|(?:是|用|靠|需要|收|含|加)人工(?!客服|服务|处理|回|帮|来|介)(?=[^客服,，。！!]{1,4}(?:吗|还是|的))"
    r"|真人(?:秀|cs|快打|发|比例|漫画|实拍|拍|上身|图|版|模特|大小|穿)|(?:像|仿|好似)真人|活人墓|机器人总动员|工人(?!工)|人体|人偶|美人|情人|人参|人脸|人字|人品|人家|人类简史|成人|女人|男人|老人|大人|病人|单人|双人|[一二三四五六七八两几多]个?人(?!工|来|跟|给|问|帮|出来|讲|说|聊|处理|打|看|查|接|上|回|管|懂)|多少人|一个人能|个人(?=[^,，。]{0,2}(?:护理|抬头|信息|资料|发票|中心|账))"
    r"|你们?(?:是不是|到底是|是)[^,，。]{0,4}(?:人工|真人|活人|客服)|(?:跟|和)(?:机器人?|ai|程序)[^,，。]{0,3}(?:说话|聊|说)[^,，。]{0,2}(?:吗|么|\?)|客服(?:的)?(?:电话|热线|号码|邮箱|微信|几点|岗位|岗|工资|系统|椅|耳机|编号|备注|态度|时间|发的|按钮|上不上班|上班|下班)|(?:做|招|当)客服|客服(?:岗|招)|(?:多少|几个|几位)客服|经理(?:人|办公桌|椅)|老板(?:桌|椅|要|让我|想)|领导(?:力|用|要|什么|喜欢)|送(?:领导|老板|经理)|给(?:经理|老板|领导|同事)(?:买|带|送|定)|我(?:们)?(?:的|是)?(?:老板|同事|主管|领导|经理|公司|店长|卖家|上级|负责人)|我也是|(?:收货|联系|收件|签收|申请|经办|代理|付款)人(?!工)(?:那栏|写|填|改|换|是|和|要|编号|签字|栏)?|送货的?人|换个(?:收件|收货|联系)人|(?:让|叫|替|帮|给)(?:别人|邻居|朋友|快递)[^,，。]*|(?:快递|派件|送货|师傅|小哥|驿站)[^,，。]*|人工(?:审核|复核|处理)(?:中|是|要多久|怎么|还要)|(?:显示|状态|等待|正在)[^,，。]{0,4}人工(?:审核|复核|处理)"
)
_REFUSED_ZH = re.compile(
    r"(?:不用|别|不要|不必|无需)[^,，。]{0,3}(?:升级|(?:打|回)[^,，。]{0,3}电话)|(?:不用|不要|不想|不需要|别|无需|先不|不必|先别|甭|莫)(?:再|给我|帮我|麻烦|跟我|你)*(?:转|接|找|叫|要|跟|和|与|给|打|喊|联系|打扰|升级)*(?:到|给|一下|个)*(?:人工|真人|活人|客服|你们同事|人|领导)(?:客服|服务)?(?:来|了|说话|说|聊|接)*|(?:先)?(?:别|不)转(?:了|接)?|(?:不|别)用?转"
)
_BOT_ZH = r"(?:智障|破|死|傻|你个|这个|那个|你这)*(?:机器人?|ai|智能客服|自动回复|程序|模板|机械回复|系统回复|智能助手)"
_DONE_ZH = re.compile(
    r"(?:昨天|前天|之前|上次|刚才|刚刚|早上|前面|已经|先前|那天|当时|以前|上回|一直)[^,，。]{0,6}(?:客服|人工|专员|同事|主管|店长|售后|有人)|(?<![跟和与同找问叫让])(?:客服|专员|人工(?:客服)?|店长|主管|售后|同事)(?:[^,，。]{0,3})(?:说(?!话)|答应|已经|给我(?:的|发|退|打过|打了)|让我(?:等|发|寄|退)|发|告诉|承诺|帮我(?:改|弄|退|查)好?了)|(?:问过|找过|聊过|联系过)[^,，。]{0,4}"
)
_STILL_ZH = re.compile(
    r"(?:再|还是|我要|我想|帮我|给我|请|能不能|麻烦)[^,，。]{0,6}(?:转|(?<!链)接|找|叫|喊|联系)|(?:转|接)(?:人工|客服|真人)"
)
_TARGET_ZH = r"(?:(?:你们的?|你们家的?|店里的?|平台的?|店家的?|真的|在线|人工|专门|专业|高级|值班|售后|售前|卖家|当班)*(?:人工(?:客服|服务|坐席|专员|审核|复核|帮助|台|模式)?|真人(?:客服)?|活人|大活人|客服(?:人员|专员|小姐姐|小哥哥?|妹妹|代表|部|那边)?|专员|工作人员|店长|经理|老板娘?|掌柜的?|主管|领导|管事的|管理员|卖家|商家|店家|店主|上级|上一级|高层|同事|售后(?:人员|专员|客服|部|部门)?|售前(?:客服)?|(?:明白|负责的?|能做主的|做主的|管事的?|懂行的?|懂业务的?|专业的?|能解决的|懂的|靠谱的|真的?|你们的?|你们店的?|会说话的|正常)人|能做主的|懂业务的|懂(?:技术|行|业务)?的|能(?:解决|说话|沟通|管事|拍板)的|总部|(?:投诉|售后|客服|客诉)部门?|个人儿|会喘气的?|喘气儿?的|会说人话的|活的|真的|human|person|agent|manager|(?:real |live |manual)?(?:human|person|agent|people|客服)|人类)|人(?=来|过来|吧|啊|呢|跟|和|说|讲|聊|谈|帮|给|处理|解决|接|回|出|看|查|核|管|问|打|办|联|对|嚟|工|噻|唠|倾|嘛|撒|,|，|。|!|！|\?|？|\s|$))"
_HOW_MANY_ZH = r"(?:一下|下|一?个|一?位|几个|名|哪位|点|个把|过|到|成|为|给|去|来|上|入|通|接|换|至|我|俺|咱|你们?的?|您|帮|的|那边|回|转|叫|找|用|由|到你们)*"
_REACHES_ZH = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:转|接|找|叫|喊|换|切|切换|改成?|联系|安排|请|让|派|呼叫|召唤|呼唤|搵|揾|整|搞|求|蹲|等|要|需要|想要|想找|想见|见|请求|申请|要求|由|给|来|有请|召|上报|反馈|反映|升级|提交|dd|kk|进入|找到|介入|想听|问|想问问?|咨询|想咨询|走|拉|派个){_HOW_MANY_ZH}{_TARGET_ZH}",
        rf"(?:跟|和|与|同|找|对|问|给)[^,，。！!?？]{{0,6}}{_TARGET_ZH}[^,，。]{{0,6}}(?:说|聊|讲|谈|沟通|对话|倾|唠|反映|对接|咨询|交流|问|打电话|语音|理论)",
        r"(?:有没有|有木有|有冇|有无|有得|有|没有?|咋就没|在不在|能不能|可不可以|可以|能|可否|哪里?有|可唔可以)[^,，。!！?？]{0,6}?(?:人工|真人|活人|客服|会说人话的|喘气|管事|负责的?人|专员|工作人员|同事|哪位老师|老师|懂的?人|人(?=在线|值班|可以|能|愿意|冇|管|出来|啊|呀|吗|没|$|处理|来|跟|回|看|理|嚟|噻|唠))(?!(?:卖|货|做|照|图|草))",
        r"(?:人工|真人|客服|活人|专员)(?:小姐姐|小哥|人员|服务)?(?:呢|在吗|在么|在不在|在哪|在线|快来|快|出来|来|帮|处理|处理一下|给我|请|入口|怎么进|一下|谢谢|please|pls|进|上|介入|复核|回复|回我|答复|解答|接待|来电|回电|联系|有没|能|可以|怎么(?:转|接|找|进|联系))",
        r"(?:^|[,，。!！\s])(?:我)?(?:就|只|还是)?(?:要|想要|找|叫|换|来|喊|给)(?:个|一个|位|一位)?人(?:$|[,，。!！?？\s]|来|说|讲|处理|问|工|看|跟|给|帮|回|接|办|谈|聊)|^\W*(?:来|喊|叫|找|换|有)?个?人(?:呢|啊|哪|来|咧)\W*$|有人(?:管|在线|值班)|(?:只|就)(?:想|和|跟|要)[^,，。]{0,2}人(?:说|聊|讲|谈|沟通|问|$)",
        r"(?:让|叫|派|找|安排|请|麻烦|要|等)[^,，。]{0,6}(?:人|客服|同事|专员|经理|主管|你们|工作人员)[^,，。]{0,6}(?:打|回|来)(?:个|一个|一下|我)?(?:电话|电)|(?:给|跟)我(?:回|打)(?:个|一个|一下)?电话|回(?:个|我)?(?:电话|电)(?:给我|吧|$)|加我(?:一下|微信)?|(?:打|回|拨)(?:个)?电话给我|回拨|(?:^|[,，])有人(?:可以|能|来|愿意)[^,，。]{0,6}(?:帮|对接|处理|解释|说|看|管|跟|接)|(?:把|帮)(?:我|这个|对话)[^,，。]{0,2}转(?:过去|走|出去|给|到|吧|$)|^\W*(?:请问|那)?(?:还)?(?:有没有|没有|没|有)(?:个)?(?:人工|客服|真人)(?:客服|服务)?(?:吗|么|吧|啊|呢|$)",
        r"(?:^|[,，。\s])(?:快|赶紧|赶快|马上|直接|立刻|速度?)?(?:给我|帮我)?转(?:$|[,，。!！\s]|吧|接$)|(?:快|赶紧|马上)转|转给他|(?:谁|哪位|哪个人)(?:能|可以|来)?[^,，。]{0,3}(?:帮|管|处理|解决|负责|对接)",
        r"(?<!比)(?<!像)(?<!是)(?:人工|活人)(?!还)|(?:哪个|什么|哪里)[^,，。]{0,4}是人工|人工通道|客服(?:都|是)?(?:死哪|去哪|摆设|人呢|呢)|在线客服在|(?:麻烦|劳烦|辛苦|有劳|请|让|叫|求)(?:一下|个|下)?(?:你们)?客服|店员|个[^,，。]{0,3}人(?:儿|同我|跟我|和我)|^\W*摇人|转给[^,，。]{0,6}人|(?:给|帮|把)我[^,，。]{0,2}转(?:过去|走|出去)|真人客服|(?:售后|售前)客服|客服人呢|不(?:需要|是要|想要)?机器人|机器人(?:免|滚|走)|有没有懂|(?:弄|整|搞|来|找)个?人(?:来|说|讲)|(?:kefu|ke fu)|^\W*(?:我|就|要|是)?(?:人工|真人|活人|客服)(?:客服|服务)?\W*$|(?:人工|客服|真人){2,}|把[^,，。]{0,4}(?:经理|老板|领导|主管|客服|店长|人)[^,，。]{0,3}(?:叫|喊|找)",
        r"(?:要求|请求|申请|请|帮我|麻烦)?(?:升级|上报)(?:处理|一下|到|给|$|吧)|介入|(?:出面|能做主|说了算|管事)的?|换(?:个|一个)(?:人|能|会|懂|真)|(?:不想|不愿意?|懒得|没法)(?:跟|和|与)你(?:说|聊|讲|谈)|(?:得|要|必须|只能|应该|还得|只有)(?:靠|找|让|由|是)?(?:人工|真人|人来|客服)|直接(?:人工|客服|真人|找人)|(?:人工|客服|真人)(?:吧|罢|算了|就行|好了|行吗|可以吗)",
    )
)
_REFUSES_BOT = re.compile(
    rf"\b(?:don'?t|do not|dont|not|rather not|refuse to|done|stop|won'?t|no longer|tired of|sick of|enough|can'?t|cannot|hate)\b(?: [\w']+){{0,4}}? (?:talk|talking|speak|speaking|chat|chatting|deal|dealing|discuss|discussing|write|writing|want|explain|argu\w+)\b[^.;!?]{{0,24}}?\b{_BOT}\b"
    rf"|\b(?:turn off|switch off|opt out of|skip|bypass|get (?:rid|out) of|out of|get|leave|stop|quit|disable|no more|past)(?: (?:the|this|that|a|with|these|all|your))* {_BOT}\b(?! (?:vac|clean))"
    rf"|(?:别|不要|不想|不信|受不了|把|不跟|不和|不用|拒绝|别拿|别用|关掉|跳过|不看|退出|我要的不是|滚)[^,，。]{{0,6}}{_BOT_ZH}|{_BOT_ZH}[^,，。]{{0,3}}(?:滚|退下|闭嘴|走开|办不了|让开|一边去|别说|别回|关掉|关了)|不和你(?:说|聊)"
)
"""Who wants no machine wants a person."""
_ANY_THERE = re.compile(
    r"^\W*(?:请问|那)?(?:还)?(?:有没有|没有|没|有)个?(?:人工|客服|真人)(?:客服|服务)?(?:吗|么|啊|呢)?\W*$"
)
"""Who asks only this wants one."""
_HOURS = re.compile(
    r"\b(?:what time|what hours|which (?:days|hours)|opening hours|office hours|(?:until|till|from|since) when|when (?:do|does|is|are|can)|on (?:mon|tues|wednes|thurs|fri|satur|sun)day|on (?:the )?weekends?|at night|on (?:public )?holidays)\b"
    r"|几点|周[一二三四五六日天末]|星期[一二三四五六日天]|礼拜[一二三四五六日天]|节假日|过节|春节|半夜|凌晨|夜里|[点]还有|上班|下班|营业|(?:工作|服务|在线|营业)时间|晚上有|夜里有"
)
_NOW = re.compile(
    r"\b(?:let me|get me|give me|connect|transfer|put me|i (?:want|need)|i'd like|please|call me)\b|(?:转|接|找|叫|喊)(?!线)|联系我|给我"
)
_SOUNDS = {
    words: "".join(map(syllable, words))
    for words in (
        "转人工",
        "接人工",
        "接入人工",
        "转真人",
        "找个人",
        "找人工",
        "要人工",
        "人工客服",
        "人工服务",
        "转客服",
        "找客服",
        "要客服",
    )
}
"""How it sounds, whatever characters an input method gave."""
_UNWANTED = re.compile(r"[不别无甭没招]")
_SHORT_ZH = 12
_CLAUSE = re.compile(
    r"[,，。;；!！?？\n]+|\.(?=\s|$)|\s+(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])\s+|(?<=\w)\s+(?:and|but|so|then|because|since)\s+(?=(?:i|can|could|let|please|you|get|give|connect|put)\b)"
)
_HAN = re.compile(r"[\u4e00-\u9fff]")
_SOUND_OF = {"hong": "gong", "kong": "gong", "gon": "gong", "zuan": "zhuan", "ren4": "ren"}


def asks_human(low: str) -> bool:
    """Whether a person is asked for: not where one is mentioned, refused or asked about."""
    bare = [_bared(clause) for clause in _clauses(low)]
    return (_fixed_phrase(low) and _fixed_phrase(",".join(bare))) or any(map(_reaches, bare)) or _sounds_like_it(low)


def _clauses(low: str) -> list[str]:
    for pattern, instead in _SHORTHAND:
        low = pattern.sub(instead, low)
    return [part.strip() for part in _CLAUSE.split(low) if part and part.strip()]


def _fixed_phrase(low: str) -> bool:
    english = _HUMAN_EN.search(low)
    if english and (_NOT_HUMAN_EN.search(low) is None or _HUMAN_EN.search(_NOT_HUMAN_EN.sub(" , ", low))):
        return True
    chinese = _HUMAN_ZH.search(low)
    if not chinese:
        return False
    barred = _NOT_HUMAN_ZH.search(low)
    if barred is None:
        return True
    rest = low[: barred.start()] + "," + low[barred.end() :]
    return bool(_HUMAN_ZH.search(rest)) or bool(
        re.search(r"(?:叫|来|换|找|转)(?:一?个|一?位)?(?:真)?人(?:工)?(?:来|$|[,。!])", rest)
    )


def _bared(clause: str) -> str:
    """Return a clause without the persons in it that nobody asks for: goods, what is over, refusals, questions who answers."""
    han = bool(_HAN.search(clause))
    done, still = (_DONE_ZH, _STILL_ZH) if han else (_DONE_EN, _STILL_EN)
    if (done.search(clause) and not still.search(clause)) or _of_hours(clause):
        return ""
    bare = _NO_PERSON_EN.sub(" □ ", _NO_PERSON_ZH.sub("□", clause))
    if _REFUSES_BOT.search(bare):
        return bare
    if (_NOT_HUMAN_EN.search(bare) or _NOT_HUMAN_ZH.search(bare)) and not _ANY_THERE.search(bare):
        rest = _NOT_HUMAN_EN.sub(" □ ", _NOT_HUMAN_ZH.sub("□", bare))
        return rest if _HUMAN_EN.search(rest) or _HUMAN_ZH.search(rest) else ""
    return _REFUSED_EN.sub(" □ ", _REFUSED_ZH.sub("□", bare))


def _of_hours(clause: str) -> bool:
    """Whether it is asked when persons can be reached, not for one now."""
    return bool(_HOURS.search(clause)) and not _NOW.search(clause)


def _reaches(bare: str) -> bool:
    """Whether a clause, so bared, has a person in it and words of reaching one."""
    chinese = bool(_HAN.search(bare)) and any(pattern.search(bare) for pattern in _REACHES_ZH)
    return (
        chinese
        or bool(_REFUSES_BOT.search(bare))
        or bool(_ALONE_EN.search(bare))
        or any(pattern.search(bare) for pattern in _REACHES_EN)
    )


def _sounds_like_it(low: str) -> bool:
    """Whether a short message sounds like a call for a person: 转任工, "zhuan rengong"."""
    letters = "".join(filter(str.isalnum, low))
    if _UNWANTED.search(letters):
        return False
    if len(letters) > _SHORT_ZH + 8 or not letters:
        return False
    if _HAN.search(letters) and len(letters) > _SHORT_ZH:
        return False
    said = "".join(_SOUND_OF.get(sound, sound) for sound in map(syllable, letters))
    return said in {"rengong", "zhenren"} or any(
        sound in said and words not in letters for words, sound in _SOUNDS.items()
    )
