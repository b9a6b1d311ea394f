"""Problem documents (RFC 9457): every error that leaves a door, in Chinese and English, and never a stack trace."""

from __future__ import annotations

import dataclasses
import logging
import secrets
from collections.abc import Mapping
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from dialogue.errors import (
    ClientIdReusedError,
    ConversationClosedError,
    MessageRefusedError,
    NotOwnerError,
    NoTranslatorError,
    NotTranslatedError,
    UnknownConversationError,
)
from knowledge.errors import DatabaseBusyError, DatabaseUnavailableError, StorageFullError
from knowledge.types import Lang
from tools.errors import ArgumentError, RefusedError

logger = logging.getLogger(__name__)

CATALOGUE: dict[str, tuple[int, str, str]] = {
    "bad_request": (400, "The request cannot be read.", "请求无法读取。"),
    "malformed_json": (400, "The body is not valid JSON in UTF-8.", "请求体不是有效的 UTF-8 JSON。"),
    "malformed_frame": (
        400,
        "A frame must be one JSON object with a known type.",
        "每一帧必须是一个类型已知的 JSON 对象。",
    ),
    "binary_frame": (400, "Binary frames are not taken; send JSON text.", "不接受二进制帧，请发送 JSON 文本。"),
    "malformed_upload": (
        400,
        "The upload is not a multipart form with one file.",
        "上传内容不是带一个文件的 multipart 表单。",
    ),
    "unauthenticated": (401, "A valid token is needed.", "需要有效的令牌。"),
    "forbidden": (403, "This token may not do that.", "此令牌无权执行该操作。"),
    "wrong_sign_in": (401, "The name or the password is wrong.", "用户名或密码不正确。"),
    "wrong_password": (403, "The present password is wrong.", "当前密码不正确。"),
    "password_one_time": (
        403,
        "This password serves once: choose a new one to sign in.",
        "这是一次性密码，请设置新密码后登录。",
    ),
    "password_expired": (
        403,
        "This one-time password has expired; ask a supervisor for another.",
        "一次性密码已过期，请向主管索取新的密码。",
    ),
    "sign_in_locked": (
        429,
        "Too many failed sign-ins; try again in {wait}.",
        "登录失败次数过多，请在 {wait} 后重试。",
    ),
    "confirm_erasure": (
        422,
        "Erasing cannot be undone: repeat the customer's id as `confirm`.",
        "删除无法撤销：请在 `confirm` 中再次填写顾客编号。",
    ),
    "cross_site": (403, "A page of another site may not do that.", "不允许其他网站的页面执行该操作。"),
    "no_session": (409, "Only who signed in by password has a session here.", "仅限用密码登录的账号使用。"),
    "account_name": (
        422,
        "A name has at most 64 letters, digits or . _ - + @ and no spaces.",
        "用户名最多 64 个字符，可用文字、数字和 . _ - + @，不含空格。",
    ),
    "account_exists": (409, "There is an account {name} already.", "账号 {name} 已存在。"),
    "unknown_account": (404, "There is no account {name}.", "没有账号 {name}。"),
    "unknown_session": (404, "There is no such session.", "没有这个登录会话。"),
    "last_supervisor": (
        409,
        "This is the last active supervisor; make another one first.",
        "这是最后一位可用的主管，请先添加另一位。",
    ),
    "password_short": (
        422,
        "A password has at least {shortest} characters.",
        "密码至少 {shortest} 个字符。",
    ),
    "password_long": (422, "A password has at most {longest} characters.", "密码最多 {longest} 个字符。"),
    "password_common": (
        422,
        "This password is too easy to guess; take other words than common ones and your name.",
        "密码太容易被猜到，请不要只用常见词或自己的名字。",
    ),
    "password_same": (422, "Choose another password than the present one.", "新密码不能与当前密码相同。"),
    "not_found": (404, "There is nothing at this address.", "该地址没有内容。"),
    "unknown_conversation": (404, "There is no such conversation.", "没有这个会话。"),
    "unknown_ticket": (404, "There is no such ticket.", "没有这个工单。"),
    "note_not_found": (404, "There is no such note.", "没有这条备注。"),
    "canned_reply_not_found": (404, "There is no kept reply {name}.", "没有常用回复 {name}。"),
    "unknown_variable": (
        422,
        "A reply cannot hold {variable}. What it may hold: {known}.",
        "常用回复里不能用 {variable}，可用的变量有：{known}。",
    ),
    "canned_text_missing": (422, "The words are missing in: {langs}.", "缺少以下语言的内容：{langs}。"),
    "unknown_proposal": (404, "There is no such proposal.", "没有这个待批事项。"),
    "unknown_attachment": (404, "There is no such attachment.", "没有这个附件。"),
    "unknown_customer": (404, "There is no such customer.", "没有这位顾客。"),
    "unknown_product": (404, "There is no such product.", "没有这个商品。"),
    "unknown_category": (404, "There is no such category.", "没有这个类目。"),
    "method_not_allowed": (405, "This address does not take that method.", "该地址不支持此方法。"),
    "conflict": (409, "The state of things has changed meanwhile; read it again.", "状态已发生变化，请重新读取。"),
    "client_id_reused": (
        409,
        "This client_id was already used for another message.",
        "这个 client_id 已用于另一条消息。",
    ),
    "not_owner": (
        409,
        "You do not hold this conversation; claim its ticket first.",
        "该会话不在你手上，请先领取工单。",
    ),
    "ticket_changed": (
        409,
        "The ticket has changed since you read it; read it again.",
        "工单在您读取之后已变化，请重新读取。",
    ),
    "conversation_changed": (
        409,
        "The conversation has changed hands since you read it; look again.",
        "对话在您查看之后已换人处理，请重新查看。",
    ),
    "reason_needed": (422, "Say why: {agent} is told.", "请写明原因，{agent} 会看到。"),
    "supervisors_only": (403, "Only a supervisor may do that.", "只有主管可以这样做。"),
    "nobody_holds_it": (409, "No agent holds this conversation.", "没有客服在处理这个对话。"),
    "already_claimed": (409, "{agent} has this ticket already.", "{agent} 已认领该工单。"),
    "ticket_resolved": (409, "This ticket is resolved already.", "该工单已结案。"),
    "already_so": (409, "The ticket says so already.", "工单已经是这样了。"),
    "agent_not_there": (409, "{agent} is not at the desk, or away.", "{agent} 不在线或已离开。"),
    "not_snoozed": (409, "The ticket is not put aside.", "该工单没有被搁置。"),
    "never_opens": (409, "The desk has no opening hours ahead.", "之后没有客服上班时间。"),
    "bad_time": (422, "Choose a time from now on, within half a year.", "请选择从现在起半年内的时间。"),
    "not_resolved": (409, "Only a resolved ticket can be reopened.", "只有已结案的工单才能重新打开。"),
    "ticket_merged": (409, "This ticket is part of {into} now.", "该工单已并入 {into}。"),
    "in_another_case": (
        409,
        "The shopper is being helped with another ticket; work on that one.",
        "该顾客正由另一张工单接待，请在那张工单上处理。",
    ),
    "same_ticket": (422, "Choose another ticket to merge with.", "请选择另一张要合并的工单。"),
    "other_customer": (
        409,
        "Tickets of different customers cannot be merged.",
        "不同顾客的工单不能合并。",
    ),
    "kept_is_split_off": (
        409,
        "A ticket that talks to the shopper cannot become part of one that was split off; merge them the other way round.",
        "与顾客对话的工单不能并入拆分出来的工单，请反过来合并。",
    ),
    "unknown_order": (422, "The ticket is about no order {order}.", "该工单不涉及订单 {order}。"),
    "unknown_message": (
        422,
        "Message {seq} is not one of this shopper's.",
        "第 {seq} 条不是该顾客的消息。",
    ),
    "too_many_tags": (422, "A ticket has at most {most} tags.", "一张工单最多 {most} 个标签。"),
    "unknown_action": (422, "The ticket offers no such action; read it again.", "工单没有这个操作，请重新读取。"),
    "not_assignee": (409, "Only the agent who holds this ticket may do that.", "只有处理该工单的客服才能执行此操作。"),
    "rating_not_asked": (409, "Nobody was asked for a rating in this conversation.", "本会话没有邀请评价。"),
    "rating_closed": (409, "The time to rate, or to change the rating, is over.", "评价或修改评价的时间已过。"),
    "conversation_closed": (409, "This conversation is closed; open a new one.", "会话已关闭，请新开一个。"),
    "too_large": (413, "The body is larger than {limit} bytes.", "请求体超过 {limit} 字节。"),
    "wrong_media_type": (415, "Send {expected}.", "请发送 {expected}。"),
    "unsupported_file": (
        415,
        "This file type is not supported. Send a JPEG, PNG, WebP or GIF picture, or WAV, MP3, OGG, WebM, M4A or AMR sound.",
        "不支持这种文件。请发送 JPEG、PNG、WebP、GIF 图片，或 WAV、MP3、OGG、WebM、M4A、AMR 语音。",
    ),
    "heic_picture": (
        415,
        "HEIC pictures are not supported. Please send it as JPEG or PNG.",
        "不支持 HEIC 图片，请转成 JPEG 或 PNG 再发送。",
    ),
    "empty_file": (422, "The file is empty.", "文件是空的。"),
    "broken_picture": (
        422,
        "The picture is damaged and cannot be opened. Please send it again.",
        "图片已损坏，无法打开，请重新发送。",
    ),
    "picture_too_big": (422, "The picture has more than {limit} pixels.", "图片超过 {limit} 像素。"),
    "broken_sound": (
        422,
        "The recording is damaged and cannot be played. Please record it again.",
        "录音已损坏，无法播放，请重新录制。",
    ),
    "invalid": (422, "The request is not as expected.", "请求内容不符合要求。"),
    "empty": (422, "The message is empty.", "消息是空的。"),
    "too_long": (422, "The message is too long.", "消息太长了。"),
    "not_text": (422, "The message holds characters that are not text.", "消息含有不是文字的字符。"),
    "attachment_refused": (422, "The attachment is unknown; upload it first.", "附件不存在，请先上传。"),
    "no_words": (422, "There are no words of the shopper at that event.", "该处没有顾客说的话。"),
    "no_translator": (501, "No model translates here.", "未配置翻译模型。"),
    "not_translated": (
        502,
        "The translation failed; the original stands.",
        "翻译失败，请看原文。",
    ),
    "no_chinese_font": (
        501,
        "This server has no font with Chinese letters for pictures. Install one (on Debian: apt-get install fonts-noto-cjk), or save the figure as CSV or XLSX.",
        "服务器没有可用于图片的中文字体。请安装一种（Debian：apt-get install fonts-noto-cjk），或另存为 CSV、XLSX。",
    ),
    "refused": (409, "This is not possible.", "无法执行该操作。"),
    "too_many_requests": (
        429,
        "Too many requests; try again in {seconds} s.",
        "请求过于频繁，请在 {seconds} 秒后重试。",
    ),
    "internal": (500, "Something went wrong here; it was logged as {reference}.", "内部出错了，日志编号 {reference}。"),
    "busy": (503, "The shop's database is busy; try again in a moment.", "店铺数据库繁忙，请稍后重试。"),
    "unavailable": (503, "The shop's database cannot be reached.", "无法连接店铺数据库。"),
    "starting": (503, "The platform is starting.", "平台正在启动。"),
    "disk_full": (
        507,
        "The disk is full; nothing was stored. Free some space and send it again.",
        "磁盘已满，内容未保存。请清理空间后重新发送。",
    ),
}
"""Code -> status, English sentence, Chinese sentence. Gaps are filled from the problem's facts."""


