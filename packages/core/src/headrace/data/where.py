"""Row filters: the expressions of ``--where``, evaluated on batches."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, reduce
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pat

from headrace.errors import DataError, RequestError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Where", "parse_where"]

_COMPARE: Final[Mapping[type[ast.cmpop], Callable[[Any, Any], Any]]] = {
    ast.Eq: pc.equal,
    ast.NotEq: pc.not_equal,
    ast.Lt: pc.less,
    ast.LtE: pc.less_equal,
    ast.Gt: pc.greater,
    ast.GtE: pc.greater_equal,
}

_GRAMMAR = (
    "comparisons of a column with a number, 'text' or None (==, !=, <, <=, >, >=, in, not in, "
    "is None, is not None), joined by and, or, not and brackets; such as "
    "day <= 24 and carrier in ('AA', 'UA')"
)


@dataclass(frozen=True)
class Where:
    """A filter, as text; parsed where it is used."""

    text: str

    @cached_property
    def _tree(self) -> ast.expr:
        return ast.parse(self.text, mode="eval").body

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns it reads."""
        names = {node.id for node in ast.walk(self._tree) if isinstance(node, ast.Name)}
        return tuple(sorted(names))

    def evaluate(self, batch: pa.RecordBatch) -> pa.Array:
        """Return for each row whether it is chosen; null counts as not.

        Raises
        ------
        DataError
            A column and what it is compared with have different types.
        """
        try:
            return _evaluate(self._tree, batch)
        except DataError as error:
            raise DataError(error.what, where=self.text, fix=error.fix) from error


def parse_where(text: str) -> Where:
    """Check the syntax of a filter.

    Raises
    ------
    RequestError
        It is not in the grammar; nothing but comparisons is ever evaluated.
    """
    try:
        _check(ast.parse(text, mode="eval").body)
    except (SyntaxError, ValueError, RecursionError) as error:
        raise RequestError(
            f"--where is not understood: {error}", where=text, fix=f"write {_GRAMMAR}"
        ) from error
    return Where(text)


def _check(node: ast.expr) -> None:
    match node:
        case ast.BoolOp(values=values):
            for value in values:
                _check(value)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            _check(operand)
        case ast.Compare(left=ast.Name(), ops=[ast.In() | ast.NotIn()], comparators=[right]):
            listed = _value(right)
            if not isinstance(listed, tuple) or not listed or None in listed:
                raise ValueError("'in' needs a list of values, without None")
        case ast.Compare(left=ast.Name(), ops=[ast.Is() | ast.IsNot()], comparators=[right]):
            if _value(right) is not None:
                raise ValueError("'is' goes with None only")
        case ast.Compare(left=ast.Name(), ops=[op], comparators=[right]) if type(op) in _COMPARE:
            if isinstance(_value(right), tuple) or _value(right) is None:
                raise ValueError("compare with one value; use 'in' for lists, 'is' for None")
        case _:
            raise ValueError(f"'{ast.unparse(node)}' is no comparison of a column with a value")


def _value(node: ast.expr) -> object:
    value = ast.literal_eval(node)
    if isinstance(value, list | set):
        return tuple(value)
    return value


def _evaluate(node: ast.expr, batch: pa.RecordBatch) -> pa.Array:
    match node:
        case ast.BoolOp(op=op, values=values):
            combine = pc.and_kleene if isinstance(op, ast.And) else pc.or_kleene
            result = _evaluate(values[0], batch)
            for other in values[1:]:
                result = combine(result, _evaluate(other, batch))
            return result
        case ast.UnaryOp(operand=operand):
            return pc.invert(_evaluate(operand, batch))
        case ast.Compare(left=ast.Name(id=name), ops=[op], comparators=[right]):
            column, value = batch.column(name), _value(right)
            try:
                return _compare(column, op, value)
            except (pa.ArrowException, OverflowError, TypeError, ValueError) as error:
                raise DataError(
                    f"--where compares column '{name}', which is {column.type}, with {value!r}",
                    fix="compare each column with a value of its own type",
                ) from error
    raise AssertionError(ast.dump(node))


def _compare(column: pa.Array, op: ast.cmpop, value: Any) -> pa.Array:  # noqa: ANN401 - a literal
    match op:
        case ast.In() | ast.NotIn():
            found = [pc.equal(column, _scalar(one, column.type)) for one in value]
            result = pc.fill_null(reduce(pc.or_kleene, found), False)  # null is in no list
            return pc.invert(result) if isinstance(op, ast.NotIn) else result
        case ast.Is():
            return pc.is_null(column)
        case ast.IsNot():
            return pc.is_valid(column)
        case _:
            return _COMPARE[type(op)](column, _scalar(value, column.type))


def _scalar(value: object, type_: pa.DataType) -> pa.Scalar:
    if isinstance(value, str) and (pat.is_timestamp(type_) or pat.is_date(type_)):
        return pa.scalar(datetime.fromisoformat(value)).cast(type_)
    return pa.scalar(value)
