"""An update: a training that starts from a model's rows and reads only what is added or taken out.

What the model's transforms have learnt is kept, for its sums are of what came out of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa

from headrace.contracts.digests import digest_of, sha256
from headrace.contracts.manifest import SUMS_FOLDER
from headrace.contracts.params import UpdatableParams
from headrace.errors import DataError, PluginError, raise_all
from headrace.models.golden import GOLDEN_FILE
from headrace.models.loading import bundle_of, load_files
from headrace.models.sampled import golden_sample, sample_of
from headrace.models.updatable import BaseSums, UpdatableFit
from headrace.runtime.fitted_on import check_sums, fitted_on_after

if TYPE_CHECKING:
    from headrace.contracts.manifest import FittedInput, Manifest
    from headrace.models.pipeline import SupervisedPipeline
    from headrace.models.preparation import Preparation
    from headrace.runtime.check import Work
    from headrace.statistics.sample import Sample

__all__ = ["Update", "update_of"]


@dataclass(frozen=True, slots=True)
class Update:
    """A model that is being updated.

    Parameters
    ----------
    base : Manifest
    preparation : Preparation
        Its own, fitted.
    sample : Sample
        Of its rows.
    sums : BaseSums
    """

    base: Manifest
    preparation: Preparation
    sample: Sample
    sums: BaseSums

    @property
    def remove(self) -> bool:
        """Whether rows are taken out."""
        return self.sums.remove

    @property
    def deed(self) -> str:
        """What is done with the rows of the run, in words."""
        return "took out" if self.remove else "added"

    def check_types(self, schema: pa.Schema, where: str) -> None:
        """Refuse features of other types than the model's: they would be other transforms.

        Raises
        ------
        DataError
        """
        assert self.sample.rows is not None  # noqa: S101 - of a bundle
        faults = []
        for field in self.sample.rows.schema:
            got = schema.field(field.name).type
            if pa.types.is_dictionary(got):
                got = got.value_type
            if got != field.type:
                faults.append(
                    DataError(
                        f"Column '{field.name}' is {got}; the model is fitted on {field.type}",
                        where=where,
                        fix="cast the column in the data, or train again on all data",
                    )
                )
        raise_all(faults)

    def golden(self, new: Sample) -> Sample:
        """Return the sample of the updated model's rows.

        Parameters
        ----------
        new : Sample
            Of the rows that are added or taken out.
        """
        statistic = golden_sample()
        change = statistic.without if self.remove else statistic.merge
        return statistic.finish(change(self.sample, new))

    def warnings(self) -> tuple[str, ...]:
        """Return what the updated model is not: its transforms have seen other rows."""
        learnt = [
            f"{name} of {chain.feature}"
            for chain in self.preparation.chains
            for name, transform in zip(chain.names, chain.transforms, strict=True)
            if transform.statistic() is not None
        ]
        if not learnt:
            return ()
        listed = ", ".join(learnt)
        return (f"transforms keep what they learnt from the rows of the first training: {listed}",)


@dataclass(frozen=True, slots=True)
class Account:
    """What a manifest says of a fit and of the rows that it is of.

    Parameters
    ----------
    rows : int
        All that the model is fitted on.
    metrics : dict
        Of cross-validation, where there are any.
    warnings : tuple of str
    fitted_on : tuple of FittedInput
        Empty for a model that cannot be updated.
    """

    rows: int
    metrics: dict[str, dict[str, float]]
    warnings: tuple[str, ...]
    fitted_on: tuple[FittedInput, ...] = ()


def account_of(
    work: Work, update: Update | None, said: dict[str, Any], sample: bytes, rows: int
) -> Account:
    """Return the account of a training, or refuse rows that are not what they are said to be.

    Parameters
    ----------
    work : Work
    update : Update, optional
    said : dict
        What the fit says: contents of `headrace.models.training.FIT_FILE`.
    sample : bytes
        Of the run's rows; it tells equal rows of other keys apart.
    rows : int
        Training rows of the run.

    Raises
    ------
    DataError
        The rows that are to be added are there already, or those to be taken out are others.
    """
    metrics, warnings = said["metrics"], tuple(said["warnings"])
    if not said["sums"]:
        return Account(rows, metrics, warnings)
    sums = digest_of({"fit": said["sums"], "sample": sha256(sample)})
    source, where = work.source, work.request.where
    if update is None:
        fitted_on = fitted_on_after(None, source, where, sums, rows, remove=False)
        return Account(rows, metrics, warnings, fitted_on)
    base, remove = update.base, update.remove
    warnings += update.warnings()
    same = check_sums(base, source, sums, rows, remove=remove)
    if same is not None:
        what = f"The input's rows are in the model already, as those of {same}"
        if cast("UpdatableParams", work.params).key_used:
            raise DataError(what, where=source.uri, fix="add every row once")
        warnings += (f"{what}, or look the same: a key would tell",)
    all_rows = base.rows.trained + (-rows if remove else rows)
    fitted_on = fitted_on_after(base, source, where, sums, rows, remove=remove)
    return Account(all_rows, metrics, warnings, fitted_on)


def golden_sample_of(update: Update | None, sample: Sample | None) -> Sample:
    """Return the sample of all rows of a new model, from the run's own, which may have none."""
    if update is None:
        assert sample is not None  # noqa: S101 - a training without rows ends before
        return sample
    return update.sample if sample is None else update.golden(sample)


def update_of(work: Work, pipeline: SupervisedPipeline[Any, Any]) -> Update | None:
    """Return the update that a training is, or None for a training from nothing.

    Raises
    ------
    ModelError
        The base's files are missing or damaged.
    PluginError
        The pipeline promises updates, and its fit has none.
    """
    if work.model is None or not isinstance(work.params, UpdatableParams):
        return None
    if not isinstance(pipeline.statistic(), UpdatableFit):
        raise PluginError(
            f"Pipeline '{work.request.pipeline}' takes a base, and its fit cannot be updated",
            where=f"{type(pipeline).__module__}:{type(pipeline).__name__}.statistic",
            fix="return an UpdatableFit there",
        )
    sums = tuple(file for file in work.model.files if file.path.startswith(SUMS_FOLDER))
    rest = tuple(file for file in work.model.files if file not in sums)
    files = load_files(work.model_folder, rest)
    return Update(
        work.model,
        bundle_of(files, work.plugins).preparation,
        sample_of(files[GOLDEN_FILE]),
        BaseSums(work.model_folder, sums, work.params.remove),
    )
