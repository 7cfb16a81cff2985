"""What every check of the contract stands on: the attributes an author sets, and the runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal, cast

import pytest

from headrace.errors import HeadraceError
from headrace.testing.data import binary_sample, regression_sample, sample_params
from headrace.testing.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa
    from pydantic import JsonValue

    from headrace.models.pipeline import SupervisedPipeline
    from headrace.testing.trial import Trained

__all__ = ["ContractSetting"]


class ContractSetting:
    """Attributes of a contract, and one trained model for all its checks."""

    pipeline: ClassVar[str]
    """Name of the pipeline, as users type it; its package must be installed."""

    params: ClassVar[Mapping[str, JsonValue]] = {}
    """Params on top of those that fit the sample data (`sample_params`)."""

    task: ClassVar[Literal["regression", "binary"]] = "regression"
    """Which sample data: a target of numbers, or of 0 and 1."""

    order_free: ClassVar[bool] = False
    """Whether the fit promises the same model for any order of the training rows."""

    @classmethod
    def sample(cls) -> pa.Table:
        """Return the rows to train and score on; override it to bring data of your own.

        They need a target with some nulls, and a key that differs from row to row.
        """
        return binary_sample() if cls.task == "binary" else regression_sample()

    @classmethod
    def all_params(cls) -> dict[str, JsonValue]:
        """Return the params of the trainings: those of the sample data, with ``params`` on top."""
        merged = sample_params() | dict(cls.params)
        if "transforms" not in cls.params:
            features = cast("list[str]", merged["features"])
            transforms = cast("dict[str, JsonValue]", merged["transforms"])
            merged["transforms"] = {
                name: steps for name, steps in transforms.items() if name in features
            }
        return merged

    @pytest.fixture(scope="class")
    @classmethod
    def trial(cls, tmp_path_factory: pytest.TempPathFactory) -> Trial:
        """Return the pipeline with its params, and a folder to run it in."""
        if not hasattr(cls, "pipeline"):
            pytest.fail(
                f"{cls.__name__} does not say which pipeline to test; add the class attribute "
                'pipeline = "<its name>"',
                pytrace=False,
            )
        return Trial(cls.pipeline, cls.all_params(), tmp_path_factory.mktemp(cls.pipeline))

    @pytest.fixture(scope="class")
    @classmethod
    def trained(cls, trial: Trial) -> Trained:
        """Return the model trained on the sample data."""
        try:
            return trial.train(cls.sample(), "model")
        except HeadraceError as error:
            pytest.fail(
                f"training '{cls.pipeline}' on the sample data fails, so that nothing else can be "
                f"checked:\n{error}",
                pytrace=False,
            )

    @pytest.fixture(scope="class")
    @classmethod
    def rows(cls, trained: Trained) -> pa.RecordBatch:
        """Return the rows of the sample that scoring does not reject."""
        return trained.good_rows(cls.sample())

    @classmethod
    def new_pipeline(cls, trial: Trial) -> SupervisedPipeline[Any, Any]:
        """Return the pipeline itself, with its params."""
        pipeline_type = cast("Any", trial.plugins.load_pipeline(cls.pipeline))
        params_type = cast("Any", trial.plugins.load_params(cls.pipeline))
        pipeline: SupervisedPipeline[Any, Any] = pipeline_type(
            params_type.model_validate(cls.all_params())
        )
        return pipeline
