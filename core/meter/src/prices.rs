//! The price table: data, replaceable at run time.

use std::path::Path;

use aquifer_ctx::Unit;
use serde::Deserialize;

/// A price table, lines in order of precedence.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    /// The currency of all prices, such as `USD`.
    pub currency: String,
    /// Where the prices are from, for whoever doubts them.
    #[serde(default)]
    pub source: String,
    /// The lines; the first that matches a use prices it.
    #[serde(default, rename = "line")]
    pub lines: Vec<Price>,
}

/// One line of a price table.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// The service, as its client names it.
    pub service: String,
    /// The name on the bill, without the region's prefix.
    pub usage_type: String,
    /// The operations priced so; `Put*` matches by beginning. All if absent.
    #[serde(default)]
    pub operations: Option<Vec<String>>,
    /// What is counted.
    pub unit: Unit,
    /// How many of the unit make one billed unit.
    pub per: f64,
    /// The billed unit's name.
    pub billed_unit: String,
    /// The price of one billed unit.
    pub price: f64,
    /// The least of the unit that a single report is billed for.
    #[serde(default)]
    pub minimum: f64,
    /// A single report is rounded up to a multiple of this.
    #[serde(default)]
    pub round_up: f64,
    /// Billed units free for each account in each calendar month.
    #[serde(default)]
    pub free: f64,
}

/// A price table that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum InvalidPrices {
    /// The file cannot be read.
    #[error("the price table cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// It is not TOML of the right shape; the message has the position.
    #[error("the price table is not understood: {0}")]
    Syntax(#[from] toml::de::Error),
    /// A number makes no sense.
    #[error("the price table's line {0}: `per` must be above zero, the other numbers not below")]
    Number(String),
}

impl Prices {
    /// The table that comes with the program.
    ///
    /// # Panics
    /// Never: a test reads it.
    pub fn standard() -> Prices {
        Prices::parse(include_str!("../prices.toml")).expect("the table within is well formed")
    }

    /// A table from its text.
    ///
    /// # Errors
    /// If it is not a price table.
    pub fn parse(text: &str) -> Result<Prices, InvalidPrices> {
        let prices: Prices = toml::from_str(text)?;
        for line in &prices.lines {
            let others = [line.price, line.minimum, line.round_up, line.free];
            let sound = line.per.is_finite()
                && line.per > 0.0
                && others.iter().all(|number| number.is_finite() && *number >= 0.0);
            if !sound {
                let name = format!("{} {}", line.service, line.usage_type);
                return Err(InvalidPrices::Number(name));
            }
        }
        Ok(prices)
    }

    /// A table from a file.
    ///
    /// # Errors
    /// If it cannot be read or is not a price table.
    pub fn load(path: &Path) -> Result<Prices, InvalidPrices> {
        Prices::parse(&std::fs::read_to_string(path)?)
    }

    /// The line that prices a use.
    pub fn find(&self, service: &str, operation: &str, unit: Unit) -> Option<&Price> {
        self.lines
            .iter()
            .find(|line| line.service == service && line.unit == unit && line.covers(operation))
    }
}

impl Price {
    fn covers(&self, operation: &str) -> bool {
        let Some(operations) = &self.operations else { return true };
        operations.iter().any(|pattern| match pattern.strip_suffix('*') {
            Some(beginning) => operation.starts_with(beginning),
            None => operation == pattern,
        })
    }

    /// How much of a single report is billed, in the unit counted.
    pub fn billable(&self, quantity: f64) -> f64 {
        let rounded = if self.round_up > 0.0 {
            (quantity / self.round_up).ceil() * self.round_up
        } else {
            quantity
        };
        rounded.max(self.minimum)
    }

    /// What a month's use so far costs, and how many billed units it is.
    pub(crate) fn charge(&self, billable: f64) -> (f64, f64) {
        let billed = billable / self.per;
        (billed, (billed - self.free).max(0.0) * self.price)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_table_prices_what_it_should() {
        let prices = Prices::standard();
        let named = |service, operation, unit| {
            prices.find(service, operation, unit).map(|line| line.usage_type.as_str())
        };
        assert_eq!(named("s3", "PutObject", Unit::Requests), Some("Requests-Tier1"));
        assert_eq!(named("s3", "ListObjectsV2", Unit::Requests), Some("Requests-Tier1"));
        assert_eq!(named("s3", "GetObject", Unit::Requests), Some("Requests-Tier2"));
        assert_eq!(named("s3", "DeleteObject", Unit::Requests), Some("Requests-Free"));
        assert_eq!(named("glue", "StartCrawler", Unit::DpuSeconds), Some("Crawler-DPU-Hour"));
        assert_eq!(named("glue", "StartJobRun", Unit::DpuSeconds), Some("ETL-DPU-Hour"));
        assert_eq!(named("glue", "GetTable", Unit::BytesScanned), None);
    }

    #[test]
    fn a_small_query_is_billed_as_ten_megabytes() {
        let prices = Prices::standard();
        let athena = prices.find("athena", "StartQueryExecution", Unit::BytesScanned).unwrap();
        let megabyte = f64::from(1 << 20);
        assert_eq!(athena.billable(1.0), 10.0 * megabyte);
        assert_eq!(athena.billable(11.5 * megabyte), 12.0 * megabyte);
        assert_eq!(athena.charge(megabyte * megabyte), (1.0, 5.0));
    }

    #[test]
    fn nonsense_is_refused_with_its_place() {
        let line = |per: &str| {
            format!(
                "currency = 'USD'\n[[line]]\nservice = 's3'\nusage_type = 'X'\nunit = 'requests'\n\
                 per = {per}\nbilled_unit = 'request'\nprice = 1.0\n"
            )
        };
        assert!(Prices::parse(&line("1")).is_ok());
        assert!(matches!(Prices::parse(&line("0")), Err(InvalidPrices::Number(_))));
        assert!(matches!(Prices::parse(&line("nan")), Err(InvalidPrices::Number(_))));
        let error = Prices::parse(&line("'many'")).unwrap_err().to_string();
        assert!(error.contains("line 6"), "{error}");
    }
}
