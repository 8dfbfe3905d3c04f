//! The report: one HTML file with everything in it, drawn from what the run found out.

use std::fmt::Write as _;
use std::time::Duration;

use super::chart::{self, Bar, Series, escape};
use super::questions::Plot;
use super::steps::{Answer, BUCKET, CatalogTable, Story};
use super::{LAKE_TIMES, next_lines, question_time, share, text};

/// The page as text.
pub fn render(story: &Story, took: Duration, endpoint: &str) -> String {
    let mut body = head(story, took);
    body += &section("What happened", &steps(story));
    body += &section("What the crawler found", &catalog(story));
    for (n, answer) in story.answers.iter().enumerate() {
        body += &question(n + 1, answer);
    }
    body += &section("CSV and Parquet", &forms(story));
    body += &section("The bill", &bill(story));
    body += &section("Go on from here", &next(endpoint));
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>Flights: from CSV files to answers</title>\n<style>\n{}</style>\n</head>\n\
         <body>\n<main>\n{body}</main>\n</body>\n</html>\n",
        include_str!("report.css")
    )
}

fn section(title: &str, body: &str) -> String {
    format!("<section>\n<h2>{}</h2>\n{body}\n</section>\n", escape(title))
}

fn head(story: &Story, took: Duration) -> String {
    let read = |of: fn(&Answer) -> u64| story.answers.iter().map(of).sum::<u64>();
    let (csv, parquet) = (read(|a| a.csv.bytes), read(|a| a.parquet.bytes));
    let total: f64 = story.bill.iter().map(|line| line.amount).sum();
    let columns: usize = story.tables.iter().map(|table| table.columns.len()).sum();
    let tiles = [
        (text::took(took), "from the first file to the last answer".to_owned()),
        (format!("{} tables", story.tables.len()), format!("{columns} columns in the catalog")),
        (
            format!("{} of CSV", text::bytes(csv)),
            format!("read for five questions, {} as Parquet", text::bytes(parquet)),
        ),
        (text::dollars(total), "would have been the bill".to_owned()),
    ];
    let tiles: String = tiles
        .iter()
        .map(|(value, note)| {
            format!("<div><strong>{}</strong><span>{}</span></div>", escape(value), escape(note))
        })
        .collect();
    format!(
        "<header>\n<p class=\"mark\">Aquifer</p>\n<h1>New York’s flights of 2013,<br>\
         from CSV files to answers</h1>\n<p>336,776 flights, with the weather, the planes, the \
         airports and the carriers, landed in S3, were crawled into the Glue catalog and asked \
         with Athena. Everything on this page was measured in this run.</p>\n\
         <div class=\"tiles\">{tiles}</div>\n</header>\n"
    )
}

fn steps(story: &Story) -> String {
    let mut from = 0.0;
    let bars: Vec<Bar> = story
        .steps
        .iter()
        .map(|step| {
            let start = from;
            from += step.took.as_secs_f64();
            let (label, text) = (step.title.clone(), text::took(step.took));
            Bar { label, start, end: from, text, colour: 1 }
        })
        .collect();
    let rows: Vec<Vec<String>> = story
        .steps
        .iter()
        .map(|step| vec![step.title.clone(), step.detail.clone(), text::took(step.took)])
        .collect();
    chart::bars("Time of each step", &bars)
        + &details("What each step did", &table(&["Step", "Outcome", "Took"], &[2], &rows))
}

fn catalog(story: &Story) -> String {
    let rows: Vec<Vec<String>> = story.tables.iter().map(catalog_row).collect();
    let labels: Vec<String> = story.partitions.iter().map(|p| p.name.clone()).collect();
    let series = [
        Series {
            name: "Parquet".into(),
            values: story.partitions.iter().map(|p| Some(p.parquet_bytes as f64)).collect(),
        },
        Series {
            name: "gzip CSV".into(),
            values: story.partitions.iter().map(|p| Some(p.csv_bytes as f64)).collect(),
        },
    ];
    let show = |v: f64| text::bytes(v.max(0.0) as u64);
    format!(
        "<p>One crawler over <code>s3://{BUCKET}/raw/</code> made the tables of \
         <code>nyc_csv</code>; <code>CREATE TABLE … AS</code> made those of <code>nyc</code>.</p>\n{}\n\
         <h3>{} partitions of flights: what each holds</h3>\n{}",
        table(&["Database", "Table", "Format", "Columns", "Partitioned by"], &[3], &rows),
        story.partitions.len(),
        chart::columns("Bytes in each partition", &labels, &series, show),
    )
}

