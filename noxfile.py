"""Sessions: the one door to tests, checks, the demo and the locks. ``./nox -l`` lists them."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import nox

nox.needs_version = ">=2026.4"
nox.options.default_venv_backend = "uv"
nox.options.reuse_existing_virtualenvs = True
nox.options.download_python = "never"
nox.options.error_on_missing_interpreters = False  # skipped, and the summary says so
nox.options.sessions = ["lint", "types", "imports", "tests", "e2e"]

HERE = Path(__file__).parent
LOCK = "requirements/all.txt"
AIRFLOW_LOCK = "requirements/airflow.txt"  # Airflow lives apart from Beam: it is large enough
GROUPS = nox.project.load_toml("pyproject.toml")["dependency-groups"]
# A package takes part by existing: its session is named by its folder.
PACKAGES = {
    path.parent.name.removeprefix("pipeline-"): path.parent.relative_to(HERE).as_posix()
    for path in sorted(
        [*HERE.glob("packages/*/pyproject.toml"), HERE / "orchestration/pyproject.toml"]
    )
}
SOURCES = [
    *(f"{folder}/src" for folder in PACKAGES.values()),
    *(path.relative_to(HERE).as_posix() for path in sorted(HERE.glob("examples/plugins/*/src"))),
]
PYTHONS = ["3.11", "3.12", "3.13"]
# The interpreters of pyenv that its shims are not told of are looked at last.
PYENV = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
os.environ["PATH"] = os.pathsep.join(
    [os.environ["PATH"], *(str(path) for one in PYTHONS for path in PYENV.glob(f"{one}.*/bin"))]
)
ENVIRONMENT = {
    "PYTHONDONTWRITEBYTECODE": "",  # compiling Beam anew would cost every process seconds
    "OMP_NUM_THREADS": "1",
    "OMP_WAIT_POLICY": "passive",  # idle threads of boosters would spin
    "OPENBLAS_NUM_THREADS": "1",
    "UV_PYTHON_DOWNLOADS": "never",
}


def install(session: nox.Session, *projects: str, groups: tuple[str, ...] = ()) -> None:
    """Install packages of the workspace and groups, at the locked versions, hashes checked."""
    session.env.update(ENVIRONMENT)
    session.install(*locked(*projects, groups=groups))


def locked(*projects: str, groups: tuple[str, ...] = ()) -> list[str]:
    """Return what `uv pip install` is told to install packages and groups at locked versions."""
    editable = [argument for project in projects for argument in ("--editable", project)]
    requirements = [requirement for group in groups for requirement in GROUPS[group]]
    return ["--quiet", "--constraint", LOCK, *editable, *requirements]


def everything() -> list[str]:
    """Return all packages, each with all that it can do."""
    return [whole(name) for name in PACKAGES]


def whole(package: str) -> str:
    """Return the folder of a package, with all extras that its tests need."""
    return f"{PACKAGES[package]}[aws,beam,new]" if package == "core" else PACKAGES[package]


def siblings(package: str) -> list[str]:
    """Return the packages of the workspace that a package requires."""
    by_distribution = {project_table(name)["name"]: name for name in PACKAGES}
    requirements = (re.match(r"[\w.-]+", text) for text in project_table(package)["dependencies"])
    required = [found.group() for found in requirements if found]
    return [by_distribution[name] for name in required if name in by_distribution]


def project_table(package: str) -> dict[str, Any]:
    """Return the project table of a package."""
    project: dict[str, Any] = nox.project.load_toml(f"{PACKAGES[package]}/pyproject.toml")[
        "project"
    ]
    return project


def with_siblings(package: str) -> list[str]:
    """Return the folders of a package and of all it requires, with all that they can do."""
    names = [package, *siblings(package)]
    return [whole(name) for name in names]


def reached_by(files: list[str]) -> list[str]:
    """Return the packages that changes of files can break: their own, and those that require them.

    A file outside the packages, but for docs and tests of the whole, can break any.
    """
    reached = set()
    for file in files:
        owners = [name for name, folder in PACKAGES.items() if file.startswith(f"{folder}/")]
        if owners:
            reached.update(owners)
        elif not file.startswith(("docs/", "tests/", "bench/", "examples/")) and "." in file:
            reached.update(PACKAGES if not file.endswith(".md") else ())
    return [name for name in PACKAGES if reached.intersection([name, *siblings(name)])]


def git(*arguments: str) -> list[str]:
    """Return the lines that git prints."""
    printed = subprocess.run(["git", *arguments], check=True, capture_output=True, text=True)
    return printed.stdout.splitlines()


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and formatting: of all, or ``./nox -s lint -- packages/pipeline-linreg``."""
    install(session, groups=("lint",))
    paths = session.posargs or ["."]
    session.run("ruff", "check", *paths)
    session.run("ruff", "format", "--check", *paths)


