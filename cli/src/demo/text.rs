//! Numbers and tables as text, for the terminal and the report.

use std::time::Duration;

/// `1234567` as `1,234,567`.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Bytes in decimal units, three digits of it.
pub fn bytes(n: u64) -> String {
    if n < 1000 {
        return format!("{n} B");
    }
    let mut value = n as f64;
    let mut unit = "B";
    for next in ["kB", "MB", "GB", "TB"] {
        value /= 1000.0;
        unit = next;
        if value < 999.5 {
            break;
        }
    }
    let digits = if value < 9.995 {
        2
    } else if value < 99.95 {
        1
    } else {
        0
    };
    format!("{value:.digits$} {unit}")
}

/// A time in milliseconds below a second, in seconds above.
pub fn took(time: Duration) -> String {
    if time < Duration::from_secs(1) {
        format!("{} ms", time.as_millis())
    } else {
        format!("{:.1} s", time.as_secs_f64())
    }
}

/// Dollars with the digits a fraction of a cent needs.
pub fn dollars(amount: f64) -> String {
    if amount == 0.0 || amount.abs() >= 1.0 {
        return format!("${amount:.2}");
    }
    let text = format!("{amount:.8}");
    let short = text.trim_end_matches('0');
    let digits = short.len().max("0.00".len());
    format!("${}", text.get(..digits).unwrap_or(&text))
}

/// Whether a column's type is a number's.
pub fn is_numeric(column_type: &str) -> bool {
    ["tinyint", "smallint", "int", "bigint", "float", "real", "double", "decimal"]
        .iter()
        .any(|name| column_type.starts_with(name))
}

/// A table with aligned columns, each line indented by four.
pub fn table(names: &[&str], numeric: &[bool], rows: &[Vec<String>]) -> String {
    let widths: Vec<usize> = names
        .iter()
        .enumerate()
        .map(|(i, name)| {
            let cells = rows.iter().filter_map(|row| row.get(i));
            cells.map(|cell| cell.chars().count()).fold(name.chars().count(), usize::max)
        })
        .collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let mut out = String::from("   ");
        for ((cell, width), right) in cells.zip(&widths).zip(numeric) {
            let gap = " ".repeat(width.saturating_sub(cell.chars().count()));
            out.push(' ');
            out.push_str(&if *right { format!("{gap}{cell} ") } else { format!("{cell}{gap} ") });
        }
        out.truncate(out.trim_end().len());
        out.push('\n');
        out
    };
    let mut out = line(&mut names.iter().copied());
    let rule: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
    out.push_str(&line(&mut rule.iter().map(String::as_str)));
    for row in rows {
        out.push_str(&line(&mut row.iter().map(String::as_str)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!([0, 999, 1000, 336_776].map(count), ["0", "999", "1,000", "336,776"]);
        let sizes = [999, 1000, 999_499, 999_600, 8_153_236, 81_532_360];
        assert_eq!(
            sizes.map(bytes),
            ["999 B", "1.00 kB", "999 kB", "1.00 MB", "8.15 MB", "81.5 MB"]
        );
        let prices = [0.0, 0.00005, 0.0004, 0.5, 12.345];
        assert_eq!(prices.map(dollars), ["$0.00", "$0.00005", "$0.0004", "$0.50", "$12.35"]);
    }

    #[test]
    fn tables_align_numbers_right_and_text_left() {
        let rows = vec![vec!["é → b".to_owned(), "1".to_owned()], vec![String::new(), "23".into()]];
        let expected = "    route   n\n    ─────  ──\n    é → b   1\n           23\n";
        assert_eq!(table(&["route", "n"], &[false, true], &rows), expected);
    }
}
