"""The pages and the product pictures: static files, and a reference of the HTTP interface without any outside request."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.responses import FileResponse, HTMLResponse
from starlette.staticfiles import StaticFiles

from channels.problems import ProblemError

WEB = Path(__file__).parent / "web"
PAGES = {
    "/": "shop",
    "/copilot": "copilot",
    "/desk": "desk",
    "/desk/statistics": "statistics",
    "/inspector": "inspector",
    "/team": "team",
}
"""Address of each page -> its folder below ``web/static``."""


def install(app: FastAPI, data: Path) -> None:
    """Serve pages, modules, the widget and the pictures."""
    for address, name in PAGES.items():
        app.add_api_route(address, _page(name), include_in_schema=False, response_class=HTMLResponse, methods=["GET"])
    app.add_api_route("/widget.js", _widget, include_in_schema=False)
    app.add_api_route("/docs", _reference(app), include_in_schema=False, response_class=HTMLResponse)
    app.mount("/static", StaticFiles(directory=WEB / "static", check_dir=False), name="static")
    app.mount("/media", StaticFiles(directory=data / "media", check_dir=False), name="media")


def _page(name: str) -> Any:
    candidates = (WEB / f"{name}.html", WEB / "static" / name / "index.html", WEB / "static" / f"{name}.html")

    async def page() -> FileResponse:
        for path in candidates:
            if path.is_file():
                return FileResponse(path, media_type="text/html; charset=utf-8", headers={"Cache-Control": "no-cache"})
        raise ProblemError("not_found")

    return page


async def _widget() -> FileResponse:
    return FileResponse(WEB / "widget.js", media_type="text/javascript", headers={"Cache-Control": "no-cache"})


_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c1c1c;background:#fff}"
    "code,pre{font:14px/1.4 ui-monospace,monospace}h2{margin-top:2rem;border-bottom:1px solid #ddd}"
    "pre{background:#f5f5f3;padding:.75rem;overflow:auto;border-radius:6px}.m{font-weight:700;color:#0b6e4f}"
    "summary{cursor:pointer;padding:.25rem 0}"
)


def _reference(app: FastAPI) -> Any:
    async def reference() -> HTMLResponse:
        return HTMLResponse("".join(_reference_html(app.openapi())))

    return reference


def _reference_html(schema: dict[str, Any]) -> Iterator[str]:
    title = html.escape(schema["info"]["title"])
    yield f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>'
    yield '<meta name="viewport" content="width=device-width,initial-scale=1">'
    yield f'<h1>{title}</h1><p>{html.escape(schema["info"]["description"])} <a href="/openapi.json">openapi.json</a></p>'
    by_tag: dict[str, list[tuple[str, str, dict[str, Any]]]] = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            by_tag.setdefault((operation.get("tags") or ["other"])[0], []).append((method, path, operation))
    for tag, operations in by_tag.items():
        yield f"<h2>{html.escape(tag)}</h2>"
        for method, path, operation in operations:
            yield from _operation_html(method, path, operation)
    yield "<h2>schemas</h2>"
    for name, body in schema.get("components", {}).get("schemas", {}).items():
        yield f'<details id="{html.escape(name)}"><summary><code>{html.escape(name)}</code></summary>{_json(body)}</details>'


def _operation_html(method: str, path: str, operation: dict[str, Any]) -> Iterator[str]:
    yield f'<details><summary><code><span class="m">{method.upper()}</span> {html.escape(path)}</code> '
    yield f"{html.escape(operation.get('description', ''))}</summary>"
    for part in ("parameters", "requestBody", "responses"):
        if part in operation:
            yield f"<p>{part}</p>{_json(operation[part])}"
    yield "</details>"


def _json(value: object) -> str:
    return f"<pre>{html.escape(json.dumps(value, indent=2, ensure_ascii=False))}</pre>"
