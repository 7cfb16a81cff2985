"""Fuzz one reader by coverage, for as long as you like; not part of the tests.

    python tests/fuzz/with_atheris.py bundle -max_total_time=60

needs the package ``atheris``. It stops at the first case that ends in another error than Headrace's
own, and leaves the case in a file. The first folder on the command line gets what it finds worth
keeping.
"""

import sys
from tempfile import mkdtemp

import atheris

with atheris.instrument_imports(include=["headrace", "headrace_xgb", "headrace_lgbm"]):
    from readers import READERS

from headrace.errors import HeadraceError


def main():
    name = sys.argv.pop(1)
    seed, read = READERS[name]
    read(seed.read_bytes())

    def one(data):
        try:
            read(data)
        except HeadraceError:
            return

    corpus = [] if any(not word.startswith("-") for word in sys.argv[1:]) else [mkdtemp()]
    atheris.Setup([*sys.argv, *corpus, str(seed.parent)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
