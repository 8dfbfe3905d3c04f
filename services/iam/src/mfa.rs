//! Virtual devices of second factors: codes of thirty seconds each, by the time of the machine, as
//! whoever shows them cannot know how far the house's clock was turned.
//!
//! <https://www.rfc-editor.org/rfc/rfc6238>

use data_encoding::BASE32_NOPAD;
use futures::future::BoxFuture;
use hmac::{Hmac, Mac};
use platform::{
    Arn, Ctx, PrincipalKind, ReadTx, Result, Row, Scope, SecondFactors, StoreError, Table, Tags,
    Timestamp, WriteTx,
};
use serde::{Deserialize, Serialize};
use sha1::Sha1;

use crate::identities::{Subject, user_or_caller};
use crate::model::User;
use crate::{error, store};

/// Serial number → device.
static DEVICES: Table<String, Device> = Table::account("iam.mfa_devices");

/// Seconds for which a code is shown.
const STEP_SECONDS: i64 = 30;
/// How many steps the clock of a device may be off between two uses.
const DRIFT_MAX: i64 = 1;
/// How many steps it may be off when it is enabled, or synchronized anew.
const SYNC_MAX: i64 = 40;
/// The most devices of one user.
const DEVICES_MAX: usize = 8;
/// Bytes of a seed, which are 64 characters.
const SEED: usize = 40;

/// A virtual device.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Device {
    /// In base32, as it is shown once.
    seed: String,
    /// Whose it is, once it is enabled.
    #[serde(default)]
    pub enabled: Option<Enabled>,
    #[serde(default)]
    pub tags: Tags,
}

impl Row for Device {}

/// A device in use.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Enabled {
    pub holder: Holder,
    pub since: Timestamp,
    /// How many steps its clock is ahead.
    drift: i64,
    /// The step of the last code that was used: no code counts twice.
    spent: i64,
}

/// Who has a device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Holder {
    /// The account itself.
    Root,
    /// The user of this id, whatever it is called.
    User(String),
}

impl Device {
    /// A device that nobody has yet.
    pub fn new(ctx: &Ctx, tags: Tags) -> Device {
        let seed = BASE32_NOPAD.encode(&ctx.ids().bytes::<SEED>());
        Device { seed, enabled: None, tags }
    }

    pub fn seed(&self) -> &str {
        &self.seed
    }

    /// Gives it to a holder, who shows that it is theirs by two codes, one after the other.
    pub fn enable(&mut self, holder: Holder, codes: [&str; 2], now: Now) -> Result<()> {
        let last = self.synchronized(codes, now).ok_or_else(error::wrong_code)?;
        let drift = last - now.step();
        self.enabled = Some(Enabled { holder, since: now.virtually, drift, spent: last });
        Ok(())
    }

    /// Finds anew how far its clock is off.
    pub fn synchronize(&mut self, codes: [&str; 2], now: Now) -> Result<()> {
        let last = self.synchronized(codes, now).ok_or_else(error::wrong_code)?;
        if let Some(enabled) = &mut self.enabled {
            (enabled.drift, enabled.spent) = (last - now.step(), last);
        }
        Ok(())
    }

    /// The step of the second of two codes that follow each other.
    fn synchronized(&self, [first, second]: [&str; 2], now: Now) -> Option<i64> {
        let near = (0..=SYNC_MAX).flat_map(|off| [now.step() - off, now.step() + off]);
        let mut found = near.filter(|step| self.code(*step) == second);
        found.find(|step| self.code(step - 1) == first)
    }

    /// Whether the code is what it shows, which is used up then.
    fn spend(&mut self, code: &str, now: Now) -> bool {
        let Some(enabled) = &self.enabled else { return false };
        let shown = now.step() + enabled.drift;
        let (earliest, latest) = (shown - DRIFT_MAX, shown + DRIFT_MAX);
        let fresh = earliest.max(enabled.spent + 1)..=latest;
        let Some(step) = fresh.into_iter().find(|step| self.code(*step) == code) else {
            return false;
        };
        if let Some(enabled) = &mut self.enabled {
            (enabled.drift, enabled.spent) = (step - now.step(), step);
        }
        true
    }

