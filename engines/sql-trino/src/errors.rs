//! The engine's errors in Trino's words: code, place, sentence.

use std::ops::ControlFlow;

use aquifer_lake::LakeError;
use aquifer_sql::{Category, SqlError};
use datafusion::arrow::error::ArrowError;
use datafusion::common::{Column, SchemaError};
use datafusion::error::DataFusionError;
use datafusion::sql::sqlparser::ast::{Expr, Ident, Query, Visit, Visitor};

const CORRELATED: &str = "Given correlated subquery is not supported";

/// Explains an error of planning (with its query) or of running.
pub(crate) fn explain(error: &DataFusionError, query: Option<&Query>) -> SqlError {
    let mut explained = read(error, query, None);
    if explained.at.is_none()
        && let Some(query) = query
        && let Some(at) =
            operator_place(&explained, query).or_else(|| refusal_place(&explained, query))
    {
        explained = explained.at(at.0, at.1);
    }
    explained
}

fn read(error: &DataFusionError, query: Option<&Query>, at: Option<(u64, u64)>) -> SqlError {
    match error {
        DataFusionError::Context(_, inner) => read(inner, query, at),
        DataFusionError::Shared(inner) => read(inner, query, at),
        DataFusionError::Collection(errors) => match errors.first() {
            Some(first) => read(first, query, at),
            None => SqlError::internal("an error without content"),
        },
        DataFusionError::Diagnostic(diagnostic, inner) => {
            let own = diagnostic.span.map(|s| (s.start.line, s.start.column));
            read(inner, query, own.or(at))
        }
        DataFusionError::SchemaError(schema, _) => schema_error(schema, query, at),
        DataFusionError::Plan(message) => plan_error(message, query, at),
        DataFusionError::NotImplemented(message) if message.contains("OuterReferenceColumn") => {
            placed(SqlError::not_supported(CORRELATED), at)
        }
        DataFusionError::NotImplemented(message) => placed(SqlError::not_supported(message), at),
        DataFusionError::ArrowError(arrow, _) => arrow_error(arrow),
        DataFusionError::Execution(message) => execution_error(message),
        DataFusionError::ResourcesExhausted(message) => SqlError {
            category: Category::Resources,
            ..SqlError::user(
                "EXCEEDED_LOCAL_MEMORY_LIMIT",
                format!("Query exceeded the memory limit: {}", first_line(message)),
            )
        },
        DataFusionError::External(inner) => placed(external(inner.as_ref()), at),
        DataFusionError::ObjectStore(inner) => store_error(inner),
        DataFusionError::ParquetError(inner) => parquet_error(inner),
        DataFusionError::IoError(inner) => {
            SqlError::external("GENERIC_INTERNAL_ERROR", inner.to_string())
        }
        other => SqlError::internal(first_line(&other.strip_backtrace())),
    }
}

fn placed(error: SqlError, at: Option<(u64, u64)>) -> SqlError {
    match (error.at, at) {
        (None, Some((line, column))) => error.at(line, column),
        _ => error,
    }
}

fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().to_owned()
}

/// Errors of ours, and of what we stand on, in whatever they are wrapped.
fn external(error: &(dyn std::error::Error + 'static)) -> SqlError {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(own) = error.downcast_ref::<SqlError>() {
            return own.clone();
        }
        if let Some(lake) = error.downcast_ref::<LakeError>() {
            return lake_error(lake);
        }
        if let Some(store) = error.downcast_ref::<object_store::Error>() {
            return store_error(store);
        }
        if let Some(inner) = error.downcast_ref::<DataFusionError>() {
            return read(inner, None, None);
        }
        if let Some(inner) = error.downcast_ref::<ArrowError>() {
            return arrow_error(inner);
        }
        next = error.source();
    }
    SqlError::internal(first_line(&error.to_string()))
}

fn lake_error(error: &LakeError) -> SqlError {
    let message = error.to_string();
    match error {
        LakeError::PathAlreadyExists { .. } => SqlError::user("HIVE_PATH_ALREADY_EXISTS", message),
        LakeError::TooManyOpenPartitions { .. } => {
            SqlError::user("HIVE_TOO_MANY_OPEN_PARTITIONS", message)
        }
        LakeError::PartitionValue { .. } => SqlError::user("HIVE_INVALID_PARTITION_VALUE", message),
        LakeError::NotInjected { .. } | LakeError::TooManyProjected { .. } => {
            SqlError::user("CONSTRAINT_VIOLATION", message)
        }
        LakeError::BadData { .. } => SqlError::user("HIVE_BAD_DATA", message),
        LakeError::Format(_) => SqlError::user("HIVE_BAD_DATA", message),
        LakeError::Location { .. } => SqlError::user("HIVE_FILESYSTEM_ERROR", message),
        LakeError::NoPartitionColumn { .. } => SqlError::user("INVALID_TABLE_PROPERTY", message),
        LakeError::Bucket { .. } => SqlError::user("INVALID_TABLE_PROPERTY", message),
        LakeError::Store(inner) => store_error(inner),
        LakeError::Catalog { retryable, source, .. } => {
            let own = source.as_ref().and_then(|s| s.downcast_ref::<SqlError>());
            own.cloned().unwrap_or_else(|| SqlError {
                retryable: *retryable,
                ..SqlError::external("HIVE_METASTORE_ERROR", message)
            })
        }
        LakeError::Query(inner) => read(inner, None, None),
        _ => SqlError::internal(message),
    }
}

