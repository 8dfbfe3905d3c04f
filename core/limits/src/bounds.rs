//! Hard limits that this server has otherwise than AWS: lowered for a test that should not move
//! terabytes, raised where AWS raises them on request.
//!
//! A room asks for each such limit by name when it opens, and says what AWS's is. So the names are
//! in one place, and one that no room asked for is a mistake of whoever set it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use parking_lot::Mutex;

/// Limits set by name, such as `s3.object-bytes`. Clones share what was asked for.
#[derive(Clone, Debug, Default)]
pub struct Bounds {
    set: BTreeMap<String, u64>,
    asked: Arc<Mutex<BTreeSet<&'static str>>>,
}

impl Bounds {
    /// Sets a limit.
    pub fn set(&mut self, name: impl Into<String>, limit: u64) {
        self.set.insert(name.into(), limit);
    }

    /// The limit of a name: as set, or else the usual one.
    pub fn of(&self, name: &'static str, usual: u64) -> u64 {
        self.asked.lock().insert(name);
        self.set.get(name).copied().unwrap_or(usual)
    }

    /// Names that were set and never asked for, and those that were asked for.
    pub fn unknown(&self) -> Option<(Vec<String>, Vec<&'static str>)> {
        let asked = self.asked.lock();
        let unknown = self.set.keys().filter(|name| !asked.contains(name.as_str()));
        let unknown: Vec<String> = unknown.cloned().collect();
        (!unknown.is_empty()).then(|| (unknown, asked.iter().copied().collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_the_usual_one_unless_it_is_set() {
        let mut bounds = Bounds::default();
        bounds.set("s3.object-bytes", 7);
        let clone = bounds.clone();
        assert_eq!(clone.of("s3.object-bytes", 50), 7);
        assert_eq!(clone.of("s3.parts", 10), 10);
        assert!(bounds.unknown().is_none());
        bounds.set("s3.objekt-bytes", 7);
        let (unknown, known) = bounds.unknown().unwrap();
        assert_eq!(unknown, ["s3.objekt-bytes"]);
        assert_eq!(known, ["s3.object-bytes", "s3.parts"]);
    }
}
