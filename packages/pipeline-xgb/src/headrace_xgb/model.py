"""The boosted trees, as a model that predicts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np
import pyarrow as pa
import xgboost as xgb

from headrace.contracts.digests import sha256
from headrace.contracts.json_text import parse_json
from headrace.contracts.summary import Summary, SummaryTable
from headrace.errors import ModelError
from headrace_xgb.trees import check_booster

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from headrace.data.features import Features

__all__ = ["OBJECTIVES", "XgbModel"]

_BOOSTER_FILE: Final = "model.ubj"
_FILE: Final = "xgb.json"
_FORMAT: Final = "headrace-xgb/booster/v1"

OBJECTIVES: Final = {"regression": "reg:squarederror", "binary": "binary:logistic"}
"""XGBoost's names of the objectives."""


class XgbModel:
    """A booster in XGBoost's own UBJSON, loaded to predict.

    Usable from several threads at once: XGBoost's `inplace_predict` is thread-safe as long as
    nothing else is called, so the booster is configured here, before anyone else has it.

    Parameters
    ----------
    names : sequence of str
        Of the features, in their order; within the booster they are f0, f1, f2….
    n_categories : sequence of int or None
        As many: a feature's number of categories, None for a number.
    objective : str
        One of `OBJECTIVES`.
    booster : bytes
        Of ``Booster.save_raw("ubj")``.

    Raises
    ------
    ValueError
        The booster is not one of these features and this objective, or XGBoost refuses it.
    """

    def __init__(
        self,
        names: Sequence[str],
        n_categories: Sequence[int | None],
        objective: str,
        booster: bytes,
    ) -> None:
        self.names = tuple(names)
        self.n_categories = tuple(n_categories)
        self.objective = objective
        self._bytes = booster
        check_booster(booster, len(self.names), OBJECTIVES[objective])
        self._booster = xgb.Booster({"nthread": 1}, model_file=bytearray(booster))
        if self._booster.num_features() != len(self.names):
            raise ValueError(
                f"the booster has {self._booster.num_features()} features; wanted {len(self.names)}"
            )
        config = json.loads(self._booster.save_config())
        found = config["learner"]["objective"]["name"]
        if found != OBJECTIVES[objective]:
            raise ValueError(f"the booster's objective is {found}; wanted {OBJECTIVES[objective]}")
        self._predict(np.full((1, len(self.names)), np.nan, np.float32))

    def predict(self, features: Features) -> pa.Array:
        """Return float32 predictions, shape (n,): probabilities of 1 for a binary target."""
        if not features.n_rows:  # XGBoost refuses an empty matrix
            return pa.array([], pa.float32())
        return pa.array(self._predict(features.matrix()))

    def summary(self) -> Summary:
        """Return by how much each feature has reduced the loss, and how often it splits."""
        gains: dict[str, Any] = self._booster.get_score(importance_type="total_gain")
        splits: dict[str, Any] = self._booster.get_score(importance_type="weight")
        rows = [
            (name, float(gains.get(f"f{index}", 0.0)), int(splits.get(f"f{index}", 0)))
            for index, name in enumerate(self.names)
        ]
        table = SummaryTable(
            title="Features by gain",
            columns=("feature", "total gain", "splits"),
            rows=tuple(sorted(rows, key=lambda row: -row[1])),
        )
        return Summary(facts={"n_trees": self._booster.num_boosted_rounds()}, tables=(table,))

    def _predict(self, matrix: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        prediction: npt.NDArray[np.float32] = self._booster.inplace_predict(
            matrix, validate_features=False
        )
        return prediction

    def state(self) -> dict[str, bytes]:
        """Return the booster as UBJSON, and what its features are as JSON."""
        description = {
            "format": _FORMAT,
            "objective": self.objective,
            "booster": sha256(self._bytes),
            "features": [
                {"name": name, "n_categories": n_categories}
                for name, n_categories in zip(self.names, self.n_categories, strict=True)
            ],
        }
        return {
            _BOOSTER_FILE: self._bytes,
            _FILE: json.dumps(description, indent=2).encode() + b"\n",
        }

    @classmethod
    def from_state(cls, state: Mapping[str, bytes]) -> Self:
        """Return the model of a state.

        The booster's digest comes first, because damaged bytes crash XGBoost's parser.

        Raises
        ------
        ModelError
            The state is damaged.
        """
        try:
            stored = parse_json(state[_FILE])
            if stored["format"] != _FORMAT:
                raise ValueError(f"format is {stored['format']!r}; wanted {_FORMAT!r}")
            names = [str(feature["name"]) for feature in stored["features"]]
            n_categories = [
                None if feature["n_categories"] is None else int(feature["n_categories"])
                for feature in stored["features"]
            ]
            booster = state[_BOOSTER_FILE]
            if sha256(booster) != stored["booster"]:
                raise ValueError(f"{_BOOSTER_FILE} is not the one that belongs to it")
            return cls(names, n_categories, stored["objective"], booster)
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            # XGBoostError, which is a ValueError, has a stack trace from its second line on.
            reason = f"{type(error).__name__}: {error}".partition("\n")[0]
            raise ModelError(f"The XGBoost model's {_FILE} is damaged: {reason}") from error
