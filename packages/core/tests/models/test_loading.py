import pytest

from headrace.contracts.digests import sha256
from headrace.contracts.manifest import FileEntry
from headrace.errors import HeadraceError, ModelError
from headrace.models.loading import load_bundle


class OnePlugin:
    """Stands for plugins that register the model 'sum'; transforms are the installed ones."""

    def __init__(self, model_type, plugins):
        self._model_type = model_type
        self.load_transform = plugins.load_transform

    def load_model(self, name):
        assert name == "sum"
        return self._model_type


@pytest.fixture
def plugins(bundle):
    from headrace.plugins import discover  # noqa: PLC0415 - beside the stand-in that uses it

    return OnePlugin(type(bundle.model), discover())


@pytest.fixture
def entries(tmp_path, bundle):
    found = []
    for path, data in bundle.files().items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
        found.append(FileEntry(path=path, size=len(data), sha256=sha256(data)))
    return found


def test_a_bundle_is_loaded_from_its_folder(tmp_path, bundle, entries, plugins, rows):
    loaded = load_bundle(str(tmp_path), entries, plugins)
    assert loaded.predict(rows).equals(bundle.predict(rows))


@pytest.mark.parametrize("path", ["bundle.json", "model/sum.json", "folds/1/sum.json"])
def test_a_file_with_another_digest_is_refused_before_it_is_parsed(
    tmp_path, entries, plugins, path
):
    data = (tmp_path / path).read_bytes()
    (tmp_path / path).write_bytes(data[:-1] + b"!")
    with pytest.raises(ModelError, match=f"'{path}' is not the one that was published"):
        load_bundle(str(tmp_path), entries, plugins)


@pytest.mark.parametrize("more", [b"", b"more"])
def test_a_file_of_another_length_is_refused(tmp_path, entries, plugins, more):
    path = tmp_path / "model/sum.json"
    path.write_bytes(path.read_bytes() + more if more else b"")
    with pytest.raises(HeadraceError) as caught:
        load_bundle(str(tmp_path), entries, plugins)
    assert "sum.json" in str(caught.value)


def test_a_missing_file_is_a_model_error(tmp_path, entries, plugins):
    (tmp_path / "model/sum.json").unlink()
    with pytest.raises(ModelError, match=r"sum\.json"):
        load_bundle(str(tmp_path), entries, plugins)


def test_a_file_that_no_manifest_names_is_not_read(tmp_path, entries, plugins):
    (tmp_path / "folds/2").mkdir()
    (tmp_path / "folds/2/sum.json").write_bytes(b"evil")
    assert len(load_bundle(str(tmp_path), entries, plugins).fold_models) == 2
