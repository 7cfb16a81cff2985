"""A model's state restores the same model, to the bit, and is no code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from headrace.models.model import Summarized
from headrace.testing.bits import difference
from headrace.testing.code_files import why_code
from headrace.testing.fitting import fit_in_memory
from headrace.testing.fresh import run_in_fresh_process
from headrace.testing.setting import ContractSetting

if TYPE_CHECKING:
    import pyarrow as pa

    from headrace.testing.trial import Trained, Trial

__all__ = ["StateChecks"]


class StateChecks(ContractSetting):
    """Checks of ``Model.state`` and ``from_state``, and of a bundle's files."""

    @pytest.fixture(scope="class")
    @classmethod
    def fitted(cls, trial: Trial, trained: Trained, rows: pa.RecordBatch) -> Any:  # noqa: ANN401 - a model
        """Return a model as the fit returns it, never saved."""
        return fit_in_memory(cls.new_pipeline(trial), trained.bundle.preparation, rows).model

    def test_the_state_is_files_of_bytes(self, fitted: Any) -> None:  # noqa: ANN401 - a model
        """At least one file, with a plain relative path."""
        state = fitted.state()
        assert isinstance(state, dict), (
            f"state() returns a {type(state).__name__}; wanted a dict of file name to bytes"
        )
        assert state, "state() returns no files, so nothing could be restored"
        for name, data in state.items():
            assert isinstance(data, bytes), (
                f"state()[{name!r}] is a {type(data).__name__}; wanted bytes"
            )
            parts = str(name).split("/")
            assert all(part not in {"", ".", ".."} for part in parts), (
                f"state() names a file {name!r}; wanted a relative path such as 'model.json'"
            )

    def test_a_restored_model_predicts_the_same_bits(
        self,
        fitted: Any,  # noqa: ANN401 - a model
        trained: Trained,
        rows: pa.RecordBatch,
    ) -> None:
        """What is saved is all of the model: no digit is lost, nothing is left out."""
        restored = type(fitted).from_state(fitted.state())
        features = trained.bundle.preparation.features(rows)
        found = difference(restored.predict(features), fitted.predict(features))
        assert not found, (
            f"after state() and from_state(), {found}; save every number with all its digits "
            "(repr and JSON do, formats such as '%.6f' do not)"
        )

    def test_the_state_of_a_restored_model_is_the_same(self, fitted: Any) -> None:  # noqa: ANN401 - a model
        """Saving, loading and saving again changes no byte."""
        state = fitted.state()
        again = type(fitted).from_state(state).state()
        assert sorted(again) == sorted(state), (
            f"a restored model's state() has the files {sorted(again)}; wanted {sorted(state)}"
        )
        changed = [name for name, data in state.items() if again[name] != data]
        assert not changed, (
            f"a restored model's state() has other bytes in {changed}; leave out what changes from "
            "one saving to the next, such as times, and keep one order of keys"
        )

    def test_the_summary_of_a_restored_model_is_the_same(self, fitted: Any) -> None:  # noqa: ANN401 - a model
        """A summary, where there is one, is a function of the state."""
        has_summary = isinstance(fitted, Summarized)
        if has_summary:
            again = type(fitted).from_state(fitted.state())
            assert again.summary() == fitted.summary(), "a restored model has another summary()"

    def test_training_again_in_another_process_gives_the_same_bytes(
        self, trial: Trial, trained: Trained
    ) -> None:
        """A bundle is a function of data and params, and of nothing else."""
        run_in_fresh_process(trial.training(trial.write([self.sample()]), "again"))
        changed = changed_files(trial.model("again").files, trained.files)
        assert not changed, (
            f"trained again on the same rows in another process, {changed}; seed every random "
            "generator from params.seed, and do not depend on the order of sets, on times or on "
            "the number of threads"
        )

    def test_the_files_hold_no_code(self, trained: Trained) -> None:
        """No pickle and nothing else that runs when it is loaded."""
        for path, data in trained.files.items():
            why = why_code(path, data)
            assert not why, (
                f"the bundle's file {path} {why}; save the state in an open format, such as JSON, "
                "Arrow or the library's own"
            )


def changed_files(got: dict[str, bytes], wanted: dict[str, bytes]) -> str:
    """Return how the files of two bundles differ, or an empty text."""
    if sorted(got) != sorted(wanted):
        return f"the files are {sorted(got)}; wanted {sorted(wanted)}"
    changed = sorted(path for path, data in wanted.items() if got[path] != data)
    return f"other bytes are in {', '.join(changed)}" if changed else ""
