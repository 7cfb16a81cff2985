"""Params of linear regression; light."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from headrace.contracts.params import UpdatableParams

__all__ = ["LinregParams"]

Penalty = Annotated[float, Field(ge=0, allow_inf_nan=False)]
_FEWEST_FOLDS = 2


class LinregParams(UpdatableParams):
    """Params of linear regression.

    A string column without a transform becomes one_hot with a dropped reference level. A number
    that is missing makes a row bad, unless a transform such as impute handles it.
    """

    solved_again: ClassVar[frozenset[str]] = frozenset({"intercept", "ridge", "collinear"})
    """All are settled when the sums are solved."""

    intercept: bool = True
    """Whether a constant is fitted beside the coefficients."""

    ridge: Penalty | Annotated[tuple[Penalty, ...], Field(min_length=1)] = 0.0
    """Penalty: this times the sum of squared coefficients (not the intercept's) is added to the
    (weighted) sum of squared errors. Of a list, the best by cross-validation is taken."""

    collinear: Literal["error", "drop"] = "error"
    """What becomes of a feature that is a linear combination of those before it."""

    @model_validator(mode="after")
    def _check_path(self) -> Self:
        if isinstance(self.ridge, tuple) and self.folds < _FEWEST_FOLDS:
            raise ValueError(
                f"ridge is a list, to choose from by cross-validation, and folds is {self.folds}; "
                "wanted one number, or folds of 2 and more"
            )
        return self
