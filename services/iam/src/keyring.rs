//! Holders of long-term access keys, and when each key was used last.
//!
//! Uses are kept in memory and written now and then, so that a request never waits for a write of
//! its own; a crash loses the last minutes of them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use platform::{Credential, Credentials, Ctx, Principal, RootKey, Scope, StoreError, Timestamp};

use crate::model::{Holder, KeyUse, User};
use crate::store;

/// Uses are written this often while there are any.
const FLUSH_INTERVAL: Duration = Duration::from_secs(10 * 60);

/// Finds the holder of a key: a user or an account that has one, or the house's first key.
pub(crate) struct KeyRing {
    root: Option<RootKey>,
    uses: Arc<KeyUses>,
}

impl KeyRing {
    pub fn new(root: Option<RootKey>, uses: Arc<KeyUses>) -> Self {
        Self { root, uses }
    }
}

impl Credentials for KeyRing {
    fn find(&self, ctx: &Ctx, access_key: &str) -> anyhow::Result<Option<Credential>> {
        let partition = ctx.scope().partition();
        let of = |secret: String, principal, active| Credential {
            secret,
            session_token: None,
            principal,
            expires: None,
            active,
            session_policies: Vec::new(),
            issued: None,
            mfa: false,
        };
        if let Some(root) = self.root.as_ref().filter(|root| root.id == access_key) {
            let principal = Principal::root(partition, root.account);
            return Ok(Some(of(root.secret.clone(), principal, true)));
        }
        let found = ctx.read(|tx| {
            let Some(key) = store::KEYS.get(tx, access_key)? else { return Ok(None) };
            let Some(user) = &key.user else {
                let root = Principal::root(partition, key.account);
                return Ok(Some((key, root)));
            };
            let scope = Scope::new(key.account, ctx.region().clone());
            let user: Option<User> = User::table().get(&tx.in_scope(&scope), user)?;
            Ok::<_, StoreError>(user.map(|user| {
                let path_name = format!("{}{}", user.identity.path, user.identity.name);
                let principal =
                    Principal::user(partition, key.account, &path_name, &user.identity.id)
                        .with_tags(user.identity.tags);
                (key, principal)
            }))
        })?;
        Ok(found.map(|(key, principal)| of(key.secret, principal, key.active)))
    }

    fn used(&self, ctx: &Ctx, access_key: &str) {
        // Session keys are the session room's; nothing about them is asked later.
        if access_key.starts_with("AKIA") {
            self.uses.note(ctx, access_key);
        }
    }
}

/// Uses not written yet.
#[derive(Default)]
pub(crate) struct KeyUses(Mutex<Pending>);

#[derive(Default)]
struct Pending {
    uses: HashMap<String, KeyUse>,
    flushed: Option<Timestamp>,
}

impl KeyUses {
    /// Notes that a key is being used for the context's service, and writes the notes if it has
    /// been long.
    fn note(self: &Arc<Self>, ctx: &Ctx, access_key: &str) {
        let now = ctx.now().floor_secs();
        let (service, region) = (ctx.service().to_owned(), ctx.region().to_string());
        let due = {
            let mut pending = self.0.lock();
            pending.uses.insert(access_key.to_owned(), KeyUse { at: now, service, region });
            let flushed = *pending.flushed.get_or_insert(now);
            let due = now.since(flushed) >= FLUSH_INTERVAL;
            if due {
                pending.flushed = Some(now);
            }
            due
        };
        if due {
            let (uses, context) = (Arc::clone(self), ctx.clone());
            ctx.spawn("write uses of keys", async move {
                if let Err(error) = uses.flush(&context).await {
                    tracing::warn!("the last uses of access keys could not be written: {error}");
                }
            });
        }
    }

