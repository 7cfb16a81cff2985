"""Params are plain values that survive JSON, and say no to what they do not know."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

import pytest
from pydantic import ValidationError

from headrace.errors import HeadraceError, RequestError
from headrace.runtime.run import run
from headrace.testing.setting import ContractSetting

if TYPE_CHECKING:
    from headrace.contracts.params import SupervisedParams
    from headrace.testing.trial import Trial

__all__ = ["ParamsChecks"]

_UNKNOWN = "no_such_param"


class ParamsChecks(ContractSetting):
    """Checks of the params model."""

    def test_params_survive_json(self, trial: Trial) -> None:
        """What a manifest records is what another run can be given."""
        params_type = cast("type[SupervisedParams]", trial.plugins.load_params(self.pipeline))
        params = params_type.model_validate(self.all_params())
        text = json.dumps(params.model_dump(mode="json"), allow_nan=False)
        again = params_type.model_validate(json.loads(text))
        assert again == params, (
            f"params change when they are written as JSON and read again: {params!r} becomes "
            f"{again!r}; let every field's JSON form be one that its validators accept and keep"
        )

    def test_params_are_described_by_a_schema(self, trial: Trial) -> None:
        """``describe`` and catalogs show every param with its meaning."""
        params_type = cast("type[SupervisedParams]", trial.plugins.load_params(self.pipeline))
        properties = params_type.model_json_schema()["properties"]
        silent = [name for name, about in properties.items() if not about.get("description")]
        assert not silent, (
            f"params without a description: {', '.join(silent)}; write a docstring below each field"
        )

    def test_params_never_change(self, trial: Trial) -> None:
        """A run records its params once, so nothing may change them later."""
        params_type = cast("type[SupervisedParams]", trial.plugins.load_params(self.pipeline))
        params = params_type.model_validate(self.all_params())
        try:
            params.seed = 7  # type: ignore[misc]  # it is frozen, which is the point
        except ValidationError:
            return
        pytest.fail(
            f"{params_type.__name__} lets its fields be set; keep frozen=True in its model_config"
        )

    def test_an_unknown_param_is_refused(self, trial: Trial) -> None:
        """A misspelt param is an error of the request, exit code 2, and nothing is trained."""
        params = {**self.all_params(), _UNKNOWN: 1}
        request = trial.training(trial.write([self.sample()]), "unknown-param", params)
        try:
            run(request, trial.plugins)
        except HeadraceError as error:
            assert isinstance(error, RequestError), (
                f"an unknown param gives exit code {error.exit_code}; wanted 2 (RequestError)"
            )
            assert _UNKNOWN in str(error), f"the message does not name the unknown param:\n{error}"
            return
        pytest.fail(
            f"a param named '{_UNKNOWN}' was accepted; keep extra='forbid' in the params' "
            "model_config"
        )
