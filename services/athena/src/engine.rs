//! The SQL engine of all queries: what it may use of the machine. It uses nothing before the first
//! query.

use std::sync::Arc;

use aquifer_sql::{Dialect, SqlConfig, SqlEngine};
use aquifer_sql_trino::TrinoFrontEnd;
use platform::House;

/// The catalog's name in three-part names.
pub(crate) const CATALOG: &str = "awsdatacatalog";

/// Trino's dialect on an engine within the house's means.
pub(crate) fn dialect(house: &House) -> Arc<Dialect> {
    let spill = match &house.data {
        Some(data) => data.join("spill"),
        None => std::env::temp_dir(),
    };
    let config = SqlConfig {
        memory_bytes: house.memory_bytes,
        spill_dir: Some(spill),
        threads: house.threads,
        ..SqlConfig::default()
    };
    Dialect::new(SqlEngine::new(config), Arc::new(TrinoFrontEnd::new(CATALOG)))
}