    /// What it shows in a step: the last six digits of the number that RFC 4226 cuts out.
    fn code(&self, step: i64) -> String {
        let seed = BASE32_NOPAD.decode(self.seed.as_bytes()).unwrap_or_default();
        let mut mac = Hmac::<Sha1>::new_from_slice(&seed).expect("HMAC takes keys of any length");
        mac.update(&step.to_be_bytes());
        let hash: [u8; 20] = mac.finalize().into_bytes().into();
        let at = usize::from(hash[19] & 0x0F);
        let number = hash.iter().skip(at).take(4).fold(0, |n: u32, b| (n << 8) | u32::from(*b));
        format!("{:06}", (number & 0x7FFF_FFFF) % 1_000_000)
    }
}

/// The time of a call: the house's, and the machine's, by which codes go.
#[derive(Clone, Copy)]
pub(crate) struct Now {
    virtually: Timestamp,
    really: Timestamp,
}

impl Now {
    pub fn of(ctx: &Ctx) -> Now {
        Now { virtually: ctx.now().floor_secs(), really: ctx.clock().real_now() }
    }

    fn step(self) -> i64 {
        self.really.as_secs().div_euclid(STEP_SECONDS)
    }
}

/// The serial number of a device: its full name.
pub(crate) fn serial(scope: &Scope, path: &str, name: &str) -> String {
    Arn::global("iam", scope, &format!("mfa{path}{name}")).to_string()
}

pub(crate) fn get(tx: &ReadTx<'_>, serial: &str) -> Result<Device> {
    DEVICES.get(tx, serial)?.ok_or_else(|| error::no_such_device(serial))
}

pub(crate) fn put(tx: &WriteTx<'_>, serial: &str, device: &Device) -> Result<(), StoreError> {
    DEVICES.put(tx, serial, device)
}

pub(crate) fn contains(tx: &ReadTx<'_>, serial: &str) -> Result<bool, StoreError> {
    DEVICES.contains(tx, serial)
}

pub(crate) fn delete(tx: &WriteTx<'_>, serial: &str) -> Result<bool, StoreError> {
    DEVICES.delete(tx, serial)
}

/// All devices of the account after one, by serial number.
pub(crate) fn all<'t>(
    tx: &ReadTx<'t>,
    after: &str,
) -> impl Iterator<Item = Result<(String, Device), StoreError>> + use<'t> {
    DEVICES.scan(tx).after(after)
}

/// The devices of a holder. They are few in an account: each user has eight at most.
pub(crate) fn of_holder(
    tx: &ReadTx<'_>,
    holder: &Holder,
) -> Result<Vec<(String, Device)>, StoreError> {
    let has = |device: &Device| device.enabled.as_ref().is_some_and(|e| e.holder == *holder);
    all(tx, "").filter(|row| row.as_ref().map_or(true, |(_, device)| has(device))).collect()
}

/// Refuses one device more than a holder may have.
pub(crate) fn must_have_room(tx: &ReadTx<'_>, holder: &Holder) -> Result<()> {
    if of_holder(tx, holder)?.len() >= DEVICES_MAX {
        return Err(error::quota("MFADevicesPerUser", DEVICES_MAX));
    }
    Ok(())
}

/// A holder, and the name it goes by.
pub(crate) fn holder(ctx: &Ctx, tx: &ReadTx<'_>, name: Option<&str>) -> Result<(Holder, String)> {
    let subject = match name {
        // AWS gives the account itself devices in its console only. Here the account names itself.
        Some(name) if is_the_account(ctx, tx, name)? => Subject::Account,
        name => user_or_caller(ctx, name)?,
    };
    Ok(match subject.find(tx)? {
        Some(user) => (Holder::User(user.identity.id), user.identity.name),
        None => (Holder::Root, ROOT.to_owned()),
    })
}

/// What the account itself is called where a user's name is asked for.
const ROOT: &str = "root";

fn is_the_account(ctx: &Ctx, tx: &ReadTx<'_>, name: &str) -> Result<bool, StoreError> {
    let means = ctx.caller().kind == PrincipalKind::Root && name == ROOT;
    Ok(means && !store::USERS.contains(tx, &store::key(name))?)
}

/// The user who has a device, where one has.
pub(crate) fn user_of(tx: &ReadTx<'_>, holder: &Holder) -> Result<Option<User>, StoreError> {
    let Holder::User(id) = holder else { return Ok(None) };
    let mut all = store::USERS.scan(tx).map(|row| row.map(|(_, user)| user));
    all.find(|user| user.as_ref().map_or(true, |user| user.identity.id == *id)).transpose()
}

