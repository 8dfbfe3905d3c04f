//! What a workgroup's configuration may say, and what of it is honoured here.

use athena_api::{ResultConfiguration, WorkGroupConfiguration};
use platform::Result;

use crate::model::{ENGINE_AUTO, ENGINE_VERSION, engine_version};
use crate::uri::S3Uri;
use crate::{encryption, error};

/// The least bytes after which queries may be cancelled.
const CUTOFF_MIN: i64 = 10_000_000;

/// Refuses, by name, what nobody here would read.
pub(super) fn refuse(configuration: &WorkGroupConfiguration) -> Result<()> {
    let enabled = |on: bool, name: &'static str| on.then_some(name);
    let managed = configuration.managed_query_results_configuration.as_ref();
    let grants = configuration.query_results_s3_access_grants_configuration.as_ref();
    let asked = [
        enabled(configuration.additional_configuration.is_some(), "AdditionalConfiguration"),
        enabled(configuration.execution_role.is_some(), "ExecutionRole"),
        enabled(
            configuration.customer_content_encryption_configuration.is_some(),
            "CustomerContentEncryptionConfiguration",
        ),
        enabled(configuration.engine_configuration.is_some(), "EngineConfiguration"),
        enabled(
            configuration.identity_center_configuration.is_some(),
            "IdentityCenterConfiguration",
        ),
        enabled(managed.is_some_and(|managed| managed.enabled), "ManagedQueryResultsConfiguration"),
        enabled(configuration.monitoring_configuration.is_some(), "MonitoringConfiguration"),
        enabled(
            grants.is_some_and(|grants| grants.enable_s3_access_grants),
            "QueryResultsS3AccessGrantsConfiguration",
        ),
        enabled(configuration.requester_pays_enabled == Some(true), "RequesterPaysEnabled"),
    ];
    match asked.into_iter().flatten().next() {
        Some(name) => Err(error::not_implemented(name)),
        None => Ok(()),
    }
}

/// Checks a whole configuration and completes it.
pub(super) fn checked(mut configuration: WorkGroupConfiguration) -> Result<WorkGroupConfiguration> {
    refuse(&configuration)?;
    if let Some(cutoff) = configuration.bytes_scanned_cutoff_per_query
        && cutoff < CUTOFF_MIN
    {
        return Err(error::invalid(format!(
            "BytesScannedCutoffPerQuery must be at least {CUTOFF_MIN} bytes"
        )));
    }
    if let Some(result) = &configuration.result_configuration {
        check_result(result)?;
    }
    let selected = configuration.engine_version.take().and_then(|v| v.selected_engine_version);
    if let Some(selected) = selected.as_deref()
        && !matches!(selected, ENGINE_AUTO | ENGINE_VERSION)
    {
        return Err(error::invalid(format!("Engine version {selected} is not supported")));
    }
    configuration.engine_version = Some(engine_version(selected.as_deref()));
    configuration.enforce_work_group_configuration.get_or_insert(true);
    configuration.publish_cloud_watch_metrics_enabled.get_or_insert(false);
    configuration.requester_pays_enabled.get_or_insert(false);
    Ok(configuration)
}

fn check_result(result: &ResultConfiguration) -> Result<()> {
    if let Some(location) = result.output_location.as_deref().filter(|text| !text.is_empty())
        && S3Uri::parse(location).is_none()
    {
        return Err(error::invalid("outputLocation is not a valid S3 path."));
    }
    encryption::check(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_completed_or_refused() {
        let complete = checked(WorkGroupConfiguration::default()).unwrap();
        assert_eq!(complete.enforce_work_group_configuration, Some(true));
        let version = complete.engine_version.unwrap();
        assert_eq!(version.effective_engine_version.as_deref(), Some(ENGINE_VERSION));

        let low = WorkGroupConfiguration {
            bytes_scanned_cutoff_per_query: Some(CUTOFF_MIN - 1),
            ..WorkGroupConfiguration::default()
        };
        assert!(checked(low).unwrap_err().is("InvalidRequestException"));
        let role = WorkGroupConfiguration {
            execution_role: Some("r".into()),
            ..WorkGroupConfiguration::default()
        };
        assert!(checked(role).unwrap_err().message().contains("ExecutionRole"));
    }
}
