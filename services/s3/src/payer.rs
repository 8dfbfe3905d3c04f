//! Buckets whose requests are paid by who asks: others than the owner have to say that they know.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/RequesterPaysBuckets.html>

use std::sync::atomic::{AtomicBool, Ordering};

use platform::{Around, Ctx, OperationSchema, PlatformParts, Result, Scope, Slot, Structure, View};

use crate::error;
use crate::settings::Setting;
use crate::store::BUCKETS;

/// The stage. Buckets are asked only where some bucket is of this kind.
pub(crate) struct Payer {
    some: AtomicBool,
}

impl Payer {
    /// Looks whether there is such a bucket.
    pub fn open(parts: &PlatformParts) -> Result<Self> {
        let some = parts.store().read(&Scope::default(), |tx| {
            for row in BUCKETS.scan(tx) {
                if row?.1.settings.has(Setting::RequestPayment) {
                    return Ok(true);
                }
            }
            Ok::<_, platform::Fail>(false)
        })?;
        Ok(Self { some: AtomicBool::new(some) })
    }

    /// From now on there is one.
    pub fn note(&self) {
        self.some.store(true, Ordering::Release);
    }
}

fn text(value: &dyn Structure, name: &str) -> Option<String> {
    let index = value.schema().members.iter().position(|member| member.name == name)?;
    match value.member(index).view() {
        View::Str(text) => Some(text.to_owned()),
        _ => None,
    }
}

impl Around for Payer {
    fn concerns(&self, schema: &OperationSchema) -> bool {
        schema.input.members.iter().any(|member| member.name == "RequestPayer")
    }

    fn before(&self, ctx: &Ctx, input: &dyn Structure) -> Result<bool> {
        if !self.some.load(Ordering::Acquire) {
            return Ok(false);
        }
        let Some(name) = text(input, "Bucket") else { return Ok(false) };
        // A bucket that is not there is for the operation to miss.
        let Some(bucket) = ctx.read(|tx| BUCKETS.get(tx, &name))? else { return Ok(false) };
        let caller = ctx.caller();
        let own = caller.kind == platform::PrincipalKind::Service
            || caller.account == Some(bucket.owner.account);
        if own || !bucket.settings.has(Setting::RequestPayment) {
            return Ok(false);
        }
        // Nobody can be billed for who has no name, whatever they say.
        let knows = text(input, "RequestPayer").as_deref() == Some("requester");
        if knows && caller.account.is_some() { Ok(true) } else { Err(error::access_denied()) }
    }

    fn after(&self, output: &mut dyn Structure) {
        let mut members = output.schema().members.iter();
        let Some(index) = members.position(|member| member.name == "RequestCharged") else {
            return;
        };
        if let Slot::Option(member) = output.member_mut(index).slot()
            && let Slot::Enum(charged) = member.insert().slot()
        {
            charged.set("requester");
        }
    }
}
