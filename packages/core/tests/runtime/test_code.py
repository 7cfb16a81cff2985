from headrace.runtime.code import code_of

PLUGIN = """\
Metadata-Version: 2.4
Name: headrace-tide
Version: 3.2
Requires-Dist: headrace[beam]
Requires-Dist: xxhash>=3 ; python_version >= '3'
Requires-Dist: pyyaml ; python_version < '3'
Requires-Dist: pytest ; extra == 'test'
"""


def test_only_what_a_run_is_made_of_is_named(tmp_path, monkeypatch):
    folder = tmp_path / "headrace_tide-3.2.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(PLUGIN)
    monkeypatch.syspath_prepend(tmp_path)

    alone = code_of(["headrace-tide"])
    assert sorted(alone.versions) == ["headrace", "headrace-tide", "xxhash"]
    assert alone.versions["headrace-tide"] == "3.2"

    together = code_of(["headrace", "headrace-tide"])
    assert {"apache-beam", "pyarrow", "pydantic"} <= set(together.versions)
    assert not {"copier", "pytest", "boto3"} & set(together.versions)
