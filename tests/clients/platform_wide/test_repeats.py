"""A call repeated under the same token is done once, for a day."""

import pytest
from harness import behaviour


@behaviour("PLAT-8")
@pytest.mark.clock
def test_a_token_is_answered_again_for_a_day(athena, bucket, clock):
    def start() -> str:
        return athena.start_query_execution(
            QueryString="SELECT 1", ClientRequestToken="t" * 40,
            ResultConfiguration={"OutputLocation": f"s3://{bucket}/results/"},
        )["QueryExecutionId"]

    first = start()
    assert start() == first
    clock.advance(hours=23)
    assert start() == first
    clock.advance(hours=2)
    assert start() != first
