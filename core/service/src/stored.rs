//! Api shapes inside rows.

use aquifer_schema::Structure;
use aquifer_store::Row;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A shape of a service model kept in a row, in its CBOR form: members may be added to the model
/// without a new row version, and members that are gone are passed over.
#[derive(Clone, Debug, Default)]
pub struct Stored<T>(pub T);

impl<T: Structure + Default> Serialize for Stored<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&aquifer_wire::stored::to_bytes(&self.0))
    }
}

impl<'de, T: Structure + Default> Deserialize<'de> for Stored<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let bytes = aquifer_store::Blob::deserialize(from)?;
        let mut value = T::default();
        aquifer_wire::stored::from_bytes(&bytes.0, &mut value).map_err(D::Error::custom)?;
        Ok(Self(value))
    }
}

impl<T: Structure + Default> Row for Stored<T> {}
