"""What people get wrong outside a step's fields: names, secrets, catalogs, size."""

import json

import pytest

from headrace.errors import RequestError
from headrace_orchestration.catalogs import read_catalog
from headrace_orchestration.check import check_flow
from headrace_orchestration.check_command import check_command
from headrace_orchestration.environment import Environment, load_environment
from headrace_orchestration.environment_names import find_environment
from headrace_orchestration.load import load_flow, read_flow
from headrace_orchestration.plan import plan_flow

KUBERNETES = "runtime: kubernetes\nroot: s3://lake\nkubernetes: {namespace: flights}\n"
IMAGE, OTHER = (f"registry.example.com/p@sha256:{digit * 64}" for digit in "ab")


def faults_of(path):
    return [f"{fault.line}: {fault.message}" for fault in sorted(set(read_flow(path)[1]))]


# Names


def test_flow_and_step_together_must_be_a_name_for_bad_rows_too(write):
    flow, step = "f" * 60, "s" * 60
    path = write(
        f"""\
        version: headrace/v1
        name: {flow}
        steps: {{{step}: {{pipeline: p, mode: train, input: x}}}}
        """,
        flow,
    )
    (fault,) = faults_of(path)
    assert fault == (
        f"3: steps.{step}: it would publish '{flow}.{step}', and bad rows as "
        f"'{flow}.{step}.quarantine': 132 characters, at most 128; shorten the name of the flow or "
        "of the step"
    )


@pytest.mark.parametrize("name", ["a" * 64, "a-b", "Ä", "a b", "1a", "a_", "_a", "a.b", "${x}"])
def test_names_that_kubernetes_or_airflow_would_refuse_are_refused(edit, name):
    path = edit("train_xgb:\n", f"{json.dumps(name)}:\n")
    assert any(f"'{name}' is not a name; wanted lower-case" in fault for fault in faults_of(path))


def test_a_pool_has_a_name_that_airflow_takes(edit):
    path = edit("promote: champion", f"pool: {'p' * 257}")
    assert faults_of(path) == [
        "30: steps.train_xgb.pool: a pool's name has 1 to 256 characters, got 257"
    ]


# Secrets


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("rounds: 7}", "rounds: 7, db_password: x}", "25: steps.train_xgb.params.db_password"),
        (
            "rounds: 7}",
            "rounds: 7, store: {api_key: x}}",
            "25: steps.train_xgb.params.store.api_key",
        ),
        ('{rounds: "${params.rounds}"}', "{token: x}", "26: steps.train_xgb.set.token"),
        (
            "  month: {type: integer, default: 6, min",
            "  aws_secret: {type: integer, default: 6, min",
            "7: params.aws_secret",
        ),
    ],
)
def test_a_secret_among_params_is_refused_and_its_place_named(edit, old, new, line):
    found = faults_of(edit(old, new))
    said = (
        f"{line}: this looks like a secret, and params are seen in manifests, on command lines and "
        "in logs; give it to the steps as an environment variable: the environment file says where "
        "it lies ('secrets' of 'kubernetes')"
    )
    assert said in found


def test_a_secret_in_a_params_file_is_told_there(flights):
    params = flights.parent / "flights" / "linreg.yaml"
    params.write_text("features: [token]\nfolds: 0\npassword: x\n")
    (fault,) = read_flow(flights)[1]
    assert str(fault).startswith(f"{params}:3: password: this looks like a secret")


def test_columns_may_be_called_like_secrets(flights):
    params = flights.parent / "flights" / "linreg.yaml"
    params.write_text("features: [password]\ntransforms: {password: [impute]}\npad_token: x\n")
    assert faults_of(flights) == []


def test_credentials_in_a_uri_are_refused(edit):
    path = edit("${env.root}/flights/month", "https://me:word@host/flights/month")
    (fault,) = faults_of(path)
    assert fault.startswith("9: datasets.flights.uri: The https:// URI has credentials in it")


def test_a_reference_to_a_secret_says_where_secrets_are(edit):
    (fault,) = faults_of(edit("${params.month}", "${secrets.token}"))
    assert "secrets are no part of a flow; the environment file says where they lie" in fault


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ("DB_PASSWORD: x", "'DB_PASSWORD' looks like a secret, and variables are seen in logs"),
        ("A-B: x", "'A-B' is not the name of a variable"),
    ],
)
def test_secrets_and_odd_names_among_variables_are_refused(tmp_path, variables, said):
    file = tmp_path / "e.yaml"
    file.write_text(f"root: .\nvariables: {{{variables}}}\n")
    with pytest.raises(RequestError) as caught:
        load_environment(file, None)
    assert said in caught.value.where


