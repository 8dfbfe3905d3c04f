//! Which relations a query names, each where it stands, common table expressions left out.
//!
//! The catalog is asked before planning because the planner cannot wait.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Ident, ObjectName, Query, Spanned, TableFactor, Visit, Visitor,
};

use crate::error::SqlError;
use crate::statement::TableName;

/// The relations of a query's FROM clauses, subqueries included, each name once.
pub fn references(query: &Query) -> Result<Vec<TableName>, SqlError> {
    let mut finder = Finder { scopes: Vec::new(), found: Vec::new() };
    match query.visit(&mut finder) {
        ControlFlow::Break(error) => Err(*error),
        ControlFlow::Continue(()) => Ok(finder.found),
    }
}

/// A written name in its parts; catalogs of the dialect's choosing come first.
pub fn table_name(name: &ObjectName) -> Result<TableName, SqlError> {
    let start = name.span().start;
    let fail = |message: &str| {
        SqlError::user("SYNTAX_ERROR", message.to_owned()).at(start.line, start.column)
    };
    let parts: Vec<&Ident> = name
        .0
        .iter()
        .map(|part| part.as_ident().ok_or_else(|| fail("a name is expected")))
        .collect::<Result<_, _>>()?;
    let text = |ident: &Ident| ident.value.to_lowercase();
    let at = (start.line, start.column);
    let (catalog, database, name) = match parts.as_slice() {
        [table] => (None, None, text(table)),
        [database, table] => (None, Some(text(database)), text(table)),
        [catalog, database, table] => (Some(text(catalog)), Some(text(database)), text(table)),
        _ => return Err(fail(&format!("Too many parts in table name: {name}"))),
    };
    Ok(TableName { catalog, database, name, at })
}

/// One query's common table expressions, of which the first `visible` can be named.
struct Scope {
    names: Vec<String>,
    /// Addresses of their queries: how the visit of one is recognised.
    queries: Vec<usize>,
    visible: usize,
    recursive: bool,
}

struct Finder {
    scopes: Vec<Scope>,
    found: Vec<TableName>,
}

impl Finder {
    fn is_common(&self, name: &str) -> bool {
        self.scopes.iter().any(|scope| {
            let open = scope.visible + usize::from(scope.recursive);
            scope.names.iter().take(open).any(|n| n == name)
        })
    }
}

fn address(query: &Query) -> usize {
    std::ptr::from_ref(query).addr()
}

impl Visitor for Finder {
    type Break = Box<SqlError>;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<Self::Break> {
        let ctes = query.with.iter().flat_map(|w| &w.cte_tables);
        self.scopes.push(Scope {
            names: ctes.clone().map(|c| c.alias.name.value.to_lowercase()).collect(),
            queries: ctes.map(|c| address(&c.query)).collect(),
            visible: 0,
            recursive: query.with.as_ref().is_some_and(|w| w.recursive),
        });
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, query: &Query) -> ControlFlow<Self::Break> {
        self.scopes.pop();
        if let Some(outer) = self.scopes.last_mut()
            && outer.queries.get(outer.visible) == Some(&address(query))
        {
            outer.visible += 1;
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<Self::Break> {
        let TableFactor::Table { name, args: None, .. } = factor else {
            return ControlFlow::Continue(());
        };
        let table = match table_name(name) {
            Ok(table) => table,
            Err(error) => return ControlFlow::Break(Box::new(error)),
        };
        let common = table.database.is_none() && self.is_common(&table.name);
        let same = |t: &TableName| {
            (&t.catalog, &t.database, &t.name) == (&table.catalog, &table.database, &table.name)
        };
        if !common && !self.found.iter().any(same) {
            self.found.push(table);
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::sql::sqlparser::ast::Statement;
    use datafusion::sql::sqlparser::dialect::GenericDialect;
    use datafusion::sql::sqlparser::parser::Parser;

    fn names(sql: &str) -> Vec<String> {
        let mut parsed = Parser::parse_sql(&GenericDialect, sql).unwrap();
        let Statement::Query(query) = parsed.remove(0) else { panic!("not a query") };
        references(&query)
            .unwrap()
            .into_iter()
            .map(|t| format!("{}@{}:{}", t.name, t.at.0, t.at.1))
            .collect()
    }

    #[test]
    fn common_tables_hide_real_ones_only_where_they_are_known() {
        assert_eq!(names("SELECT * FROM a JOIN db.b ON true"), ["a@1:15", "b@1:22"]);
        // Inside its own definition the name still means the real table.
        assert_eq!(names("WITH a AS (SELECT * FROM a) SELECT * FROM a"), ["a@1:26"]);
        assert!(names("WITH RECURSIVE a AS (SELECT 1 UNION SELECT * FROM a) TABLE a").is_empty());
        assert_eq!(
            names("WITH a AS (SELECT 1), b AS (SELECT * FROM a, c) SELECT * FROM b, a"),
            ["c@1:46"]
        );
        assert_eq!(names("SELECT (WITH x AS (SELECT 1) SELECT 1 FROM x), 2 FROM x"), ["x@1:55"]);
        assert_eq!(names("SELECT 1 WHERE EXISTS (SELECT 1 FROM \"T\")"), ["t@1:38"]);
    }
}
