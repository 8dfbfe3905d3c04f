//! `TestEventPattern`: whether a pattern wants an event.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TestEventPattern.html>

use aquifer_expr::event_pattern::EventPattern;
use events_api::{TestEventPattern, TestEventPatternInput, TestEventPatternOutput};
use platform::{Ctx, Handle, Result};
use serde_json::Value;

use crate::{Events, error};

/// What every event has.
const FIELDS: &[&str] = &["id", "account", "source", "time", "region", "resources", "detail-type"];

impl Handle<TestEventPattern> for Events {
    async fn handle(
        &self,
        _: &Ctx,
        input: TestEventPatternInput,
    ) -> Result<TestEventPatternOutput> {
        let pattern = EventPattern::parse(&input.event_pattern);
        let pattern = pattern.map_err(|wrong| error::pattern(&wrong.to_string()))?;
        let refused = |reason: &str| {
            Err(error::invalid(format!("Parameter Event is not valid. Reason: {reason}")))
        };
        let event: Value = match serde_json::from_str(&input.event) {
            Ok(event @ Value::Object(_)) => event,
            _ => return refused("Event is not a valid JSON object."),
        };
        if let Some(absent) = FIELDS.iter().find(|field| event.get(**field).is_none()) {
            return refused(&format!("{absent} is a required argument."));
        }
        Ok(TestEventPatternOutput { result: Some(pattern.matches(&event)) })
    }
}
