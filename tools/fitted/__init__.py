"""Models that are fitted on data: what one must be able to do, how versions are kept, compared and put in service.

A capability (`tools.pricing`, `tools.risk`, ...) writes one `Capability`; a line in `tools.capabilities` makes it known to
``xiaoer models``, to the fitting beside ``serve`` and to the tools.
"""

from tools.fitted.capability import Capability, Progress, Score
from tools.fitted.errors import DataError, FittedError, TooLittleDataError, VersionError
from tools.fitted.refit import Refit, evaluate, refit
from tools.fitted.service import InService, Models
from tools.fitted.store import ModelStore, Version

__all__ = [
    "Capability",
    "DataError",
    "FittedError",
    "InService",
    "ModelStore",
    "Models",
    "Progress",
    "Refit",
    "Score",
    "TooLittleDataError",
    "Version",
    "VersionError",
    "evaluate",
    "refit",
]