@dataclasses.dataclass
class ProblemError(Exception):
    """An error that a door answers with: a `code` of the catalogue and what fills the sentence's gaps."""

    code: str
    facts: Mapping[str, object] = dataclasses.field(default_factory=dict)
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    detail: str = ""
    """A more exact sentence than the catalogue's, where there is one."""
    status: int = 0
    errors: tuple[Mapping[str, object], ...] = ()

    def __post_init__(self) -> None:
        super().__init__(self.code)
        self.status = self.status or CATALOGUE[self.code][0]

    def document(self, lang: Lang = "en") -> dict[str, Any]:
        """Return the problem document; `error` is what OpenAI clients look for."""
        _, english, chinese = CATALOGUE.get(self.code, CATALOGUE["refused"])
        detail = self.detail or (chinese if lang == "zh" else english).format(**self.facts)
        title = self.code.replace("_", " ").capitalize()
        document: dict[str, Any] = {
            "type": f"urn:xiaoer:problem:{self.code}",
            "title": title,
            "status": self.status,
            "code": self.code,
            "detail": detail,
        }
        if self.errors:
            document["errors"] = [dict(error) for error in self.errors]
        return document


def problem_of(error: BaseException) -> ProblemError:
    """Return the problem that answers for any error. One that nobody foresaw is logged and named by a reference only."""
    if isinstance(error, ProblemError):
        return error
    for kind, code in _CODES:
        if isinstance(error, kind):
            headers = {"Retry-After": "1"} if CATALOGUE[code][0] == 503 else {}
            return ProblemError(code, headers=headers)
    if isinstance(error, MessageRefusedError):
        return _message_refused(error)
    if isinstance(error, ArgumentError | RefusedError):
        return _tool_error(error)
    reference = secrets.token_hex(4)
    logger.error("unforeseen error, reference %s", reference, exc_info=error)
    return ProblemError("internal", {"reference": reference})