fn store_error(error: &object_store::Error) -> SqlError {
    use object_store::Error;
    match error {
        Error::PermissionDenied { path, .. } | Error::Unauthenticated { path, .. } => {
            SqlError::external("PERMISSION_DENIED", format!("Access Denied: {path}"))
        }
        Error::NotFound { path, .. } => SqlError::external(
            "HIVE_CANNOT_OPEN_SPLIT",
            format!("Error opening Hive split {path}: file not found"),
        ),
        Error::Generic { source, .. } => {
            // What a store of ours raised may be inside.
            let inner: &(dyn std::error::Error + 'static) = source.as_ref();
            let found = external(inner);
            if found.code == "GENERIC_INTERNAL_ERROR" {
                return SqlError {
                    retryable: true,
                    ..SqlError::external("HIVE_CURSOR_ERROR", inner.to_string())
                };
            }
            found
        }
        other => SqlError::external("HIVE_FILESYSTEM_ERROR", other.to_string()),
    }
}

fn parquet_error(error: &datafusion::parquet::errors::ParquetError) -> SqlError {
    use datafusion::parquet::errors::ParquetError;
    match error {
        ParquetError::External(inner) => {
            let found = external(inner.as_ref());
            if found.code != "GENERIC_INTERNAL_ERROR" {
                return found;
            }
            SqlError::user("HIVE_BAD_DATA", first_line(&inner.to_string()))
        }
        other => SqlError::user("HIVE_BAD_DATA", first_line(&other.to_string())),
    }
}

fn arrow_error(error: &ArrowError) -> SqlError {
    match error {
        ArrowError::DivideByZero => SqlError::user("DIVISION_BY_ZERO", "Division by zero"),
        ArrowError::ArithmeticOverflow(message) => {
            let message = match message.strip_prefix("Overflow happened on: ") {
                Some(operation) => format!("bigint overflow: {operation}"),
                None => message.clone(),
            };
            SqlError::user("NUMERIC_VALUE_OUT_OF_RANGE", message)
        }
        ArrowError::CastError(message) | ArrowError::ParseError(message) => {
            SqlError::user("INVALID_CAST_ARGUMENT", first_line(message))
        }
        ArrowError::ExternalError(inner) => external(inner.as_ref()),
        ArrowError::ParquetError(message) => SqlError::user("HIVE_BAD_DATA", first_line(message)),
        ArrowError::ComputeError(message) | ArrowError::InvalidArgumentError(message) => {
            SqlError::user("INVALID_FUNCTION_ARGUMENT", first_line(message))
        }
        other => SqlError::internal(first_line(&other.to_string())),
    }
}

/// Functions say their code first, if they have one: `CODE: sentence`.
fn execution_error(message: &str) -> SqlError {
    let message = first_line(message);
    if let Some((code, rest)) = message.split_once(": ")
        && code.len() > 3
        && code.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')
    {
        return SqlError::user(code.to_owned(), rest);
    }
    if message.contains("Divide by zero") || message.contains("divide by zero") {
        return SqlError::user("DIVISION_BY_ZERO", "Division by zero");
    }
    SqlError::user("INVALID_FUNCTION_ARGUMENT", message)
}

fn schema_error(error: &SchemaError, query: Option<&Query>, at: Option<(u64, u64)>) -> SqlError {
    let (column, code, rest) = match error {
        SchemaError::FieldNotFound { field, .. } => {
            (field.as_ref(), "COLUMN_NOT_FOUND", "cannot be resolved")
        }
        SchemaError::AmbiguousReference { field } => {
            (field.as_ref(), "AMBIGUOUS_NAME", "is ambiguous")
        }
        other => return SqlError::user("SYNTAX_ERROR", first_line(&other.to_string())),
    };
    // A column nobody wrote is the planner's, lost on the way out of a correlated subquery.
    if code == "COLUMN_NOT_FOUND"
        && at.is_none()
        && column.spans().first().is_none()
        && query.is_some_and(|query| column_place(column, query).is_none())
    {
        return SqlError::not_supported(CORRELATED);
    }
    let at = at.or_else(|| column.spans().first().map(|s| (s.start.line, s.start.column)));
    let at = at.or_else(|| query.and_then(|q| column_place(column, q)));
    let shown = match &column.relation {
        Some(table) => format!("{}.{}", table.table(), column.name),
        None => column.name.clone(),
    };
    placed(SqlError::user(code, format!("Column '{shown}' {rest}")), at)
}

fn plan_error(message: &str, query: Option<&Query>, at: Option<(u64, u64)>) -> SqlError {
    let message = first_line(message);
    if let Some(rest) = message.strip_prefix("Invalid function '")
        && let Some((name, _)) = rest.split_once('\'')
    {
        let at = at.or_else(|| query.and_then(|q| function_place(name, q)));
        let error =
            SqlError::user("FUNCTION_NOT_FOUND", format!("Function '{name}' not registered"));
        return placed(error, at);
    }
    if let Some(rest) = message.strip_prefix("There is no window function named ") {
        let at = at.or_else(|| query.and_then(|q| function_place(rest, q)));
        let error =
            SqlError::user("FUNCTION_NOT_FOUND", format!("Function '{rest}' not registered"));
        return placed(error, at);
    }
    // What a function takes is told by the function, inside of what the planner makes of it.
    if let Some((_, refusal)) = message.split_once("External error: FUNCTION_NOT_FOUND: ") {
        let sentence = refusal.split(". No function matches").next().unwrap_or(refusal);
        let name = sentence
            .split_once(" for function ")
            .and_then(|(_, rest)| rest.split_once(". Expected:").map(|(name, _)| name.to_owned()));
        let place = |name: String| query.and_then(|query| function_place(&name, query));
        let at = at.or_else(|| name.and_then(place));
        return placed(SqlError::user("FUNCTION_NOT_FOUND", sentence), at);
    }
    if let Some(refusal) = engine_refusal(&message) {
        return placed(SqlError::user("FUNCTION_NOT_FOUND", refusal), at);
    }
    if let Some(rest) = message.strip_prefix("Order by column out of bounds, specified: ")
        && let Some((place, _)) = rest.split_once(',')
    {
        let message = format!("ORDER BY position {place} is not in select list");
        return placed(SqlError::user("INVALID_COLUMN_REFERENCE", message), at);
    }
    if message.starts_with("Cannot create filter with non-boolean predicate")
        && let Some((_, ty)) = message.rsplit_once(" returning ")
    {
        let ty = type_word(ty);
        let message = format!("WHERE clause must evaluate to a boolean: actual type {ty}");
        return placed(SqlError::user("TYPE_MISMATCH", message), at);
    }
    if message.starts_with("Aggregate functions are not allowed in the WHERE clause") {
        let message =
            "WHERE clause cannot contain aggregations, window functions or grouping operations";
        return placed(SqlError::user("EXPRESSION_NOT_SCALAR", message), at);
    }
    if let Some((_, rest)) = message.split_once("column \"")
        && message.contains("must appear in the GROUP BY clause")
        && let Some((column, _)) = rest.split_once('"')
    {
        let column = column.rsplit('.').next().unwrap_or(column);
        let place = || query.and_then(|q| column_place(&Column::new_unqualified(column), q));
        let message =
            format!("'{column}' must be an aggregate expression or appear in GROUP BY clause");
        let error = SqlError::user("EXPRESSION_NOT_AGGREGATE", message);
        return placed(error, at.or_else(place).or(Some((1, 1))));
    }
    if message.contains("must appear in the GROUP BY clause")
        || message.contains("must be part of GROUP BY")
        || message.contains("could not be resolved from available columns")
        || message.contains("Projection references non-aggregate values")
    {
        return placed(SqlError::user("EXPRESSION_NOT_AGGREGATE", message), at.or(Some((1, 1))));
    }
    if let Some(rest) = message.strip_prefix("Error during planning: ") {
        return plan_error(rest, query, at);
    }
    let mismatch = ["coerce", "Cannot infer common argument type", "type mismatch", "signature"];
    if mismatch.iter().any(|word| message.contains(word)) {
        return placed(SqlError::user("TYPE_MISMATCH", message), at);
    }
    if message.starts_with("Too many columns! The subquery should only return one column") {
        let text = "Multiple columns returned by subquery are not yet supported";
        return placed(SqlError::not_supported(text), at);
    }
    if message.contains("same number of columns") || message.contains("different number of columns")
    {
        let text = "UNION query has different number of fields";
        return placed(SqlError::user("TYPE_MISMATCH", text), at);
    }
    placed(SqlError::user("SYNTAX_ERROR", message), at)
}

/// Finds a name or a function in the query as it was written.
struct Finder<'a> {
    matches: &'a dyn Fn(&Expr) -> Option<(u64, u64)>,
}

