"""Topics: their attributes, policies, tags and names."""

import json

import pytest
from botocore.exceptions import ClientError
from harness import behaviour, error


def refused(call, **arguments):
    with pytest.raises(ClientError) as raised:
        call(**arguments)
    return error(raised)


def test_a_topic_is_made_once_and_read_back(aws, sns):
    tags = [{"Key": "a", "Value": "b"}]
    arn = sns.create_topic(Name="news", Attributes={"DisplayName": "News"}, Tags=tags)["TopicArn"]
    assert arn == f"arn:aws:sns:us-east-1:{aws.account}:news"
    assert sns.create_topic(Name="news")["TopicArn"] == arn
    assert refused(sns.create_topic, Name="news", Attributes={"DisplayName": "x"}) == (
        "InvalidParameter", 400,
        "Invalid parameter: Attributes Reason: Topic already exists with different attributes",
    )
    found = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    assert (found["TopicArn"], found["Owner"], found["DisplayName"]) == (arn, aws.account, "News")
    assert found["SubscriptionsConfirmed"] == found["SubscriptionsPending"] == "0"
    assert json.loads(found["Policy"])["Id"] == "__default_policy_ID"
    sns.set_topic_attributes(TopicArn=arn, AttributeName="DisplayName", AttributeValue="Old")
    assert sns.get_topic_attributes(TopicArn=arn)["Attributes"]["DisplayName"] == "Old"
    sns.tag_resource(ResourceArn=arn, Tags=[{"Key": "c", "Value": "d"}])
    sns.untag_resource(ResourceArn=arn, TagKeys=["a"])
    assert sns.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "c", "Value": "d"}]
    sns.delete_topic(TopicArn=arn)
    sns.delete_topic(TopicArn=arn)
    assert refused(sns.get_topic_attributes, TopicArn=arn) == (
        "NotFound", 404, "Topic does not exist",
    )


def test_topics_are_listed_in_pages(sns):
    made = {sns.create_topic(Name=f"t{n:03}")["TopicArn"] for n in range(101)}
    first = sns.list_topics()
    assert len(first["Topics"]) == 100
    rest = sns.list_topics(NextToken=first["NextToken"])
    assert "NextToken" not in rest
    assert {topic["TopicArn"] for topic in first["Topics"] + rest["Topics"]} == made


@behaviour("SNS-12")
def test_errors_have_their_types(aws, sns, topic):
    with pytest.raises(sns.exceptions.NotFoundException):
        sns.publish(TopicArn=topic + "x", Message="m")
    with pytest.raises(sns.exceptions.InvalidParameterException) as raised:
        sns.publish(TopicArn=topic, Message="")
    assert error(raised) == ("InvalidParameter", 400, "Invalid parameter: Empty message")
    assert refused(sns.create_topic, Name="a b") == (
        "InvalidParameter", 400, "Invalid parameter: Topic Name",
    )
    assert refused(sns.get_topic_attributes, TopicArn="x") == (
        "InvalidParameter", 400,
        "Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1",
    )
    wrong = refused(
        sns.set_topic_attributes, TopicArn=topic, AttributeName="Colour", AttributeValue="x",
    )
    assert wrong == ("InvalidParameter", 400, "Invalid parameter: AttributeName")
    other = aws.elsewhere(account="111111111111").client("sns")
    with pytest.raises(other.exceptions.AuthorizationErrorException):
        other.publish(TopicArn=topic, Message="m")
    assert refused(sns.publish, PhoneNumber="+15550100", Message="m")[:2] == (
        "NotImplemented", 501,
    )


@behaviour("SNS-7")
def test_a_topics_policy_lets_other_accounts_publish(aws, sns, topic, inbox, subscribe):
    box = inbox("q")
    subscribe(topic, box)
    other = aws.elsewhere(account="111111111111")
    stranger = other.client("sns")
    assert refused(stranger.publish, TopicArn=topic, Message="m")[:2] == (
        "AuthorizationError", 403,
    )
    sns.add_permission(
        TopicArn=topic, Label="them", AWSAccountId=[other.account], ActionName=["Publish"],
    )
    stranger.publish(TopicArn=topic, Message="m")
    assert box.texts() == ["m"]
    sns.remove_permission(TopicArn=topic, Label="them")
    assert refused(stranger.publish, TopicArn=topic, Message="m")[0] == "AuthorizationError"
