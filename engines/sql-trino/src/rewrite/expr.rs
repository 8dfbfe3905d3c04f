//! Expressions, one construct at a time.

use aquifer_sql::SqlError;
use datafusion::sql::sqlparser::ast::helpers::attached_token::AttachedToken;
use datafusion::sql::sqlparser::ast::{
    AccessExpr, BinaryOperator, CaseWhen, CastKind, CeilFloorKind, DataType, DateTimeField, Expr,
    Function, FunctionArg, FunctionArgExpr, FunctionArgumentClause, FunctionArgumentList,
    FunctionArguments, Ident, LambdaFunction, LambdaFunctionParameter, LambdaSyntax,
    ListAggOnOverflow, OneOrManyWithParens, Subscript, TimezoneInfo, TrimWhereField, TypedString,
    UnaryOperator, Value, ValueWithSpan, WindowType,
};
use datafusion::sql::sqlparser::tokenizer::Span;

use super::build;
use crate::functions::known as functions;
use crate::types::TrinoType;

/// Window and aggregate functions that count in unsigned numbers here, in `bigint` there.
const COUNTS: &[&str] = &[
    "row_number",
    "rank",
    "dense_rank",
    "ntile",
    "approx_distinct",
    "cardinality",
    "length",
    "strpos",
    "array_position",
    "grouping",
];

/// Before an expression's parts are visited.
pub(super) fn before(expr: &mut Expr) -> Result<(), SqlError> {
    match expr {
        Expr::Lambda(lambda) => super::lambda::open_fields(lambda),
        Expr::InSubquery { expr, subquery, .. } => {
            if let Expr::Tuple(items) = expr.as_ref()
                && items.len() > 1
            {
                super::relation::as_row(subquery, items.len());
            }
        }
        Expr::Identifier(name) if name.quote_style.is_none() => {
            if let Some(session) = session_function(name)? {
                *expr = session;
            }
        }
        Expr::Function(function) => {
            known(function)?;
            before_call(function)?;
            if let Some(zoned) = unixtime_in_zone(function)? {
                *expr = zoned;
            }
        }
        _ => {}
    }
    Ok(())
}

/// What the session is, written without parentheses.
fn session_function(name: &Ident) -> Result<Option<Expr>, SqlError> {
    match name.value.as_str() {
        "current_catalog" | "current_schema" => {
            Ok(Some(build::call_at(&name.value, name.span, vec![])))
        }
        "current_user" | "current_path" | "current_groups" => {
            let message = format!("Function '{}' is not supported", name.value);
            Err(SqlError::not_supported(message).at_span(name.span))
        }
        _ => Ok(None),
    }
}

/// `from_unixtime(x, zone)` and `from_unixtime(x, hours, minutes)` show their instants in a zone,
/// which is a column's here, not a value's.
fn unixtime_in_zone(function: &Function) -> Result<Option<Expr>, SqlError> {
    if simple_name(function) != Some("from_unixtime") {
        return Ok(None);
    }
    let zone = match build::plain_args(function).as_deref() {
        Some([_, zone]) => (*zone).clone(),
        Some([_, hours, minutes]) => match (whole_number(hours), whole_number(minutes)) {
            (Some(hours), Some(minutes)) => {
                let offset = hours.saturating_mul(60).saturating_add(minutes);
                if offset.abs() > 14 * 60 {
                    let message = format!("Invalid offset minutes {offset}");
                    return Err(SqlError::user("INVALID_FUNCTION_ARGUMENT", message));
                }
                let (sign, offset) = (if offset < 0 { '-' } else { '+' }, offset.abs());
                build::text(format!("{sign}{:02}:{:02}", offset / 60, offset % 60))
            }
            _ => {
                let message = "from_unixtime with an offset that is not constant is not supported";
                return Err(SqlError::not_supported(message));
            }
        },
        _ => return Ok(None),
    };
    let mut plain = function.clone();
    if let FunctionArguments::List(list) = &mut plain.args {
        list.args.truncate(1);
    }
    Ok(Some(build::call("at_timezone", vec![Expr::Function(plain), zone])))
}

/// The value of a number as it is written, with its sign.
fn whole_number(expr: &Expr) -> Option<i64> {
    match expr {
        Expr::Value(ValueWithSpan { value: Value::Number(digits, _), .. }) => digits.parse().ok(),
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => whole_number(expr).map(|n| -n),
        Expr::Nested(inner) => whole_number(inner),
        _ => None,
    }
}

