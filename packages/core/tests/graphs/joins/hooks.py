from dataclasses import replace

from headrace import GraphSpec, PipelineSpec, hookimpl

JOIN = GraphSpec(
    "join",
    "Look up the value of each code, and its half.",
    load="joins.right:run",
    params="joins.params:JoinParams",
    adds=("join_value", "join_half"),
)
TRAINS = replace(JOIN, modes=("train", "score"))


@hookimpl
def headrace_register_pipelines():
    return [
        JOIN,
        replace(JOIN, name="join_table", load="joins.right:run_on_a_table"),
        *(
            replace(JOIN, name=f"join_{name}", load=f"joins.wrong:{name}")
            for name in ("ordered", "ranked", "deaf", "tolerant")
        ),
        *(
            replace(TRAINS, name=f"join_{name}", load=f"joins.wrong:{name}")
            for name in ("hasty", "pickled")
        ),
        replace(JOIN, name="join_modest", adds=()),
        replace(
            JOIN,
            name="join_unlinked",
            load="joins.wrong:unlinked",
            params="joins.params:UnlinkedParams",
        ),
        replace(JOIN, name="join_lenient", params="joins.params:LenientParams"),
        replace(JOIN, name="join_silent", params="joins.params:SilentParams"),
        replace(JOIN, name="join_rounded", params="joins.params:RoundedParams"),
        replace(JOIN, name="join_clocked", params="joins.params:ClockedParams"),
        replace(JOIN, name="join_heavy", params="joins.right:HeavyParams"),
        PipelineSpec(
            "join_plain", "No graph.", load="joins.right:run", params="joins.params:JoinParams"
        ),
    ]
