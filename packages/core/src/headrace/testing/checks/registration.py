"""The pipeline registers by hooks, and has exactly one model."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from headrace.contracts.params import SupervisedParams
from headrace.models.model import Model
from headrace.models.pipeline import SupervisedPipeline
from headrace.testing.fitting import fit_in_memory
from headrace.testing.setting import ContractSetting

if TYPE_CHECKING:
    import pyarrow as pa

    from headrace.testing.trial import Trained, Trial

__all__ = ["RegistrationChecks"]


class RegistrationChecks(ContractSetting):
    """Checks of what a plugin registers, and of what it names."""

    def test_the_plugin_has_no_problems(self, trial: Trial) -> None:
        """Everything that the plugin registers can be collected."""
        trial.plugins.pipeline(self.pipeline)
        plugins = trial.plugins
        for found in (plugins.pipelines, plugins.models, plugins.transforms, plugins.commands):
            assert found is not None
        owner = plugins.owner(self.pipeline)
        named = f"'{owner.name}'"
        problems = [problem for problem in plugins.problems if named in str(problem)]
        assert not problems, f"plugin {named} has problems; repair its hooks:\n{problems[0]}"

    def test_the_pipeline_and_its_params_are_of_the_right_types(self, trial: Trial) -> None:
        """The spec names a pipeline class and the params class that the pipeline has."""
        spec = trial.plugins.pipeline(self.pipeline)
        pipeline_type = trial.plugins.load_pipeline(self.pipeline)
        params_type = trial.plugins.load_params(self.pipeline)
        assert isinstance(pipeline_type, type), f"{spec.load} is no class"
        assert issubclass(pipeline_type, SupervisedPipeline), (
            f"{spec.load} does not derive from headrace.models.SupervisedPipeline"
        )
        assert isinstance(params_type, type), f"{spec.params} is no class"
        assert issubclass(params_type, SupervisedParams), (
            f"{spec.params} does not derive from headrace.contracts.params.SupervisedParams"
        )
        assert getattr(pipeline_type, "params_type", None) is params_type, (
            f"the spec says params={spec.params!r}, but {pipeline_type.__name__}.params_type is "
            f"{getattr(pipeline_type, 'params_type', None)!r}; name the same class in both"
        )

    def test_the_spec_says_which_column_scoring_adds(self, trial: Trial) -> None:
        """Catalogs and flows know the prediction's column without running the pipeline."""
        adds = trial.plugins.pipeline(self.pipeline).adds
        assert f"{self.pipeline}_prediction" in adds, (
            f"the PipelineSpec of '{self.pipeline}' says that scoring adds {adds!r}; wanted "
            f"adds=('{self.pipeline}_prediction',)"
        )

    def test_the_pipelines_model_is_registered(self, trial: Trial) -> None:
        """Bundles name their model's type, and only registered types are ever loaded."""
        name = self.new_pipeline(trial).model_name
        assert name in trial.plugins.models, (
            f"the pipeline's model_name is '{name}', which no plugin registers; return "
            f"ModelSpec('{name}', load=...) from headrace_register_models"
        )

    def test_the_pipeline_has_exactly_one_model(
        self, trial: Trial, trained: Trained, rows: pa.RecordBatch
    ) -> None:
        """The fit, the bundle and every fold hold one model of the one registered type."""
        pipeline = self.new_pipeline(trial)
        registered = trial.plugins.load_model(pipeline.model_name)
        fitted = fit_in_memory(pipeline, trained.bundle.preparation, rows).model
        for what, model in (
            ("the fit returns", fitted),
            ("the bundle holds", trained.bundle.model),
            *(("a fold of the bundle holds", model) for model in trained.bundle.fold_models),
        ):
            assert type(model) is registered, (
                f"{what} a {type(model).__name__}; wanted {registered!r}, the type registered as "
                f"'{pipeline.model_name}' (of a state, from_state must return its own class)"
            )
        assert isinstance(fitted, Model), (
            f"{registered!r} lacks predict, state or from_state; see headrace.models.Model"
        )

    def test_the_holdout_has_metrics(self, trained: Trained) -> None:
        """The model predicts well enough to be measured: every metric is a finite number."""
        if not trained.bundle.params.holdout:
            return
        metrics = trained.manifest.metrics.get("holdout", {})
        assert metrics, (
            f"the holdout has no metrics, for it has {trained.manifest.rows.holdout} rows; let the "
            "key differ from row to row, and the holdout be some 0.2"
        )
        odd = {name: value for name, value in metrics.items() if not math.isfinite(value)}
        assert not odd, f"these metrics of the holdout are not finite: {odd}"
