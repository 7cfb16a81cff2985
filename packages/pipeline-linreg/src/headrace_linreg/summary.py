"""What a linear model says of itself, as `headrace models show` prints it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from headrace.contracts.summary import Summary, SummaryTable
from headrace_linreg.distributions import f_probability, t_probability, t_quantile

if TYPE_CHECKING:
    from headrace.contracts.summary import Cell
    from headrace_linreg.inference import Inference, Precision
    from headrace_linreg.model import LinearModel

__all__ = ["INTERCEPT", "LEVEL", "summary_of"]

INTERCEPT: Final = "(intercept)"
LEVEL: Final = 0.95
"""Of the confidence intervals."""


def summary_of(model: LinearModel) -> Summary:
    """Return facts about the fit, the table of coefficients, and the ridge path if there is one."""
    inference = model.inference
    if inference is None:
        return Summary(tables=(_coefficients(model, None, 0),))
    precision = inference.precision
    tables = [_coefficients(model, precision, inference.degrees_of_freedom)]
    if inference.path:
        tables.append(_path(inference))
    return Summary(facts=_facts(inference), tables=tuple(tables))


def _facts(inference: Inference) -> dict[str, Cell]:
    facts: dict[str, Cell] = {
        "n_rows": inference.n_rows,
        "n_coefficients": inference.n_coefficients,
    }
    if inference.ridge:
        facts["effective_coefficients"] = inference.effective_coefficients
        facts["ridge"] = inference.ridge
    facts["condition"] = inference.condition
    facts["r2"] = inference.r2
    if inference.precision is not None:
        facts["adjusted_r2"] = inference.adjusted_r2
        facts["residual_error"] = inference.precision.residual_error
        facts["degrees_of_freedom"] = inference.degrees_of_freedom
    if inference.f is not None:
        degrees = inference.f_degrees, inference.degrees_of_freedom
        facts["f"] = inference.f
        facts["f_degrees"] = inference.f_degrees
        facts["f_p"] = f_probability(inference.f, *degrees)
    return facts


def _coefficients(model: LinearModel, precision: Precision | None, rest: int) -> SummaryTable:
    named = list(
        zip((INTERCEPT, *model.names), (model.intercept, *model.coefficients), strict=True)
    )
    if precision is None:
        return SummaryTable(
            title="Coefficients", columns=("feature", "coefficient"), rows=tuple(named)
        )
    errors = dict(zip(precision.terms, precision.standard_errors, strict=True))
    ends = tuple(f"{end} {LEVEL:.0%}" for end in ("lower", "upper"))
    return SummaryTable(
        title="Coefficients",
        columns=("feature", "coefficient", "standard error", "t", "p", *ends),
        rows=tuple(
            (name, value, *_precision_of(value, errors.get(term), rest))
            for term, (name, value) in enumerate(named)
        ),
    )


def _precision_of(value: float, error: float | None, rest: int) -> tuple[float | None, ...]:
    """Return standard error, t, p and the ends of the confidence interval, as far as they are."""
    if error is None:
        return (None,) * 5
    width = t_quantile(rest, LEVEL) * error
    if not error:
        return (error, None, None, value, value)
    t = value / error
    return (error, t, t_probability(t, rest), value - width, value + width)


def _path(inference: Inference) -> SummaryTable:
    return SummaryTable(
        title="Ridge path, by cross-validation",
        columns=("ridge", "rmse", "rmse_std", "chosen"),
        rows=tuple(
            (step.ridge, step.rmse, step.rmse_std, "*" if step.ridge == inference.ridge else "")
            for step in inference.path
        ),
    )
