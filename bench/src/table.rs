//! Numbers as people read them, and Markdown tables of them.

/// A Markdown table. The first column is text, the others are numbers.
pub struct Table {
    columns: usize,
    text: String,
}

impl Table {
    /// A table with these columns.
    pub fn new(columns: &[&str]) -> Table {
        let mut text = format!("| {} |\n|---", columns.join(" | "));
        text.push_str(&"|--:".repeat(columns.len().saturating_sub(1)));
        text.push_str("|\n");
        Table { columns: columns.len(), text }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: &[String]) {
        debug_assert_eq!(cells.len(), self.columns, "as many cells as columns");
        self.text.push_str(&format!("| {} |\n", cells.join(" | ")));
    }

    /// The table as text.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// A number with three digits that count.
pub fn number(value: f64) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    match value.abs() {
        v if v >= 999.5 => grouped(value.round() as i64),
        v if v >= 99.95 => format!("{value:.0}"),
        v if v >= 9.995 => format!("{value:.1}"),
        v if v >= 0.1 => format!("{value:.2}"),
        v if v > 0.0 => format!("{value:.3}"),
        _ => "0".to_owned(),
    }
}

/// A whole number with its thousands apart.
pub fn grouped(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut out = String::from(if value < 0 { "-" } else { "" });
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Bytes as mebibytes.
pub fn mib(bytes: u64) -> String {
    number(bytes as f64 / f64::from(1 << 20))
}

/// The middle of some values; the mean of the two in the middle if they are even in number.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => sorted[middle],
        _ => (sorted[middle - 1] + sorted[middle]) / 2.0,
    }
}

/// The geometric mean: what ratios are averaged by.
pub fn geometric_mean(values: &[f64]) -> f64 {
    let logs: f64 = values.iter().map(|value| value.ln()).sum();
    (logs / values.len() as f64).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_count() {
        let shown = [0.0, 0.01234, 0.5, 3.456, 42.42, 123.4, 999.6, 1_234_567.8].map(number);
        assert_eq!(shown, ["0", "0.012", "0.50", "3.46", "42.4", "123", "1,000", "1,234,568"]);
        assert_eq!(number(f64::NAN), "–");
        assert_eq!(grouped(-1_000), "-1,000");
    }

    #[test]
    fn the_middle_and_the_geometric_mean() {
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), 2.5);
        assert!(median(&[]).is_nan());
        assert!((geometric_mean(&[0.5, 2.0]) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_table_is_markdown() {
        let mut table = Table::new(&["cell", "ops/s"]);
        table.row(&["GET".to_owned(), number(1.0)]);
        assert_eq!(table.text(), "| cell | ops/s |\n|---|--:|\n| GET | 1.00 |\n");
    }
}
