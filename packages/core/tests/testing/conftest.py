from pathlib import Path

import pytest

_SITE = Path(__file__).parent / "site"
_ENTRY_POINTS = """\
[headrace]
specimens = specimens.hooks
heavy = specimens.heavy_hooks
troubled = specimens.troubled_hooks
"""


@pytest.fixture(scope="module", autouse=True)
def _installed_specimens(tmp_path_factory):
    """Install the specimens as pip would: their package and its metadata on the import path."""
    site = tmp_path_factory.mktemp("site-packages")
    info = site / "specimens-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.4\nName: specimens\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(_ENTRY_POINTS)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(site)
        patch.syspath_prepend(_SITE)
        yield