@nox.session
def types(session: nox.Session) -> None:
    """Check types, strictly: of all, or ``./nox -s types -- packages/pipeline-linreg/src``."""
    install(session, *everything(), groups=("types", "test"))
    session.run("mypy", *(session.posargs or SOURCES))


@nox.session
def imports(session: nox.Session) -> None:
    """Check that every import keeps to the layers."""
    install(session, *everything(), groups=("types", "test"))
    modules = [
        path.parent.name for path in sorted(HERE.glob("packages/pipeline-*/src/*/__init__.py"))
    ]
    named = ", ".join(f'"{module}"' for module in modules)
    contracts = Path(session.create_tmp(), "contracts.toml")
    contracts.write_text(Path("pyproject.toml").read_text("utf-8").replace('"PIPELINES"', named))
    session.run("lint-imports", "--no-cache", "--config", str(contracts))


@nox.session
@nox.parametrize("package", [nox.param(name, id=name) for name in PACKAGES])
def tests(session: nox.Session, package: str) -> None:
    """Test one package with nothing but its declared dependencies installed."""
    install(session, whole(package), groups=("test",))
    session.run("pytest", f"{PACKAGES[package]}/tests", *session.posargs)


@nox.session(python=PYTHONS)
@nox.parametrize("package", [nox.param(name, id=name) for name in PACKAGES])
def tests_on(session: nox.Session, package: str) -> None:
    """Test one package on each Python that is installed: ``./nox -s "tests_on-3.13(core)"``."""
    tests(session, package)


@nox.session
@nox.parametrize("package", [nox.param(name, id=name) for name in PACKAGES])
def lowest(session: nox.Session, package: str) -> None:
    """Test one package with the lowest versions that it and its siblings allow."""
    session.env.update(ENVIRONMENT)
    editable = [argument for folder in with_siblings(package) for argument in ("-e", folder)]
    session.install("--quiet", "--resolution=lowest-direct", *editable, *GROUPS["test"])
    session.run("pytest", f"{PACKAGES[package]}/tests", *session.posargs)


@nox.session(python=PYTHONS)
def compat(session: nox.Session) -> None:
    """Read what earlier releases wrote, on each Python that is installed."""
    install(session, *everything(), groups=("test",))
    session.run("pytest", "tests/compat", *session.posargs)


@nox.session(venv_backend="none")
def versions(session: nox.Session) -> None:
    """Test each package with its lowest dependencies, and reading on the other Pythons.

    Whole test suites on the other Pythons take as long again for each: ``./nox -s tests_on``.
    """
    for name in PACKAGES:
        session.notify(f"lowest({name})")
    own = f"{sys.version_info.major}.{sys.version_info.minor}"  # ./nox has just tested on it
    for python in PYTHONS:
        if python != own:
            session.notify(f"compat-{python}")


@nox.session(venv_backend="none")
def affected(session: nox.Session) -> None:
    """Test what the changes since a commit can reach: ``./nox -s affected -- origin/main``."""
    base = session.posargs[0] if session.posargs else "HEAD"
    changed = git("diff", "--name-only", base) + git("ls-files", "--others", "--exclude-standard")
    names = reached_by(changed)
    session.log(
        f"changed since {base}: {len(changed)} files; affected: {', '.join(names) or 'none'}"
    )
    for name in names:
        session.notify(f"tests({name})")


@nox.session
def e2e(session: nox.Session) -> None:
    """Test the packages together: the example, the architecture, the README."""
    install(session, *everything(), groups=("test", "example", "oracle"))
    session.run("pytest", "tests", "--ignore=tests/crash", *session.posargs)


def install_airflow(session: nox.Session) -> None:
    """Install Airflow and what it needs to know of flows: no Beam, no pipeline."""
    session.env.update(ENVIRONMENT)
    packages = (PACKAGES["core"], f"{PACKAGES['orchestration']}[airflow]")
    editable = [argument for package in packages for argument in ("--editable", package)]
    session.install("--quiet", "--constraint", AIRFLOW_LOCK, *editable, *GROUPS["test"])


@nox.session
def airflow(session: nox.Session) -> None:
    """Test flows in a real Airflow; their steps run in an environment of their own, with Beam."""
    install_airflow(session)
    project = Path(session.create_tmp(), "project").absolute()
    python = ("--python", sys.executable)
    session.run("uv", "venv", "--quiet", "--allow-existing", *python, str(project), external=True)
    arguments = ["--python", str(project), *locked(*everything(), groups=("example",))]
    session.run("uv", "pip", "install", *arguments, external=True)
    session.env["HEADRACE_TEST_PROJECT"] = str(project / "bin")
    session.run("pytest", "orchestration/tests/airflow", *session.posargs)


