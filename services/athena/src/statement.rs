//! What a statement is, before anything is done for it: its kind and name as clients are told,
//! whether it only reads, what sort of result it leaves. Statements that do not parse are refused.

use aquifer_sql::{Dialect, Statement};
use aquifer_sql_hive::{AlterAction, Statement as Hive};
use platform::Fail;

use crate::error;
use crate::model::Kind;

/// The file a statement leaves under the output location.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResultFile {
    /// `<id>.csv`: rows under a header.
    Csv,
    /// `<id>.txt`: lines.
    Text,
    /// `tables/<id>`: the folder of a new table.
    Table,
    /// `<id>`: nothing but the list of files written.
    Files,
}

/// What a statement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Class {
    pub kind: Kind,
    pub name: &'static str,
    pub only_reads: bool,
    pub file: ResultFile,
    /// Whether it says itself where the files of its table go.
    pub places_table: bool,
}

impl Class {
    const fn ddl(name: &'static str) -> Self {
        let file = ResultFile::Text;
        Self { kind: Kind::Ddl, name, only_reads: false, file, places_table: false }
    }

    const fn utility(name: &'static str) -> Self {
        Self { kind: Kind::Utility, only_reads: true, ..Self::ddl(name) }
    }

    const fn dml(name: &'static str, file: ResultFile) -> Self {
        Self { kind: Kind::Dml, file, ..Self::ddl(name) }
    }

    const QUERY: Self = Self { only_reads: true, ..Self::dml("SELECT", ResultFile::Csv) };
}

/// Reads a statement far enough to say what it is.
///
/// # Errors
/// When it cannot be read at all. Definitions that begin well and go wrong are accepted and fail
/// when they run, as Hive does.
pub(crate) fn classify(dialect: &Dialect, sql: &str) -> Result<Class, Fail> {
    match aquifer_sql_hive::parse(sql) {
        Ok(Some(statement)) => Ok(of_hive(&statement)),
        Err(error) if error.message.starts_with("FAILED: ") => Ok(Class::ddl("UNKNOWN")),
        Err(error) => Err(error::malformed_query(error.message)),
        Ok(None) => match dialect.front_end().parse(sql) {
            Ok(statement) => Ok(of_query(&statement)),
            Err(error) if error.code == "SYNTAX_ERROR" => {
                Err(error::malformed_query(error.detail()))
            }
            Err(_) => Ok(Class::QUERY),
        },
    }
}

fn of_query(statement: &Statement) -> Class {
    match statement {
        Statement::Query(_) => Class::QUERY,
        Statement::Explain(explain) => Class {
            name: if explain.analyze { "EXPLAIN_ANALYZE" } else { "EXPLAIN" },
            kind: if explain.analyze { Kind::Dml } else { Kind::Utility },
            ..Class::utility("EXPLAIN")
        },
        Statement::CreateTableAs(create) => Class {
            file: ResultFile::Table,
            places_table: create.properties.contains_key("external_location"),
            ..Class::ddl("CREATE_TABLE_AS_SELECT")
        },
        Statement::InsertInto(_) => Class::dml("INSERT", ResultFile::Files),
        Statement::Unload(_) => Class::dml("UNLOAD", ResultFile::Files),
        Statement::CreateView(_) => Class::ddl("CREATE_VIEW"),
        Statement::Prepare { .. } => Class::ddl("PREPARE"),
        // What is executed is known only when it is looked up.
        Statement::Execute { .. } => Class::dml("EXECUTE", ResultFile::Csv),
        Statement::Deallocate { .. } => Class::ddl("DEALLOCATE"),
        Statement::ModifyRows { verb, .. } => Class::dml(verb, ResultFile::Files),
    }
}

