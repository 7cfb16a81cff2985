"""Every fault of a flow file, with its line, all at once."""

import pytest

from headrace.errors import RequestError
from headrace_orchestration.load import load_flow, read_flow


def faults_of(path):
    return [f"{fault.line}: {fault.message}" for fault in sorted(read_flow(path)[1])]


def test_a_good_flow_loads_with_its_params_files(flights):
    loaded = load_flow(flights)
    assert list(loaded.flow.steps) == [
        "train_linreg",
        "score_linreg",
        "train_xgb",
        "score_xgb",
        "evaluate_xgb",
    ]
    step = loaded.flow.steps["train_linreg"]
    assert loaded.params_of(step, "train_linreg", {}.get)["target"] == "arr_delay"


def test_a_steps_own_words_replace_the_defaults_field_by_field(flights):
    flow = load_flow(flights).flow
    assert flow.resources("train_xgb").cores == 0.5
    assert flow.resources("train_xgb").memory == "2Gi"
    assert flow.retry("train_xgb").attempts == 3
    assert flow.retry("train_xgb").delay.total_seconds() == 30
    assert flow.timeout("score_xgb").total_seconds() == 90
    assert flow.timeout("train_xgb").total_seconds() == 3600


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(RequestError, match=r"There is no file '.*none\.yaml'"):
        load_flow(tmp_path / "none.yaml")


def test_all_faults_are_raised_in_one_error_with_file_and_line(edit):
    edit("pipeline: linreg\n    mode: score", "pipelin: linreg\n    mode: score")
    path = edit("${params.month}", "${params.mon}")
    with pytest.raises(RequestError) as caught:
        load_flow(path)
    assert caught.value.what == "Flow 'flights' has 3 faults"
    said = caught.value.where.replace(f"{path}:", "").splitlines()
    assert said == [
        "15: steps.score_linreg: 'pipeline' is missing",
        "16: steps.score_linreg: unknown field 'pipelin'; did you mean 'pipeline'?",
        "27: steps.train_xgb.where: ${params.mon}: there is no param 'mon'; did you mean 'month'?",
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("version: headrace/v1", "version: v9", 1, "version: input should be 'headrace/v1'"),
        ("name: flights", "name: flight", 2, "name: 'flight' is not the file's name, 'flights'"),
        ("name: flights", "name: Flights", 2, "name: 'Flights' is not a name; wanted lower-case"),
        ("image: project", "image: Pro/ject", 3, "image: 'Pro/ject' is not the name of an image"),
        ("image: project", "imag: project", 3, "unknown field 'imag'; did you mean 'image'?"),
        ("image: project", "description: [a]", 3, "description: input should be a valid string"),
        ('"0 3 * * *"', '"0 3 * *"', 4, "schedule.cron: '0 3 * *' is not a cron expression"),
        ("UTC", "Europe/Zurch", 4, "no time zone 'Europe/Zurch'; did you mean 'Europe/Zurich'?"),
        ("any: [flights]", "any: [flihts]", 4, "schedule: there is no dataset 'flihts'; did you"),
        ("type: integer, default: 100", "type: int, default: 1", 6, "params.rounds.type: input s"),
        ("default: 100", "default: many", 6, "the default 'many' is not of type integer"),
        ("default: 100", "default: 0", 6, "params.rounds: 0 is less than the minimum 1"),
        ("default: 6,", "default: 13,", 7, "params.month: 13 is more than the maximum 12"),
        ("default: 100, ", "", 6, "params.rounds: 'default' is missing"),
        ('cpu: "1"', "cpu: lots", 11, "defaults.resources.cpu: 'lots' is not an amount of CPU"),
        ("2Gi", "2 GB", 11, "defaults.resources.memory: '2 GB' is not an amount of memory"),
        ("attempts: 2", "attempts: 0", 11, "defaults.retry.attempts: input should be greater tha"),
        ("delay: 30s", "delay: 30", 11, "defaults.retry.delay: 30 is not a duration; wanted some"),
        ("timeout: 1h", "timeout: soon", 11, "defaults.timeout: 'soon' is not a duration"),
        ("train_xgb:", "Train-XGB:", 21, "steps.Train-XGB: 'Train-XGB' is not a name"),
        ("mode: evaluate", "mode: evalute", 43, "there is no mode 'evalute'; did you mean 'eval"),
        ("    mode: evaluate\n", "", 41, "steps.evaluate_xgb: 'mode' is missing; wanted train, "),
        ("publish: forecasts", "publish: forecast", 40, "there is no dataset 'forecast'; did you"),
        (
            "promote: champion",
            "promote: Best!",
            30,
            "steps.train_xgb.promote: 'Best!' is not an al",
        ),
        ("keep: [id, arr_delay]", "keep: [a,'b,c']", 36, "'b,c' is not the name of one column"),
        ("max_bad: 0.01", "max_bad: 2", 38, "max_bad: input should be less than or equal to 1, go"),
        ("after: [score_xgb]", "after: [score]", 46, "steps.evaluate_xgb: there is no step 'score"),
        ("rounds: 7}", "rounds: .inf}", 25, ".inf is not a finite number"),
        ("rounds: 7}", "rounds: !!int x}", 25, "'x' is not a int; wanted plain values"),
        ("params: flights/linreg.yaml", "params: 3", 14, "wanted the name of a params file, or"),
        ("linreg.yaml", "linrg.yaml", 14, "linrg.yaml'; did you mean 'flights/linreg.yaml'?"),
        ("out_of_fold: true", "rounds: 7", 20, "unknown field 'rounds'; wanted one of: after, "),
    ],
)
def test_a_fault_is_told_at_its_line(edit, old, new, line, message):
    found = faults_of(edit(old, new))
    assert len(found) >= 1
    assert any(message in fault for fault in found), found
    lines = {fault.split(":")[0] for fault in found if message in fault}
    assert lines == {str(line)}


