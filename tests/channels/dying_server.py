"""``xiaoer serve`` that kills itself with -9 right after the first confirmed effect: between tool call and reply."""

from __future__ import annotations

import os
import signal

from channels.cli import main
from knowledge.types import Lang
from tools.base import Identity, Outcome
from tools.executor import Executor

_confirm = Executor.confirm


async def _confirm_and_die(self: Executor, proposal_id: str, identity: Identity, *, lang: Lang = "en") -> Outcome:
    await _confirm(self, proposal_id, identity, lang=lang)
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("unreachable")


if __name__ == "__main__":
    Executor.confirm = _confirm_and_die  # type: ignore[method-assign]
    main()