# Catalogs


def test_a_catalog_of_another_format_version_is_told_with_its_line(tmp_path):
    file = tmp_path / "catalog.json"
    file.write_text(json.dumps({"version": "9", "format": "headrace/catalog/v9"}, indent=2))
    with pytest.raises(RequestError) as caught:
        read_catalog(file)
    assert caught.value.what == (
        "The catalog has the format 'headrace/catalog/v9'; this installation reads "
        "'headrace/catalog/v1'"
    )
    assert caught.value.where == f"{file}:3"


@pytest.fixture
def check_in_images(tmp_path, flights, catalog):
    """Check the flights against catalogs of images, and return what is said."""

    def check(image=IMAGE, without=(), said_image=IMAGE):
        held = {name: p for name, p in catalog.pipelines.items() if name not in without}
        of_image = catalog.model_copy(update={"pipelines": held, "image": said_image})
        (tmp_path / "catalog.json").write_text(of_image.model_dump_json())
        environment = tmp_path / "prod.yaml"
        environment.write_text(
            f"{KUBERNETES}images:\n  project: {image}\ncatalogs: {{project: catalog.json}}\n"
        )
        check_command(flights, environment, root=None, params=(), catalog_file=None, as_json=False)

    return check


def test_a_flow_is_checked_against_the_catalog_of_its_image(check_in_images, capsys):
    check_in_images()
    assert capsys.readouterr().out == (
        "Flow 'flights': 5 steps, no faults, checked against the catalogs of images: project\n"
    )


def test_a_pipeline_that_the_image_does_not_hold_is_told(check_in_images):
    with pytest.raises(RequestError) as caught:
        check_in_images(without=("xgb",))
    assert "steps.train_xgb: image 'project' holds no pipeline 'xgb'; there are: linreg" in str(
        caught.value
    )


@pytest.mark.parametrize(
    ("said_image", "said"),
    [(OTHER, f"is of '{OTHER}'"), ("", "does not say of which it is")],
)
def test_an_image_whose_catalog_is_of_another_is_told_at_its_line(
    check_in_images, tmp_path, said_image, said
):
    with pytest.raises(RequestError) as caught:
        check_in_images(said_image=said_image)
    assert caught.value.where.startswith(f"{tmp_path}/prod.yaml:5: images.project: '{IMAGE}', but ")
    assert said in caught.value.where


def test_a_tag_may_stand_for_any_image(check_in_images):
    check_in_images(image="registry.example.com/p:main")


# Environments


def test_an_environment_is_found_by_its_name_beside_the_flow_or_above(flights):
    envs = flights.parents[1] / "envs"
    envs.mkdir()
    (envs / "prod.yaml").write_text(KUBERNETES)
    assert find_environment("prod", flights).resolve() == envs / "prod.yaml"
    assert find_environment(None, flights) is None
    with pytest.raises(RequestError, match="There is no environment 'prd'") as caught:
        find_environment("prd", flights)
    assert caught.value.fix == "did you mean 'prod'?"


def test_prod_refuses_an_image_by_tag_at_its_line(flights):
    file = flights.parent / "prod.yaml"
    file.write_text(f"{KUBERNETES}images:\n  project: x/y:1\nrequire_digests: true\n")
    with pytest.raises(RequestError) as caught:
        check_command(flights, file, root=None, params=(), catalog_file=None, as_json=False)
    assert f"{file}:5: image 'project' is 'x/y:1'; wanted REPOSITORY@sha256:DIGEST" in (
        caught.value.where
    )


# Size


def test_a_thousand_steps_over_items_are_checked_and_planned(write, catalog):
    params = "params: {features: [a], target: b, key: [id]}"
    items = ", ".join(map(str, range(500)))
    path = write(
        f"""\
        version: headrace/v1
        name: big
        datasets: {{rows: {{uri: x/*.parquet, columns: [id, a, b]}}}}
        steps:
          fit:
            foreach: [{items}]
            pipeline: linreg
            mode: train
            input: "${{datasets.rows}}"
            {params}
          score:
            foreach: [{items}]
            pipeline: linreg
            mode: score
            input: "${{datasets.rows}}"
            model: "${{steps.fit.model}}"
        """,
        "big",
    )
    loaded = load_flow(path)
    plan = plan_flow(loaded, Environment("/root"), "k1")
    assert len(plan.steps) == 1_000
    assert check_flow(loaded, plan, catalog) == []
