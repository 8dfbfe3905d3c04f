//! Patterns, steps, bounds, and the partitions that follow from them.

use aquifer_formats::HiveType;
use chrono::{NaiveDate, NaiveDateTime};
use datafusion::prelude::{SessionContext, col, lit};

use super::*;

fn at(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap()
}

fn dates(pattern: &str, from: &str, to: &str, interval: i64, unit: DateUnit) -> DateRule {
    let pattern = DatePattern::new(pattern).unwrap();
    DateRule { from: at(from), to: at(to), interval, unit, pattern }
}

#[test]
fn patterns_spell_and_read_moments() {
    let moment = at("2024-03-09 07:05:04");
    for (pattern, text) in [
        ("yyyy-MM-dd", "2024-03-09"),
        ("yyyy/MM/dd/HH", "2024/03/09/07"),
        ("'Y'yyyy'M'MM", "Y2024M03"),
        ("yyyyMMddHHmmss", "20240309070504"),
        ("d-MMM-yy", "9-Mar-24"),
        ("MMMM u", "March 2024"),
        ("yyyy-DDD", "2024-069"),
        ("M''d", "3'9"),
        ("yyyy", "2024"),
    ] {
        let read = DatePattern::new(pattern).unwrap();
        assert_eq!(read.format(moment), text);
        assert_eq!(read.format(read.parse(text).unwrap()), text, "{pattern}");
        assert!(read.parse(&format!("{text}x")).is_none());
        for cut in 0..text.len() {
            // Never a panic, whatever is missing.
            let _ = read.parse(&text[..cut]);
        }
    }
    for pattern in ["", "QQ", "'open", "---", "yyyy-MM-dd VV"] {
        assert!(DatePattern::new(pattern).is_none(), "{pattern}");
    }
}

#[test]
fn moments_follow_in_steps() {
    let check = |rule: DateRule, values: &[&str]| {
        assert_eq!(rule.values(None, None, 100), values);
        for value in values {
            assert!(rule.has(value), "{value}");
        }
    };
    let (from, to) = ("2023-12-30 00:00:00", "2024-01-02 00:00:00");
    let days = ["2023-12-30", "2023-12-31", "2024-01-01", "2024-01-02"];
    check(dates("yyyy-MM-dd", from, to, 1, DateUnit::Days), &days);
    check(dates("yyyy-MM-dd", from, to, 2, DateUnit::Days), &[days[0], days[2]]);
    // Months of different lengths do not drift.
    let (from, to) = ("2024-01-31 00:00:00", "2024-04-30 00:00:00");
    let ends = ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"];
    check(dates("yyyy-MM-dd", from, to, 1, DateUnit::Months), &ends);
    let hours =
        dates("yyyy/MM/dd/HH", "2024-01-01 22:00:00", "2024-01-02 02:00:00", 2, DateUnit::Hours);
    assert!(!hours.has("2024/01/01/23") && !hours.has("2024/01/01/20") && !hours.has("noon"));
    check(hours, &["2024/01/01/22", "2024/01/02/00", "2024/01/02/02"]);
    // Bounds leave out most of a long row, and nothing that lies between them.
    let long = dates("yyyy-MM-dd", "1900-01-01 00:00:00", "2100-01-01 00:00:00", 1, DateUnit::Days);
    let few = long.values(Some("2024-02-28"), Some("2024-03-01"), 10);
    assert!(few.ends_with(&["2024-02-28".into(), "2024-02-29".into(), "2024-03-01".into()]));
    assert!(few.len() < 6 + 10);
}

fn def(projection: &Projection, keys: &[(&str, &str)]) -> TableDef {
    TableDef {
        database: "d".into(),
        name: "t".into(),
        columns: vec![],
        partition_keys: keys.iter().map(|(n, t)| Column::new(*n, t.parse().unwrap())).collect(),
        location: "s3://b/t/".into(),
        format: aquifer_formats::Format::Parquet,
        compression: None,
        parameters: Default::default(),
        projection: Some(projection.clone()),
    }
}

fn integer(from: i64, to: i64, interval: i64, digits: usize) -> KeyRule {
    KeyRule::Integer { from, to, interval, digits }
}

#[test]
fn filters_choose_partitions_before_they_are_made() {
    let state = SessionContext::new().state();
    let projection = Projection {
        rules: vec![
            KeyRule::Enum(vec!["eu".into(), "us".into()]),
            integer(0, i64::MAX, 1, 3),
            KeyRule::Injected,
        ],
        template: Some("s3://x/${REGION}/n/${n}/${id}/".into()),
    };
    let table = def(&projection, &[("region", "string"), ("n", "int"), ("id", "string")]);
    let text = |text: &str| Expr::Literal(ScalarValue::Utf8View(Some(text.into())), None);
    let places = |filters: &[Expr]| -> Result<Vec<String>, String> {
        let filters: Vec<&Expr> = filters.iter().collect();
        let found = projection.partitions(&state, &table, &filters).map_err(|e| e.to_string())?;
        Ok(found.into_iter().map(|(partition, _)| partition.location).collect())
    };
    let id = col("id").eq(text("a"));
    assert_eq!(
        places(&[id.clone(), col("n").between(lit(7), lit(8)), col("region").not_eq(text("us"))]),
        Ok(vec!["s3://x/eu/n/007/a/".into(), "s3://x/eu/n/008/a/".into()])
    );
    assert_eq!(
        places(&[
            col("id").in_list(vec![text("a"), text("b")], false),
            col("n").eq(lit(12)),
            col("region").eq(text("us"))
        ]),
        Ok(vec!["s3://x/us/n/012/a/".into(), "s3://x/us/n/012/b/".into()])
    );
    assert_eq!(places(&[id.clone(), col("n").eq(lit(-5))]), Ok(vec![]));
    assert!(
        places(&[col("n").eq(lit(5))])
            .unwrap_err()
            .contains("injected projected partition column id")
    );
    assert!(
        places(&[id.clone(), col("id").gt(text("0"))])
            .is_err_and(|e| e.contains("n has more than"))
    );
    assert!(places(&[id.or(col("id").like(lit("b%"))), col("n").eq(lit(1))]).is_err());
    // A number that a filter does not bound is too much to try.
    assert!(places(&[col("id").eq(text("a"))]).unwrap_err().contains("1000000"));
}

#[test]
fn values_are_padded_and_stepped() {
    let all = |rule: &KeyRule| rule.values(&Bounds::default(), 100);
    assert_eq!(all(&integer(1, 10, 4, 2)), ["01", "05", "09"]);
    assert_eq!(all(&integer(-1, 1, 1, 0)), ["-1", "0", "1"]);
    assert!(integer(1, 10, 4, 2).has("05") && !integer(1, 10, 4, 2).has("5"));
    assert!(integer(i64::MIN, i64::MAX, i64::MAX, 0).values(&Bounds::default(), 9).len() == 3);
    let whole = Projection { rules: vec![integer(1, 2, 1, 0)], template: None };
    assert_eq!(whole.location("s3://b/t", &["n".into()], &["1".into()]), "s3://b/t/n=1/");
    assert!(check_template("s3://b/${N}/", &["n".into()]).is_ok());
    assert!(check_template("s3://b/${m}/", &["n".into()]).is_err());
    assert!(NaiveDate::from_ymd_opt(2024, 1, 1).is_some() && HiveType::Int != HiveType::Date);
}
