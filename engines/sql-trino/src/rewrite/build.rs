//! Syntax made by rewriting: calls, texts, names.

use datafusion::sql::sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentList, FunctionArguments, Ident,
    LambdaFunction, LambdaSyntax, ObjectName, OneOrManyWithParens, Value, ValueWithSpan,
};
use datafusion::sql::sqlparser::tokenizer::Span;

/// A text literal.
pub(crate) fn text(text: impl Into<String>) -> Expr {
    let value = Value::SingleQuotedString(text.into());
    Expr::Value(ValueWithSpan { value, span: Span::empty() })
}

/// A number literal that no rewriting touches again.
pub(crate) fn number(digits: impl Into<String>) -> Expr {
    let value = Value::Number(digits.into(), false);
    Expr::Value(ValueWithSpan { value, span: Span::empty() })
}

/// A name that is not folded.
pub(crate) fn ident(name: impl Into<String>, span: Span) -> Ident {
    Ident { value: name.into(), quote_style: Some('"'), span }
}

/// A function call.
pub(crate) fn call(name: &str, args: Vec<Expr>) -> Expr {
    call_at(name, Span::empty(), args)
}

/// A function call whose errors point at a place.
pub(crate) fn call_at(name: &str, span: Span, args: Vec<Expr>) -> Expr {
    let args = args.into_iter().map(|a| FunctionArg::Unnamed(FunctionArgExpr::Expr(a))).collect();
    let list = FunctionArgumentList { duplicate_treatment: None, args, clauses: vec![] };
    Expr::Function(Function {
        name: ObjectName::from(vec![ident(name, span)]),
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args: FunctionArguments::List(list),
        filter: None,
        null_treatment: None,
        over: None,
        within_group: vec![],
    })
}

/// The name and the plain arguments of a call; `None` if it has other arguments.
pub(crate) fn plain_args(function: &Function) -> Option<Vec<&Expr>> {
    let FunctionArguments::List(list) = &function.args else { return None };
    list.args
        .iter()
        .map(|arg| match arg {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
            _ => None,
        })
        .collect()
}

/// `() -> body`
pub(crate) fn thunk(body: Expr) -> Expr {
    Expr::Lambda(LambdaFunction {
        params: OneOrManyWithParens::Many(vec![]),
        body: Box::new(body),
        syntax: LambdaSyntax::Arrow,
    })
}

/// The expression with a type of ours.
pub(crate) fn cast(expr: Expr, ty: &str) -> Expr {
    call("$cast", vec![expr, text(ty)])
}