impl Visitor for Finder<'_> {
    type Break = (u64, u64);

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<Self::Break> {
        match (self.matches)(expr) {
            Some(at) => ControlFlow::Break(at),
            None => ControlFlow::Continue(()),
        }
    }
}

fn find(query: &Query, matches: &dyn Fn(&Expr) -> Option<(u64, u64)>) -> Option<(u64, u64)> {
    match query.visit(&mut Finder { matches }) {
        ControlFlow::Break(at) if at.0 > 0 => Some(at),
        _ => None,
    }
}

fn start(ident: &Ident) -> (u64, u64) {
    (ident.span.start.line, ident.span.start.column)
}

fn column_place(column: &Column, query: &Query) -> Option<(u64, u64)> {
    find(query, &|expr| match expr {
        Expr::Identifier(ident) if ident.value == column.name => Some(start(ident)),
        Expr::CompoundIdentifier(parts)
            if parts.last().is_some_and(|last| last.value == column.name) =>
        {
            parts.first().map(start)
        }
        _ => None,
    })
}

fn function_place(name: &str, query: &Query) -> Option<(u64, u64)> {
    find(query, &|expr| match expr {
        Expr::Function(function) => {
            let ident = function.name.0.last()?.as_ident()?;
            (ident.value == name).then(|| start(ident))
        }
        _ => None,
    })
}

