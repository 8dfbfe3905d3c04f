//! Bytes that a transition moves: to the one zone of ONEZONE_IA, and back to all of them.
//!
//! They are copied before the transaction that changes the class, which names the copies if the
//! version is still what it was. Nothing is copied where there is one copy of everything.

use std::collections::HashMap;

use aquifer_object::{BlobRef, Error, Rehoused};

use crate::S3;
use crate::classes::Class;
use crate::labels::label;
use crate::model::Version;

/// What became of the bytes of versions that are about to change their class.
#[derive(Default)]
pub(super) struct Moved(HashMap<(String, u64), Bytes>);

struct Bytes {
    /// What the version named when it was looked at.
    from: BlobRef,
    /// None if they are where they should be.
    to: Option<Rehoused>,
    taken: bool,
    /// They cannot be moved for the time being.
    stuck: bool,
}

/// Where the bytes of a version are to be.
pub(super) enum Whither {
    Stay,
    /// In the second place now, in place of the first, which is to be let go.
    Moved {
        to: BlobRef,
        replaced: BlobRef,
    },
    /// The version is not as it was, or was not looked at: to be tried again.
    Unknown,
    /// To be left as it is.
    Stuck,
}

fn moves(version: &Version, class: Class) -> bool {
    version.class().is_one_zone() != class.is_one_zone()
}

impl S3 {
    /// Copies the bytes of those versions whose transitions move them.
    pub(super) async fn move_bytes<'a>(
        &self,
        bucket: &str,
        changes: impl Iterator<Item = (&'a str, &'a Version, Class)>,
    ) -> Moved {
        let mut moved = Moved::default();
        for (key, version, class) in changes.filter(|(_, version, class)| moves(version, *class)) {
            let from = version.blob.clone();
            let done = self.objects.rehouse(&from, class.is_one_zone(), label(bucket, key)).await;
            let (to, stuck) = match done {
                Ok(to) => (to, false),
                // Looked at again in a moment.
                Err(Error::NotFound(_)) => continue,
                Err(error) => {
                    tracing::warn!(%error, "an object stays in its class, as it cannot be moved");
                    (None, true)
                }
            };
            let place = (key.to_owned(), version.sequence);
            moved.0.insert(place, Bytes { from, to, taken: false, stuck });
        }
        moved
    }

    /// Lets go what no row came to name.
    pub(super) async fn settle_moved(&self, moved: Moved) {
        let left = moved.0.into_values().filter(|bytes| !bytes.taken);
        self.free(left.filter_map(|bytes| bytes.to).map(|to| to.made)).await;
    }
}

impl Moved {
    /// Where a version's bytes are to be named when it changes to a class.
    pub fn of(&mut self, key: &str, version: &Version, class: Class) -> Whither {
        if !moves(version, class) {
            return Whither::Stay;
        }
        match self.0.get_mut(&(key.to_owned(), version.sequence)) {
            Some(bytes) if bytes.from != version.blob => Whither::Unknown,
            None => Whither::Unknown,
            Some(bytes) if bytes.stuck => Whither::Stuck,
            Some(bytes) => {
                bytes.taken = true;
                match &bytes.to {
                    None => Whither::Stay,
                    Some(Rehoused { blob, replaced, .. }) => {
                        Whither::Moved { to: blob.clone(), replaced: replaced.clone() }
                    }
                }
            }
        }
    }

    /// Nothing that was taken is named: the transaction was refused.
    pub fn refused(&mut self) {
        self.0.values_mut().for_each(|bytes| bytes.taken = false);
    }
}
