import pytest

from headrace.storage.globs import is_glob, matches, split_glob


@pytest.mark.parametrize(
    ("pattern", "path", "is_match"),
    [
        ("*.parquet", "a.parquet", True),
        ("*.parquet", "b/a.parquet", False),
        ("month=*/*.parquet", "month=1/a.parquet", True),
        ("month=*/*.parquet", "year=1/a.parquet", False),
        ("month=?/a", "month=1/a", True),
        ("month=?/a", "month=10/a", False),
        ("part-[0-3]", "part-2", True),
        ("part-[0-3]", "part-4", False),
        ("part-[!0-3]", "part-4", True),
        ("**", "a", True),
        ("**", "a/b/c", True),
        ("**", "a/_b/c", False),
        ("**/c", "c", True),
        ("**/c", "a/b/c", True),
        ("a/**/c", "a/c", True),
        ("a/**/c", "a/b/d/c", True),
        ("a/**/c", "a/.git/c", False),
        ("a/**/c/*", "a/c/c/x", True),
        ("**/**/x", "x", True),
        ("*", "_SUCCESS", False),
        ("*", ".hidden", False),
        ("[_]SUCCESS", "_SUCCESS", False),
        ("_*", "_SUCCESS", True),
        ("A*", "a", False),
        ("*", "", True),
        ("a*/b", "a", False),
    ],
)
def test_a_pattern_means_these_paths_and_not_those(pattern, path, is_match):
    assert matches(path, pattern) is is_match


@pytest.mark.parametrize(
    ("uri", "folder", "pattern"),
    [
        ("/data/month=*/*.parquet", "/data", "month=*/*.parquet"),
        ("/data/x[12]/a?", "/data", "x[12]/a?"),
        ("/*", "/", "*"),
        ("s3://bucket/*.parquet", "s3://bucket", "*.parquet"),
        ("s3://bucket/a/**", "s3://bucket/a", "**"),
    ],
)
def test_a_pattern_is_listed_from_the_folder_before_its_first_wildcard(uri, folder, pattern):
    assert is_glob(uri)
    assert split_glob(uri) == (folder, pattern)


def test_many_stars_do_not_take_forever():
    assert not matches("/".join("a" * 40), "/".join(["**", "a"] * 12 + ["b"]))
