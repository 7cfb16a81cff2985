"""Params of a flow: what whoever starts it may set, with a type and a default."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator

from headrace.errors import RequestError, raise_all
from headrace.plugins.suggest import suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FlowParam", "ParamValue", "param_values"]

ParamValue = bool | int | float | str

_TRUE_AND_FALSE: Final = {"true": True, "false": False}


class FlowParam(BaseModel):
    """One param; it always has a default, so that a flow can start by itself."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True
    )

    type: Literal["string", "integer", "number", "boolean"]
    """Of the value."""
    default: ParamValue
    """The value where nobody says another."""
    minimum: float | None = None
    """Least value of a number."""
    maximum: float | None = None
    """Greatest value of a number."""
    description: str = ""
    """For people."""

    @model_validator(mode="after")
    def _check_default(self) -> Self:
        numeric = self.type in ("integer", "number")
        if not numeric and (self.minimum is not None or self.maximum is not None):
            raise ValueError(f"a {self.type} has no minimum or maximum")
        if not self._fits(self.default):
            raise ValueError(f"the default {self.default!r} is not of type {self.type}")
        self.check(self.default)
        return self

    def _fits(self, value: ParamValue) -> bool:
        match self.type:
            case "string":
                return isinstance(value, str)
            case "boolean":
                return isinstance(value, bool)
            case "integer":
                return isinstance(value, int) and not isinstance(value, bool)
            case "number":
                return isinstance(value, int | float) and not isinstance(value, bool)

    def check(self, value: ParamValue) -> ParamValue:
        """Return a value if the param may have it.

        Raises
        ------
        ValueError
            Its type is another, or it is out of range.
        """
        if not self._fits(value):
            raise ValueError(f"{value!r} is not of type {self.type}")
        if isinstance(value, int | float):
            if self.minimum is not None and value < self.minimum:
                raise ValueError(f"{value} is less than the minimum {self.minimum:g}")
            if self.maximum is not None and value > self.maximum:
                raise ValueError(f"{value} is more than the maximum {self.maximum:g}")
        return value

    def read(self, text: str) -> ParamValue:
        """Return the value that a text on the command line stands for; raises as `check`."""
        value: ParamValue = text
        try:
            if self.type == "integer":
                value = int(text)
            elif self.type == "number":
                value = float(text)
            elif self.type == "boolean":
                value = _TRUE_AND_FALSE[text.lower()]
        except (ValueError, KeyError):
            wanted = "true or false" if self.type == "boolean" else f"of type {self.type}"
            raise ValueError(f"'{text}' is not {wanted}") from None
        return self.check(value)


def param_values(
    declared: Mapping[str, FlowParam], given: Mapping[str, ParamValue | str]
) -> dict[str, ParamValue]:
    """Return the value of every param: as given, or its default.

    Parameters
    ----------
    declared : mapping
        The flow's params.
    given : mapping
        Values by name; texts are read as the param's type.

    Raises
    ------
    RequestError
        With every unknown name and every value that does not fit.
    """
    values = {name: param.default for name, param in declared.items()}
    faults = []
    for name, value in given.items():
        if name not in declared:
            hint = suggestion(name, declared) or f"it has: {', '.join(declared) or 'none'}"
            faults.append(RequestError(f"The flow has no param '{name}'", "--param", hint))
            continue
        try:
            param = declared[name]
            values[name] = param.read(value) if isinstance(value, str) else param.check(value)
        except ValueError as error:
            faults.append(RequestError(f"Param '{name}': {error}", f"--param {name}={value}"))
    raise_all(faults)
    return values
