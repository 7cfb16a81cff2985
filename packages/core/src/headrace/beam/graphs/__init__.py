"""The whole way of train, score and evaluate, each read from top to bottom."""

from headrace.beam.graphs.evaluate import Evaluated, EvaluateJob, evaluate
from headrace.beam.graphs.score import Scored, ScoreJob, score
from headrace.beam.graphs.train import Holdout, Trained, TrainJob, measure_holdout, train

__all__ = [
    "EvaluateJob",
    "Evaluated",
    "Holdout",
    "ScoreJob",
    "Scored",
    "TrainJob",
    "Trained",
    "evaluate",
    "measure_holdout",
    "score",
    "train",
]
