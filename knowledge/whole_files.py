"""Files that are there whole or not at all."""

from __future__ import annotations

from pathlib import Path


def write_whole(path: Path, data: bytes) -> None:
    """Put `data` in the place of a file; whoever reads meanwhile finds the old one.

    Raises:
        OSError: it could not be written; the old file stays, and nothing of the new one.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    try:
        fresh.write_bytes(data)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)  # half a file on a full disk takes the room of others