_CODES: tuple[tuple[type[Exception], str], ...] = (
    (UnknownConversationError, "unknown_conversation"),
    (ClientIdReusedError, "client_id_reused"),
    (NotOwnerError, "not_owner"),
    (ConversationClosedError, "conversation_closed"),
    (NoTranslatorError, "no_translator"),
    (NotTranslatedError, "not_translated"),
    (DatabaseBusyError, "busy"),
    (StorageFullError, "disk_full"),
    (DatabaseUnavailableError, "unavailable"),
)


def _message_refused(error: MessageRefusedError) -> ProblemError:
    code = "attachment_refused" if error.code == "unknown_attachment" else error.code
    return ProblemError(code) if code in CATALOGUE else ProblemError("invalid", detail=str(error))


def _tool_error(error: ArgumentError | RefusedError) -> ProblemError:
    return refusal_problem(error.code, error.facts, mendable=isinstance(error, ArgumentError), detail=str(error))


def refusal_problem(code: str, facts: Mapping[str, object], *, mendable: bool, detail: str = "") -> ProblemError:
    """Return the problem for a tool's refusal or failure: 422 when other arguments could succeed, else 409."""
    code = _TOOL_CODES.get(code, code)
    if code in CATALOGUE:
        headers = {"Retry-After": "1"} if CATALOGUE[code][0] == 503 else {}
        return ProblemError(code, {"reference": "the audit log", "agent": "", **facts}, headers)
    return ProblemError(code, detail=detail, status=422 if mendable else 409)


