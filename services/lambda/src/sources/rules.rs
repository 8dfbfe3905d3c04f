//! What mappings may be.

use lambda_api::{
    EventSourceMappingConfiguration, FunctionResponseType, UpdateEventSourceMappingInput,
};
use platform::{Arn, Result};

use super::batch;
use crate::error;

/// Messages of a batch, where nobody said otherwise.
const BATCH: i32 = 10;
/// Messages of a batch of a queue in order, and of one that is not waited for.
const BATCH_MAX: i32 = 10;
/// The most patterns of a mapping.
const FILTERS_MAX: usize = 5;

/// Changes the settings of a mapping: what is not given stays.
///
/// # Errors
/// AWS's refusals, and those by name of what is not there.
pub(crate) fn change(
    config: &mut EventSourceMappingConfiguration,
    given: UpdateEventSourceMappingInput,
) -> Result<()> {
    for (what, given) in [
        ("KMSKeyArn", given.kms_key_arn.as_ref().is_some_and(|arn| !arn.is_empty())),
        ("LoggingConfig", given.logging_config.is_some()),
        ("MetricsConfig", given.metrics_config.is_some()),
        ("ProvisionedPollerConfig", given.provisioned_poller_config.is_some()),
    ] {
        if given {
            return Err(error::absent(&format!("{what} of an event source mapping")));
        }
    }
    // What streams have, and queues do not.
    for (what, given) in [
        ("BisectBatchOnFunctionError", given.bisect_batch_on_function_error == Some(true)),
        ("DestinationConfig", given.destination_config.is_some()),
        ("MaximumRecordAgeInSeconds", given.maximum_record_age_in_seconds.is_some()),
        ("MaximumRetryAttempts", given.maximum_retry_attempts.is_some()),
        ("ParallelizationFactor", given.parallelization_factor.is_some()),
        ("TumblingWindowInSeconds", given.tumbling_window_in_seconds.is_some()),
    ] {
        if given {
            return Err(error::invalid(format!(
                "Unsupported {what} parameter for given event source mapping type."
            )));
        }
    }
    config.batch_size = given.batch_size.or(config.batch_size).or(Some(BATCH));
    config.maximum_batching_window_in_seconds = given
        .maximum_batching_window_in_seconds
        .or(config.maximum_batching_window_in_seconds)
        .or(Some(0));
    if let Some(types) = given.function_response_types {
        config.function_response_types = Some(types);
    }
    if let Some(scaling) = given.scaling_config {
        config.scaling_config = scaling.maximum_concurrency.is_some().then_some(scaling);
    }
    if let Some(criteria) = given.filter_criteria {
        let count = criteria.filters.as_ref().map_or(0, Vec::len);
        if count > FILTERS_MAX {
            return Err(error::invalid(format!(
                "The number of filters must not exceed {FILTERS_MAX}."
            )));
        }
        batch::patterns(Some(&criteria)).map_err(|wrong| {
            error::invalid(format!("Invalid filter pattern definition. ({wrong})"))
        })?;
        config.filter_criteria = (count > 0).then_some(criteria);
    }
    check_batch(config)
}

fn check_batch(config: &EventSourceMappingConfiguration) -> Result<()> {
    let source = config.event_source_arn.as_deref().unwrap_or_default();
    let (size, window) = (
        config.batch_size.unwrap_or(BATCH),
        config.maximum_batching_window_in_seconds.unwrap_or(0),
    );
    let fifo = source.ends_with(".fifo");
    if fifo && window > 0 {
        return Err(error::invalid("Batching window is not supported for FIFO queues."));
    }
    if fifo && size > BATCH_MAX {
        return Err(error::invalid(format!("Maximum batch size for FIFO queues is {BATCH_MAX}.")));
    }
    if size > BATCH_MAX && window < 1 {
        return Err(error::invalid(
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is \
             greater than 10",
        ));
    }
    let types = config.function_response_types.iter().flatten();
    let known = [FunctionResponseType::ReportBatchItemFailures];
    if types.into_iter().any(|kind| !known.contains(kind)) {
        return Err(error::invalid("The function response type is not supported."));
    }
    Ok(())
}

/// Makes sure that a source is a queue.
///
/// # Errors
/// AWS's refusal, and one by name of other sources.
pub(crate) fn queue(source: &str) -> Result<Arn> {
    let refused = || error::invalid(format!("Unrecognized event source: {source}"));
    let arn: Arn = source.parse().map_err(|_| refused())?;
    match arn.service() {
        "sqs" if arn.account().is_some() && !arn.resource().is_empty() => Ok(arn),
        "sqs" => Err(refused()),
        "kinesis" | "dynamodb" | "kafka" | "mq" | "rds" => {
            Err(error::absent(&format!("Event sources of the service {}", arn.service())))
        }
        _ => Err(refused()),
    }
}
