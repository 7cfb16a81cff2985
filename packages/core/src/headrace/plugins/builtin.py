"""The transforms that come with Headrace, registered through the same hook as anyone's."""

from __future__ import annotations

from headrace.plugins.specs import TransformSpec, hookimpl

__all__ = ["headrace_register_transforms"]


@hookimpl
def headrace_register_transforms() -> list[TransformSpec]:
    """Register the built-in transforms."""
    return [
        TransformSpec(
            "bucketize",
            "Which of several ranges a number is in, as indicators or codes.",
            load="headrace.transforms.bucketize:Bucketize",
        ),
        TransformSpec(
            "calendar",
            "Parts of a timestamp as numbers: month, day, weekday, hour and more; or cyclic.",
            load="headrace.transforms.calendar:Calendar",
        ),
        TransformSpec(
            "clip",
            "Set what is beyond two bounds, or two quantiles, to the bounds.",
            load="headrace.transforms.clip:Clip",
        ),
        TransformSpec(
            "drop",
            "Take a column away, whatever it holds.",
            load="headrace.transforms.drop:Drop",
        ),
        TransformSpec(
            "hash",
            "Text to a fixed number of buckets by a stable hash, as indicators or codes.",
            load="headrace.transforms.hash:Hash",
        ),
        TransformSpec(
            "impute",
            "Put mean, median, most frequent value or a constant where one is missing.",
            load="headrace.transforms.impute:Impute",
        ),
        TransformSpec(
            "log",
            "The natural logarithm of a number, or of 1 + a number.",
            load="headrace.transforms.log:Log",
        ),
        TransformSpec(
            "min_max",
            "Map the training rows' range to 0 to 1, or to another.",
            load="headrace.transforms.min_max:MinMax",
        ),
        TransformSpec(
            "one_hot",
            "One column of 0 and 1 for each category but the first.",
            load="headrace.transforms.one_hot:OneHot",
        ),
        TransformSpec(
            "interaction",
            "Products with other features; learns nothing, and comes last.",
            load="headrace.transforms.interaction:Interaction",
        ),
        TransformSpec(
            "ordinal",
            "Categories as codes, in sorted order; unknown and null are missing.",
            load="headrace.transforms.ordinal:Ordinal",
        ),
        TransformSpec(
            "robust_scale",
            "Subtract the median of the training rows and divide by their interquartile range.",
            load="headrace.transforms.robust_scale:RobustScale",
        ),
        TransformSpec(
            "standardize",
            "Subtract the mean of the training rows and divide by their standard deviation.",
            load="headrace.transforms.standardize:Standardize",
        ),
        TransformSpec(
            "target_encode",
            "A category as the mean target of other rows that have it: out of fold in training.",
            load="headrace.transforms.target_encode:TargetEncode",
        ),
    ]
