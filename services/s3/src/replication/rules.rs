//! What a configuration's rules say of a version.

use platform::{Arn, Tags};
use s3_api::{
    DeleteMarkerReplicationStatus, MetricsStatus, ReplicaModificationsStatus,
    ReplicationConfiguration, ReplicationRule, ReplicationRuleStatus, ReplicationTimeStatus,
    SseKmsEncryptedObjectsStatus, Tag,
};

use super::Target;
use crate::model::{Replication, Version};

/// The bucket that an ARN names.
pub(crate) fn bucket_of(arn: &str) -> Option<String> {
    let arn: Arn = arn.parse().ok()?;
    let is_bucket =
        arn.service() == "s3" && arn.region_text().is_empty() && arn.account_text().is_empty();
    let name = arn.resource();
    (is_bucket && !name.is_empty() && !name.contains(['/', ':'])).then(|| name.to_owned())
}

/// The prefix of the keys that a rule is about.
pub(super) fn prefix(rule: &ReplicationRule) -> &str {
    let filter = rule.filter.as_ref();
    let and = filter.and_then(|filter| filter.and.as_ref());
    let of_filter = and.and_then(|and| and.prefix.as_deref());
    let of_filter = of_filter.or(filter.and_then(|filter| filter.prefix.as_deref()));
    of_filter.or(rule.prefix.as_deref()).unwrap_or_default()
}

/// The tags that a rule asks for.
pub(super) fn tags(rule: &ReplicationRule) -> impl Iterator<Item = &Tag> {
    let filter = rule.filter.as_ref();
    let and = filter.and_then(|filter| filter.and.as_ref());
    let of_and = and.and_then(|and| and.tags.as_ref()).into_iter().flatten();
    of_and.chain(filter.and_then(|filter| filter.tag.as_ref()))
}

fn has_tags(rule: &ReplicationRule, there: &Tags) -> bool {
    tags(rule).all(|tag| there.get(&tag.key) == Some(&tag.value))
}

/// Whether a rule copies delete markers: where it says so, and always in the older form, which has
/// no filter and cannot say it.
fn copies_markers(rule: &ReplicationRule) -> bool {
    let said = rule.delete_marker_replication.as_ref().and_then(|said| said.status);
    rule.filter.is_none() || said == Some(DeleteMarkerReplicationStatus::Enabled)
}

fn copies_changes_of_replicas(rule: &ReplicationRule) -> bool {
    let criteria = rule.source_selection_criteria.as_ref();
    let said = criteria.and_then(|criteria| criteria.replica_modifications.as_ref());
    said.is_some_and(|said| said.status == ReplicaModificationsStatus::Enabled)
}

fn copies_under_kms(rule: &ReplicationRule) -> bool {
    let criteria = rule.source_selection_criteria.as_ref();
    let said = criteria.and_then(|criteria| criteria.sse_kms_encrypted_objects.as_ref());
    said.is_some_and(|said| said.status == SseKmsEncryptedObjectsStatus::Enabled)
}

/// Whether a rule's replicas have a time to be there in.
fn is_timed(rule: &ReplicationRule) -> bool {
    let time = rule.destination.replication_time.as_ref();
    time.is_some_and(|time| time.status == ReplicationTimeStatus::Enabled)
}

fn is_measured(rule: &ReplicationRule) -> bool {
    let metrics = rule.destination.metrics.as_ref();
    metrics.is_some_and(|metrics| metrics.status == MetricsStatus::Enabled)
}

fn chosen<'a>(
    configuration: &'a ReplicationConfiguration,
    key: &str,
    wanted: impl Fn(&ReplicationRule) -> bool,
) -> Vec<Target> {
    let mut rules: Vec<&'a ReplicationRule> = configuration
        .rules
        .iter()
        .filter(|rule| rule.status == ReplicationRuleStatus::Enabled)
        .filter(|rule| key.starts_with(prefix(rule)) && wanted(rule))
        .collect();
    // Of several for one bucket the one that comes first decides.
    rules.sort_by_key(|rule| std::cmp::Reverse(rule.priority.unwrap_or(0)));
    let mut targets: Vec<Target> = Vec::new();
    for rule in rules {
        let to = &rule.destination;
        let Some(bucket) = bucket_of(&to.bucket) else { continue };
        if targets.iter().all(|target| target.bucket != bucket) {
            targets.push(Target {
                bucket,
                storage_class: to.storage_class.map(|class| class.as_str().to_owned()),
                account: to.account.clone(),
                own: to.access_control_translation.is_some(),
                kms_key: to
                    .encryption_configuration
                    .as_ref()
                    .and_then(|encryption| encryption.replica_kms_key_id.clone()),
                rule: rule.id.clone().unwrap_or_default(),
                timed: is_timed(rule),
                measured: is_measured(rule),
            });
        }
    }
    targets
}

