//! The table of an S3 run.

use crate::load::Outcome;
use crate::process::Used;
use crate::table::{Table, grouped, median, number};

/// What one round measured: an outcome per side.
pub type Pair = Vec<(Outcome, Option<Used>)>;

const GIB: f64 = (1u64 << 30) as f64;
const MB: f64 = 1e6;

/// Rows as they become known.
pub struct Report {
    table: Table,
    ratios: Option<Table>,
    last: String,
}

impl Report {
    /// A report on one side, or on two with the ratios between them.
    pub fn new(two: bool) -> Report {
        let table = Table::new(&[
            "cell",
            "ops/s",
            "MB/s",
            "p50 ms",
            "p99 ms",
            "errors",
            "CPU s / 100k",
            "CPU s / GiB",
            "stored / sent",
        ]);
        let ratios = two.then(|| {
            Table::new(&[
                "cell",
                "ops/s first",
                "ops/s second",
                "ratio",
                "of each pair",
                "CPU ratio",
            ])
        });
        Report { table, ratios, last: String::new() }
    }

    /// Adds a cell of which one request moves so many bytes of content.
    pub fn cell(&mut self, name: &str, content: u64, rounds: &[Pair]) {
        let row = row(name, content, &middle(rounds, 0));
        self.last = row.join("  ");
        self.table.row(&row);
        let Some(ratios) = &mut self.ratios else { return };
        let (first, second) = (middle(rounds, 0), middle(rounds, 1));
        let speeds: Vec<f64> =
            rounds.iter().map(|pair| pair[0].0.per_second() / pair[1].0.per_second()).collect();
        let each: Vec<String> = speeds.iter().copied().map(number).collect();
        let cpu: Vec<f64> = rounds
            .iter()
            .filter_map(|pair| Some(cpu_each(&pair[0])? / cpu_each(&pair[1])?))
            .collect();
        let row = [
            name.to_owned(),
            number(first.0.per_second()),
            number(second.0.per_second()),
            format!("{} ×", number(median(&speeds))),
            each.join(" "),
            number(median(&cpu)),
        ];
        self.last = row.join("  ");
        ratios.row(&row);
    }

    /// The row added last, for whoever waits.
    pub fn last(&self) -> &str {
        &self.last
    }

    /// The whole report.
    pub fn text(&self) -> String {
        match &self.ratios {
            None => self.table.text().to_owned(),
            Some(ratios) => format!("{}\n{}", self.table.text(), ratios.text()),
        }
    }
}

/// The round of median throughput.
fn middle(rounds: &[Pair], side: usize) -> (Outcome, Option<Used>) {
    let mut sorted: Vec<&Pair> = rounds.iter().collect();
    sorted.sort_by(|a, b| a[side].0.per_second().total_cmp(&b[side].0.per_second()));
    sorted.get(sorted.len() / 2).map_or_else(Default::default, |pair| pair[side].clone())
}

fn cpu_each((outcome, used): &(Outcome, Option<Used>)) -> Option<f64> {
    let used = used.as_ref().filter(|_| outcome.requests > 0)?;
    Some(used.cpu_seconds / outcome.requests as f64)
}

fn row(name: &str, content: u64, measured: &(Outcome, Option<Used>)) -> [String; 9] {
    let (outcome, used) = measured;
    let none = || "–".to_owned();
    let moved = (outcome.requests * content) as f64;
    let per_gib = used.filter(|_| moved > 0.0).map(|used| number(used.cpu_seconds * GIB / moved));
    let stored = used
        .filter(|_| moved > 0.0 && !name.starts_with("GET") && !name.starts_with("MIX"))
        .map(|used| number(used.written_bytes as f64 / moved));
    [
        name.to_owned(),
        number(outcome.per_second()),
        if content > 0 { number(outcome.per_second() * content as f64 / MB) } else { none() },
        number(outcome.latency_ms(0.5)),
        number(outcome.latency_ms(0.99)),
        grouped(i64::try_from(outcome.errors).unwrap_or(i64::MAX)),
        cpu_each(measured).map_or_else(none, |each| number(each * 1e5)),
        per_gib.unwrap_or_else(none),
        stored.unwrap_or_else(none),
    ]
}
