"""Uploads: kept whole or refused, read only by whom they belong to."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import httpx
import pytest

from channels.guards import DATA_POLICY
from channels.testing import LiveServer
from tests.channels.test_media import picture, png_claiming, sound
from tests.channels.test_rest import opened, problem_code

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def uploaded(
    client: httpx.AsyncClient, headers: dict[str, str], content: bytes, name: str = "file", **given: str
) -> httpx.Response:
    return await client.post("/v1/attachments", files={name: ("x.bin", content)}, headers={**headers, **given})


def files_below(server: LiveServer) -> set[Path]:
    return {path for path in (server.context.settings.data / "attachments").rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("content", "kind", "media_type"), [(picture("PNG"), "image", "image/png"), (sound(), "audio", "audio/wav")]
)
async def test_an_upload_is_kept_and_comes_back(
    client: httpx.AsyncClient, server: LiveServer, content: bytes, kind: str, media_type: str
) -> None:
    headers = server.headers()
    answer = await uploaded(client, headers, content, name="anything")
    kept = answer.json()
    assert answer.status_code == 201
    assert (kept["kind"], kept["media_type"], kept["size"]) == (kind, media_type, len(content))
    back = await client.get(f"/v1/attachments/{kept['id']}", headers=headers)
    assert (back.content, back.headers["content-type"]) == (content, media_type)
    assert back.headers["content-security-policy"].startswith("default-src 'none'")


SCRIPT = b"<html><script>fetch('/v1/tickets')</script></html>"


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (picture("JPEG") + SCRIPT, "image/jpeg"),
        (picture("PNG") + b"PK\x03\x04" + SCRIPT, "image/png"),
        (picture("GIF") + b"=1/*" + SCRIPT, "image/gif"),
    ],
)
async def test_a_picture_that_is_something_else_too_is_served_as_nothing_but_a_picture(
    client: httpx.AsyncClient, server: LiveServer, content: bytes, media_type: str
) -> None:
    headers = server.headers()
    file = ("../../evil.html", content, "text/html")
    kept = (await client.post("/v1/attachments", files={"file": file}, headers=headers)).json()
    back = await client.get(f"/v1/attachments/{kept['id']}", headers=headers)
    shown = ("content-type", "x-content-type-options", "content-disposition", "content-security-policy")
    assert [back.headers[name] for name in shown] == [media_type, "nosniff", "inline", DATA_POLICY]
    assert "evil" not in str(files_below(server))


async def test_nothing_among_the_product_pictures_is_a_page(client: httpx.AsyncClient, server: LiveServer) -> None:
    media = server.context.settings.data / "media"
    for name in ("page.html", "drawing.svg", "script.js"):
        (media / name).write_bytes(SCRIPT)
        served = await client.get(f"/media/{name}")
        policy = served.headers["content-security-policy"]
        assert (served.status_code, policy, served.headers["x-content-type-options"]) == (200, DATA_POLICY, "nosniff")


async def test_an_attachment_goes_with_a_message(client: httpx.AsyncClient, server: LiveServer) -> None:
    headers = server.headers()
    conversation = await opened(client, headers)
    kept = (await uploaded(client, headers, picture("JPEG"))).json()
    body = {"client_id": "m1", "attachments": [kept["id"]]}
    url = f"/v1/conversations/{conversation}"
    assert (await client.post(f"{url}/messages", json=body, headers=headers)).status_code == 200
    events = (await client.get(f"{url}/events", headers=headers)).json()
    said = next(event["event"] for event in events if event["event"]["type"] == "message_received")
    assert said["attachments"] == [{"id": kept["id"], "kind": "image", "media_type": "image/jpeg"}]


async def test_another_person_s_attachment_is_unknown_to_read_and_to_send(
    client: httpx.AsyncClient, server: LiveServer
) -> None:
    kept = (await uploaded(client, server.headers(), picture("PNG"))).json()
    stranger = server.headers()
    for name in (kept["id"], "att_unknown", "..%2Fsecret", "%00"):
        answer = await client.get(f"/v1/attachments/{name}", headers=stranger)
        assert problem_code(answer)[0] == 404
    conversation = await opened(client, stranger)
    body = {"client_id": "m1", "text": "hi", "attachments": [kept["id"]]}
    answer = await client.post(f"/v1/conversations/{conversation}/messages", json=body, headers=stranger)
    assert problem_code(answer) == (422, "attachment_refused")
    assert (await client.get(f"/v1/attachments/{kept['id']}", headers=server.headers("agent", "A1"))).status_code == 200


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", (422, "empty_file")),
        (b"MZ" + bytes(500), (415, "unsupported_file")),
        (b"\0\0\0\x18ftypheic" + bytes(100), (415, "heic_picture")),
        (picture("JPEG")[:-200], (422, "broken_picture")),
        (png_claiming(60_000, 60_000), (422, "picture_too_big")),
        (sound()[:100], (422, "broken_sound")),
        (bytes(11 * 1024 * 1024), (413, "too_large")),
    ],
)
async def test_a_file_that_is_wrong_is_refused_and_leaves_nothing(
    client: httpx.AsyncClient, server: LiveServer, content: bytes, expected: tuple[int, str]
) -> None:
    before = files_below(server)
    assert problem_code(await uploaded(client, server.headers(), content)) == expected
    assert files_below(server) == before


async def test_a_refusal_speaks_the_language_of_the_shopper(client: httpx.AsyncClient, server: LiveServer) -> None:
    answer = await uploaded(client, server.headers(), picture("PNG")[:60], **{"Accept-Language": "zh-CN"})
    assert answer.json()["detail"] == "图片已损坏，无法打开，请重新发送。"


@pytest.mark.parametrize(
    ("content", "media_type", "expected"),
    [
        (b"{}", "application/json", (415, "wrong_media_type")),
        (picture("PNG"), "image/png", (415, "wrong_media_type")),
        (b"no boundary", "multipart/form-data", (400, "malformed_upload")),
        (b"--x\r\nnonsense", "multipart/form-data; boundary=x", (400, "malformed_upload")),
        (b"--x--\r\n", "multipart/form-data; boundary=x", (400, "malformed_upload")),
        (b"", "multipart/form-data; boundary=x", (400, "malformed_upload")),
    ],
)
async def test_what_is_no_form_is_refused(
    client: httpx.AsyncClient, server: LiveServer, content: bytes, media_type: str, expected: tuple[int, str]
) -> None:
    headers = {**server.headers(), "Content-Type": media_type}
    assert problem_code(await client.post("/v1/attachments", content=content, headers=headers)) == expected


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
async def test_a_full_disk_is_told_and_nothing_is_left_behind(
    client: httpx.AsyncClient, server: LiveServer, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(number, "no room")

    before = files_below(server)
    monkeypatch.setattr("channels.attachments.os.fsync", full)
    assert problem_code(await uploaded(client, server.headers(), picture("PNG"))) == (507, "disk_full")
    monkeypatch.undo()
    assert files_below(server) == before
    assert (await uploaded(client, server.headers(), picture("PNG"))).status_code == 201


async def test_an_upload_needs_a_token(client: httpx.AsyncClient) -> None:
    answer: Any = await uploaded(client, {}, picture("PNG"))
    assert problem_code(answer) == (401, "unauthenticated")
