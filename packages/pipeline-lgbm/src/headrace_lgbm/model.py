"""The boosted trees, as a model that predicts."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Final, Self

import lightgbm as lgb
import pyarrow as pa

from headrace.contracts.digests import sha256
from headrace.contracts.json_text import parse_json
from headrace.contracts.summary import Summary, SummaryTable
from headrace.errors import ModelError
from headrace_lgbm.rows import matrix_of
from headrace_lgbm.text import check_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from headrace.data.features import Features

__all__ = ["OBJECTIVES", "LgbmModel"]

_BOOSTER_FILE: Final = "model.txt"
_FILE: Final = "lgbm.json"
_FORMAT: Final = "headrace-lgbm/booster/v1"

OBJECTIVES: Final = {"regression": "regression", "binary": "binary sigmoid:1"}
"""How LightGBM's text names the objectives."""

# LightGBM prints its messages to the standard output, where results belong, unless told otherwise.
lgb.register_logger(logging.getLogger("headrace_lgbm.lightgbm"), info_method_name="debug")


class LgbmModel:
    """A booster in LightGBM's own text, loaded to predict.

    Usable from several threads at once: LightGBM locks a booster against changes while it predicts.

    Parameters
    ----------
    names : sequence of str
        Of the features, in their order; within the booster they are Column_0, Column_1….
    n_categories : sequence of int or None
        As many: a feature's number of categories, None for a number.
    objective : str
        One of `OBJECTIVES`.
    text : str
        Of `headrace_lgbm.text.text_of`.

    Raises
    ------
    ValueError
        The text is damaged, or is not one of these features and this objective.
    lightgbm.basic.LightGBMError
        LightGBM refuses it.
    """

    def __init__(
        self,
        names: Sequence[str],
        n_categories: Sequence[int | None],
        objective: str,
        text: str,
    ) -> None:
        self.names = tuple(names)
        self.n_categories = tuple(n_categories)
        self.objective = objective
        self._text = text
        check_text(text, len(self.names), OBJECTIVES[objective])
        self._booster = lgb.Booster(model_str=text)

    def predict(self, features: Features) -> pa.Array:
        """Return float64 predictions, shape (n,): probabilities of 1 for a binary target."""
        return pa.array(self._booster.predict(matrix_of(features), num_threads=1))

    def summary(self) -> Summary:
        """Return by how much each feature has reduced the loss, and how often it splits."""
        gains = self._booster.feature_importance("gain").tolist()
        splits = self._booster.feature_importance("split").tolist()
        rows = list(zip(self.names, gains, splits, strict=True))
        table = SummaryTable(
            title="Features by gain",
            columns=("feature", "total gain", "splits"),
            rows=tuple(sorted(rows, key=lambda row: -row[1])),
        )
        return Summary(facts={"n_trees": self._booster.num_trees()}, tables=(table,))

    def state(self) -> dict[str, bytes]:
        """Return the booster as text, and what its features are as JSON."""
        text = self._text.encode()
        description = {
            "format": _FORMAT,
            "objective": self.objective,
            "booster": sha256(text),
            "features": [
                {"name": name, "n_categories": n_categories}
                for name, n_categories in zip(self.names, self.n_categories, strict=True)
            ],
        }
        return {_BOOSTER_FILE: text, _FILE: json.dumps(description, indent=2).encode() + b"\n"}

    @classmethod
    def from_state(cls, state: Mapping[str, bytes]) -> Self:
        """Return the model of a state.

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
            text = state[_BOOSTER_FILE]
            if sha256(text) != stored["booster"]:
                raise ValueError(f"{_BOOSTER_FILE} is not the one that belongs to it")
            return cls(names, n_categories, stored["objective"], text.decode())
        except (
            *(KeyError, ValueError, TypeError, AttributeError),
            lgb.basic.LightGBMError,
        ) as error:
            reason = f"{type(error).__name__}: {error}".partition("\n")[0]
            raise ModelError(f"The LightGBM model is damaged: {reason}") from error
