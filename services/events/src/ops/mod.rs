//! The operations, one file each; registered in the order of AWS's reference.

mod create_event_bus;
mod delete_event_bus;
mod delete_rule;
mod describe_event_bus;
mod describe_rule;
mod disable_rule;
mod enable_rule;
mod list_event_buses;
mod list_rule_names_by_target;
mod list_rules;
mod list_tags_for_resource;
mod list_targets_by_rule;
mod put_events;
mod put_rule;
mod put_targets;
mod remove_targets;
mod tag_resource;
mod test_event_pattern;
mod untag_resource;

use platform::ServiceBuilder;

use crate::Events;

pub(crate) fn register(room: ServiceBuilder<Events>) -> ServiceBuilder<Events> {
    room.op::<events_api::CreateEventBus>()
        .op::<events_api::DeleteEventBus>()
        .op::<events_api::DeleteRule>()
        .op::<events_api::DescribeEventBus>()
        .op::<events_api::DescribeRule>()
        .op::<events_api::DisableRule>()
        .op::<events_api::EnableRule>()
        .op::<events_api::ListEventBuses>()
        .op::<events_api::ListRuleNamesByTarget>()
        .op::<events_api::ListRules>()
        .op::<events_api::ListTagsForResource>()
        .op::<events_api::ListTargetsByRule>()
        .op::<events_api::PutEvents>()
        .op::<events_api::PutRule>()
        .op::<events_api::PutTargets>()
        .op::<events_api::RemoveTargets>()
        .op::<events_api::TagResource>()
        .op::<events_api::TestEventPattern>()
        .op::<events_api::UntagResource>()
}
