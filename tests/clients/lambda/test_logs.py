"""What functions print, as it is found in the log."""

from harness import behaviour, eventually


@behaviour("LAMBDA-8", "CWL-14")
def test_calls_are_found_in_the_log(functions, aws):
    logs = aws.client("logs")
    functions.make("f", """
        def handler(event, context):
            print("got", event)
            return context.log_group_name, context.log_stream_name
    """)  # fmt: skip
    group, stream = functions.call("f", 7)
    assert group == "/aws/lambda/f" and "/[$LATEST]" in stream

    def lines(pattern=""):
        groups = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
        if not groups:
            return []
        found = logs.filter_log_events(logGroupName=group, filterPattern=pattern)["events"]
        assert {event["logStreamName"] for event in found} <= {stream}
        return [event["message"] for event in found]

    first = eventually(lines)
    assert [line.split()[0] for line in first] == ["START", "got", "END", "REPORT"]
    assert first[1] == "got 7\n"
    functions.call("f", 8)
    eventually(lambda: lines("got") == ["got 7\n", "got 8\n"])


def test_a_function_may_have_its_log_elsewhere(functions, aws):
    logs = aws.client("logs")
    functions.make("f", "def handler(event, context):\n    print('x')\n",
                   LoggingConfig={"LogGroup": "/own"})
    functions.call("f")
    eventually(lambda: logs.describe_log_groups(logGroupNamePrefix="/own")["logGroups"])