fn catalog_row(table: &CatalogTable) -> Vec<String> {
    let keys = table.partition_keys.join(", ");
    vec![
        table.database.to_owned(),
        table.name.clone(),
        table.kind.clone(),
        table.columns.len().to_string(),
        if keys.is_empty() { "–".to_owned() } else { keys },
    ]
}

fn question(number: usize, answer: &Answer) -> String {
    let (question, note) = answer.question.ask();
    let reading = (answer.question.reading)(&answer.rows).unwrap_or_default();
    let note = note.map(|note| format!("<p class=\"note\">{}</p>", escape(note)));
    let names: Vec<&str> = answer.columns.iter().map(|(name, _)| name.as_str()).collect();
    let numeric: Vec<usize> = answer
        .columns
        .iter()
        .enumerate()
        .filter_map(|(i, (_, column_type))| text::is_numeric(column_type).then_some(i))
        .collect();
    let rows: Vec<Vec<String>> = answer
        .rows
        .iter()
        .map(|row| row.iter().map(|cell| cell.clone().unwrap_or_else(|| "–".into())).collect())
        .collect();
    let (csv, parquet) = (answer.csv, answer.parquet);
    format!(
        "<section>\n<p class=\"number\">Question {number}</p>\n<h2>{}</h2>\n{}\
         <p class=\"reading\">{}</p>\n\
         <figure>{}<figcaption>{}</figcaption></figure>\n{}{}\
         <p class=\"scan\"><b>Parquet</b> {} read in {} <b>CSV</b> {} read in {} \
         <b>charged</b> {}</p>\n</section>\n",
        escape(question),
        note.unwrap_or_default(),
        escape(&reading),
        plot(answer),
        escape(answer.question.unit),
        table(&names, &numeric, &rows),
        details("SQL", &format!("<pre>{}</pre>", escape(answer.question.sql.trim_end()))),
        text::bytes(parquet.bytes),
        text::took(parquet.took),
        text::bytes(csv.bytes),
        text::took(csv.took),
        text::dollars(parquet.cost()),
    )
}

fn plot(answer: &Answer) -> String {
    let title = answer.question.unit;
    match &answer.question.plot {
        Plot::Bars { label, value } => {
            let bars: Vec<Bar> = answer
                .rows
                .iter()
                .zip(column(answer, value))
                .filter_map(|(row, end)| {
                    let end = end?;
                    Some(Bar { label: label(row), start: 0.0, end, text: tenths(end), colour: 1 })
                })
                .collect();
            chart::bars(title, &bars)
        }
        Plot::Columns { label, value } => {
            let labels: Vec<String> = answer.rows.iter().map(label).collect();
            let series = [Series { name: (*value).to_owned(), values: column(answer, value) }];
            chart::columns(title, &labels, &series, tenths)
        }
        Plot::Lines { x, series } => {
            let xs: Vec<f64> = column(answer, x).into_iter().map(|x| x.unwrap_or(0.0)).collect();
            let series: Vec<Series> = series
                .iter()
                .map(|(name, shown)| Series {
                    name: (*shown).to_owned(),
                    values: column(answer, name),
                })
                .collect();
            chart::lines(title, &xs, &series, tenths)
        }
    }
}

/// The numbers of a column by its name.
fn column(answer: &Answer, name: &str) -> Vec<Option<f64>> {
    let at = answer.columns.iter().position(|(column, _)| column == name);
    let cell = |row: &super::questions::Row| row.get(at?)?.as_deref()?.parse().ok();
    answer.rows.iter().map(cell).collect()
}

/// The answers are rounded to a tenth in SQL; a drawing shows them so.
fn tenths(value: f64) -> String {
    format!("{value:.1}")
}

