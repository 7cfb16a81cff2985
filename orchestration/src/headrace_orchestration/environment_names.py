"""Find an environment by its name: ``prod`` is ``envs/prod.yaml`` beside the flows."""

from __future__ import annotations

from pathlib import Path

from headrace.errors import RequestError
from headrace.plugins.suggest import suggestion

__all__ = ["find_environment"]

_FOLDER = "envs"


def find_environment(text: str | None, flow: Path) -> Path | None:
    """Return an environment's file.

    Parameters
    ----------
    text : str or None
        A file, or the name of one in the folder ``envs`` beside the flow file, in the folder above
        it, or here.
    flow : Path
        The flow file.

    Raises
    ------
    RequestError
        There is no environment of that name.
    """
    if text is None:
        return None
    if Path(text).exists() or "/" in text or text.endswith((".yaml", ".yml")):
        return Path(text)
    places = [place / _FOLDER for place in (flow.parent, flow.parent / "..", Path())]
    for place in places:
        if (place / f"{text}.yaml").is_file():
            return place / f"{text}.yaml"
    known = sorted({file.stem for place in places for file in place.glob("*.yaml")})
    raise RequestError(
        f"There is no environment '{text}'",
        where=", ".join(str(place) for place in places),
        fix=suggestion(text, known) or f"there are: {', '.join(known) or 'none'}",
    )
