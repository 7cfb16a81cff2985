"""Sessions: ``nox`` runs them all, ``nox -s tests`` one."""

import nox

nox.options.reuse_existing_virtualenvs = True
GROUPS = nox.project.load_toml("pyproject.toml")["dependency-groups"]


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and formatting."""
    session.install(*GROUPS["lint"])
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Check types, strictly."""
    session.install("--editable", ".", *GROUPS["types"])
    session.run("mypy", "src")


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests with nothing but what the package declares."""
    session.install("--editable", ".", *GROUPS["test"])
    session.run("pytest", *session.posargs)
