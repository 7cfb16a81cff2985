"""The notifier that an environment names."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from airflow.sdk import BaseNotifier

from headrace.errors import RequestError

if TYPE_CHECKING:
    from headrace_orchestration.environment import Notifier

__all__ = ["build_notifier"]


def build_notifier(named: Notifier) -> BaseNotifier:
    """Return one of Airflow's notifiers, ready to be called.

    Raises
    ------
    RequestError
        There is no such class, it is no notifier, or it takes other arguments.
    """
    where = f"on_failure of the environment: {named.notifier}"
    module, _, name = named.notifier.rpartition(".")
    try:
        found = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise RequestError(f"There is no notifier '{named.notifier}': {error}", where) from error
    if not (isinstance(found, type) and issubclass(found, BaseNotifier)):
        raise RequestError(f"'{named.notifier}' is no notifier of Airflow", where)
    try:
        return found(**named.arguments)
    except TypeError as error:
        raise RequestError(f"The notifier takes other arguments: {error}", where) from error