/// What the engine underneath has besides the dialect's functions is not to be seen.
fn known(function: &Function) -> Result<(), SqlError> {
    let Some(name) = simple_name(function).filter(|name| !name.starts_with('$')) else {
        return Ok(());
    };
    let span = function.name.0[0].as_ident().map_or(Span::empty(), |i| i.span);
    // What rewriting made has no place in the text.
    if span == Span::empty() {
        return Ok(());
    }
    if !functions::is_known(name) && !functions::is_there(name) {
        let message = format!("Function '{name}' not registered");
        return Err(SqlError::user("FUNCTION_NOT_FOUND", message).at_span(span));
    }
    if !functions::is_there(name) {
        let message = format!("Function '{name}' is not supported");
        return Err(SqlError::not_supported(message).at_span(span));
    }
    Ok(())
}

fn before_call(function: &mut Function) -> Result<(), SqlError> {
    // A literal before which the type's name stands is checked where it is written.
    if let Some(name) = simple_name(function)
        && matches!(name, "$cast" | "$try_cast")
        && let Some(args) = build::plain_args(function)
        && let [_, Expr::Value(ty)] = args.as_slice()
        && let Value::SingleQuotedString(text) = &ty.value
    {
        TrinoType::parse(text).map_err(|unknown| {
            SqlError::user("TYPE_NOT_FOUND", format!("Unknown type: {unknown}")).at_span(ty.span)
        })?;
    }
    Ok(())
}

