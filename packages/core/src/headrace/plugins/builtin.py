"""The transforms that come with Headrace, registered through the same hook as anyone's."""

from __future__ import annotations

from headrace.plugins.specs import TransformSpec, hookimpl

__all__ = ["headrace_register_transforms"]


@hookimpl
def headrace_register_transforms() -> list[TransformSpec]:
    """Register the built-in transforms."""
    return [
        TransformSpec(
            "calendar",
            "Parts of a timestamp as numbers: month, day, weekday, hour and more.",
            load="headrace.transforms.calendar:Calendar",
        ),
        TransformSpec(
            "impute",
            "Put the mean of the training rows, or a constant, where a number is missing.",
            load="headrace.transforms.impute:Impute",
        ),
        TransformSpec(
            "one_hot",
            "One column of 0 and 1 for each category but the first.",
            load="headrace.transforms.one_hot:OneHot",
        ),
        TransformSpec(
            "ordinal",
            "Categories as codes, in sorted order; unknown and null are missing.",
            load="headrace.transforms.ordinal:Ordinal",
        ),
        TransformSpec(
            "standardize",
            "Subtract the mean of the training rows and divide by their standard deviation.",
            load="headrace.transforms.standardize:Standardize",
        ),
    ]
