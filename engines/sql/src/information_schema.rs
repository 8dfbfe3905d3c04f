//! `information_schema`: schemata, tables and columns, computed from the catalog when asked.
//!
//! A predicate on `table_schema` or `table_name` narrows what the catalog is asked for, so that
//! describing one table does not read every definition there is.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::array::{ArrayRef, Int64Builder, RecordBatch, StringBuilder};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::catalog::Session as PlanSession;
use datafusion::common::ScalarValue;
use datafusion::datasource::TableProvider;
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::{Expr, Operator, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;

use crate::catalog::{Catalog, Relation, RelationName};
use crate::error::SqlError;
use crate::front_end::FrontEnd;

/// The database these relations are found in.
pub(crate) const DATABASE: &str = "information_schema";

/// Most databases whose relations one query may list: a bound on what a careless query costs.
const DATABASES_MAX: usize = 10_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Schemata,
    Tables,
    Columns,
}

/// One of the relations, over a catalog.
#[derive(Debug)]
pub(crate) struct InformationSchema {
    kind: Kind,
    schema: SchemaRef,
    catalog: Arc<dyn Catalog>,
    front_end: Arc<dyn FrontEnd>,
}

impl InformationSchema {
    /// The relation of a name, if there is one.
    pub(crate) fn find(
        name: &str,
        catalog: &Arc<dyn Catalog>,
        front_end: &Arc<dyn FrontEnd>,
    ) -> Option<Self> {
        let (kind, columns): (_, &[&str]) = match name {
            "schemata" => (Kind::Schemata, &["catalog_name", "schema_name"]),
            "tables" => {
                (Kind::Tables, &["table_catalog", "table_schema", "table_name", "table_type"])
            }
            "columns" => (
                Kind::Columns,
                &[
                    "table_catalog",
                    "table_schema",
                    "table_name",
                    "column_name",
                    "ordinal_position",
                    "column_default",
                    "is_nullable",
                    "data_type",
                    "comment",
                    "extra_info",
                ],
            ),
            _ => return None,
        };
        let field = |name: &&str| {
            let number = *name == "ordinal_position";
            Field::new(*name, if number { DataType::Int64 } else { DataType::Utf8 }, true)
        };
        let schema = Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()));
        Some(InformationSchema {
            kind,
            schema,
            catalog: catalog.clone(),
            front_end: front_end.clone(),
        })
    }

    async fn rows(&self, wanted: &Wanted) -> Result<RecordBatch, SqlError> {
        let catalog_name = self.front_end.catalog_name();
        let mut table = Rows::new(self.schema.clone());
        let databases = match &wanted.database {
            Some(name) if name == DATABASE => vec![name.clone()],
            Some(name) => {
                let there = self.catalog.has_database(name).await?;
                there.then(|| name.clone()).into_iter().collect()
            }
            None => {
                let mut names = self.catalog.database_names().await?;
                names.push(DATABASE.to_owned());
                names.sort();
                names
            }
        };
        if self.kind == Kind::Schemata {
            for name in databases {
                table.row(&[Some(catalog_name), Some(&name)], None);
            }
            return table.finish();
        }
        for database in databases.iter().take(DATABASES_MAX) {
            for relation in self.relations(database, wanted).await? {
                if self.kind == Kind::Tables {
                    let kind = if relation.is_view { "VIEW" } else { "BASE TABLE" };
                    let row = [catalog_name, database, &relation.name, kind];
                    table.row(&row.map(Some), None);
                } else {
                    self.columns(&mut table, database, &relation).await?;
                }
            }
        }
        table.finish()
    }

    async fn relations(
        &self,
        database: &str,
        wanted: &Wanted,
    ) -> Result<Vec<RelationName>, SqlError> {
        let mut relations = if database == DATABASE {
            let own = ["columns", "schemata", "tables"];
            own.iter().map(|n| RelationName { name: (*n).to_owned(), is_view: false }).collect()
        } else {
            self.catalog.relation_names(database).await?
        };
        if let Some(name) = &wanted.relation {
            relations.retain(|r| &r.name == name);
        }
        Ok(relations)
    }

    async fn columns(
        &self,
        table: &mut Rows,
        database: &str,
        relation: &RelationName,
    ) -> Result<(), SqlError> {
        let catalog_name = self.front_end.catalog_name();
        if database == DATABASE {
            let Some(own) = Self::find(&relation.name, &self.catalog, &self.front_end) else {
                return Ok(());
            };
            for (i, field) in own.schema.fields().iter().enumerate() {
                let type_text = self.front_end.type_text(field).full;
                let place = [catalog_name, database, &relation.name, field.name()].map(Some);
                let rest = [None, Some("YES"), Some(&type_text), None, None];
                table.row(&[&place[..], &rest[..]].concat(), Some(i as i64 + 1));
            }
            return Ok(());
        }
        // A view's columns have no declared types here: planning every view would be dear.
        let def = match self.catalog.relation(database, &relation.name).await? {
            Some(Relation::Table(def)) => def,
            Some(Relation::Foreign(foreign)) => {
                for (i, field) in foreign.schema().fields().iter().enumerate() {
                    let type_text = self.front_end.type_text(field).full;
                    let place = [catalog_name, database, &relation.name, field.name()].map(Some);
                    let rest = [None, Some("YES"), Some(&type_text), None, None];
                    table.row(&[&place[..], &rest[..]].concat(), Some(i as i64 + 1));
                }
                return Ok(());
            }
            _ => return Ok(()),
        };
        for (i, column) in def.all_columns().enumerate() {
            let field = Field::new(&column.name, column.hive_type.to_arrow(), true);
            let type_text = match &column.hive_type {
                aquifer_formats::HiveType::Varchar(n) => format!("varchar({n})"),
                aquifer_formats::HiveType::Char(n) => format!("char({n})"),
                _ => self.front_end.type_text(&field).full,
            };
            let comment = (!column.comment.is_empty()).then_some(column.comment.as_str());
            let extra = (i >= def.columns.len()).then_some("partition key");
            let place = [catalog_name, database, &relation.name, &column.name].map(Some);
            let rest = [None, Some("YES"), Some(&type_text[..]), comment, extra];
            table.row(&[&place[..], &rest[..]].concat(), Some(i as i64 + 1));
        }
        Ok(())
    }
}

