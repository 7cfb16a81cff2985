"""A model whose state is a few numbers: written and checked without any code of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from headrace.contracts.json_text import parse_json
from headrace.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["JsonModel"]

_FILE: Final = "model.json"


class JsonModel(BaseModel):
    """A model whose fields are its state, saved as JSON and checked by their types when loaded.

    A subclass declares the fields and gives ``predict``; see `headrace.Model`. All floats have to
    be finite, and their decimal digits restore the same bits. Give it a field
    ``format: Literal["NAME/v1"] = "NAME/v1"``, so that a state of another kind is refused.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def state(self) -> dict[str, bytes]:
        """Return the fields as one file, ``model.json``."""
        return {_FILE: self.model_dump_json(indent=2).encode() + b"\n"}

    @classmethod
    def from_state(cls, state: Mapping[str, bytes]) -> Self:
        """Return the model of a state.

        Raises
        ------
        ModelError
            The file is missing, or does not hold fields of the right types.
        """
        if _FILE not in state:
            raise ModelError(f"The model has no {_FILE}")
        try:
            model = cls.model_validate_json(state[_FILE], strict=True)
            parse_json(state[_FILE])  # refuses a name that is there twice
        except ValidationError as error:
            fault = error.errors()[0]
            place = ".".join(map(str, fault["loc"])) or "all of it"
            raise ModelError(
                f"The model's {_FILE} is damaged: {fault['msg']}", where=place
            ) from error
        except ValueError as error:
            raise ModelError(f"The model's {_FILE} is damaged: {error}") from error
        return model