/// Where a version is copied to. Replicas are not copied further.
pub(crate) fn targets(
    configuration: &ReplicationConfiguration,
    key: &str,
    version: &Version,
) -> Vec<Target> {
    if version.replication == Some(Replication::Replica) {
        return Vec::new();
    }
    let by_kms = version.encryption.as_ref().is_some_and(|encryption| encryption.is_by_kms());
    chosen(configuration, key, |rule| match version.delete_marker {
        true => copies_markers(rule),
        // Keys of KMS are used only where a rule says so.
        false => has_tags(rule, &version.tags) && (!by_kms || copies_under_kms(rule)),
    })
}

/// Where replicas may be that follow what changes of a version. Rules ask for tags when a version
/// is made only.
pub(super) fn targets_of_settings(
    configuration: &ReplicationConfiguration,
    key: &str,
    version: &Version,
) -> Vec<Target> {
    let is_replica = version.replication == Some(Replication::Replica);
    chosen(configuration, key, |rule| !is_replica || copies_changes_of_replicas(rule))
}

#[cfg(test)]
mod tests {
    use platform::{AccountId, Timestamp};
    use s3_api::{
        DeleteMarkerReplication, Destination, ReplicationRuleAndOperator, ReplicationRuleFilter,
    };

    use super::*;

    fn rule(bucket: &str, priority: i32, prefix: &str, tags: &[(&str, &str)]) -> ReplicationRule {
        let tag = |(key, value): &(&str, &str)| Tag { key: (*key).into(), value: (*value).into() };
        let and = ReplicationRuleAndOperator {
            prefix: Some(prefix.into()),
            tags: Some(tags.iter().map(tag).collect()),
        };
        ReplicationRule {
            status: ReplicationRuleStatus::Enabled,
            priority: Some(priority),
            filter: Some(ReplicationRuleFilter { and: Some(and), ..Default::default() }),
            destination: Destination {
                bucket: format!("arn:aws:s3:::{bucket}"),
                ..Default::default()
            },
            ..Default::default()
        }
    }

    fn version(tags: &[(&str, &str)]) -> Version {
        let account: AccountId = "123456789012".parse().unwrap();
        let mut version = Version::new(account, Timestamp::EPOCH);
        for (key, value) in tags {
            version.tags.insert(*key, *value);
        }
        version
    }

    fn names(
        configuration: &ReplicationConfiguration,
        key: &str,
        version: &Version,
    ) -> Vec<String> {
        targets(configuration, key, version).into_iter().map(|target| target.bucket).collect()
    }

    #[test]
    fn rules_choose_by_prefix_and_all_of_their_tags() {
        let rules = vec![
            rule("one", 1, "a/", &[]),
            rule("two", 2, "", &[("k", "v"), ("l", "w")]),
            rule("one", 3, "a/b", &[]),
        ];
        let configuration = ReplicationConfiguration { role: String::new(), rules };
        assert_eq!(names(&configuration, "a/x", &version(&[])), ["one"]);
        assert_eq!(names(&configuration, "x", &version(&[("k", "v")])), [""; 0]);
        let both = version(&[("k", "v"), ("l", "w")]);
        assert_eq!(names(&configuration, "a/b", &both), ["one", "two"]);
        let replica = Version { replication: Some(Replication::Replica), ..both };
        assert_eq!(names(&configuration, "a/b", &replica), [""; 0]);
    }

    #[test]
    fn markers_go_where_they_are_asked_for_or_cannot_be() {
        let mut asked = rule("asked", 1, "", &[]);
        let status = Some(DeleteMarkerReplicationStatus::Enabled);
        asked.delete_marker_replication = Some(DeleteMarkerReplication { status });
        let older = ReplicationRule { filter: None, ..rule("older", 0, "", &[]) };
        let rules = vec![asked, rule("not", 2, "", &[]), older];
        let configuration = ReplicationConfiguration { role: String::new(), rules };
        let marker = Version { delete_marker: true, ..version(&[]) };
        assert_eq!(names(&configuration, "x", &marker), ["asked", "older"]);
    }

    #[test]
    fn buckets_are_named_by_arns() {
        assert_eq!(bucket_of("arn:aws:s3:::b").as_deref(), Some("b"));
        assert_eq!(bucket_of("arn:aws-cn:s3:::b").as_deref(), Some("b"));
        for bad in ["b", "arn:aws:s3:::", "arn:aws:s3:::b/x", "arn:aws:sqs:::b", "x:aws:s3:::b"] {
            assert_eq!(bucket_of(bad), None, "{bad}");
        }
    }
}
