//! The catalog's own operations, inside a transaction: what clients' calls and crawlers share.
//!
//! Functions here take names already folded and answer AWS's errors; none of them waits.

pub(crate) mod database;
pub(crate) mod describe;
pub(crate) mod function;
pub(crate) mod index;
pub(crate) mod partition;
pub(crate) mod purge;
pub(crate) mod search;
pub(crate) mod statistics;
pub(crate) mod table;

use std::collections::BTreeMap;

/// What the catalog must know of a call beyond its input.
pub(crate) struct Maker {
    /// Who is noted as the creator.
    pub arn: String,
    pub now: platform::Timestamp,
    /// New numbers for databases and tables.
    pub ids: platform::Ids,
}

impl Maker {
    /// The caller of a request. AWS keeps whole seconds.
    pub fn of(ctx: &platform::Ctx) -> Maker {
        Maker {
            arn: ctx.caller().display_name().to_owned(),
            now: ctx.now().floor_secs(),
            ids: ctx.ids().clone(),
        }
    }
}

/// Parameters of databases, tables, partitions, SerDes.
pub(crate) type Parameters = BTreeMap<String, String>;