fn forms(story: &Story) -> String {
    let mut bars = Vec::new();
    let mut rows = Vec::new();
    for (n, answer) in story.answers.iter().enumerate() {
        let (csv, parquet) = (answer.csv, answer.parquet);
        for (label, scan, colour) in
            [(format!("Question {}", n + 1), csv, 2), (String::new(), parquet, 1)]
        {
            let text = text::bytes(scan.bytes);
            bars.push(Bar { label, start: 0.0, end: scan.bytes as f64, text, colour });
        }
        rows.push(vec![
            format!("Question {}", n + 1),
            text::bytes(csv.bytes),
            text::bytes(parquet.bytes),
            share(parquet.bytes, csv.bytes),
            text::took(csv.took),
            text::took(parquet.took),
            text::dollars(csv.cost()),
            text::dollars(parquet.cost()),
            format!("${:.2}", csv.cost_of(LAKE_TIMES)),
            format!("${:.2}", parquet.cost_of(LAKE_TIMES)),
        ]);
    }
    let times = text::count(LAKE_TIMES);
    let headers = [
        "",
        "CSV",
        "Parquet",
        "Share",
        "Time, CSV",
        "Time, Parquet",
        "Charge, CSV",
        "Charge, Parquet",
        &format!("CSV × {times}"),
        &format!("Parquet × {times}"),
    ];
    format!(
        "<p>The same questions, the same answers, other bytes: a CSV file is read whole, a Parquet \
         file only in the columns a question names, and only where its month can match. All five \
         together took {} on CSV and {} on Parquet.</p>\n{}\
         <div class=\"legend\"><span><i class=\"b2\"></i>gzip CSV</span>\
         <span><i class=\"b1\"></i>Parquet</span></div>\n{}\
         <p class=\"note\">Athena charges $5.00 a terabyte and 10 MB at least for each query: below \
         that, both forms cost the same. The last two columns say what the question would cost on \
         {times} times the data.</p>",
        text::took(question_time(story, |answer| answer.csv.took)),
        text::took(question_time(story, |answer| answer.parquet.took)),
        chart::bars("Bytes read per question", &bars),
        table(&headers, &[1, 2, 3, 4, 5, 6, 7, 8, 9], &rows),
    )
}

fn bill(story: &Story) -> String {
    if story.bill.is_empty() {
        return "<p>Nothing billable was counted.</p>".to_owned();
    }
    let total: f64 = story.bill.iter().map(|line| line.amount).sum();
    let mut rows: Vec<Vec<String>> = story
        .bill
        .iter()
        .map(|line| {
            vec![
                line.service.clone(),
                line.usage.clone(),
                line.quantity.to_string(),
                line.unit.clone(),
                text::dollars(line.unit_price),
                text::dollars(line.amount),
            ]
        })
        .collect();
    let mut last = vec![String::new(); 6];
    last[0] = "Together".to_owned();
    last[5] = text::dollars(total);
    rows.push(last);
    let headers = ["Service", "Usage", "Quantity", "Unit", "Unit price", "Amount"];
    format!(
        "<p>What this run would have cost on AWS, at its list prices, as Aquifer’s meter \
         counted it.</p>\n{}",
        table(&headers, &[2, 4, 5], &rows)
    )
}

fn next(endpoint: &str) -> String {
    let mut out =
        String::from("<p>While the demo runs, its endpoint answers any AWS client.</p>\n");
    for (name, line) in next_lines(endpoint) {
        let _ = write!(out, "<h3>{name}</h3>\n<pre>{}</pre>\n", escape(&line));
    }
    out
}

fn details(title: &str, body: &str) -> String {
    format!("<details><summary>{}</summary>\n{body}\n</details>\n", escape(title))
}

/// A table; `numeric` numbers the columns that are set to the right.
fn table(headers: &[&str], numeric: &[usize], rows: &[Vec<String>]) -> String {
    let class = |i: usize| if numeric.contains(&i) { " class=\"num\"" } else { "" };
    let head: String = headers
        .iter()
        .enumerate()
        .map(|(i, name)| format!("<th scope=\"col\"{}>{}</th>", class(i), escape(name)))
        .collect();
    let mut body = String::new();
    for row in rows {
        let cells: String = row
            .iter()
            .enumerate()
            .map(|(i, cell)| format!("<td{}>{}</td>", class(i), escape(cell)))
            .collect();
        let _ = writeln!(body, "<tr>{cells}</tr>");
    }
    format!(
        "<div class=\"scroll\" tabindex=\"0\"><table><thead><tr>{head}</tr></thead>\n\
         <tbody>\n{body}</tbody></table></div>\n"
    )
}
