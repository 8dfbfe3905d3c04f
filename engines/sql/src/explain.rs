//! EXPLAIN: plans as text, JSON or a graph, and what they did when they ran.

use std::fmt::Write as _;
use std::sync::Arc;

use datafusion::arrow::array::{RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::display::DisplayableExecutionPlan;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use futures::StreamExt;

use crate::error::SqlError;
use crate::prepared::{PreparedExplain, PreparedQuery};
use crate::running::{ResultColumn, Running};
use crate::session::Session;
use crate::statement::{ExplainFormat, ExplainKind};

impl Session {
    /// Answers one column of text: a row per line of the plan.
    pub(crate) async fn explain(&self, prepared: PreparedExplain) -> Result<Running, SqlError> {
        let PreparedExplain { explain, query } = prepared;
        let Some(query) = query else {
            return Err(SqlError::not_supported("EXPLAIN needs a statement with a query"));
        };
        if explain.kind == ExplainKind::Validate {
            return Ok(self.lines(&query, "Valid", "true"));
        }
        let text = if explain.analyze {
            self.analyzed(&query, explain.verbose).await?
        } else {
            self.planned(&query, explain.kind, explain.format).await?
        };
        Ok(self.lines(&query, "Query Plan", &text))
    }

    async fn planned(
        &self,
        query: &PreparedQuery,
        kind: ExplainKind,
        format: ExplainFormat,
    ) -> Result<String, SqlError> {
        Ok(match (kind, format) {
            (ExplainKind::Io, _) => io_json(query),
            (ExplainKind::Logical, ExplainFormat::Text) => query.plan.display_indent().to_string(),
            (ExplainKind::Logical, ExplainFormat::Json) => query.plan.display_pg_json().to_string(),
            (ExplainKind::Logical, ExplainFormat::Graphviz) => {
                query.plan.display_graphviz().to_string()
            }
            (_, format) => {
                let plan = self.physical_plan(query).await?;
                let shown = DisplayableExecutionPlan::new(plan.as_ref());
                match format {
                    ExplainFormat::Graphviz => shown.graphviz().to_string(),
                    ExplainFormat::Json => self.plan_json(plan.as_ref()),
                    ExplainFormat::Text => shown.indent(false).to_string(),
                }
            }
        })
    }

    /// The operators as nested objects under the number of their one fragment.
    fn plan_json(&self, plan: &dyn ExecutionPlan) -> String {
        let mut text = String::from("{\n  \"0\" : ");
        let mut next = 0;
        self.operator_json(plan, 1, &mut next, &mut text);
        text.push_str("\n}");
        text
    }

    fn operator_json(
        &self,
        plan: &dyn ExecutionPlan,
        depth: usize,
        next: &mut usize,
        text: &mut String,
    ) {
        let id = *next;
        *next += 1;
        let margin = "  ".repeat(depth + 1);
        let outputs: Vec<String> = plan
            .schema()
            .fields()
            .iter()
            .map(|field| {
                let ty = self.dialect.front_end().type_text(field).full;
                format!("{{ \"symbol\" : {}, \"type\" : {} }}", json(field.name()), json(&ty))
            })
            .collect();
        let details = DisplayableExecutionPlan::new(plan).one_line().to_string();
        let _ = write!(
            text,
            "{{\n{margin}\"id\" : \"{id}\",\n{margin}\"name\" : {},\n{margin}\"descriptor\" : \
             {{ }},\n{margin}\"outputs\" : [ {} ],\n{margin}\"details\" : [ {} ],\n{margin}\
             \"estimates\" : [ ],\n{margin}\"children\" : [ ",
            json(plan.name().trim_end_matches("Exec")),
            outputs.join(", "),
            json(details.trim_end()),
        );
        for (i, child) in plan.children().into_iter().enumerate() {
            text.push_str(if i > 0 { ", " } else { "" });
            self.operator_json(child.as_ref(), depth + 1, next, text);
        }
        let _ = write!(text, " ]\n{}}}", "  ".repeat(depth));
    }

    /// Runs the query to its end, its rows thrown away, and tells each operator's work.
    async fn analyzed(&self, query: &PreparedQuery, verbose: bool) -> Result<String, SqlError> {
        let plan = self.physical_plan(query).await?;
        let mut running = self.start_plan(query, plan.clone())?;
        while let Some(batch) = running.stream.next().await {
            batch.map_err(|e| self.explain_error(e))?;
        }
        let totals = query.stats.totals();
        let mut text = String::new();
        let _ = writeln!(
            text,
            "Planning: {:.2}ms, Execution: {:.2}ms, Input: {} rows ({} bytes), Output: {} rows ({} bytes)",
            totals.planning.as_secs_f64() * 1e3,
            totals.execution.as_secs_f64() * 1e3,
            totals.input_rows,
            totals.scanned.bytes,
            totals.output_rows,
            totals.output_bytes,
        );
        let shown = if verbose {
            DisplayableExecutionPlan::with_full_metrics(plan.as_ref())
        } else {
            DisplayableExecutionPlan::with_metrics(plan.as_ref())
        };
        let _ = write!(text, "{}", shown.indent(verbose));
        Ok(text)
    }

    fn lines(&self, query: &PreparedQuery, name: &str, text: &str) -> Running {
        let text = text.trim_end();
        let boolean = name == "Valid";
        let field = Field::new(name, DataType::Utf8, false);
        let schema = Arc::new(Schema::new(vec![field.clone()]));
        let rows = StringArray::from(text.lines().collect::<Vec<_>>());
        let batch = RecordBatch::try_new(schema.clone(), vec![Arc::new(rows)]);
        let typed = match boolean {
            true => Field::new(name, DataType::Boolean, false),
            false => field,
        };
        let type_text = self.dialect.front_end().type_text(&typed);
        let column = ResultColumn {
            name: name.to_owned(),
            is_named: true,
            type_name: type_text.full,
            type_base: type_text.base,
            precision: type_text.precision,
            scale: type_text.scale,
            nullable: false,
            hive_type: None,
        };
        let stream = futures::stream::once(async move { Ok(batch?) });
        let stream = Box::pin(RecordBatchStreamAdapter::new(schema, stream));
        Running { columns: vec![column], stream, stats: query.stats.clone() }
    }
}

/// A text as JSON has it.
fn json(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// The tables a query reads, with the constraints pushed to them.
fn io_json(query: &PreparedQuery) -> String {
    use datafusion::common::tree_node::TreeNodeRecursion;
    use datafusion::logical_expr::LogicalPlan;

    let mut tables = Vec::new();
    let walked = query.plan.apply_with_subqueries(|node| {
        if let LogicalPlan::TableScan(scan) = node {
            let filters: Vec<String> =
                scan.filters.iter().map(|f| format!("{:?}", f.to_string())).collect();
            tables.push(format!(
                "    {{ \"table\" : {:?}, \"constraints\" : [ {} ] }}",
                scan.table_name.to_string(),
                filters.join(", ")
            ));
        }
        Ok(TreeNodeRecursion::Continue)
    });
    debug_assert!(walked.is_ok(), "the visitor never fails");
    if tables.is_empty() {
        return "{\n  \"inputTableColumnInfos\" : [ ]\n}".to_owned();
    }
    format!("{{\n  \"inputTableColumnInfos\" : [\n{}\n  ]\n}}", tables.join(",\n"))
}
