"""A step of a hand-written DAG: the fields of a flow's step, with Airflow's templates in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pydantic import TypeAdapter, ValidationError

from headrace.errors import RequestError
from headrace_orchestration.airflow.run_key import run_key
from headrace_orchestration.airflow.task import Run
from headrace_orchestration.arguments import step_arguments
from headrace_orchestration.flow import EvaluateStep, ScoreStep, Step, TrainStep
from headrace_orchestration.references import resolve, resolve_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

    from airflow.sdk import Context
    from pydantic import JsonValue

    from headrace_orchestration.environment import Environment
    from headrace_orchestration.flow import Resources, Retry
    from headrace_orchestration.references import Reference

__all__ = ["OwnTask", "own_task"]


@dataclass(frozen=True, slots=True)
class OwnTask:
    """A step of a hand-written DAG.

    Its address is that of a flow of the DAG's name with a step of the task's, and its texts may
    hold Airflow's templates besides ``${env.root}``, ``${steps.TASK.model}`` and
    ``${steps.TASK.output}``.
    """

    step: Step
    environment: Environment

    @property
    def image(self) -> str | None:
        """The step's."""
        return self.step.image

    @property
    def resources(self) -> Resources | None:
        """The step's."""
        return self.step.resources

    @property
    def retry(self) -> Retry | None:
        """The step's."""
        return self.step.retry

    @property
    def timeout(self) -> timedelta | None:
        """The step's."""
        return self.step.timeout

    def in_run(self, context: Context) -> Run:
        """Render the templates, resolve the references, and return arguments and address."""
        task, dag_id, version = context["task"], context["dag"].dag_id, run_key(context)

        def look_up(reference: Reference) -> str:
            if reference.kind == "env":
                return self.environment.root
            if reference.kind == "steps":
                product = "models" if reference.product == "model" else "datasets"
                return f"{self._address(product, dag_id, reference.name)}@{version}"
            raise RequestError(
                f"{reference} has no meaning in a DAG; wanted ${{env.root}}, ${{steps.TASK.model}} "
                "or ${steps.TASK.output}, or a template of Airflow"
            )

        step = own_step(task.render_template(self.step.model_dump(by_alias=True), context))
        product = "models" if isinstance(step, TrainStep) else "datasets"
        uri = self._address(product, dag_id, task.task_id)
        params = {name: resolve(value, look_up) for name, value in _params(step).items()}
        argv = step_arguments(step, lambda text: resolve_text(text, look_up), uri, version, params)
        return Run(argv, uri, version, _alias(step))

    def _address(self, product: str, dag_id: str, task_id: str) -> str:
        return f"{self.environment.root}/{product}/{dag_id}.{task_id}"


_STEP: Final[TypeAdapter[Step]] = TypeAdapter(Step)


def own_step(fields: Mapping[str, object]) -> Step:
    """Read the fields of a step.

    Raises
    ------
    RequestError
        With everything that is wrong.
    """
    try:
        step = _STEP.validate_python(fields)
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc'][1:]))}: {fault['msg']}" for fault in error.errors()
        )
        raise RequestError(
            f"This is not a step: {faults}", fix="its fields are those of a step in a flow file"
        ) from error
    if not isinstance(step, EvaluateStep) and isinstance(step.params, str):
        raise RequestError(
            f"params: '{step.params}' is a file; wanted the params themselves, for a DAG has no "
            "folder of its own"
        )
    if step.after:
        raise RequestError("after: a DAG says what waits for what: before >> after")
    return step


def own_task(step: Mapping[str, object], environment: Environment) -> OwnTask:
    """Return the task of a hand-written DAG; raises as `own_step`."""
    return OwnTask(own_step(step), environment)


def _params(step: Step) -> dict[str, JsonValue]:
    if isinstance(step, EvaluateStep) or not isinstance(step.params, dict):
        return {}
    return {**step.params, **step.overrides}


def _alias(step: Step) -> str | None:
    if isinstance(step, TrainStep):
        return step.promote
    return "published" if isinstance(step, ScoreStep) and step.publish else None