/// The database and relation a query's predicates pin down.
#[derive(Debug, Default)]
struct Wanted {
    database: Option<String>,
    relation: Option<String>,
}

impl Wanted {
    fn from_filters(filters: &[Expr]) -> Self {
        let mut wanted = Wanted::default();
        for filter in filters {
            let Expr::BinaryExpr(binary) = filter else { continue };
            let (column, literal) = match (&*binary.left, &*binary.right) {
                (Expr::Column(column), Expr::Literal(value, _))
                | (Expr::Literal(value, _), Expr::Column(column)) => (column, value),
                _ => continue,
            };
            let text = match literal {
                ScalarValue::Utf8(Some(text)) | ScalarValue::Utf8View(Some(text)) => text.clone(),
                _ => continue,
            };
            match (binary.op, column.name()) {
                (Operator::Eq, "table_schema" | "schema_name") => wanted.database = Some(text),
                (Operator::Eq, "table_name") => wanted.relation = Some(text),
                _ => {}
            }
        }
        wanted
    }
}

/// Rows of text, with one number where the schema has one.
struct Rows {
    schema: SchemaRef,
    texts: Vec<StringBuilder>,
    numbers: Int64Builder,
}

impl Rows {
    fn new(schema: SchemaRef) -> Self {
        let texts = schema.fields().iter().map(|_| StringBuilder::new()).collect();
        Rows { schema, texts, numbers: Int64Builder::new() }
    }

    /// `texts` leaves the number column out.
    fn row(&mut self, texts: &[Option<&str>], number: Option<i64>) {
        let mut texts = texts.iter();
        for (field, builder) in self.schema.fields().iter().zip(&mut self.texts) {
            if field.data_type() == &DataType::Int64 {
                self.numbers.append_option(number);
            } else {
                builder.append_option(texts.next().copied().flatten());
            }
        }
    }

    fn finish(mut self) -> Result<RecordBatch, SqlError> {
        let numbers: ArrayRef = Arc::new(self.numbers.finish());
        let columns = self.schema.fields().iter().zip(&mut self.texts);
        let columns = columns
            .map(|(field, texts)| -> ArrayRef {
                if field.data_type() == &DataType::Int64 {
                    numbers.clone()
                } else {
                    Arc::new(texts.finish())
                }
            })
            .collect();
        RecordBatch::try_new(self.schema.clone(), columns)
            .map_err(|e| SqlError::internal(e.to_string()))
    }
}

#[async_trait]
impl TableProvider for InformationSchema {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn table_type(&self) -> TableType {
        TableType::View
    }

    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> Result<Vec<TableProviderFilterPushDown>> {
        // Filters narrow the question; the planner still applies them to the answer.
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        _state: &dyn PlanSession,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let batch =
            self.rows(&Wanted::from_filters(filters)).await.map_err(DataFusionError::from)?;
        let plan = MemorySourceConfig::try_new_exec(
            &[vec![batch]],
            self.schema.clone(),
            projection.cloned(),
        )?;
        Ok(plan)
    }
}
