//! Lines of manifests and reports: fields between commas, quoted where they have to be.

/// The fields of a line.
pub(super) fn fields(line: &str) -> Option<Vec<String>> {
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        let (field, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted_field(quoted)?,
            None => {
                let end = rest.find(',').unwrap_or(rest.len());
                (rest[..end].to_owned(), &rest[end..])
            }
        };
        fields.push(field);
        match after.strip_prefix(',') {
            Some(next) => rest = next,
            None if after.is_empty() => return Some(fields),
            None => return None,
        }
    }
}

/// What a quote begins, and what stands after the quote that ends it.
fn quoted_field(text: &str) -> Option<(String, &str)> {
    let mut field = String::new();
    let mut rest = text;
    loop {
        let end = rest.find('"')?;
        field.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(after) => {
                field.push('"');
                rest = after;
            }
            None => return Some((field, rest)),
        }
    }
}

/// Writes a line.
pub(super) fn write(fields: &[&str], out: &mut String) {
    for (at, field) in fields.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        if field.contains([',', '"', '\n', '\r']) {
            out.push('"');
            out.push_str(&field.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(field);
        }
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_they_are_written() {
        for line in [&["a", "b"][..], &["", ""], &["a,b", "say \"x\"", "\n"], &["x"]] {
            let mut text = String::new();
            write(line, &mut text);
            let read = fields(text.strip_suffix('\n').unwrap()).unwrap();
            assert_eq!(read, line, "{text:?}");
        }
        assert_eq!(fields(r#""a",b,"c""#).unwrap(), ["a", "b", "c"]);
        assert_eq!(fields(r#""a"#), None);
        assert_eq!(fields(r#""a"b,c"#), None);
    }
}
