//! Where the statements of a policy document stand in its text: lines and columns for the
//! simulator. The text has been parsed before, so it is well-formed JSON.

/// A place in a text: line and column, both from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub line: i32,
    pub column: i32,
}

/// Start and end of each statement, in order.
pub(crate) fn places(document: &str) -> Vec<(Place, Place)> {
    let mut spans = Vec::new();
    let Some(value) = statement_value(document) else { return spans };
    let mut open: Option<usize> = None;
    let mut depth = 0_usize;
    scan(&document[value..], |at, byte| {
        match byte {
            b'{' => {
                if open.is_none() {
                    open = Some(value + at);
                    depth = 0;
                }
                depth += 1;
            }
            b'}' if open.is_some() => {
                depth -= 1;
                if depth == 0
                    && let Some(start) = open.take()
                {
                    spans.push((place(document, start), place(document, value + at + 1)));
                }
            }
            // The end of the document, or of the list of statements.
            b'}' | b']' if open.is_none() => return false,
            _ => {}
        }
        true
    });
    spans
}

/// Where the value of the outermost `Statement` begins.
fn statement_value(document: &str) -> Option<usize> {
    let (mut depth, mut found) = (0_usize, None);
    scan(document, |at, byte| {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b':' if depth == 1 => {
                let name = document[..at].trim_end().strip_suffix("Statement\"");
                if name.is_some_and(|before| before.ends_with('"')) {
                    found = Some(at + 1);
                    return false;
                }
            }
            _ => {}
        }
        true
    });
    found
}

/// Visits the bytes of a JSON text that are not within strings, until `visit` has enough.
fn scan(text: &str, mut visit: impl FnMut(usize, u8) -> bool) {
    let (mut quoted, mut escaped) = (false, false);
    for (at, byte) in text.bytes().enumerate() {
        match (quoted, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => quoted = !quoted,
            (true, _) => {}
            (false, _) => {
                if !visit(at, byte) {
                    return;
                }
            }
        }
    }
}

fn place(text: &str, at: usize) -> Place {
    let before = &text[..at];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let count = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
    Place {
        line: count(before.matches('\n').count() + 1),
        column: count(before[line_start..].chars().count() + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_found_between_misleading_text() {
        let text = "{\"Id\":\"a \\\" Statement\\\":{\",\n \"Statement\": [\n  \
                    {\"Sid\":\"}\",\"Condition\":{\"Bool\":{}}},\n  {\"Sid\":\"b\"}]}";
        let at = |line, column| Place { line, column };
        assert_eq!(places(text), [(at(3, 3), at(3, 38)), (at(4, 3), at(4, 14))]);
    }

    #[test]
    fn a_statement_need_not_be_in_a_list() {
        let spans = places("{\"Statement\":{\"Sid\":\"a\"},\"Version\":\"2012-10-17\"}");
        assert_eq!(spans.len(), 1);
        assert_eq!(spans[0].0, Place { line: 1, column: 14 });
    }
}