def test_a_key_given_twice_is_refused(edit):
    path = edit("image: project", "image: project\nimage: other")
    assert faults_of(path) == ["4: 'image' is given twice; the first is on line 3"]


def test_merge_keys_tags_and_keys_that_are_no_text_are_refused(write):
    path = write("a: &x {b: 1}\nc: {<<: *x}\n1: 2\n[k]: 3\nd: !!python/name:os.system ''\n")
    found = "\n".join(faults_of(path))
    assert "2: merge keys (<<) are not supported; write the fields out" in found
    assert "3: the key 1 is not text; put it in quotes" in found
    assert "4: a key is a list or a mapping; wanted text" in found
    assert "5: '' is not a python/name:os.system; wanted plain values without tags" in found


def test_what_is_no_yaml_is_told_with_its_line(write):
    assert faults_of(write("version: headrace/v1\nsteps: [\n")) == [
        "3: this is not YAML: did not find expected node content"
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "1: the file is empty"),
        ("- a\n", "1: input should be a valid dictionary or instance of Flow, got ['a']"),
        ("a: 1\n---\nb: 2\n", "this is not YAML: but found another document"),
    ],
)
def test_a_file_that_is_no_mapping_is_told(write, text, message):
    assert any(message in fault for fault in faults_of(write(text)))


def test_a_small_file_that_expands_without_end_is_refused(write):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 8)]
    assert faults_of(write("\n".join(lines))) == ["1: the file holds more than 500,000 values"]


def test_a_file_that_holds_itself_is_refused(write):
    assert faults_of(write("a: &a [*a]\n")) == ["1: the file nests deeper than 50 levels"]


def test_dates_stay_text_and_exponents_are_numbers(write):
    loaded, _ = read_flow(
        write(
            """\
            version: headrace/v1
            name: f
            steps:
              t: {pipeline: p, mode: train, input: x, params: {day: 2013-01-01, rate: 1e-3}}
            """,
            name="f",
        )
    )
    assert loaded.flow.steps["t"].params == {"day": "2013-01-01", "rate": 0.001}


def test_faults_of_a_params_file_name_that_file(flights):
    params = flights.parent / "flights" / "linreg.yaml"
    params.write_text("features: [a]\nfeatures: [b]\n")
    with pytest.raises(RequestError, match=r"linreg\.yaml:2: 'features' is given twice"):
        load_flow(flights)
    params.write_text("- a\n")
    with pytest.raises(RequestError, match=r"linreg\.yaml:1: wanted params as 'name: value'"):
        load_flow(flights)


def test_a_circle_is_told_step_by_step(write):
    path = write(
        """\
        version: headrace/v1
        name: f
        steps:
          a: {pipeline: p, mode: train, input: "${steps.c.output}"}
          b: {pipeline: p, mode: score, input: x, model: "${steps.a.model}"}
          c: {pipeline: p, mode: score, input: x, model: m@1, after: [b]}
          d: {pipeline: p, mode: score, input: "${steps.c.output}", model: m@1}
        """,
        name="f",
    )
    assert faults_of(path) == ["4: steps wait for each other: a → b → c → a"]


def test_a_step_that_waits_for_itself_is_a_circle(write):
    path = write(
        """\
        version: headrace/v1
        name: f
        steps: {a: {pipeline: p, mode: train, input: x, after: [a]}}
        """,
        name="f",
    )
    assert faults_of(path) == ["3: steps wait for each other: a → a"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "${datasets.flights}",
            "${datasets.flight}",
            "no dataset 'flight'; did you mean 'flights'",
        ),
        ("${env.root}/fl", "${env.rot}/fl", "no environment value 'rot'; did you mean 'root'?"),
        ("${steps.train_linreg.model}", "${steps.train_lin.model}", "no step 'train_lin'; did"),
        (
            "${steps.train_linreg.model}",
            "${steps.train_linreg.output}",
            "wanted '.model' of a step",
        ),
        (
            "${steps.train_linreg.model}",
            "${steps.score_xgb.model}",
            "'score_xgb' has mode score; on",
        ),
        ("${steps.train_linreg.model}", "x${steps.train_linreg.model}", "must stand alone"),
        (
            "${steps.train_linreg.model}",
            "${steps.train_linreg.mdl}",
            "has '.model' or '.output', no",
        ),
        (
            "${steps.train_linreg.model}",
            "${steps.train_linreg}",
            "is not a reference; wanted ${env",
        ),
        (
            "${steps.train_linreg.model}",
            "${datasets.flights}",
            "has no meaning here; wanted ${env.…",
        ),
        ("${params.month}", "${params.month", "has a '${' without its '}'"),
        (
            "${params.rounds}",
            "${steps.train_linreg.model}",
            "has no meaning here; wanted '.output' of a step",
        ),
        (
            "${env.root}/flights",
            "${datasets.forecasts}/x",
            "datasets.flights.uri: ${datasets.forec",
        ),
    ],
)
def test_a_wrong_reference_is_told(edit, old, new, message):
    assert any(message in fault for fault in faults_of(edit(old, new)))


def test_a_dataset_is_published_by_one_step_only(edit):
    path = edit('model: "${steps.train_linreg.model}"', 'model: "m@1"\n    publish: forecasts')
    assert faults_of(path) == [
        "41: steps.score_xgb: dataset 'forecasts' is published by step 'score_linreg' too"
    ]
