//! `Invoke`: runs a function; waiting for its answer, or not.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lambda_api::{InvocationType, Invoke, InvokeInput, InvokeOutput, LogType};
use platform::{Bytes, Ctx, Handle, Result};
use serde::de::IgnoredAny;

use crate::running::{Asked, PAYLOAD_MAX};
use crate::{Lambda, error, events, names, running, versions};

/// The most bytes of a call that nobody waits for.
const EVENT_MAX: usize = 1_048_576;
/// How much of a log a caller is told.
const TAIL_BYTES: usize = 4_096;
/// The longest text in which callers tell of themselves.
const CLIENT_MAX: usize = 3_583;

impl Handle<Invoke> for Lambda {
    async fn handle(&self, ctx: &Ctx, input: InvokeInput) -> Result<InvokeOutput> {
        let (action, qualifier) = ("lambda:InvokeFunction", input.qualifier.as_deref());
        let named = names::open(ctx, action, &input.function_name, qualifier).await?;
        let kind = input.invocation_type.unwrap_or(InvocationType::RequestResponse);
        for (what, given) in [
            ("DurableExecutionName", input.durable_execution_name.is_some()),
            ("TenantId", input.tenant_id.is_some()),
        ] {
            if given {
                return Err(error::absent(&format!("{what} of an invocation")));
            }
        }
        let payload = input.payload.filter(|payload| !payload.is_empty());
        let payload = payload.unwrap_or_else(|| Bytes::from_static(b"{}"));
        let most = if kind == InvocationType::Event { EVENT_MAX } else { PAYLOAD_MAX };
        if payload.len() > most {
            return Err(error::too_large(most));
        }
        let parsed = serde_json::from_slice::<IgnoredAny>(&payload);
        parsed.map_err(|why| error::not_json(&why))?;
        let client = client(input.client_context.as_deref())?;
        let found = named.ctx.read(|tx| versions::find(tx, &named))?;
        let request_id = ctx.request_id().to_owned();
        let trace = format!(
            "Root=1-{:08x}-{};Parent={};Sampled=0",
            ctx.now().as_secs(),
            ctx.ids().hex(24),
            ctx.ids().hex(16)
        );
        let asked = Asked { request_id, payload, client, trace };
        let empty = InvokeOutput::default();
        match kind {
            InvocationType::DryRun => Ok(InvokeOutput { status_code: Some(204), ..empty }),
            InvocationType::Event => {
                let event = events::new(&asked, named.qualifier.clone(), ctx.now());
                let (name, id) = (named.name.as_str(), asked.request_id.as_str());
                named.ctx.write(|tx| events::accept(tx, name, id, &event)).await?;
                Ok(InvokeOutput { status_code: Some(202), ..empty })
            }
            InvocationType::RequestResponse => {
                let answer = running::run(self, &named, (&found.0, &found.1), asked).await?;
                let tail = answer.log.len().saturating_sub(TAIL_BYTES);
                let wanted = input.log_type == Some(LogType::Tail);
                let failed = answer.outcome.is_err();
                let (Ok(payload) | Err(payload)) = answer.outcome;
                Ok(InvokeOutput {
                    status_code: Some(200),
                    executed_version: Some(answer.version),
                    function_error: failed.then(|| "Unhandled".to_owned()),
                    log_result: wanted.then(|| STANDARD.encode(&answer.log[tail..])),
                    payload: Some(payload),
                    ..empty
                })
            }
        }
    }
}

/// What a caller tells of itself, as a document.
fn client(context: Option<&str>) -> Result<Option<String>> {
    let Some(context) = context else { return Ok(None) };
    let refused = || error::invalid("Client context must be a valid Base64-encoded JSON object.");
    if context.len() > CLIENT_MAX {
        return Err(refused());
    }
    let document = STANDARD.decode(context).map_err(|_| refused())?;
    let document: serde_json::Value = serde_json::from_slice(&document).map_err(|_| refused())?;
    // Written anew it is one line of ASCII, as headers are.
    let text = document.to_string();
    let ascii = |c: char| -> String {
        if c.is_ascii() && !c.is_ascii_control() {
            return c.to_string();
        }
        let mut units = [0; 2];
        c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")).collect()
    };
    Ok(Some(text.chars().map(ascii).collect()))
}
