"""What a booster's UBJSON must be before XGBoost sees it.

XGBoost goes by the numbers in it without looking: a child, feature or category that is not there
crashes the process. So each number that is an index is checked first.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from headrace_xgb.ubjson import parse_ubjson

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

__all__ = ["check_booster"]

_NO_PARENT: Final = 2**31 - 1
_CATEGORY_LIMIT: Final = 2**24
_OF_A_NODE: Final = {
    "base_weights": ">f4",
    "default_left": "u1",
    "left_children": ">i4",
    "loss_changes": ">f4",
    "parents": ">i4",
    "right_children": ">i4",
    "split_conditions": ">f4",
    "split_indices": ">i4",
    "split_type": "u1",
    "sum_hessian": ">f4",
}
_OF_CATEGORIES: Final = {
    "categories": ">i4",
    "categories_nodes": ">i4",
    "categories_segments": ">i8",
    "categories_sizes": ">i8",
}


def check_booster(data: bytes, n_features: int, objective: str) -> None:
    """Check that XGBoost can load a booster and predict by it.

    Parameters
    ----------
    data : bytes
        Of ``Booster.save_raw("ubj")``.
    n_features : int
    objective : str
        XGBoost's name of it.

    Raises
    ------
    ValueError, KeyError, TypeError, AttributeError
        It cannot.
    """
    booster = parse_ubjson(data)
    learner = booster["learner"]
    _check_version(booster["version"])
    _check_texts(learner["learner_model_param"], num_class=0, num_feature=n_features, num_target=1)
    scores = learner["learner_model_param"]["base_score"].strip("[]")
    if not math.isfinite(float(scores)):
        raise ValueError(f"base_score is {scores}")
    if learner["objective"]["name"] != objective:
        raise ValueError(f"its objective is {learner['objective']['name']}; wanted {objective}")
    if learner["feature_names"] or learner["attributes"]:
        raise ValueError("it has feature names or attributes")
    if len(types := learner["feature_types"]) not in {0, n_features} or {*types} - {"q", "c"}:
        raise ValueError("its feature types are not those of the features")
    if learner["gradient_booster"]["name"] != "gbtree":
        raise ValueError(f"it is a {learner['gradient_booster']['name']}; wanted gbtree")
    _check_forest(learner["gradient_booster"]["model"], n_features)


def _check_version(version: object) -> None:
    if not (isinstance(version, list) and [*map(type, version)] == [int] * 3):
        raise ValueError("its version is not three numbers")


def _check_texts(params: Mapping[str, str], **wanted: int) -> None:
    for name, number in wanted.items():
        if params[name] != str(number):
            raise ValueError(f"{name} is {params[name]!r}; wanted {number}")


def _check_forest(model: Mapping[str, Any], n_features: int) -> None:
    trees = model["trees"]
    _check_texts(model["gbtree_model_param"], num_trees=len(trees), num_parallel_tree=1)
    if any(model["tree_info"]) or len(model["tree_info"]) != len(trees):
        raise ValueError("tree_info is not a 0 for each tree")
    if list(model["iteration_indptr"]) != list(range(len(trees) + 1)):
        raise ValueError("iteration_indptr does not count the trees")
    if any(len(part) for part in model.get("cats", {}).values()):
        raise ValueError("it has names of categories")
    for number, tree in enumerate(trees):
        try:
            if tree["id"] != number:
                raise ValueError(f"its id is {tree['id']}")
            _check_tree(tree, n_features)
        except (KeyError, ValueError) as error:
            raise ValueError(f"tree {number}: {error}") from error


def _check_tree(tree: Mapping[str, Any], n_features: int) -> None:
    n_nodes = len(tree["left_children"])
    _check_texts(
        tree["tree_param"],
        num_nodes=n_nodes,
        num_feature=n_features,
        num_deleted=0,
        size_leaf_vector=1,
    )
    for name, dtype in _OF_A_NODE.items():
        if _array(tree, name, dtype).shape != (n_nodes,):
            raise ValueError(f"{name} is not {n_nodes} numbers")
    left, right = (tree[f"{side}_children"].astype(np.int64) for side in ("left", "right"))
    splits = np.flatnonzero(left != -1)
    children = np.concatenate([left[splits], right[splits]])
    # Each node but the root is a child, once, and comes after its parent.
    if not np.array_equal(np.sort(children), np.arange(1, n_nodes)) or not n_nodes:
        raise ValueError("its children are not those of a tree")
    if (right[left == -1] != -1).any() or (children <= np.tile(splits, 2)).any():
        raise ValueError("a node has one child, or comes before its parent")
    parents = np.full(n_nodes, _NO_PARENT)
    parents[left[splits]] = parents[right[splits]] = splits
    if not np.array_equal(parents, tree["parents"]):
        raise ValueError("its parents are not those of its children")
    _check_range("split_indices", tree["split_indices"], n_features)
    _check_range("split_type", tree["split_type"], 2)
    _check_range("default_left", tree["default_left"], 2)
    if not np.isfinite(tree["split_conditions"][left == -1]).all():
        raise ValueError("a leaf is not finite")
    _check_categories(tree, np.flatnonzero(tree["split_type"]), n_nodes)


def _check_categories(tree: Mapping[str, Any], nodes: npt.NDArray[np.intp], n_nodes: int) -> None:
    values, of_nodes, starts, sizes = (
        _array(tree, name, dtype) for name, dtype in _OF_CATEGORIES.items()
    )
    if not np.array_equal(of_nodes, nodes) or not len(starts) == len(sizes) == len(nodes):
        raise ValueError(f"its sets of categories are not those of its {n_nodes} nodes")
    _check_range("category", values, _CATEGORY_LIMIT)
    if not np.array_equal(np.cumsum(sizes), np.append(starts[1:], len(values))[: len(sizes)]):
        raise ValueError("its sets of categories do not follow one another")
    if (sizes < 0).any() or (starts[:1] != 0).any() or (not len(sizes) and len(values)):
        raise ValueError("a set of categories begins or ends where it cannot")


def _array(tree: Mapping[str, Any], name: str, dtype: str) -> npt.NDArray[Any]:
    found = tree[name]
    if not isinstance(found, np.ndarray) or found.dtype != np.dtype(dtype):
        raise ValueError(f"{name} is no array of {dtype}")
    return found


def _check_range(name: str, values: npt.NDArray[Any], stop: int) -> None:
    if not ((values >= 0) & (values < stop)).all():
        raise ValueError(f"a {name} is not within 0 to {stop - 1}")
