"""LightGBM's text of a booster: what of it is kept, and what it must be before it is loaded.

LightGBM trusts the numbers in a text as it would its own memory: a child or feature that is not
there crashes the process. So they are checked first, each where LightGBM uses it as an index.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import lightgbm as lgb
    import numpy.typing as npt

__all__ = ["check_text", "has_splits", "text_of"]

_END: Final = "\nend of trees\n"
_TREE: Final = "\nTree="
_TREE_SIZES: Final = re.compile(r"^tree_sizes=.*\n", re.MULTILINE)
_FIELD: Final = re.compile(r"([a-z_]+)=([ -<>-~]*)")  # printable ASCII but for another =
_INTEGERS: Final = re.compile(r"[-0-9 ]*")
_FLOATS: Final = re.compile(r"[-+.e0-9 inf]*")


def text_of(booster: lgb.Booster) -> str:
    """Return a booster's text to the end of its trees, a pure function of data and params.

    What follows has the number of threads in it, and nothing that predictions need. Neither do they
    need the sizes of trees, by which LightGBM reads them in parallel: there, a fault in a tree ends
    the process, while in a row it is an error.
    """
    text = booster.model_to_string()
    return _TREE_SIZES.sub("", text[: text.index(_END)] + _END, count=1)


def has_splits(text: str) -> bool:
    """Whether any tree has a split."""
    return re.search(r"^num_leaves=(?!1$)", text, re.MULTILINE) is not None


def check_text(text: str, n_features: int, objective: str) -> None:
    """Check that LightGBM can load a text and predict by it.

    Parameters
    ----------
    text : str
        As `text_of` returns it.
    n_features : int
    objective : str
        As the text must name it.

    Raises
    ------
    ValueError, KeyError
        It cannot.
    """
    if not (text.startswith("tree\n") and text.endswith(_END)):
        raise ValueError("it does not go from 'tree' to 'end of trees'")
    header, *trees = text.removeprefix("tree\n").removesuffix(_END).split(_TREE)
    fields = _fields(header)
    for name, wanted in {
        "num_class": "1",
        "num_tree_per_iteration": "1",
        "max_feature_idx": str(n_features - 1),
        "objective": objective,
    }.items():
        if fields[name] != wanted:
            raise ValueError(f"{name} is {fields[name]}; wanted {wanted}")
    if "tree_sizes" in fields:
        raise ValueError("it has tree_sizes")
    for number, tree in enumerate(trees):
        start, _, lines = tree.partition("\n")
        try:
            if start != str(number):
                raise ValueError(f"its number is {start}")
            _check_tree(_fields(lines), n_features)
        except (KeyError, ValueError) as error:
            raise ValueError(f"tree {number}: {error}") from error


def _check_tree(tree: Mapping[str, str], n_features: int) -> None:
    n_leaves = int(_integers(tree, "num_leaves", 1)[0])
    if not np.isfinite(_floats(tree, "leaf_value", n_leaves)).all():
        raise ValueError("a leaf_value is not finite")
    if tree["is_linear"] != "0":
        raise ValueError(f"is_linear is {tree['is_linear']}; wanted 0")
    if n_leaves == 1:
        return
    n_splits = n_leaves - 1
    children = np.array([_integers(tree, f"{side}_child", n_splits) for side in ("left", "right")])
    # Splits count from 0, leaves down from -1; each but the first split is a child, once.
    if not np.array_equal(np.sort(children, axis=None), np.r_[-n_leaves:0, 1:n_splits]):
        raise ValueError("its children are not those of a tree")
    if ((children >= 0) & (children <= np.arange(n_splits))).any():
        raise ValueError("a split comes before its parent")
    _check_range("split_feature", _integers(tree, "split_feature", n_splits), n_features)
    decisions = _integers(tree, "decision_type", n_splits)
    _check_range("decision_type", decisions, 16)
    _check_sets(tree, _floats(tree, "threshold", n_splits)[decisions % 2 == 1])


def _check_sets(tree: Mapping[str, str], thresholds: npt.NDArray[np.float64]) -> None:
    """Check splits by categories: the threshold of each is the number of a set of bits."""
    n_sets = int(_integers(tree, "num_cat", 1)[0])
    _check_range("threshold", thresholds, n_sets)
    if n_sets:
        bounds = _integers(tree, "cat_boundaries", n_sets + 1)
        if bounds[0] != 0 or (np.diff(bounds) < 0).any():
            raise ValueError("cat_boundaries do not ascend from 0")
        _integers(tree, "cat_threshold", int(bounds[-1]))


def _check_range(name: str, values: npt.NDArray[Any], stop: int) -> None:
    if not ((values >= 0) & (values < stop)).all():
        raise ValueError(f"a {name} is not within 0 to {stop - 1}")


def _integers(tree: Mapping[str, str], name: str, n: int) -> npt.NDArray[np.int64]:
    return np.array(_values(tree, name, n, _INTEGERS), np.int64)


def _floats(tree: Mapping[str, str], name: str, n: int) -> npt.NDArray[np.float64]:
    return np.array(_values(tree, name, n, _FLOATS), np.float64)


def _values(tree: Mapping[str, str], name: str, n: int, form: re.Pattern[str]) -> list[str]:
    values = tree[name].split()
    if len(values) != n or not form.fullmatch(tree[name]):
        raise ValueError(f"{name} is not {n} numbers")
    return values


def _fields(block: str) -> dict[str, str]:
    """Return the fields of a block, each line of which is one."""
    fields: dict[str, str] = {}
    for line in block.rstrip("\n").split("\n"):
        field = _FIELD.fullmatch(line)
        if field is None or field[1] in fields:
            raise ValueError(f"{line[:40]!r} is not a new field")
        fields[field[1]] = field[2]
    return fields