    /// Writes what is noted. Notes stay until they are written.
    pub async fn flush(&self, ctx: &Ctx) -> Result<(), StoreError> {
        let noted = self.0.lock().uses.clone();
        if noted.is_empty() {
            return Ok(());
        }
        ctx.write(|tx| {
            for (id, used) in &noted {
                // Keys that are gone by now leave nothing behind.
                if store::KEYS.contains(tx, id)? {
                    store::KEY_USES.put(tx, id, used)?;
                }
            }
            Ok::<_, StoreError>(())
        })
        .await?;
        let mut pending = self.0.lock();
        pending.uses.retain(|id, used| noted.get(id).is_none_or(|noted| noted.at != used.at));
        Ok(())
    }

    /// The last use of a key, written or not.
    pub fn of(&self, ctx: &Ctx, access_key: &str) -> Result<Option<KeyUse>, StoreError> {
        let noted = self.0.lock().uses.get(access_key).cloned();
        match noted {
            Some(noted) => Ok(Some(noted)),
            None => ctx.read(|tx| store::KEY_USES.get(tx, access_key)),
        }
    }

    /// Forgets all notes, as a reset of the house does.
    pub fn forget(&self) {
        *self.0.lock() = Pending::default();
    }
}

#[cfg(test)]
mod tests {
    use platform::{Backend, Clock, Durability, Ids, PlatformParts, RootKey, Store, StoreOptions};

    use super::*;
    use crate::model::AccessKey;

    fn ctx() -> Ctx {
        let options = StoreOptions { backend: Backend::Memory, durability: Durability::Strict };
        let store = Store::open(options).unwrap();
        Ctx::root(&PlatformParts::new(store, Clock::new(), Ids::seeded(1)), Scope::default())
    }

    async fn add_key(ctx: &Ctx, id: &str) {
        let key = AccessKey {
            account: ctx.scope().account,
            user: None,
            secret: "s".to_owned(),
            active: true,
            created: ctx.now(),
        };
        ctx.write(|tx| store::add_key(tx, id, &key)).await.unwrap();
    }

    fn written(ctx: &Ctx, id: &str) -> Option<KeyUse> {
        ctx.read(|tx| store::KEY_USES.get(tx, id)).unwrap()
    }

    #[tokio::test]
    async fn uses_are_known_at_once_and_written_later() {
        let ctx = ctx().with_operation("glue", "GetTable");
        let uses = Arc::new(KeyUses::default());
        let ring = KeyRing::new(None, Arc::clone(&uses));
        add_key(&ctx, "AKIA1").await;
        ring.used(&ctx, "AKIA1");
        assert_eq!(uses.of(&ctx, "AKIA1").unwrap().unwrap().service, "glue");
        assert!(written(&ctx, "AKIA1").is_none());

        uses.flush(&ctx).await.unwrap();
        assert_eq!(written(&ctx, "AKIA1").unwrap().service, "glue");
        uses.forget();
        assert_eq!(uses.of(&ctx, "AKIA1").unwrap().unwrap().region, "us-east-1");
    }

    #[tokio::test]
    async fn deleted_keys_leave_no_uses_behind() {
        let ctx = ctx();
        let uses = Arc::new(KeyUses::default());
        uses.note(&ctx, "AKIAGONE");
        uses.flush(&ctx).await.unwrap();
        assert!(written(&ctx, "AKIAGONE").is_none());
        assert!(uses.of(&ctx, "AKIAGONE").unwrap().is_none());
    }

    #[tokio::test]
    async fn the_first_key_is_the_root_of_its_account_and_keeps_its_secret_to_itself() {
        let account = "000000000042".parse().unwrap();
        let root = RootKey { id: "AKIAROOT".into(), secret: "hidden".into(), account };
        assert!(!format!("{root:?}").contains("hidden"));
        let ring = KeyRing::new(Some(root), Arc::default());
        let found = ring.find(&ctx(), "AKIAROOT").unwrap().unwrap();
        assert_eq!(found.principal.display_name(), "arn:aws:iam::000000000042:root");
        assert!(found.active && found.secret == "hidden");
        assert!(ring.find(&ctx(), "AKIAOTHER").unwrap().is_none());
    }
}
