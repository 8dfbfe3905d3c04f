//! Where a query's objects go, and how they are stored there: by `PutObject` as who asked for the
//! query, so that rights, encryption and all else are what they are for them.

use std::collections::BTreeMap;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use platform::{Bytes, Ctx, Result};
use s3_api::{Client, Grant, Permission, PutObjectInput, S3Location};

/// The place of one query's objects.
pub(super) struct Output<'a> {
    place: &'a S3Location,
    path: String,
}

impl<'a> Output<'a> {
    pub fn of(place: &'a S3Location, job: &str) -> Self {
        let prefix = place.prefix.trim_end_matches('/');
        let path = if prefix.is_empty() { job.to_owned() } else { format!("{prefix}/{job}") };
        Self { place, path }
    }

    /// What the keys of all objects begin with.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Stores an object; its address.
    pub async fn put(&self, ctx: &Ctx, name: &str, body: Bytes) -> Result<String> {
        let place = self.place;
        let key = format!("{}/{name}", self.path);
        let address = format!("s3://{}/{key}", place.bucket_name);
        let encryption = place.encryption.as_ref();
        let metadata = place.user_metadata.as_ref().map(|entries| {
            let pairs = entries.iter().filter_map(|entry| {
                let name = entry.name.as_ref()?.to_ascii_lowercase();
                Some((name, entry.value.clone().unwrap_or_default()))
            });
            pairs.collect::<BTreeMap<_, _>>()
        });
        let tagging = place.tagging.as_ref().map(|tagging| {
            let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
            let tags = tagging.tag_set.iter();
            let tags = tags.map(|tag| format!("{}={}", encoded(&tag.key), encoded(&tag.value)));
            tags.collect::<Vec<_>>().join("&")
        });
        let grants = place.access_control_list.as_deref().unwrap_or_default();
        let input = PutObjectInput {
            bucket: place.bucket_name.clone(),
            key,
            acl: place.canned_acl,
            grant_full_control: header(grants, Permission::FullControl),
            grant_read: header(grants, Permission::Read),
            grant_read_acp: header(grants, Permission::ReadAcp),
            grant_write_acp: header(grants, Permission::WriteAcp),
            metadata,
            server_side_encryption: encryption.map(|encryption| encryption.encryption_type),
            ssekms_encryption_context: encryption.and_then(|said| said.kms_context.clone()),
            ssekms_key_id: encryption.and_then(|said| said.kms_key_id.clone()),
            storage_class: place.storage_class,
            tagging,
            body: body.into(),
            ..PutObjectInput::default()
        };
        Client::put_object(ctx, input).await?;
        Ok(address)
    }
}

/// Grants of a permission as a header writes them.
fn header(grants: &[Grant], permission: Permission) -> Option<String> {
    let to: Vec<String> = grants
        .iter()
        .filter(|grant| grant.permission == Some(permission))
        .filter_map(|grant| {
            let grantee = grant.grantee.as_ref()?;
            let quoted = |name: &str, value: &Option<String>| {
                value.as_ref().map(|value| format!("{name}=\"{value}\""))
            };
            quoted("id", &grantee.id)
                .or_else(|| quoted("uri", &grantee.uri))
                .or_else(|| quoted("emailAddress", &grantee.email_address))
        })
        .collect();
    (!to.is_empty()).then(|| to.join(", "))
}
