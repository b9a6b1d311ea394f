"""What can go wrong below the tools."""

from __future__ import annotations


class KnowledgeError(Exception):
    """Base of every error that `knowledge` raises on purpose."""


class DatabaseBusyError(KnowledgeError):
    """Another process holds the database's write lock; nothing was written, the call may be repeated."""


class StorageFullError(KnowledgeError):
    """The disk is full; nothing was written."""


class DatabaseUnavailableError(KnowledgeError):
    """The database cannot be opened or reached."""


class ImportRefusedError(KnowledgeError):
    """The file as a whole cannot be imported (absent, not UTF-8, not the named format)."""


class ExportRefusedError(KnowledgeError):
    """The export cannot be written there (something else is in the way, or the folder may not be written)."""
