//! `UpdateWorkGroup`: changes a workgroup's description, state and configuration.
//!
//! <https://docs.aws.amazon.com/athena/latest/APIReference/API_UpdateWorkGroup.html>

use athena_api::{
    ResultConfiguration, ResultConfigurationUpdates, UpdateWorkGroup, UpdateWorkGroupInput,
    UpdateWorkGroupOutput, WorkGroupConfiguration, WorkGroupConfigurationUpdates, WorkGroupState,
};
use platform::{Ctx, Handle, Result};

use super::settings;
use crate::{Athena, store};

impl Handle<UpdateWorkGroup> for Athena {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: UpdateWorkGroupInput,
    ) -> Result<UpdateWorkGroupOutput> {
        let name = input.work_group;
        ctx.write(|tx| {
            let mut row = store::workgroup(tx, &name)?;
            if let Some(description) = input.description {
                row.description = Some(description);
            }
            if let Some(state) = input.state {
                row.disabled = state == WorkGroupState::Disabled;
            }
            if let Some(updates) = input.configuration_updates {
                row.configuration.0 = updated(row.configuration.0, updates)?;
            }
            store::put_workgroup(tx, &name, &row)?;
            Ok(UpdateWorkGroupOutput::default())
        })
        .await
    }
}

fn updated(
    mut now: WorkGroupConfiguration,
    updates: WorkGroupConfigurationUpdates,
) -> Result<WorkGroupConfiguration> {
    settings::refuse(&asked(&updates))?;
    if let Some(result) = updates.result_configuration_updates {
        now.result_configuration = updated_result(now.result_configuration, result);
    }
    if updates.remove_bytes_scanned_cutoff_per_query == Some(true) {
        now.bytes_scanned_cutoff_per_query = None;
    }
    let replace = |old: Option<bool>, new: Option<bool>| new.or(old);
    now.bytes_scanned_cutoff_per_query =
        updates.bytes_scanned_cutoff_per_query.or(now.bytes_scanned_cutoff_per_query);
    now.enforce_work_group_configuration =
        replace(now.enforce_work_group_configuration, updates.enforce_work_group_configuration);
    now.publish_cloud_watch_metrics_enabled = replace(
        now.publish_cloud_watch_metrics_enabled,
        updates.publish_cloud_watch_metrics_enabled,
    );
    now.engine_version = updates.engine_version.or(now.engine_version);
    settings::checked(now)
}

/// What updates ask for, as far as it may have to be refused.
fn asked(updates: &WorkGroupConfigurationUpdates) -> WorkGroupConfiguration {
    let managed = updates.managed_query_results_configuration_updates.as_ref();
    WorkGroupConfiguration {
        additional_configuration: updates.additional_configuration.clone(),
        execution_role: updates.execution_role.clone(),
        customer_content_encryption_configuration: updates
            .customer_content_encryption_configuration
            .clone(),
        enable_minimum_encryption_configuration: updates.enable_minimum_encryption_configuration,
        engine_configuration: updates.engine_configuration.clone(),
        managed_query_results_configuration: managed.map(|managed| {
            athena_api::ManagedQueryResultsConfiguration {
                enabled: managed.enabled == Some(true),
                encryption_configuration: managed.encryption_configuration.clone(),
            }
        }),
        monitoring_configuration: updates.monitoring_configuration.clone(),
        query_results_s3_access_grants_configuration: updates
            .query_results_s3_access_grants_configuration
            .clone(),
        requester_pays_enabled: updates.requester_pays_enabled,
        ..WorkGroupConfiguration::default()
    }
}

fn updated_result(
    now: Option<ResultConfiguration>,
    updates: ResultConfigurationUpdates,
) -> Option<ResultConfiguration> {
    let mut now = now.unwrap_or_default();
    let removed = |flag: Option<bool>| flag == Some(true);
    if removed(updates.remove_output_location) {
        now.output_location = None;
    }
    if removed(updates.remove_encryption_configuration) {
        now.encryption_configuration = None;
    }
    if removed(updates.remove_expected_bucket_owner) {
        now.expected_bucket_owner = None;
    }
    if removed(updates.remove_acl_configuration) {
        now.acl_configuration = None;
    }
    now.output_location = updates.output_location.or(now.output_location);
    now.encryption_configuration =
        updates.encryption_configuration.or(now.encryption_configuration);
    now.expected_bucket_owner = updates.expected_bucket_owner.or(now.expected_bucket_owner);
    now.acl_configuration = updates.acl_configuration.or(now.acl_configuration);
    Some(now)
}
