"""Leaves out queries whose parameters contradict each other: each is described, that two do not go together cannot be."""

import schemathesis


@schemathesis.hook
def filter_case(context, case):
    query = case.query or {}
    if case.operation.path != "/prediccion" or query.get("formato") != "texto":
        return True
    # An explanation and a counterfactual need JSON, and are refused where text is asked for.
    return "explicar" not in query and query.get("contrafactual") != "1"