@nox.session
def airflow_dev(session: nox.Session) -> None:
    """Start an Airflow on this machine with the flights flow, until ctrl-C."""
    install_airflow(session)
    if not Path(".venv/bin/headrace").exists():
        dev(session)  # orchestration/envs/airflow-local.yaml runs the steps there
    prepare = (".venv/bin/python", "examples/flights/prepare.py", "--root", "headrace")
    session.run(*prepare, external=True)
    home = Path(session.create_tmp(), "airflow").absolute()
    port = session.posargs[0] if session.posargs else "8080"
    session.log(f"Airflow takes a minute to start. Then open http://127.0.0.1:{port}/dags/flights")
    settings = {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(HERE / "orchestration/dags-local"),
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__PARALLELISM": "2",
        "AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT": "120",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",  # on loopback only
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": port,
        "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}",
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_hex(64),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    }
    path = os.pathsep.join([*session.bin_paths, os.environ["PATH"]])  # it looks itself up there
    environment = {name: value for name, value in session.env.items() if value is not None}
    environment = {**os.environ, **environment, **settings, "PATH": path}
    run_to_the_last_child([f"{session.bin}/airflow", "standalone"], environment)


def run_to_the_last_child(command: list[str], environment: dict[str, str]) -> None:
    """Run until ctrl-C and leave nothing behind; Airflow's scheduler may outlive its own stop."""
    process = subprocess.Popen(command, env=environment, start_new_session=True)
    try:
        process.wait()
    except KeyboardInterrupt:
        print("Stopping Airflow")
    finally:
        for sign, seconds in ((signal.SIGTERM, 10), (signal.SIGKILL, 10)):
            with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
                os.killpg(process.pid, sign)
                process.wait(seconds)


@nox.session
def crash(session: nox.Session) -> None:
    """Kill runs, fill disks, break an object store: ``./nox -s crash -- --attempts 1000``."""
    install(session, *with_siblings("linreg"), groups=("test", "s3"))
    session.run("pytest", "tests/crash", *session.posargs)


@nox.session
def demo(session: nox.Session) -> None:
    """Train and score two stitched pipelines on 336,776 flights."""
    install(session, *everything(), groups=("example",))
    session.run("python", "examples/flights/prepare.py", "--root", "headrace", silent=False)
    flow = "orchestration/flows/flights.yaml"
    session.run("headrace", "flow", "run", flow, "--root", "headrace", *session.posargs)
    headrace = Path(session.bin, "headrace").relative_to(HERE)
    session.log(f"Look at the models next: {headrace} models list")
    session.log(f"All that it can do:      {headrace} --help")


@nox.session(venv_backend="none")
def dev(session: nox.Session) -> None:
    """Install all packages, editable, and all tools into ``.venv``, to work in."""
    groups = tuple(name for name in GROUPS if name != "boot")
    python = ("--python", sys.executable)
    session.run("uv", "venv", "--quiet", "--allow-existing", *python, ".venv", external=True)
    arguments = ["--python", ".venv", *locked(*everything(), groups=groups)]
    session.run("uv", "pip", "install", *arguments, external=True, env=ENVIRONMENT)


@nox.session
def bench(session: nox.Session) -> None:
    """Measure against hand-written programs: ``./nox -s bench -- bench/scoring.py``."""
    install(session, *everything(), groups=("oracle",))
    for program in session.posargs or ["bench/scoring.py"]:
        session.run("python", *program.split())


@nox.session
def build(session: nox.Session) -> None:
    """Build a wheel of every package into ``dist``."""
    session.run("uv", "build", "--all-packages", "--wheel", "--out-dir", "dist", external=True)


@nox.session(venv_backend="none")
def lock(session: nox.Session) -> None:
    """Resolve all dependencies anew and write the locks, with hashes and without hosts."""
    session.run("uv", "lock", "--quiet", "--upgrade", "--python", sys.executable, external=True)
    groups = [f"--group={name}" for name in GROUPS if name != "boot"]
    for file, choice in {
        LOCK: [
            *("--all-packages", "--all-extras", "--no-extra=airflow", "--no-emit-workspace"),
            *groups,
        ],
        "requirements/dev.txt": ["--only-group=boot"],
    }.items():
        session.run(
            *("uv", "export", "--quiet", "--frozen", "--no-annotate", "--no-header"),
            *choice,
            f"--output-file={file}",
            external=True,
        )
    session.run(
        *("uv", "pip", "compile", "--quiet", "--upgrade", "--universal", "--generate-hashes"),
        *("--no-header", "--no-annotate", "--python-version", "3.11"),
        *("--no-emit-package", "headrace", "--extra", "airflow", "--group", "pyproject.toml:test"),
        *("--output-file", AIRFLOW_LOCK, "orchestration/pyproject.toml"),
        external=True,
    )
