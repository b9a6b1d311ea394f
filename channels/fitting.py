"""Fitting a shop's models beside ``serve``: after the first start, on its own data, in a process of its own.

A process, because fitting would take the interpreter from the shoppers who wait; at low priority and with one thread. What it
puts in service is found by `tools.fitted.Models` by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import sys
from collections.abc import AsyncIterator

from channels.beside import beside
from channels.settings import Settings
from knowledge.types import new_id
from tools.base import Identity, Outcome, ToolCall
from tools.capabilities import CAPABILITIES
from tools.executor import Executor
from tools.fitted import FittedError, ModelStore

logger = logging.getLogger(__name__)
TIERS_EVERY_S = 86_400.0


@contextlib.asynccontextmanager
async def fitted_beside(settings: Settings) -> AsyncIterator[None]:
    """Fit what was never fitted while the block runs; what is not done by its end is dropped."""
    async with beside(fit_missing(settings)):
        yield


async def fit_missing(settings: Settings) -> None:
    """Fit the models of which there is no version yet, one after the other."""
    if not settings.fit_models:
        return
    for name in CAPABILITIES:
        try:
            if ModelStore(settings.data, name).versions():
                continue
            await _fit(name, settings)
        except (FittedError, OSError):
            logger.exception("could not fit %s", name)


async def _fit(name: str, settings: Settings) -> None:
    patient = ["nice", "-n", "10"] if shutil.which("nice") else []
    command = [*patient, sys.executable, "-m", "channels", "models", "fit", name, "--shop", str(settings.data)]
    process = await asyncio.create_subprocess_exec(
        *command,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        said, complained = await process.communicate()
    except asyncio.CancelledError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        raise
    if process.returncode == 0:
        logger.info("fitted %s", said.decode(errors="replace").partition("\n")[0])
    else:
        logger.warning("%s was not fitted, its baseline goes on: %s", name, complained.decode(errors="replace").strip())


@contextlib.asynccontextmanager
async def tiers_kept(settings: Settings, executor: Executor) -> AsyncIterator[None]:
    """Give customers the tiers that their orders earn, now and every `TIERS_EVERY_S` while the block runs, where the settings say so."""
    async with beside(_keep_tiers(executor) if settings.update_tiers else None):
        yield


async def _keep_tiers(executor: Executor) -> None:
    while True:
        outcome = await update_tiers(executor)
        logger.info("customers' tiers: %s %s", outcome.status, outcome.code)
        await asyncio.sleep(TIERS_EVERY_S)


async def update_tiers(executor: Executor) -> Outcome:
    """Propose the tiers and execute them; that ``XIAOER_UPDATE_TIERS`` is set is the shop owner's consent to it."""
    keeper = Identity(role="merchant", subject="XIAOER_UPDATE_TIERS")
    outcome = await executor.call(ToolCall("update_tiers", {}), keeper, idempotency_key=new_id("tiers"))
    if outcome.proposal_id is None:
        return outcome
    return await executor.confirm(outcome.proposal_id, keeper)