fn of_hive(statement: &Hive) -> Class {
    match statement {
        Hive::CreateDatabase { .. } => Class::ddl("CREATE_DATABASE"),
        Hive::AlterDatabaseProperties { .. } | Hive::AlterDatabaseLocation { .. } => {
            Class::ddl("ALTER_DATABASE")
        }
        Hive::DropDatabase { .. } => Class::ddl("DROP_DATABASE"),
        Hive::CreateTable(_) => Class::ddl("CREATE_TABLE"),
        Hive::AlterTable { action, .. } => Class::ddl(match action {
            AlterAction::AddPartitions { .. } => "ALTER_TABLE_ADD_PARTITION",
            AlterAction::DropPartitions { .. } => "ALTER_TABLE_DROP_PARTITION",
            AlterAction::RenamePartition { .. } => "ALTER_TABLE_RENAME_PARTITION",
            AlterAction::SetLocation { .. } => "ALTER_TABLE_SET_LOCATION",
            AlterAction::SetProperties(_) | AlterAction::UnsetProperties { .. } => {
                "ALTER_TABLE_SET_TBLPROPERTIES"
            }
            AlterAction::AddColumns { .. } => "ALTER_TABLE_ADD_COLUMNS",
            AlterAction::ReplaceColumns { .. } => "ALTER_TABLE_REPLACE_COLUMNS",
            AlterAction::ChangeColumn { .. } => "ALTER_TABLE_CHANGE_COLUMN",
            AlterAction::DropColumn { .. } => "ALTER_TABLE_DROP_COLUMN",
            AlterAction::Rename { .. } => "ALTER_TABLE_RENAME",
        }),
        Hive::DropTable { .. } => Class::ddl("DROP_TABLE"),
        Hive::DropView { .. } => Class::ddl("DROP_VIEW"),
        Hive::RepairTable { .. } => Class::ddl("MSCK_REPAIR_TABLE"),
        Hive::Describe { .. } => Class::utility("DESCRIBE_TABLE"),
        Hive::DescribeView { .. } => Class::utility("DESCRIBE_VIEW"),
        Hive::ShowDatabases { .. } => Class::utility("SHOW_DATABASES"),
        Hive::ShowTables { .. } => Class::utility("SHOW_TABLES"),
        Hive::ShowViews { .. } => Class::utility("SHOW_VIEWS"),
        Hive::ShowPartitions { .. } => Class::utility("SHOW_PARTITIONS"),
        Hive::ShowColumns { .. } => Class::utility("SHOW_COLUMNS"),
        Hive::ShowCreateTable { .. } => Class::utility("SHOW_CREATE_TABLE"),
        Hive::ShowCreateView { .. } => Class::utility("SHOW_CREATE_VIEW"),
        Hive::ShowTableProperties { .. } => Class::utility("SHOW_TBLPROPERTIES"),
        Hive::Prepare { .. } => Class::ddl("PREPARE"),
        Hive::Execute { .. } => Class::dml("EXECUTE", ResultFile::Csv),
        Hive::Deallocate { .. } => Class::ddl("DEALLOCATE"),
        Hive::Optimize { .. } => Class::dml("OPTIMIZE", ResultFile::Files),
        Hive::Vacuum { .. } => Class::ddl("VACUUM"),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use aquifer_sql::{SqlConfig, SqlEngine};
    use aquifer_sql_trino::TrinoFrontEnd;

    use super::*;

    fn class(sql: &str) -> Result<Class, Fail> {
        let engine = SqlEngine::new(SqlConfig::default());
        classify(&Dialect::new(engine, Arc::new(TrinoFrontEnd::new("awsdatacatalog"))), sql)
    }

    #[test]
    fn statements_are_told_apart() {
        for (sql, kind, name, only_reads) in [
            ("SELECT 1", Kind::Dml, "SELECT", true),
            ("-- a remark\n(VALUES 1)", Kind::Dml, "SELECT", true),
            ("CREATE TABLE t AS SELECT 1 AS a", Kind::Ddl, "CREATE_TABLE_AS_SELECT", false),
            ("INSERT INTO t SELECT 1", Kind::Dml, "INSERT", false),
            ("CREATE OR REPLACE VIEW v AS SELECT 1 AS a", Kind::Ddl, "CREATE_VIEW", false),
            ("SHOW TABLES", Kind::Utility, "SHOW_TABLES", true),
            ("MSCK REPAIR TABLE t", Kind::Ddl, "MSCK_REPAIR_TABLE", false),
            ("EXPLAIN SELECT 1", Kind::Utility, "EXPLAIN", true),
            ("DELETE FROM t", Kind::Dml, "DELETE", false),
        ] {
            let class = class(sql).unwrap();
            assert_eq!(
                (class.kind, class.name, class.only_reads),
                (kind, name, only_reads),
                "{sql}"
            );
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_its_place() {
        let refused = class("SELEC 1").unwrap_err();
        assert!(refused.message().starts_with("line 1:1: mismatched input 'SELEC'"), "{refused}");
        let refused = class("SELECT 1 FROM").unwrap_err();
        assert!(refused.message().starts_with("line 1:"), "{refused}");
    }
}