/// The devices, for whoever asks for a second factor.
pub(crate) struct Devices;

impl SecondFactors for Devices {
    fn spend<'a>(
        &'a self,
        ctx: &'a Ctx,
        serial: &'a str,
        code: &'a str,
    ) -> BoxFuture<'a, anyhow::Result<bool>> {
        Box::pin(async move {
            let Some(holder) = own(ctx)? else { return Ok(false) };
            let now = Now::of(ctx);
            let spent = ctx
                .write(|tx| {
                    let Some(mut device) = DEVICES.get(tx, serial)? else { return Ok(false) };
                    let theirs = device.enabled.as_ref().is_some_and(|e| e.holder == holder);
                    if !theirs || !device.spend(code, now) {
                        return Ok(false);
                    }
                    DEVICES.put(tx, serial, &device)?;
                    Ok::<_, StoreError>(true)
                })
                .await?;
            Ok(spent)
        })
    }
}

/// The caller as a holder of devices; none for those who cannot have any.
fn own(ctx: &Ctx) -> anyhow::Result<Option<Holder>> {
    let found = match ctx.caller().kind {
        PrincipalKind::Root => Some(Holder::Root),
        PrincipalKind::User => {
            let subject = user_or_caller(ctx, None)?;
            let user = ctx.read(|tx| subject.find(tx))?;
            user.map(|user| Holder::User(user.identity.id))
        }
        _ => None,
    };
    Ok(found)
}

/// Refuses to let go of a user who has devices.
pub(crate) fn must_have_none(tx: &ReadTx<'_>, user: &User) -> Result<()> {
    if of_holder(tx, &Holder::User(user.identity.id.clone()))?.is_empty() {
        return Ok(());
    }
    Err(error::conflict("Cannot delete entity, must delete MFA device first."))
}

/// Changes a device that a holder has.
pub(crate) async fn change(
    ctx: &Ctx,
    (serial, user_name): (&str, Option<&str>),
    change: impl FnOnce(&mut Device) -> Result<()>,
) -> Result<()> {
    ctx.write(|tx| {
        let mut device = get(tx, serial)?;
        let (holder, _) = self::holder(ctx, tx, user_name)?;
        if device.enabled.as_ref().is_none_or(|enabled| enabled.holder != holder) {
            return Err(error::no_such_device(serial));
        }
        change(&mut device)?;
        put(tx, serial, &device)?;
        Ok(())
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device() -> Device {
        let seed = BASE32_NOPAD.encode(b"12345678901234567890");
        Device { seed, enabled: None, tags: Tags::new() }
    }

    fn at(seconds: i64) -> Now {
        let really = Timestamp::from_secs(seconds);
        Now { virtually: Timestamp::EPOCH, really }
    }

    /// The last six digits of the values in RFC 6238, appendix B.
    #[test]
    fn codes_are_those_of_the_rfc() {
        let known = [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_234_567_890, "005924"),
            (20_000_000_000, "353130"),
        ];
        for (seconds, code) in known {
            assert_eq!(device().code(seconds / STEP_SECONDS), code);
        }
    }

    #[test]
    fn codes_count_once_and_only_near_their_time() {
        let mut device = device();
        let code = |step: i64| device.code(step);
        let (before, first, second, third) = (code(99), code(100), code(101), code(130));
        let now = at(100 * STEP_SECONDS);
        assert!(device.enable(Holder::Root, [&first, &before], now).is_err());
        device.enable(Holder::Root, [&before, &first], now).unwrap();
        assert!(!device.spend(&first, now), "it was used to enable the device");
        assert!(device.spend(&second, now) && !device.spend(&second, now));
        assert!(!device.spend(&third, now));
        assert!(device.spend(&third, at(130 * STEP_SECONDS)));
    }

    #[test]
    fn a_clock_that_is_off_is_allowed_for() {
        let mut device = device();
        let [a, b, next] = [120, 121, 131].map(|step| device.code(step));
        device.enable(Holder::Root, [&a, &b], at(100 * STEP_SECONDS)).unwrap();
        assert!(device.spend(&next, at(110 * STEP_SECONDS)), "ten steps on, still 21 ahead");
    }
}