_TOOL_CODES = {
    "ticket_not_found": "unknown_ticket",
    "conversation_not_found": "unknown_conversation",
    "proposal_not_found": "unknown_proposal",
    "product_not_found": "unknown_product",
    "not_allowed": "forbidden",
    "not_approver": "forbidden",
    "bad_arguments": "invalid",
    "timeout": "unavailable",
}


def language_of(request: Request) -> Lang:
    """Return the language that the client prefers, of the two."""
    accepted = request.headers.get("accept-language", "").lower()
    return "zh" if accepted.startswith("zh") else "en"


def respond(problem: ProblemError, lang: Lang = "en", *, openai: bool = False) -> JSONResponse:
    """Return the problem as a response; `openai` adds the object that OpenAI clients read."""
    document = problem.document(lang)
    if openai:
        kind = "invalid_request_error" if problem.status < 500 else "server_error"
        document["error"] = {"message": document["detail"], "type": kind, "code": problem.code, "param": None}
    headers = dict(problem.headers)
    if problem.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(document, problem.status, headers, media_type="application/problem+json")


def install(app: FastAPI) -> None:
    """Answer every error of `app` with a problem document."""

    def answer(request: Request, problem: ProblemError) -> JSONResponse:
        return respond(problem, language_of(request), openai=request.url.path.startswith(("/v1/chat/", "/v1/models")))

    async def on_http(request: Request, error: Exception) -> JSONResponse:
        return answer(request, _http_problem(cast(HTTPException, error)))

    async def on_invalid(request: Request, error: Exception) -> JSONResponse:
        return answer(request, _validation_problem(cast(RequestValidationError, error)))

    async def on_any(request: Request, error: Exception) -> JSONResponse:
        return answer(request, problem_of(error))

    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_invalid)
    ours: list[type[Exception]] = [ProblemError, MessageRefusedError, ArgumentError, RefusedError]
    for kind in ours + [kind for kind, _ in _CODES]:
        app.add_exception_handler(kind, on_any)


_HTTP_CODES = {
    400: "bad_request", 401: "unauthenticated", 403: "forbidden", 404: "not_found", 405: "method_not_allowed",
    415: "wrong_media_type",
}  # fmt: skip


def _http_problem(error: HTTPException) -> ProblemError:
    if isinstance(error.__cause__, ProblemError):  # a guard refused the body while it was being parsed
        return error.__cause__
    if isinstance(error.__cause__, ValueError | RecursionError):  # bytes that are no UTF-8, or nested without end
        return ProblemError("malformed_json")
    code = _HTTP_CODES.get(error.status_code, "bad_request")
    facts = {"expected": "application/json"} if code == "wrong_media_type" else {}
    return ProblemError(code, facts, headers=dict(error.headers or {}), status=error.status_code)


def _validation_problem(error: RequestValidationError) -> ProblemError:
    parts = error.errors()
    if any(part["type"] == "json_invalid" for part in parts):
        return ProblemError("malformed_json")
    # The input itself stays out: it may hold the shopper's words.
    errors = tuple(
        {"where": ".".join(str(step) for step in part["loc"]), "what": part["msg"].removeprefix("Value error, ")}
        for part in parts
    )
    return ProblemError("invalid", errors=errors)
