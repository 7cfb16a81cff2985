"""The bundle: a model with its fitted transforms and fold models, saved as one directory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headrace.contracts.digests import canonical_json
from headrace.contracts.json_text import parse_json
from headrace.contracts.params import SupervisedParams
from headrace.contracts.summary import SUMMARY_FILE
from headrace.data.keys import fold_of, hash_keys, is_holdout
from headrace.data.kinds import Kind
from headrace.errors import ModelError, RequestError
from headrace.models.model import PredictsIntervals, Summarized
from headrace.models.pipeline import Task
from headrace.models.preparation import Chain, Preparation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from headrace.models.model import Model
    from headrace.models.transform import Transform

__all__ = ["BUNDLE_FORMAT", "Bundle"]

BUNDLE_FORMAT: Final = "headrace/bundle/v1"

_DESCRIPTION = "bundle.json"
_DAMAGE = (
    *(ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RuntimeError),
    *(MemoryError, pa.ArrowException),
)


@dataclass(frozen=True, slots=True)
class Bundle:
    """All that scoring needs.

    Parameters
    ----------
    pipeline : str
        Name of the pipeline that trained it.
    model_name : str
        Registered name of the model's type.
    task : Task
    params : SupervisedParams
        Key, seed, holdout, folds and target of the training; nothing of the fit.
    preparation : Preparation
        Fitted.
    model : Model
        Fitted on all training rows.
    fold_models : tuple of Model
        Number k was fitted on all training rows but fold k's; empty without folds.
    handles_missing : bool
        Whether the model takes missing numbers.
    """

    pipeline: str
    model_name: str
    task: Task
    params: SupervisedParams
    preparation: Preparation
    model: Model
    fold_models: tuple[Model, ...]
    handles_missing: bool

    def predict(self, batch: pa.RecordBatch) -> pa.Array:
        """Return one prediction a row."""
        return self.model.predict(self.preparation.features(batch))

    def predict_interval(
        self, batch: pa.RecordBatch, level: float
    ) -> tuple[pa.Array, pa.Array, pa.Array]:
        """Return one prediction a row, and the lower and upper ends of its interval.

        Raises
        ------
        RequestError
            The model has no intervals.
        """
        if not isinstance(self.model, PredictsIntervals):
            raise RequestError(
                f"A model of type '{self.model_name}' has no prediction intervals",
                fix="score without --interval",
            )
        features = self.preparation.features(batch)
        lower, upper = self.model.predict_interval(features, level)
        return self.model.predict(features), lower, upper

    def predict_out_of_fold(self, batch: pa.RecordBatch) -> pa.Array:
        """Return each row's prediction by the fold model that never saw it.

        Rows of the holdout were seen by no model, and get the full model.

        Raises
        ------
        RequestError
            The bundle has no fold models.
        """
        if not self.fold_models:
            raise RequestError(
                "The model has no fold models, so it cannot score out of fold",
                fix="train it with folds of 2 and more (see the manifest's warnings), "
                "or score without --out-of-fold",
            )
        preparation = self.preparation
        features = preparation.features(batch)
        hashes = hash_keys(batch, self.params.key, self.params.seed)
        chosen = fold_of(hashes, len(self.fold_models)).astype(np.int64)
        chosen[is_holdout(hashes, self.params.holdout)] = len(self.fold_models)
        parts = []
        order = []
        for index, model in enumerate((*self.fold_models, self.model)):
            mine = chosen == index
            if not mine.any():
                continue
            order.append(np.flatnonzero(mine))
            if preparation.reads_target and index < len(self.fold_models):
                unseen = preparation.without(frozenset({index}))
                parts.append(model.predict(unseen.features(batch.filter(pa.array(mine)))))
            else:
                parts.append(model.predict(features.rows(mine)))
        if not parts:
            return self.model.predict(features)
        places = np.argsort(np.concatenate(order))
        return pc.take(pa.concat_arrays(parts), pa.array(places))

    def files(self) -> dict[str, bytes]:
        """Return the bundle's files: a pure function of data and params."""
        description = {
            "format": BUNDLE_FORMAT,
            "pipeline": self.pipeline,
            "model": self.model_name,
            "task": str(self.task),
            "params": self.params.model_dump(mode="json"),
            "handles_missing": self.handles_missing,
            "n_fold_models": len(self.fold_models),
            "features": [
                {
                    "name": chain.feature,
                    "kind": str(chain.kind),
                    "transforms": [
                        {
                            "name": name,
                            "options": transform.options.model_dump(mode="json"),
                            "state": dict(fitted.state()),
                        }
                        for name, transform, fitted in zip(
                            chain.names, chain.transforms, chain.fitted, strict=True
                        )
                    ],
                }
                for chain in self.preparation.chains
            ],
        }
        files = {_DESCRIPTION: canonical_json(description)}
        if isinstance(self.model, Summarized):
            summary = self.model.summary().model_dump_json(indent=1)
            files[SUMMARY_FILE] = summary.encode() + b"\n"
        for folder, model in self._folders():
            files |= {f"{folder}/{name}": data for name, data in model.state().items()}
        return files

    def _folders(self) -> list[tuple[str, Model]]:
        folds = [(f"folds/{index}", model) for index, model in enumerate(self.fold_models)]
        return [("model", self.model), *folds]

    @classmethod
    def from_files(
        cls,
        files: Mapping[str, bytes],
        load_model: Callable[[str], type[Model]],
        load_transform: Callable[[str], type[Transform]],
    ) -> Bundle:
        """Return the bundle of verified files.

        Parameters
        ----------
        files : mapping of str to bytes
            By path within the bundle.
        load_model, load_transform : callable
            Registered name to type; no other types are ever loaded.

        Raises
        ------
        ModelError
            A file is missing or damaged.
        """
        if _DESCRIPTION not in files:
            raise ModelError(f"The bundle has no {_DESCRIPTION}")
        try:
            description = parse_json(files[_DESCRIPTION])
            if description["format"] != BUNDLE_FORMAT:
                raise ModelError(
                    f"The bundle has format {description['format']!r}; wanted {BUNDLE_FORMAT!r}",
                    fix="use the Headrace version that wrote it, or train again",
                )
            chains = [_chain(feature, load_transform) for feature in description["features"]]
            n_folds = int(description["n_fold_models"])
            model_type = load_model(description["model"])
            return cls(
                pipeline=str(description["pipeline"]),
                model_name=str(description["model"]),
                task=Task(description["task"]),
                params=SupervisedParams.model_validate(description["params"]),
                preparation=Preparation(tuple(chains)),
                model=model_type.from_state(_within("model", files)),
                fold_models=tuple(
                    model_type.from_state(_within(f"folds/{index}", files))
                    for index in range(n_folds)
                ),
                handles_missing=bool(description["handles_missing"]),
            )
        except _DAMAGE as error:
            raise ModelError(
                f"The bundle's {_DESCRIPTION} is damaged: {type(error).__name__}: {error}",
                fix="restore it from a backup, or train again",
            ) from error


def _chain(feature: Mapping[str, Any], load_transform: Callable[[str], type[Transform]]) -> Chain:
    names, transforms, fitted = [], [], []
    for entry in feature["transforms"]:
        transform_type = load_transform(entry["name"])
        transform = transform_type(transform_type.Options.model_validate(entry["options"]))
        names.append(str(entry["name"]))
        transforms.append(transform)
        fitted.append(transform.restore(entry["state"]))
    return Chain(
        str(feature["name"]), Kind(feature["kind"]), tuple(names), tuple(transforms), tuple(fitted)
    )


def _within(folder: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    prefix = folder + "/"
    return {
        path.removeprefix(prefix): data for path, data in files.items() if path.startswith(prefix)
    }
