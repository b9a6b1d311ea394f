"""The shop's published help documents as MCP resources."""

from __future__ import annotations

from mcp import MCPError
from mcp_types import INVALID_PARAMS, ListResourcesResult, ReadResourceResult, Resource, TextResourceContents
from sqlmodel import col, select

from knowledge.db import Database
from knowledge.schema import Document

SCHEME = "xiaoer://help/"
MARKDOWN = "text/markdown"
PAGE = 100


async def list_documents(database: Database, cursor: str | None) -> ListResourcesResult:
    """Return a page of the published documents, by id."""
    published = select(Document).where(Document.status == "published").order_by(col(Document.id)).limit(PAGE + 1)
    if cursor is not None:
        published = published.where(col(Document.id) > cursor)
    async with database.read() as session:
        found = list((await session.exec(published)).all())
    page = found[:PAGE]
    return ListResourcesResult(
        resources=[_resource(document) for document in page], next_cursor=page[-1].id if len(found) > PAGE else None
    )


async def read_document(database: Database, uri: str) -> ReadResourceResult:
    """Return a published document.

    Raises:
        MCPError: there is none of that address.
    """
    async with database.read() as session:
        document = await session.get(Document, uri.removeprefix(SCHEME)) if uri.startswith(SCHEME) else None
    if document is None or document.status != "published":
        raise MCPError(INVALID_PARAMS, f"no help document {uri[:200]!r}: take an address from the list of resources")
    return ReadResourceResult(contents=[TextResourceContents(uri=uri, mime_type=MARKDOWN, text=document.body)])


def _resource(document: Document) -> Resource:
    return Resource(
        uri=f"{SCHEME}{document.id}",
        name=f"{document.slug}.{document.lang}",
        title=document.title,
        description=f"{document.kind}, {document.lang}",
        mime_type=MARKDOWN,
    )
