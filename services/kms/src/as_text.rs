//! The model's enumerations in rows, as the text that the model has for them.

use std::borrow::Cow;

use aquifer_schema::EnumShape;
use serde::{Deserialize, Deserializer, Serializer, de::Error};

pub(crate) fn serialize<E: EnumShape, S: Serializer>(value: &E, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(value.text())
}

pub(crate) fn deserialize<'de, E, D>(from: D) -> Result<E, D::Error>
where
    E: EnumShape + Default,
    D: Deserializer<'de>,
{
    let text = Cow::<'de, str>::deserialize(from)?;
    let mut value = E::default();
    match value.set(&text) {
        true => Ok(value),
        false => Err(D::Error::custom(format!("the model has no value {text}"))),
    }
}
