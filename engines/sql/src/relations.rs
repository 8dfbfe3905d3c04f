//! Finds the relations a query names, views planned into what they stand for.

use std::sync::Arc;

use aquifer_lake::{LakeTable, ScanStats};
use datafusion::datasource::{TableProvider, ViewTable};
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder};
use futures::FutureExt;
use futures::future::BoxFuture;

use crate::catalog::{Relation, ViewDef};
use crate::error::SqlError;
use crate::foreign::Wanted;
use crate::information_schema::{self, InformationSchema};
use crate::scope::Relations;
use crate::session::Session;
use crate::statement::{Statement, TableName};
use crate::versions::unmarked;

/// Views within views beyond this are taken for a circle.
const VIEW_DEPTH_MAX: usize = 32;

/// For whom names are looked up.
#[derive(Clone, Copy)]
pub(crate) struct Looking<'a> {
    /// Where unqualified names are found.
    pub(crate) database: &'a str,
    /// Who counts what is read.
    pub(crate) scan: &'a Arc<ScanStats>,
    /// Views around.
    pub(crate) depth: usize,
    /// Whether tables show the address of each row's file.
    pub(crate) with_path: bool,
}

impl Session {
    /// Looks up every name; the first that is not there is the error.
    pub(crate) async fn relations(
        &self,
        names: &[TableName],
        looking: Looking<'_>,
    ) -> Result<Relations, SqlError> {
        let mut relations = Relations::new();
        for name in names {
            let database = name.database.as_deref().unwrap_or(looking.database);
            let key = (database.to_owned(), name.name.clone());
            if relations.contains_key(&key) {
                continue;
            }
            let provider = self.provider(name, database, looking).await?;
            relations.insert(key, provider);
        }
        Ok(relations)
    }

    /// Boxed because views make it recursive.
    fn provider<'a>(
        &'a self,
        name: &'a TableName,
        database: &'a str,
        looking: Looking<'a>,
    ) -> BoxFuture<'a, Result<Arc<dyn TableProvider>, SqlError>> {
        self.find_provider(name, database, looking).boxed()
    }

    async fn find_provider(
        &self,
        name: &TableName,
        database: &str,
        looking: Looking<'_>,
    ) -> Result<Arc<dyn TableProvider>, SqlError> {
        let (line, column) = name.at;
        let front_end = self.dialect.front_end();
        let catalog_name = front_end.catalog_name();
        if let Some(catalog) = name.catalog.as_deref().filter(|c| *c != catalog_name) {
            let message = format!("Catalog '{catalog}' does not exist");
            return Err(SqlError::user("CATALOG_NOT_FOUND", message).at(line, column));
        }
        let catalog = &self.options.catalog;
        if database == information_schema::DATABASE {
            return match InformationSchema::find(&name.name, catalog, front_end) {
                Some(relation) => Ok(Arc::new(relation)),
                None => Err(table_not_found(catalog_name, database, name)),
            };
        }
        // `t$partitions` lists the partitions of `t`.
        let (whole, marked) = unmarked(&name.name);
        let (table, part) = match whole.split_once('$') {
            Some((table, part)) if !table.is_empty() => (table, Some(part)),
            _ => (whole, None),
        };
        let suffix = part == Some("partitions");
        let found = catalog.relation(database, table).await;
        // What a definition says wrong is not said in the statement.
        let placed = |e: SqlError| match e.code.starts_with("HIVE_") {
            true => e,
            false => SqlError { at: e.at.or(Some(name.at)), ..e },
        };
        match found.map_err(placed)? {
            Some(Relation::Foreign(table)) => {
                let wanted = Wanted {
                    part: part.map(str::to_owned),
                    version: marked.version,
                    with_path: looking.with_path,
                    with_rows: marked.rows,
                    scan: looking.scan.clone(),
                    footers: self.dialect.engine().footers().clone(),
                };
                let found = table.provider(wanted).await;
                let found = found.map_err(|e| SqlError { at: e.at.or(Some(name.at)), ..e })?;
                found.ok_or_else(|| table_not_found(catalog_name, database, name))
            }
            Some(_) if marked.version.is_some() => {
                let message = "This connector does not support versioned tables";
                Err(SqlError::not_supported(message).at(line, column))
            }
            Some(Relation::Table(def)) if part.is_none() || suffix => {
                let partitions = self.options.partitions.clone();
                let footers = self.dialect.engine().footers().clone();
                let table = LakeTable::new(*def, partitions, looking.scan.clone(), footers);
                if suffix {
                    return Ok(Arc::new(table.partition_list()));
                }
                Ok(Arc::new(if looking.with_path { table.with_path_column() } else { table }))
            }
            Some(Relation::View(view)) if part.is_none() => {
                self.view(name, database, view, looking).await
            }
            _ if !catalog.has_database(database).await? => {
                let message = format!("Schema '{database}' does not exist");
                Err(SqlError::user("SCHEMA_NOT_FOUND", message).at(line, column))
            }
            _ => Err(table_not_found(catalog_name, database, name)),
        }
    }

    async fn view(
        &self,
        name: &TableName,
        database: &str,
        view: ViewDef,
        looking: Looking<'_>,
    ) -> Result<Arc<dyn TableProvider>, SqlError> {
        let (line, column) = name.at;
        let invalid = |message: String| {
            let message = format!(
                "Failed analyzing stored view '{}.{database}.{}': {message}",
                self.dialect.front_end().catalog_name(),
                name.name
            );
            SqlError::user("INVALID_VIEW", message).at(line, column)
        };
        if looking.depth >= VIEW_DEPTH_MAX {
            return Err(SqlError::user(
                "VIEW_IS_RECURSIVE",
                format!("Statement would create a recursive view: {}", name.name),
            )
            .at(line, column));
        }
        let parsed = self.dialect.front_end().parse(&view.sql).map_err(|e| invalid(e.detail()))?;
        let Statement::Query(query) = parsed else {
            return Err(invalid("it is not a query".to_owned()));
        };
        let home = view.database.as_deref().unwrap_or(database);
        let (plan, names) =
            self.logical_plan(query, home, looking.scan, looking.depth + 1).await.map_err(|e| {
                if e.category == crate::Category::User { invalid(e.detail()) } else { e }
            })?;
        let own = names.into_iter().map(|n| n.to_lowercase()).collect::<Vec<_>>();
        let wanted = if view.columns.is_empty() { &own } else { &view.columns };
        let plan = renamed(plan, wanted).map_err(&invalid)?;
        Ok(Arc::new(ViewTable::new(plan, Some(view.sql))))
    }
}

/// The plan with its columns named in order.
fn renamed(plan: LogicalPlan, names: &[String]) -> Result<LogicalPlan, String> {
    let columns = plan.schema().columns();
    if columns.len() != names.len() {
        return Err(format!("it has {} columns where {} are declared", columns.len(), names.len()));
    }
    let exprs = columns.into_iter().zip(names).map(|(column, name)| {
        if column.relation.is_none() && &column.name == name {
            Expr::Column(column)
        } else {
            Expr::Column(column).alias(name)
        }
    });
    LogicalPlanBuilder::from(plan)
        .project(exprs.collect::<Vec<_>>())
        .and_then(LogicalPlanBuilder::build)
        .map_err(|e| e.strip_backtrace())
}

fn table_not_found(catalog: &str, database: &str, name: &TableName) -> SqlError {
    let (table, _) = unmarked(&name.name);
    let message = format!("Table '{catalog}.{database}.{table}' does not exist");
    SqlError::user("TABLE_NOT_FOUND", message).at(name.at.0, name.at.1)
}
