//! `CreateEventSourceMapping`: has a function called with the messages of a queue.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html>

use lambda_api::{
    CreateEventSourceMapping, CreateEventSourceMappingInput, CreateEventSourceMappingOutput,
    EventSourceMappingConfiguration, UpdateEventSourceMappingInput,
};
use platform::{Ctx, Fail, Handle, Result, Stored};

use crate::sources::rules;
use crate::store::{MAPPINGS, Mapping};
use crate::{Lambda, destinations, error, names, versions};

impl Handle<CreateEventSourceMapping> for Lambda {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: CreateEventSourceMappingInput,
    ) -> Result<CreateEventSourceMappingOutput> {
        let action = "lambda:CreateEventSourceMapping";
        let named = names::open(ctx, action, &input.function_name, None).await?;
        let ctx = &named.ctx;
        for (what, given) in [
            (
                "AmazonManagedKafkaEventSourceConfig",
                input.amazon_managed_kafka_event_source_config.is_some(),
            ),
            ("DocumentDBEventSourceConfig", input.document_db_event_source_config.is_some()),
            ("Queues", input.queues.is_some()),
            ("SelfManagedEventSource", input.self_managed_event_source.is_some()),
            ("Topics", input.topics.is_some()),
            ("Tags", input.tags.as_ref().is_some_and(|tags| !tags.is_empty())),
        ] {
            if given {
                return Err(error::absent(&format!("{what} of an event source mapping")));
            }
        }
        let missing = || error::invalid("Event source ARN must be specified.");
        let source = input.event_source_arn.ok_or_else(missing)?;
        let queue = rules::queue(&source)?;
        if input.starting_position.is_some() {
            return Err(error::invalid("StartingPosition is not valid for SQS event sources."));
        }
        let (_, version) = ctx.read(|tx| versions::find(tx, &named))?;
        let id = ctx.ids().uuid();
        let enabled = input.enabled.unwrap_or(true);
        let mut config = EventSourceMappingConfiguration {
            uuid: Some(id.clone()),
            event_source_mapping_arn: Some(super::arn(ctx.scope(), &id)?),
            event_source_arn: Some(source.clone()),
            function_arn: Some(named.arn()),
            last_modified: Some(ctx.now().floor_secs()),
            state: super::state(enabled),
            state_transition_reason: Some("USER_INITIATED".to_owned()),
            ..EventSourceMappingConfiguration::default()
        };
        let given = UpdateEventSourceMappingInput {
            batch_size: input.batch_size,
            bisect_batch_on_function_error: input.bisect_batch_on_function_error,
            destination_config: input.destination_config,
            filter_criteria: input.filter_criteria,
            function_response_types: input.function_response_types,
            kms_key_arn: input.kms_key_arn,
            logging_config: input.logging_config,
            maximum_batching_window_in_seconds: input.maximum_batching_window_in_seconds,
            maximum_record_age_in_seconds: input.maximum_record_age_in_seconds,
            maximum_retry_attempts: input.maximum_retry_attempts,
            metrics_config: input.metrics_config,
            parallelization_factor: input.parallelization_factor,
            provisioned_poller_config: input.provisioned_poller_config,
            scaling_config: input.scaling_config,
            tumbling_window_in_seconds: input.tumbling_window_in_seconds,
            ..UpdateEventSourceMappingInput::default()
        };
        rules::change(&mut config, given)?;
        super::check_queue(&named, &version, &queue).await?;
        let (_, place) = destinations::place(&source).ok_or_else(missing)?;
        let mapping = Mapping {
            config: Stored(config.clone()),
            scope: ctx.scope().clone(),
            function: named.name.clone(),
            qualifier: named.qualifier.clone(),
            queue_url: destinations::queue_url(&queue, &place),
            enabled,
            revision: ctx.ids().uuid(),
        };
        let arn = named.arn();
        ctx.write(|tx| {
            for row in MAPPINGS.scan(tx).prefix(&(ctx.scope().clone(),)) {
                let ((_, other), there) = row?;
                let there = there.config.0;
                if there.event_source_arn.as_ref() == Some(&source)
                    && there.function_arn.as_ref() == Some(&arn)
                {
                    return Err(error::mapping_exists(&source, &arn, &other));
                }
            }
            MAPPINGS.put(tx, &(ctx.scope().clone(), id), &mapping)?;
            Ok::<_, Fail>(())
        })
        .await?;
        let state = Some(if enabled { "Creating" } else { "Disabled" }.to_owned());
        Ok(EventSourceMappingConfiguration { state, ..config })
    }
}
