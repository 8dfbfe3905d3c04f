"""Crawlers in event mode: a queue tells what has changed."""

import json

import pytest
from harness import behaviour

ROWS = "id,name\n1,a\n2,b\n"


class Told:
    """A queue that the bucket of a lake tells its changes."""

    def __init__(self, lake, sqs):
        self.lake, self.sqs = lake, sqs
        self.url = sqs.create_queue(QueueName="changes")["QueueUrl"]
        self.arn = self.attribute("QueueArn")
        policy = {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"},
                "Action": "sqs:SendMessage", "Resource": self.arn,
            },
        }
        sqs.set_queue_attributes(
            QueueUrl=self.url, Attributes={"Policy": json.dumps(policy)}
        )
        lake.s3.put_bucket_notification_configuration(
            Bucket=lake.bucket,
            NotificationConfiguration={
                "QueueConfigurations": [
                    {"QueueArn": self.arn, "Events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]}
                ]
            },
        )

    def attribute(self, name):
        answer = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=[name])
        return answer["Attributes"][name]

    def count(self):
        return sum(
            int(self.attribute(f"ApproximateNumberOfMessages{more}"))
            for more in ("", "NotVisible")
        )

    def wait(self, count):
        from harness import eventually

        eventually(lambda: self.count() >= count, seconds=30)


@pytest.fixture
def told(lake, aws):
    return Told(lake, aws.client("sqs"))


def crawler(lake, told, update="UPDATE_IN_DATABASE", delete="DELETE_FROM_DATABASE", **more):
    target = {"Path": "t/", "EventQueueArn": told.arn, **more}
    return lake.crawler(
        target,
        RecrawlPolicy={"RecrawlBehavior": "CRAWL_EVENT_MODE"},
        SchemaChangePolicy={"UpdateBehavior": update, "DeleteBehavior": delete},
    )


@behaviour("GLUE-19")
def test_only_folders_that_a_queue_tells_of_are_looked_at(lake, told):
    for day in ("1", "2"):
        lake.put(f"t/dt={day}/a.csv", ROWS)
    crawler(lake, told)
    lake.run()
    assert sorted(lake.partitions("t")) == [("1",), ("2",)]
    # What the first run has seen was told too, and is told once more.
    told.wait(2)
    lake.run()
    assert told.count() == 0
    old = lake.partitions("t")

    lake.put("t/dt=3/a b.csv", "id,name,more\n1,a,x\n2,b,y\n")
    told.wait(1)
    lake.run()
    new = lake.partitions("t")
    assert sorted(new) == [("1",), ("2",), ("3",)]
    assert {key: new[key] for key in old} == old
    assert [name for name, _ in lake.columns("t")] == ["id", "name", "more"]
    assert told.count() == 0


@behaviour("GLUE-19", "GLUE-18")
def test_folders_that_a_queue_tells_are_empty_are_forgotten(lake, told):
    for day in ("1", "2"):
        lake.put(f"t/dt={day}/a.csv", ROWS)
    crawler(lake, told)
    lake.run()
    lake.delete("t/dt=1/a.csv")
    told.wait(3)
    lake.run()
    assert sorted(lake.partitions("t")) == [("2",)]
    assert "t" in lake.tables()


@behaviour("GLUE-19")
def test_without_events_nothing_is_looked_at(lake, told):
    lake.put("t/dt=1/a.csv", ROWS)
    crawler(lake, told)
    lake.run()
    told.wait(1)
    lake.run()
    before = lake.table("t")
    lake.s3.put_bucket_notification_configuration(
        Bucket=lake.bucket, NotificationConfiguration={}
    )
    lake.put("t/dt=2/a.csv", ROWS)
    lake.run()
    assert sorted(lake.partitions("t")) == [("1",)]
    assert lake.table("t")["VersionId"] == before["VersionId"]


@behaviour("GLUE-19")
def test_what_is_no_event_goes_to_the_dead_letters(lake, told):
    dead = told.sqs.create_queue(QueueName="dead")["QueueUrl"]
    arn = told.sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])
    lake.put("t/dt=1/a.csv", ROWS)
    crawler(lake, told, DlqEventQueueArn=arn["Attributes"]["QueueArn"])
    lake.run()
    told.sqs.send_message(QueueUrl=told.url, MessageBody="hello")
    told.wait(2)
    lake.run()
    [message] = told.sqs.receive_message(QueueUrl=dead)["Messages"]
    assert message["Body"] == "hello"
    assert told.count() == 0
