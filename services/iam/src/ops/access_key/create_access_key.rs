//! `CreateAccessKey`: a new key of a user, or of the caller. Its secret is answered this once.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html>

use iam_api::{CreateAccessKey, CreateAccessKeyInput, CreateAccessKeyOutput, StatusType};
use platform::{Ctx, Handle, Result};

use crate::identities::user_or_caller;
use crate::model::AccessKey;
use crate::{Iam, error, store};

/// The most keys one user has.
const KEYS_MAX: usize = 2;

impl Handle<CreateAccessKey> for Iam {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: CreateAccessKeyInput,
    ) -> Result<CreateAccessKeyOutput> {
        let subject = user_or_caller(ctx, input.user_name.as_deref())?;
        let id = ctx.ids().with_prefix("AKIA", 16);
        let mut key = AccessKey {
            account: ctx.scope().account,
            user: None,
            secret: ctx.ids().base64(40),
            active: true,
            created: ctx.now().floor_secs(),
        };
        let (key, user_name) = ctx
            .write(|tx| {
                let name = subject.find(tx)?.map(|user| user.identity.name);
                key.user = name.as_deref().map(store::key);
                if store::keys_of(tx, key.user.as_deref())?.len() >= KEYS_MAX {
                    return Err(error::quota("AccessKeysPerUser", KEYS_MAX));
                }
                store::add_key(tx, &id, &key)?;
                Ok((key, name.unwrap_or_default()))
            })
            .await?;
        Ok(CreateAccessKeyOutput {
            access_key: iam_api::AccessKey {
                access_key_id: id,
                create_date: Some(key.created),
                secret_access_key: key.secret,
                status: StatusType::Active,
                user_name,
            },
        })
    }
}
