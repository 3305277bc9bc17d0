"""The API keeps to its own description, whatever is asked of it (schemathesis over /openapi.json)."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.support.home import Home

ENDLESS = {"/v1/live"}
KEPT = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]


@pytest.mark.parametrize("examples", [3, pytest.param(300, marks=[pytest.mark.soak, pytest.mark.timeout(3600)])])
@pytest.mark.parametrize("mode", MODES, ids=["fitting", "unfitting"])
def test_whatever_is_asked_is_answered_as_described_and_never_with_a_mistake_of_ours(
    home: Home, mode: GenerationMode, examples: int
):
    home.publish([(f"lab/{number}/temperature", str(number)) for number in range(20)])
    schema = schemathesis.openapi.from_dict(home.get("/openapi.json").json())
    for operation in (each.ok() for each in schema.get_all_operations()):
        takes_something = operation.query or operation.body or operation.path_parameters
        if operation.path not in ENDLESS and (takes_something or mode is GenerationMode.POSITIVE):
            ask(home, operation, mode, examples)


def ask(home: Home, operation, mode: GenerationMode, examples: int) -> None:
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def asked(case) -> None:
        headers = {"Authorization": f"Bearer {home.token}"}
        response = case.call(base_url=home.http, headers=headers, timeout=60)
        case.validate_response(response, checks=KEPT)

    asked()
