"""What authors of plugins rely on, pinned; and the shape of every package's front page."""

import ast
import inspect
from pathlib import Path

import pytest

import headrace
import headrace.graph

ROOT = Path(__file__).parents[2]
FRONT_PAGES = sorted(
    path
    for pattern in ("packages/*/src/**/__init__.py", "orchestration/src/**/__init__.py")
    for path in ROOT.glob(pattern)
    if "scaffold" not in path.parts  # templates of packages
)
PUBLIC = [
    "Column",
    "ColumnNeed",
    "CommandSpec",
    "DataError",
    "Feature",
    "Features",
    "FitResult",
    "FittedTransform",
    "FoldedFit",
    "GraphSpec",
    "HeadraceError",
    "InputUri",
    "JsonModel",
    "Kind",
    "Model",
    "ModelError",
    "ModelSpec",
    "Params",
    "PipelineSpec",
    "PluginError",
    "RequestError",
    "Shards",
    "Statistic",
    "Stopped",
    "Summary",
    "SummaryTable",
    "SupervisedParams",
    "SupervisedPipeline",
    "Task",
    "TrainingBatch",
    "Transform",
    "TransformSpec",
    "TransformStep",
    "TransientError",
    "UpdatableFit",
    "UpdatableParams",
    "hookimpl",
]
GRAPH = [
    "REPORT",
    "Batches",
    "Checked",
    "FileSource",
    "Graph",
    "GraphRun",
    "Manifest",
    "Passed",
    "RowRules",
    "Rules",
    "caught",
    "position_of",
    "split_rows",
    "with_position",
]


def front_page(path):
    """Return a package's docstring and its ``__all__``, None where it has none."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = None
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            names = ast.literal_eval(node.value)
    is_bare = all(
        isinstance(node, ast.Expr | ast.ImportFrom)
        and (isinstance(node, ast.Expr) or node.module == "__future__")
        for node in tree.body
    )
    return ast.get_docstring(tree), names, is_bare


def in_order(name):
    """Constants, then classes, then functions, as Ruff sorts them."""
    return (not name.isupper(), not name[:1].isupper(), name)


def test_the_public_names_are_pinned():
    assert headrace.__all__ == PUBLIC
    assert headrace.graph.__all__ == GRAPH


@pytest.mark.parametrize(
    ("module", "name"),
    [*((headrace, name) for name in PUBLIC), *((headrace.graph, name) for name in GRAPH)],
)
def test_every_public_name_resolves_and_says_what_it_is(module, name):
    found = getattr(module, name)
    documentation = inspect.getdoc(found)
    assert documentation
    if inspect.isclass(found):  # a docstring of its own, not one made up or inherited
        assert "__doc__" in vars(found)
        assert not documentation.startswith(f"{name}(")


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'Pipelin'"):
        _ = headrace.Pipelin


@pytest.mark.parametrize("path", FRONT_PAGES, ids=lambda path: path.parent.name)
def test_a_front_page_is_a_docstring_and_sorted_names_or_nothing_else(path):
    docstring, names, is_bare = front_page(path)
    assert docstring, path
    if names is None:
        assert is_bare, f"{path} has code and no __all__"
    else:
        assert names == sorted(names, key=in_order)
        assert len(set(names)) == len(names)
