//! The five questions: their SQL, how each answer is drawn, and what it says in one sentence.

/// A row of an answer: text, or nothing for NULL.
pub type Row = Vec<Option<String>>;

/// One question about the flights.
pub struct Question {
    /// The SQL. Its first line is a comment that says the question.
    pub sql: &'static str,
    /// How the answer is drawn.
    pub plot: Plot,
    /// What the numbers in the chart are.
    pub unit: &'static str,
    /// The answer in a sentence.
    pub reading: fn(&[Row]) -> Option<String>,
}

/// How an answer is drawn. Columns are meant by name.
pub enum Plot {
    /// One horizontal bar per row.
    Bars { label: fn(&Row) -> String, value: &'static str },
    /// One upright bar per row.
    Columns { label: fn(&Row) -> String, value: &'static str },
    /// A line per series over a number.
    Lines { x: &'static str, series: &'static [(&'static str, &'static str)] },
}

impl Question {
    /// The question and its qualification in brackets, if it has one.
    pub fn ask(&self) -> (&'static str, Option<&'static str>) {
        let line = self.sql.lines().next().unwrap_or_default().trim_start_matches("-- ");
        match line.split_once(" (") {
            Some((question, note)) => (question, Some(note.trim_end_matches(')'))),
            None => (line, None),
        }
    }
}

macro_rules! sql {
    ($name:literal) => {
        include_str!(concat!("../../../examples/flights/queries/", $name, ".sql"))
    };
}

/// All of them, in the order they are asked.
pub const QUESTIONS: [Question; 5] = [
    Question {
        sql: sql!("1-late-routes"),
        plot: Plot::Bars {
            label: |row| format!("{}  ·  {}", cell(row, 0), cell(row, 2)),
            value: "avg_delay_min",
        },
        unit: "average arrival delay, minutes",
        reading: |rows| {
            let worst = rows.first()?;
            let (airline, minutes) = (cell(worst, 2), cell(worst, 4));
            Some(format!("{} with {airline}: {minutes} minutes late on average.", cell(worst, 0)))
        },
    },
    Question {
        sql: sql!("2-weather"),
        plot: Plot::Lines {
            x: "hour",
            series: &[
                ("fair_min", "fair"),
                ("wind_min", "wind"),
                ("rain_min", "rain"),
                ("fog_min", "fog"),
            ],
        },
        unit: "average departure delay in minutes, by scheduled hour",
        reading: |rows| {
            let worst = rows.iter().max_by(|a, b| number(a, 5).total_cmp(&number(b, 5)))?;
            let (hour, fog, fair) = (cell(worst, 0), cell(worst, 5), cell(worst, 2));
            Some(format!(
                "Worst in fog at {hour}:00: {fog} minutes, against {fair} in fair weather."
            ))
        },
    },
    Question {
        sql: sql!("3-made-up-time"),
        plot: Plot::Bars { label: |row| cell(row, 0).to_owned(), value: "overall_min" },
        unit: "minutes gained in the air after a late departure",
        reading: |rows| {
            let (best, last) = (rows.first()?, rows.last()?);
            Some(format!(
                "{} gains {} minutes; {} loses {}.",
                cell(best, 0),
                cell(best, 5),
                cell(last, 0),
                cell(last, 5).trim_start_matches('-')
            ))
        },
    },
    Question {
        sql: sql!("4-plane-age"),
        plot: Plot::Columns { label: |row| cell(row, 0).to_owned(), value: "hour_late_pct" },
        unit: "share of flights leaving an hour late or more, %, by age of the plane in years",
        reading: |rows| {
            let most = rows.iter().max_by(|a, b| number(a, 3).total_cmp(&number(b, 3)))?;
            let (age, cancelled) = (cell(most, 0), cell(most, 3));
            Some(format!("Most cancelled: planes of {age} years, {cancelled} % of their flights."))
        },
    },
    Question {
        sql: sql!("5-worst-days"),
        plot: Plot::Columns {
            label: |row| format!("{} {}", cell(row, 1), month(cell(row, 0))),
            value: "hours_lost",
        },
        unit: "hours of departure delay on the worst day of each month",
        reading: |rows| {
            let worst = rows.iter().max_by(|a, b| number(a, 4).total_cmp(&number(b, 4)))?;
            let (day, month) = (cell(worst, 1), month(cell(worst, 0)));
            let (hours, half) = (cell(worst, 4), cell(worst, 5));
            Some(format!("{day} {month}: {hours} hours lost, half of them by {half}:00."))
        },
    },
];

fn cell(row: &Row, at: usize) -> &str {
    row.get(at).and_then(Option::as_deref).unwrap_or("–")
}

fn number(row: &Row, at: usize) -> f64 {
    cell(row, at).parse().unwrap_or(f64::MIN)
}

fn month(number: &str) -> &str {
    const NAMES: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let at = number.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
    at.and_then(|at| NAMES.get(at).copied()).unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_says_itself_and_reads_its_answer() {
        let expected = [
            include_str!("../../../examples/flights/expected/1-late-routes.csv"),
            include_str!("../../../examples/flights/expected/2-weather.csv"),
            include_str!("../../../examples/flights/expected/3-made-up-time.csv"),
            include_str!("../../../examples/flights/expected/4-plane-age.csv"),
            include_str!("../../../examples/flights/expected/5-worst-days.csv"),
        ];
        let readings = [
            "JFK → CMH with Envoy Air: 45.6 minutes late on average.",
            "Worst in fog at 19:00: 71.6 minutes, against 21.7 in fair weather.",
            "Alaska Airlines Inc. gains 15.4 minutes; Envoy Air loses 1.9.",
            "Most cancelled: planes of 10 to 14 years, 2.07 % of their flights.",
            "8 Mar: 1119.9 hours lost, half of them by 15:00.",
        ];
        for ((question, csv), reading) in QUESTIONS.iter().zip(expected).zip(readings) {
            assert!(question.ask().0.ends_with('?'), "{}", question.ask().0);
            let rows: Vec<Row> = csv
                .lines()
                .skip(1)
                .map(|line| line.split(',').map(|v| (!v.is_empty()).then(|| v.into())).collect())
                .collect();
            assert_eq!((question.reading)(&rows).as_deref(), Some(reading));
            let names: Vec<&str> = csv.lines().next().unwrap().split(',').collect();
            let drawn: Vec<&str> = match &question.plot {
                Plot::Bars { value, .. } | Plot::Columns { value, .. } => vec![value],
                Plot::Lines { x, series } => {
                    [*x].into_iter().chain(series.iter().map(|(name, _)| *name)).collect()
                }
            };
            assert!(drawn.iter().all(|name| names.contains(name)), "{names:?} lacks {drawn:?}");
        }
    }
}
