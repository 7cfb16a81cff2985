"""Run a request: check it, do it by its mode or its own graph, return the manifest."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from headrace.plugins.specs import GraphSpec
from headrace.runtime.check import check_request

if TYPE_CHECKING:
    from collections.abc import Collection

    from headrace.contracts.manifest import Manifest
    from headrace.contracts.request import Request
    from headrace.plugins.manager import Plugins
    from headrace.runtime.check import Work

__all__ = ["run"]

_log = logging.getLogger(__name__)


def run(
    request: Request, plugins: Plugins, disabled: Collection[str] = ()
) -> tuple[Manifest, bool]:
    """Carry out a request.

    Parameters
    ----------
    request : Request
    plugins : Plugins
    disabled : collection of str
        Plugins that are switched off; workers leave them out as well.

    Returns
    -------
    Manifest
        Of what was published.
    bool
        Whether an earlier run had done it already.

    Raises
    ------
    HeadraceError
    """
    work = check_request(request, plugins, datetime.now(UTC))
    if work.done is not None:
        _log.info("already done: %s", work.done.address)
        return work.done, True
    return _carry_out(work, frozenset(disabled)), False


def _carry_out(work: Work, disabled: frozenset[str]) -> Manifest:
    if isinstance(work.plugins.pipeline(work.request.pipeline), GraphSpec):
        from headrace.runtime.graph import run_graph  # noqa: PLC0415 - imports Beam

        return run_graph(work)
    match work.request.mode:
        case "train":
            from headrace.runtime.train import run_train  # noqa: PLC0415 - imports Beam

            return run_train(work, disabled)
        case "score":
            from headrace.runtime.score import run_score  # noqa: PLC0415 - imports Beam

            return run_score(work, disabled)
        case "evaluate":
            from headrace.runtime.evaluate import run_evaluate  # noqa: PLC0415 - imports Beam

            return run_evaluate(work, disabled)
