import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace_orchestration.references import Reference, find_references, parse, resolve

names = st.from_regex(r"[a-z0-9_][a-z0-9_-]{0,10}", fullmatch=True)
references = st.one_of(
    st.builds(Reference, st.sampled_from(["env", "datasets", "params"]), names),
    st.builds(Reference, st.just("steps"), names, st.sampled_from(["model", "output"])),
)
literals = st.text(min_size=1)


def written(part):
    return str(part) if isinstance(part, Reference) else part.replace("${", "$${")


def resolve_back(parts):
    return "".join(map(written, parts))


@given(st.lists(st.one_of(references, literals), max_size=6))
def test_what_is_written_is_read_again(parts):
    # A '$' before a reference would make it a literal one, and '$' then '{' a reference.
    merged = []
    for part in parts:
        if merged and isinstance(part, str) and isinstance(merged[-1], str):
            merged[-1] += part
        else:
            merged.append(part)
    if any(isinstance(part, str) and part.endswith("$") for part in merged):
        return
    assert list(parse("".join(map(written, merged)))) == merged


@given(st.text(alphabet="${}.abenvsteparm_ "))
def test_a_text_is_parsed_or_refused_with_a_sentence(text):
    refused = ""
    try:
        parts = parse(text)
    except ValueError as error:
        refused = str(error)
    assert "wanted" in refused or "literal" in refused or resolve_back(parts) == text


@given(st.text().filter(lambda text: "${" not in text))
def test_a_text_without_references_stays_as_it_is(text):
    assert resolve(text, {}.__getitem__) == text


def test_a_lone_reference_keeps_its_type_and_others_are_written_out():
    values = {"n": 3, "yes": True, "list": [1]}
    given = {"a": "${params.n}", "b": ["x${params.n}y", "${params.yes}!"], "c": "${params.list}"}
    assert resolve(given, lambda reference: values[reference.name]) == {
        "a": 3,
        "b": ["x3y", "true!"],
        "c": [1],
    }


def test_a_doubled_dollar_stands_for_a_literal_one():
    assert resolve("$${params.n}", {}.__getitem__) == "${params.n}"


def test_references_are_found_at_any_depth():
    value = {"a": [{"b": "${env.root}/x"}], "c": 1, "d": "${steps.s.model}"}
    assert list(find_references(value)) == [
        Reference("env", "root"),
        Reference("steps", "s", "model"),
    ]


@pytest.mark.parametrize(
    "text", ["${}", "${x}", "${env}", "${env.a.b}", "${steps.a}", "${env.a b}"]
)
def test_other_forms_are_no_references(text):
    with pytest.raises(ValueError, match="is not a reference; wanted"):
        parse(text)