/// After an expression's parts have been rewritten.
pub(super) fn after(expr: &mut Expr) -> Result<(), SqlError> {
    let taken = std::mem::replace(expr, Expr::Tuple(vec![]));
    *expr = match taken {
        Expr::Value(value) => literal(value)?,
        Expr::TypedString(typed) => typed_literal(typed)?,
        Expr::Array(array) => build::call("make_array", array.elem),
        Expr::Tuple(items) if items.len() > 1 => row(items),
        Expr::AtTimeZone { timestamp, time_zone } => {
            build::call("at_timezone", vec![*timestamp, *time_zone])
        }
        Expr::Extract { field, expr, .. } => extract(&field, *expr)?,
        Expr::Ceil { expr, field } => rounded("ceil", *expr, &field)?,
        Expr::Floor { expr, field } => rounded("floor", *expr, &field)?,
        Expr::Substring { expr, substring_from, substring_for, .. } => {
            let args = [Some(expr), substring_from, substring_for];
            build::call("substr", args.into_iter().flatten().map(|e| *e).collect())
        }
        Expr::Position { expr, r#in } => {
            build::cast(build::call("strpos", vec![*r#in, *expr]), "bigint")
        }
        Expr::Trim { trim_where, trim_what, expr, trim_characters: None } => {
            trim(trim_where, trim_what.map(|e| *e), *expr)
        }
        Expr::Like { negated, any, expr, pattern, escape_char } => Expr::Like {
            negated,
            any,
            expr,
            pattern: Box::new(super::like::pattern(*pattern, escape_char)?),
            escape_char: None,
        },
        Expr::CompoundFieldAccess { root, access_chain } => access(*root, access_chain)?,
        Expr::Function(function) => call(function)?,
        other => other,
    };
    Ok(())
}

/// Numbers have the types they have in Trino: `1` is an integer, `1e0` a double.
fn literal(value: ValueWithSpan) -> Result<Expr, SqlError> {
    let span = value.span;
    match value.value {
        Value::Number(ref digits, _) if digits.contains(['e', 'E']) => {
            Ok(build::call_at("$cast", span, vec![build::text(digits), build::text("double")]))
        }
        Value::Number(ref digits, _) if digits.parse::<i32>().is_ok() => Ok(Expr::Cast {
            kind: CastKind::Cast,
            expr: Box::new(Expr::Value(value)),
            data_type: DataType::Int(None),
            array: false,
            format: None,
        }),
        Value::Number(ref digits, _)
            if digits.parse::<i64>().is_err() && digits.bytes().all(|b| b.is_ascii_digit()) =>
        {
            let message = format!("Invalid numeric literal: {digits}");
            Err(SqlError::user("INVALID_LITERAL", message).at_span(span))
        }
        Value::UnicodeStringLiteral(text) => {
            Ok(Expr::Value(ValueWithSpan { value: Value::SingleQuotedString(text), span }))
        }
        Value::Placeholder(_) => Err(SqlError::user(
            "INVALID_PARAMETER_USAGE",
            "Incorrect number of parameters: expected 1 but found 0",
        )
        .at_span(span)),
        _ => Ok(Expr::Value(value)),
    }
}

/// `DATE '…'`, `TIMESTAMP '…'`, `TIME '…'`: the text tells a timestamp's precision and zone.
fn typed_literal(typed: TypedString) -> Result<Expr, SqlError> {
    let TypedString { data_type, value, uses_odbc_syntax } = typed;
    let span = value.span;
    let Value::SingleQuotedString(text) = &value.value else {
        return Ok(Expr::TypedString(TypedString { data_type, value, uses_odbc_syntax }));
    };
    let fraction = |text: &str| {
        let digits = text.split_once('.').map_or("", |(_, f)| f);
        digits.bytes().take_while(u8::is_ascii_digit).count().min(9)
    };
    let (name, ty) = match &data_type {
        DataType::Date => ("DATE", "date".to_owned()),
        DataType::Timestamp(_, zone) => {
            let zoned = *zone == TimezoneInfo::WithTimeZone || crate::datetime::has_zone(text);
            let zone = if zoned { " with time zone" } else { "" };
            // Trino: as many digits as are written; here: three at least, which is what tables
            // hold and clients expect.
            ("TIMESTAMP", format!("timestamp({}){zone}", fraction(text).max(3)))
        }
        DataType::Time(..) => ("TIME", format!("time({})", fraction(text))),
        other => {
            let ty = other.to_string();
            if let Err(unknown) = TrinoType::parse(&ty) {
                let message = format!("Unknown type: {unknown}");
                return Err(SqlError::user("TYPE_NOT_FOUND", message).at_span(span));
            }
            ("", ty)
        }
    };
    let valid = match name {
        "DATE" => crate::datetime::parse_date(text).is_some(),
        "TIMESTAMP" => crate::datetime::parse_timestamp(text).is_some(),
        "TIME" => crate::datetime::parse_time(text).is_some(),
        _ => true,
    };
    if !valid && name == "TIME" && crate::datetime::has_zone(&format!("2000-01-01 {text}")) {
        let message = "TIME WITH TIME ZONE is not supported";
        return Err(SqlError::not_supported(message).at_span(span));
    }
    if !valid {
        let message = format!("'{text}' is not a valid {name} literal");
        return Err(SqlError::user("INVALID_LITERAL", message).at_span(span));
    }
    let value = build::call_at("$cast", span, vec![build::text(text), build::text(ty)]);
    // A timestamp keeps the zone it is written in.
    match crate::datetime::zone_name(text).filter(|_| name == "TIMESTAMP") {
        Some(zone) => Ok(build::call("at_timezone", vec![value, build::text(zone)])),
        None => Ok(value),
    }
}

/// A row of fields without names.
fn row(items: Vec<Expr>) -> Expr {
    let args = items
        .into_iter()
        .enumerate()
        .flat_map(|(i, item)| [build::text(crate::types::anonymous_field(i)), item]);
    build::call("named_struct", args.collect())
}

fn extract(field: &DateTimeField, from: Expr) -> Result<Expr, SqlError> {
    let name = field.to_string().to_lowercase();
    let function = match name.as_str() {
        "year" | "quarter" | "month" | "week" | "day" | "day_of_week" | "day_of_year"
        | "year_of_week" | "hour" | "minute" | "second" | "timezone_hour" | "timezone_minute" => {
            &name
        }
        "day_of_month" => "day",
        "dow" => "day_of_week",
        "doy" => "day_of_year",
        "yow" => "year_of_week",
        other => {
            let message = format!("Invalid EXTRACT field: {}", other.to_uppercase());
            return Err(SqlError::user("SYNTAX_ERROR", message));
        }
    };
    Ok(build::call(function, vec![from]))
}

fn rounded(name: &str, expr: Expr, field: &CeilFloorKind) -> Result<Expr, SqlError> {
    match field {
        CeilFloorKind::DateTimeField(DateTimeField::NoDateTime) => {
            Ok(build::call(name, vec![expr]))
        }
        _ => Err(SqlError::user("SYNTAX_ERROR", format!("{name} takes one number"))),
    }
}

fn trim(side: Option<TrimWhereField>, what: Option<Expr>, expr: Expr) -> Expr {
    let name = match side {
        Some(TrimWhereField::Leading) => "ltrim",
        Some(TrimWhereField::Trailing) => "rtrim",
        _ => "trim",
    };
    build::call(name, std::iter::once(expr).chain(what).collect())
}

/// `a[i]`, `m['k']`, `r.f[1].g`.
fn access(root: Expr, chain: Vec<AccessExpr>) -> Result<Expr, SqlError> {
    let mut value = root;
    for step in chain {
        value = match (step, value) {
            (AccessExpr::Dot(Expr::Identifier(field)), Expr::Identifier(first)) => {
                Expr::CompoundIdentifier(vec![first, field])
            }
            (AccessExpr::Dot(Expr::Identifier(field)), Expr::CompoundIdentifier(mut parts)) => {
                parts.push(field);
                Expr::CompoundIdentifier(parts)
            }
            (AccessExpr::Dot(Expr::Identifier(field)), value) => {
                build::call("get_field", vec![value, build::text(field.value)])
            }
            (AccessExpr::Subscript(Subscript::Index { mut index }), value) => {
                // A row's field is found by a number that is written.
                super::query::plain_number(&mut index);
                build::call("$subscript", vec![value, index])
            }
            (step, _) => {
                return Err(SqlError::user("SYNTAX_ERROR", format!("mismatched input '{step}'")));
            }
        };
    }
    Ok(value)
}

/// The name of a function that is not qualified.
fn simple_name(function: &Function) -> Option<&str> {
    match function.name.0.as_slice() {
        [part] => part.as_ident().map(|i| i.value.as_str()),
        _ => None,
    }
}

fn call(mut function: Function) -> Result<Expr, SqlError> {
    if let Some(WindowType::WindowSpec(window)) = &mut function.over {
        super::query::plain_frame(window);
    }
    let Some(name) = simple_name(&function).map(str::to_owned) else {
        let message = format!("Function '{}' not registered", function.name);
        let span =
            function.name.0.first().and_then(|p| p.as_ident()).map_or(Span::empty(), |i| i.span);
        return Err(SqlError::user("FUNCTION_NOT_FOUND", message).at_span(span));
    };
    let plain = function.over.is_none() && function.filter.is_none();
    match (name.as_str(), build::plain_args(&function)) {
        ("if", Some(args)) if plain && matches!(args.len(), 2 | 3) => {
            let mut args = args.into_iter().cloned();
            let (condition, result) = (args.next(), args.next());
            return Ok(Expr::Case {
                case_token: AttachedToken::empty(),
                end_token: AttachedToken::empty(),
                operand: None,
                conditions: condition
                    .zip(result)
                    .map(|(condition, result)| CaseWhen { condition, result })
                    .into_iter()
                    .collect(),
                else_result: args.next().map(Box::new),
            });
        }
        ("try", Some(args)) if plain && args.len() == 1 => {
            let body = args[0].clone();
            return Ok(build::call("$try", vec![build::thunk(body)]));
        }
        ("row", Some(args)) if plain => return Ok(row(args.into_iter().cloned().collect())),
        ("listagg", _) => return listagg(function),
        ("shuffle", Some(args)) if args.len() == 1 => {
            return Ok(build::call(
                "shuffle",
                vec![args[0].clone(), build::call("random", vec![])],
            ));
        }
        ("max" | "min", Some(args)) if args.len() == 2 => {
            let (x, n) = (args[0].clone(), args[1].clone());
            return Ok(Expr::Function(renamed(function, &format!("{name}_by"), [x.clone(), x, n])));
        }
        ("normalize", Some(args)) if args.len() == 2 => {
            if let Expr::Identifier(form) = args[1] {
                let args = vec![args[0].clone(), build::text(form.value.clone())];
                return Ok(build::call("normalize", args));
            }
        }
        ("regexp_replace", Some(args)) if matches!(args.as_slice(), [_, _, Expr::Lambda(_)]) => {
            return Ok(build::call("$regexp_replace", args.into_iter().cloned().collect()));
        }
        ("reduce_agg", Some(args)) if args.len() == 4 => return Ok(reduce_agg(function)),
        ("localtime", _) if matches!(function.args, FunctionArguments::None) => {
            return Ok(build::cast(build::call("localtimestamp", vec![]), "time(3)"));
        }
        ("uuid", Some(args)) if args.is_empty() => {
            return Ok(build::cast(Expr::Function(function), "uuid"));
        }
        _ => {}
    }
    if let FunctionArguments::None = function.args
        && matches!(
            name.as_str(),
            "current_date" | "current_timestamp" | "current_time" | "localtime" | "localtimestamp"
        )
    {
        function.args = FunctionArguments::List(FunctionArgumentList {
            duplicate_treatment: None,
            args: vec![],
            clauses: vec![],
        });
    }
    let call = Expr::Function(function);
    Ok(match name.as_str() {
        // The engine's clock has nanoseconds.
        "now" | "current_timestamp" => build::cast(call, "timestamp(3) with time zone"),
        counts if COUNTS.contains(&counts) => build::cast(call, "bigint"),
        _ => call,
    })
}

/// The call under another name, with other arguments; what else it has stays.
fn renamed<const N: usize>(mut function: Function, name: &str, args: [Expr; N]) -> Function {
    function.name = vec![build::ident(name, Span::empty())].into();
    if let FunctionArguments::List(list) = &mut function.args {
        let unnamed = |arg| FunctionArg::Unnamed(FunctionArgExpr::Expr(arg));
        list.args = args.into_iter().map(unnamed).collect();
    }
    function
}

/// `reduce_agg(x, start, f, g)` folds the values gathered; there is nothing for g to combine.
fn reduce_agg(mut function: Function) -> Expr {
    let args: Vec<Expr> =
        build::plain_args(&function).unwrap_or_default().into_iter().cloned().collect();
    let [x, start, input, _] = args.as_slice() else { return Expr::Function(function) };
    let present = Expr::IsNotNull(Box::new(x.clone()));
    function.filter = Some(Box::new(match function.filter.take() {
        None => present,
        Some(filter) => {
            Expr::BinaryOp { left: filter, op: BinaryOperator::And, right: Box::new(present) }
        }
    }));
    let gathered = Expr::Function(renamed(function, "array_agg", [x.clone()]));
    let state = || build::ident("s", Span::empty());
    let output = Expr::Lambda(LambdaFunction {
        params: OneOrManyWithParens::One(LambdaFunctionParameter {
            name: state(),
            data_type: None,
        }),
        body: Box::new(Expr::Identifier(state())),
        syntax: LambdaSyntax::Arrow,
    });
    build::call("reduce", vec![gathered, start.clone(), input.clone(), output])
}

/// `LISTAGG(x, sep) WITHIN GROUP (ORDER BY y)` is an ordered string aggregation.
fn listagg(mut function: Function) -> Result<Expr, SqlError> {
    let order = std::mem::take(&mut function.within_group);
    let span = function.name.0[0].as_ident().map_or(Span::empty(), |i| i.span);
    let FunctionArguments::List(list) = &mut function.args else {
        return Err(SqlError::user("SYNTAX_ERROR", "LISTAGG takes arguments").at_span(span));
    };
    let truncates = |c: &FunctionArgumentClause| {
        matches!(c, FunctionArgumentClause::OnOverflow(ListAggOnOverflow::Truncate { .. }))
    };
    if list.clauses.iter().any(truncates) {
        let message = "LISTAGG with ON OVERFLOW TRUNCATE is not supported";
        return Err(SqlError::not_supported(message).at_span(span));
    }
    list.clauses.retain(|c| !matches!(c, FunctionArgumentClause::OnOverflow(_)));
    if !order.is_empty() {
        list.clauses.push(FunctionArgumentClause::OrderBy(order));
    }
    if list.args.len() == 1 {
        list.args.push(FunctionArg::Unnamed(FunctionArgExpr::Expr(build::text(""))));
    }
    function.name = vec![build::ident("string_agg", span)].into();
    // ON OVERFLOW ERROR, which is also what no clause means.
    Ok(build::call("$listagg", vec![Expr::Function(function)]))
}
