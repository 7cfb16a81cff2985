"""Which image a step runs in: the flow names it, the environment says where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headrace.errors import RequestError
from headrace.plugins.suggest import suggestion
from headrace_orchestration.flow import WaitStep

if TYPE_CHECKING:
    from collections.abc import Iterator

    from headrace_orchestration.environment import Environment
    from headrace_orchestration.faults import Fault
    from headrace_orchestration.load import LoadedFlow
    from headrace_orchestration.yaml_source import Location

__all__ = ["find_image", "image_faults"]


def find_image(name: str | None, environment: Environment) -> str:
    """Return the repository and digest of an image.

    Raises
    ------
    RequestError
        No image is named, or the environment knows none of that name.
    """
    if name is None:
        raise RequestError("No image is named to run in", fix="name one as 'image'")
    known = environment.images
    if name not in known:
        raise RequestError(
            f"There is no image '{name}'",
            where="images of the environment",
            fix=suggestion(name, known) or f"there are: {', '.join(known) or 'none'}",
        )
    return known[name]


def image_faults(loaded: LoadedFlow, environment: Environment) -> Iterator[Fault]:
    """Yield a fault for each image that is missing, where steps run in images."""
    if environment.runtime != "kubernetes":
        return
    flow = loaded.flow
    places: dict[str | None, Location] = {}
    for name, step in flow.steps.items():
        if not isinstance(step, WaitStep):
            at: Location = ("steps", name, "image") if step.image else ("image",)
            places.setdefault(flow.image_of(name), at)
    for image, place_of in places.items():
        try:
            find_image(image, environment)
        except RequestError as error:
            place = loaded.source.place(place_of)
            yield loaded.source.fault(
                place_of, f"{place}: {error.what[:1].lower()}{error.what[1:]}; {error.fix}"
            )
