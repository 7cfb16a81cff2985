"""What steps publish under: the names, and whether they can be names."""

from __future__ import annotations

from typing import Final

from headrace.contracts.references import is_name

__all__ = ["address_problem"]

_LONGEST: Final = 128
_BAD_ROWS: Final = ".quarantine"


def address_problem(flow: str, step: str) -> str:
    """Return why nothing can be published for a flow and a step, or an empty text.

    Both may be good names and too long together.
    """
    name = f"{flow}.{step}"
    longest = f"{name}{_BAD_ROWS}"
    if len(longest) <= _LONGEST:
        return "" if is_name(longest) else f"nothing can be published as '{name}'"
    return (
        f"it would publish '{name}', and bad rows as '{longest}': {len(longest)} characters, at "
        f"most {_LONGEST}; shorten the name of the flow or of the step"
    )