/// Operators keep no place of their own; the first of the same sign is taken, after its left
/// operand.
fn operator_place(error: &SqlError, query: &Query) -> Option<(u64, u64)> {
    use datafusion::sql::sqlparser::ast::Spanned;
    let operation = error.message.strip_prefix("Cannot apply operator: ")?;
    find(query, &|expr| match expr {
        Expr::BinaryOp { left, op, .. } if operation.contains(&format!(" {op} ")) => {
            let end = left.span().end;
            Some((end.line, end.column + 1))
        }
        _ => None,
    })
}

/// A function that does not take what it is given says its name in the refusal.
fn refusal_place(error: &SqlError, query: &Query) -> Option<(u64, u64)> {
    let (_, rest) =
        error.message.strip_prefix("Unexpected parameters (")?.split_once(" for function ")?;
    let name = rest.split_once(". Expected:").map_or(rest, |(name, _)| name);
    function_place(name, query)
}

/// The name the dialect has for a type as the engine writes it.
fn type_word(engine: &str) -> String {
    let word = match engine {
        "Utf8" | "Utf8View" | "LargeUtf8" => "varchar",
        "Int8" => "tinyint",
        "Int16" => "smallint",
        "Int32" => "integer",
        "Int64" => "bigint",
        "Float32" => "real",
        "Float64" => "double",
        "Date32" => "date",
        "Binary" | "BinaryView" | "LargeBinary" => "varbinary",
        "Null" => "unknown",
        other if other.starts_with("Timestamp(") => "timestamp(p)",
        other if other.starts_with("Decimal128(") => {
            return other.replacen("Decimal128", "decimal", 1).replace(", ", ",");
        }
        other => return other.to_lowercase(),
    };
    word.to_owned()
}

/// What an engine's own function is refused with, in the dialect's words.
fn engine_refusal(message: &str) -> Option<String> {
    let (_, rest) = message.split_once("given name and argument types '")?;
    let (call, _) = rest.split_once("'.")?;
    let (name, given) = call.strip_suffix(')')?.split_once('(')?;
    let (mut types, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, c) in given.char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            ',' if depth == 0 => {
                types.push(type_word(given[start..at].trim()));
                start = at + 1;
            }
            _ => {}
        }
    }
    if !given.is_empty() {
        types.push(type_word(given[start..].trim()));
    }
    Some(format!("Unexpected parameters ({}) for function {name}", types.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_survive_their_wrapping() {
        let own = SqlError::user("DIVISION_BY_ZERO", "Division by zero");
        let wrapped = DataFusionError::Context(
            "x".into(),
            Box::new(DataFusionError::ArrowError(
                Box::new(ArrowError::ExternalError(Box::new(DataFusionError::from(own.clone())))),
                None,
            )),
        );
        assert_eq!(explain(&wrapped, None), own);
        let arrow = DataFusionError::ArrowError(Box::new(ArrowError::DivideByZero), None);
        assert_eq!(explain(&arrow, None), own);
        let lake = DataFusionError::from(LakeError::TooManyOpenPartitions { limit: 100 });
        assert_eq!(explain(&lake, None).code, "HIVE_TOO_MANY_OPEN_PARTITIONS");
        let function = DataFusionError::Execution("INVALID_FUNCTION_ARGUMENT: no".into());
        assert_eq!(explain(&function, None).to_string(), "INVALID_FUNCTION_ARGUMENT: no");
    }
}
