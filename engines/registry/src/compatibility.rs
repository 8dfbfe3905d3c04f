//! Which versions must understand which.

use crate::{Incompatible, Schema};

/// What a new version of a schema owes to the versions before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compatibility {
    /// Nothing.
    None,
    /// There is no new version at all.
    Disabled,
    /// Its readers understand writers of the version before.
    Backward,
    /// Its readers understand writers of all versions before.
    BackwardAll,
    /// Readers of the version before understand its writers.
    Forward,
    /// Readers of all versions before understand its writers.
    ForwardAll,
    /// Both ways with the version before.
    Full,
    /// Both ways with all versions before.
    FullAll,
}

impl Compatibility {
    /// Whether a new version may follow others, which are given from the oldest that counts to the
    /// newest.
    ///
    /// # Errors
    /// Why it may not.
    pub fn check(self, new: &Schema, before: &[Schema]) -> Result<(), Incompatible> {
        use Compatibility as C;
        let looked_at = match self {
            C::None => return Ok(()),
            C::Disabled => {
                return Err(Incompatible("Versioning of the schema is disabled.".to_owned()));
            }
            C::Backward | C::Forward | C::Full => {
                before.last().map_or(&[][..], std::slice::from_ref)
            }
            C::BackwardAll | C::ForwardAll | C::FullAll => before,
        };
        let backward = matches!(self, C::Backward | C::BackwardAll | C::Full | C::FullAll);
        let forward = matches!(self, C::Forward | C::ForwardAll | C::Full | C::FullAll);
        for old in looked_at.iter().rev() {
            if backward {
                new.reads(old)?;
            }
            if forward {
                old.reads(new)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Format;

    fn record(fields: &str) -> Schema {
        let text = format!(r#"{{"type":"record","name":"r","fields":[{fields}]}}"#);
        Schema::parse(Format::Avro, &text).unwrap()
    }

    #[test]
    fn each_mode_asks_the_right_side_of_the_right_versions() {
        let a = record(r#"{"name":"a","type":"int"}"#);
        let ab = record(r#"{"name":"a","type":"int"},{"name":"b","type":"int"}"#);
        let ab_default =
            record(r#"{"name":"a","type":"int"},{"name":"b","type":"int","default":0}"#);
        use Compatibility as C;
        let fits = |mode: C, new: &Schema, before: &[Schema]| mode.check(new, before).is_ok();
        // A field without default is added.
        let before = [a.clone()];
        assert!(!fits(C::Backward, &ab, &before) && fits(C::Forward, &ab, &before));
        assert!(!fits(C::Full, &ab, &before) && fits(C::None, &ab, &before));
        assert!(!fits(C::Disabled, &a, &before));
        // With one, all is well.
        assert!(fits(C::FullAll, &ab_default, &before));
        // A field is removed that had no default.
        let before = [ab.clone()];
        assert!(fits(C::Backward, &a, &before) && !fits(C::Forward, &a, &before));
        // Only the last version counts, unless all do.
        let before = [a, ab_default];
        assert!(fits(C::Backward, &ab, &before) && !fits(C::BackwardAll, &ab, &before));
    }
}
