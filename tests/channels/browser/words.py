"""One shopper, one agent, one talk in each language: what they press and what they say."""

from __future__ import annotations

import dataclasses

from knowledge.types import Lang


@dataclasses.dataclass(frozen=True)
class Words:
    """Names of controls as they are announced, and the words of a talk about the demo account's orders."""

    lang: Lang
    locale: str
    other_lang: str

    customer: str
    customer_id: str
    sign_in: str
    open_chat: str
    chat: str
    messages: str
    message: str
    send: str
    attach: str
    picture: str
    record: str
    send_voice: str
    heard: str
    confirm: str

    find: str
    ask_order: str
    shipped_order: str
    send_back: str
    returned_order: str
    returned_line: str
    first_method: str
    correct_method: str
    second_method: str
    second_method_id: str
    go_ahead: str
    done: str

    human: str
    agent: str
    question: str
    answer: str
    claim: str
    reply: str
    reply_send: str
    hand_back: str
    resolve: str
    shopper_types: str
    types: str
    mine: str
    waiting: str
    joined: str
    back_with_bot: str
    dealt_with: str

    cancel: str
    cancelled_order: str
    stop: str
    owner: str
    turn: str
    understanding: str
    state: str
    tools: str

    bot: str
    policy: str
    policy_says: str
    no_connection: str
    waits: str


ZH = Words(
    lang="zh",
    locale="zh-CN",
    other_lang="English",
    customer="王小明",
    customer_id="C1001",
    sign_in="登录",
    open_chat="打开客服对话",
    chat="与小二对话",
    messages="对话消息",
    message="消息",
    send="发送",
    attach="发送图片",
    picture="图片",
    record="录制语音",
    send_voice="发送语音",
    heard="听到的",
    confirm="确定",
    find="有没有机械键盘",
    ask_order="订单 D1001000004 到哪了",
    shipped_order="D1001000004",
    send_back="我想退货",
    returned_order="D1001000006",
    returned_line="保温杯",
    first_method="Visa",
    correct_method="等一下，退到礼品卡吧",
    second_method="礼品卡",
    second_method_id="pm_C1001_3",
    go_ahead="确认",
    done="已为您提交退货申请",
    human="转人工",
    agent="小李",
    question="你们几点下班？",
    answer="您好，我们晚上十点下班。",
    claim="领取",
    reply="回复顾客",
    reply_send="发送",
    hand_back="交还小二",
    resolve="完结",
    shopper_types="顾客正在输入",
    types="正在输入",
    mine="我的",
    waiting="待领取",
    joined="人工客服已接入",
    back_with_bot="交还给我",
    dealt_with="已经处理完",
    cancel="取消订单 D1001000001，不想要了",
    cancelled_order="D1001000001",
    stop="先不取消",
    owner="店主",
    turn="第 {} 轮",
    understanding="理解",
    state="状态",
    tools="工具调用",
    bot="小二：",
    policy="退货政策是什么",
    policy_says="退货",
    no_connection="网络断开",
    waits="等待网络",
)

EN = Words(
    lang="en",
    locale="en-GB",
    other_lang="中文",
    customer="Emma Clark",
    customer_id="C1002",
    sign_in="Sign in",
    open_chat="Open the chat",
    chat="Chat with Xiaoer",
    messages="Messages",
    message="Message",
    send="Send",
    attach="Send a picture",
    picture="Picture",
    record="Record a voice message",
    send_voice="Send the recording",
    heard="Heard",
    confirm="Confirm",
    find="do you have mechanical keyboards?",
    ask_order="where is order D1002000004?",
    shipped_order="D1002000004",
    send_back="I want to return something",
    returned_order="D1002000006",
    returned_line="Lidded Mug",
    first_method="Mastercard",
    correct_method="actually, refund it to my gift card",
    second_method="gift card",
    second_method_id="pm_C1002_3",
    go_ahead="Yes, go ahead",
    done="I've requested the return",
    human="get me a human",
    agent="Anna",
    question="when do you close today?",
    answer="Hello, we are here until ten tonight.",
    claim="Claim",
    reply="Reply to the shopper",
    reply_send="Send",
    hand_back="Hand back",
    resolve="Resolve",
    shopper_types="The shopper is typing",
    types="Typing",
    mine="Mine",
    waiting="Waiting",
    joined="A person has joined",
    back_with_bot="back to me",
    dealt_with="has been dealt with",
    cancel="cancel order D1002000001, I no longer need it",
    cancelled_order="D1002000001",
    stop="no, do not cancel it",
    owner="Owner",
    turn="Turn {}",
    understanding="Understanding",
    state="State",
    tools="Tool calls",
    bot="Xiaoer: ",
    policy="what is your return policy?",
    policy_says="refund",
    no_connection="No connection",
    waits="Waiting for the network",
)
