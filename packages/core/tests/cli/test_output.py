from headrace.cli.output import metrics_text


def test_metrics_are_one_line_and_cross_validation_is_left_to_show():
    holdout, folds = {"rmse": 17.7711234, "r2": 0.8416}, {"rmse": 17.7218, "rmse_std": 0.102}
    both = {"holdout": holdout, "cross_validation": folds}
    assert metrics_text(both) == "holdout: rmse 17.7711, r2 0.8416"
    alone = metrics_text({"cross_validation": folds})
    assert alone == "cross_validation: rmse 17.7218, rmse_std 0.102"
