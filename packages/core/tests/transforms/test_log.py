import math

import numpy as np
import pyarrow as pa


def test_log_and_log1p_are_the_natural_ones(make, learn, applied):
    assert applied(learn(make("log")), [1.0, math.e]) == {"x": [0.0, 1.0]}
    assert applied(learn(make("log", form="log1p")), [0, 1]) == {"x": [0.0, math.log(2)]}


def test_outside_the_domain_a_value_is_missing(make, learn, applied):
    got = applied(learn(make("log")), [0.0, -0.0, -1.0, -5e-324, 5e-324])["x"]
    assert np.isnan(got).tolist() == [True, True, True, True, False]
    got = applied(learn(make("log", form="log1p")), [-1.0, -2.0, -0.5])["x"]
    assert np.isnan(got).tolist() == [True, True, False]


def test_nothing_is_learnt(make):
    log = make("log")
    assert log.statistic() is None
    assert log.restore({}) == log.fit(None)


def test_integers_have_logarithms(make, learn, applied):
    got = applied(learn(make("log")), pa.array([1, None], pa.int32()))["x"]
    assert got[0] == 0.0
    assert math.isnan(got[1])


def test_options_are_checked(refused):
    refused("log", "'log' or 'log1p'", form="log2")
