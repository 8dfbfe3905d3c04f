//! When schedules are due, against a calendar, the turning of clocks, and another cron.

use chrono::{DateTime, TimeZone, Utc};
use proptest::prelude::*;

use super::*;

fn micros(text: &str) -> i64 {
    DateTime::parse_from_rfc3339(text).unwrap().timestamp_micros()
}

fn show(micros: Option<i64>) -> String {
    micros.map_or("never".into(), |at| {
        DateTime::from_timestamp_micros(at).unwrap().format("%Y-%m-%dT%H:%M:%SZ").to_string()
    })
}

/// The times due after `from`, at most as many as expected and one, against those expected.
fn check(expression: &str, zone: &str, from: &str, expected: &[&str]) {
    let schedule = Schedule::parse(expression, zone.parse().unwrap()).unwrap();
    let mut at = micros(from);
    for wanted in expected {
        let next = schedule.next_after(at, micros(from));
        assert_eq!(show(next), *wanted, "{expression} in {zone} after {}", show(Some(at)));
        at = next.unwrap_or(i64::MAX);
    }
}

#[test]
fn cron_in_utc() {
    for (expression, from, expected) in [
        ("cron(0 12 * * ? *)", "2026-01-01T12:00:00Z", &["2026-01-02T12:00:00Z"][..]),
        ("cron(0 12 * * ? *)", "2026-01-01T11:59:59.999999Z", &["2026-01-01T12:00:00Z"]),
        (
            "cron(0/15 * * * ? *)",
            "2026-01-01T23:44:30Z",
            &["2026-01-01T23:45:00Z", "2026-01-02T00:00:00Z"],
        ),
        ("cron(*/25 * * * ? *)", "2026-01-01T00:50:00Z", &["2026-01-01T01:00:00Z"]),
        // 2026-01-01 is a Thursday.
        (
            "cron(0 18 ? * MON-FRI *)",
            "2026-01-02T18:00:00Z",
            &["2026-01-05T18:00:00Z", "2026-01-06T18:00:00Z"],
        ),
        ("cron(0 0 ? * 1 *)", "2026-01-01T00:00:00Z", &["2026-01-04T00:00:00Z"]),
        ("cron(0 0 ? * 7 *)", "2026-01-01T00:00:00Z", &["2026-01-03T00:00:00Z"]),
        ("cron(0 0 ? * L *)", "2026-01-01T00:00:00Z", &["2026-01-03T00:00:00Z"]),
        (
            "cron(0 0 ? * FRI-MON *)",
            "2026-01-01T00:00:00Z",
            &[
                "2026-01-02T00:00:00Z",
                "2026-01-03T00:00:00Z",
                "2026-01-04T00:00:00Z",
                "2026-01-05T00:00:00Z",
                "2026-01-09T00:00:00Z",
            ],
        ),
        ("cron(0 8 1 * ? *)", "2026-01-01T08:00:00Z", &["2026-02-01T08:00:00Z"]),
        (
            "cron(0 0 L * ? *)",
            "2028-01-31T00:00:00Z",
            &["2028-02-29T00:00:00Z", "2028-03-31T00:00:00Z"],
        ),
        ("cron(0 0 L-2 2 ? *)", "2026-01-01T00:00:00Z", &["2026-02-26T00:00:00Z"]),
        (
            "cron(0 0 31 * ? *)",
            "2026-01-31T00:00:00Z",
            &["2026-03-31T00:00:00Z", "2026-05-31T00:00:00Z"],
        ),
        // Saturday the 3rd moves to Friday; Sunday the 1st of February to Monday.
        ("cron(0 0 3W * ? *)", "2026-01-01T00:00:00Z", &["2026-01-02T00:00:00Z"]),
        ("cron(0 0 1W 2 ? *)", "2026-01-01T00:00:00Z", &["2026-02-02T00:00:00Z"]),
        // Saturday the 1st may not leave its month, nor may Sunday the 31st.
        ("cron(0 0 1W 8 ? *)", "2026-01-01T00:00:00Z", &["2026-08-03T00:00:00Z"]),
        ("cron(0 0 31W 5 ? *)", "2026-01-01T00:00:00Z", &["2026-05-29T00:00:00Z"]),
        ("cron(0 0 LW 5 ? *)", "2026-01-01T00:00:00Z", &["2026-05-29T00:00:00Z"]),
        (
            "cron(0 0 ? * 6#3 *)",
            "2026-01-01T00:00:00Z",
            &["2026-01-16T00:00:00Z", "2026-02-20T00:00:00Z"],
        ),
        (
            "cron(0 0 ? * thu#5 *)",
            "2026-01-01T00:00:00Z",
            &["2026-01-29T00:00:00Z", "2026-04-30T00:00:00Z"],
        ),
        ("cron(0 0 ? * 6L *)", "2026-01-01T00:00:00Z", &["2026-01-30T00:00:00Z"]),
        (
            "cron(30 6 1,15 JAN,JUL ? 2026/2)",
            "2026-01-16T00:00:00Z",
            &["2026-07-01T06:30:00Z", "2026-07-15T06:30:00Z", "2028-01-01T06:30:00Z"],
        ),
        ("cron(0 0 29 2 ? *)", "2026-01-01T00:00:00Z", &["2028-02-29T00:00:00Z"]),
        ("cron(0 0 30 2 ? *)", "2026-01-01T00:00:00Z", &["never"]),
        ("cron(0 0 1 1 ? 2027)", "2026-01-01T00:00:00Z", &["2027-01-01T00:00:00Z", "never"]),
        ("cron(59 23 31 12 ? *)", "2199-12-31T23:59:00Z", &["never"]),
        ("cron(0 0 1 1 ? *)", "1960-01-01T00:00:00Z", &["1970-01-01T00:00:00Z"]),
    ] {
        check(expression, "UTC", from, expected);
    }
}

#[test]
fn times_that_clocks_jump_over_are_skipped() {
    // Berlin, 2026-03-29: 02:00 becomes 03:00.
    check("cron(30 2 * * ? *)", "Europe/Berlin", "2026-03-28T02:00:00Z", &["2026-03-30T00:30:00Z"]);
    check(
        "cron(0 * * * ? *)",
        "Europe/Berlin",
        "2026-03-29T00:00:00Z",
        &["2026-03-29T01:00:00Z", "2026-03-29T02:00:00Z"],
    );
    check(
        "at(2026-03-29T02:30:00)",
        "Europe/Berlin",
        "2026-03-01T00:00:00Z",
        &["2026-03-29T01:30:00Z", "never"],
    );
}

#[test]
fn times_that_come_twice_count_once() {
    // New York, 2026-11-01: 02:00 becomes 01:00.
    check(
        "cron(30 1 * * ? *)",
        "America/New_York",
        "2026-11-01T04:00:00Z",
        &["2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"],
    );
    check(
        "cron(0/30 * * * ? *)",
        "America/New_York",
        "2026-11-01T05:10:00Z",
        &["2026-11-01T05:30:00Z", "2026-11-01T07:00:00Z"],
    );
    // Asked in the second of the two hours, when local times read earlier than they are.
    check(
        "cron(30 1 * * ? *)",
        "America/New_York",
        "2026-11-01T06:15:00Z",
        &["2026-11-02T06:30:00Z"],
    );
    check(
        "at(2026-11-01T01:30:00)",
        "America/New_York",
        "2026-01-01T00:00:00Z",
        &["2026-11-01T05:30:00Z", "never"],
    );
}

#[test]
fn zones_shift_days() {
    check("cron(0 0 ? * MON *)", "Asia/Tokyo", "2026-01-01T00:00:00Z", &["2026-01-04T15:00:00Z"]);
    check(
        "at(2026-01-01T00:00:00)",
        "Asia/Kolkata",
        "2025-01-01T00:00:00Z",
        &["2025-12-31T18:30:00Z"],
    );
    let unknown: Result<Zone, _> = "Mars/Olympus".parse();
    assert_eq!(unknown, Err(ScheduleError::UnknownZone("Mars/Olympus".into())));
}

#[test]
fn rates_count_from_their_anchor() {
    let rate = Schedule::parse("rate(5 minutes)", Zone::UTC).unwrap();
    let anchor = micros("2026-01-01T00:01:30Z");
    for (after, expected) in [
        ("2026-01-01T00:01:30Z", "2026-01-01T00:06:30Z"),
        ("2026-01-01T00:06:29Z", "2026-01-01T00:06:30Z"),
        ("2026-01-01T00:06:30Z", "2026-01-01T00:11:30Z"),
        ("2025-01-01T00:00:00Z", "2026-01-01T00:06:30Z"),
        ("2026-02-01T00:00:00Z", "2026-02-01T00:01:30Z"),
    ] {
        assert_eq!(show(rate.next_after(micros(after), anchor)), expected, "{after}");
    }
    assert_eq!(rate.period(), Some(300_000_000));
    assert_eq!(rate.next_after(i64::MAX, 0), None);
    assert_eq!(rate.next_after(i64::MAX, i64::MIN), None);
}

#[test]
fn what_is_no_schedule() {
    for text in [
        "",
        "cron",
        "cron()",
        "CRON(0 12 * * ? *)",
        "cron(0 12 * * ? *) ",
        "every(5 minutes)",
        "cron(0 12 * * ?)",
        "cron(0 12 * * ? * *)",
        "cron(0 12 * * * *)",
        "cron(0 12 ? * ? *)",
        "cron(0 12 1 * MON *)",
        "cron(60 12 * * ? *)",
        "cron(0 24 * * ? *)",
        "cron(0 12 0 * ? *)",
        "cron(0 12 32 * ? *)",
        "cron(0 12 * 13 ? *)",
        "cron(0 12 ? * 0 *)",
        "cron(0 12 ? * 8 *)",
        "cron(0 12 ? * MOM *)",
        "cron(0 12 * * ? 1969)",
        "cron(0 12 * * ? 2200)",
        "cron(0/0 12 * * ? *)",
        "cron(5-1 12 * * ? *)",
        "cron(+5 12 * * ? *)",
        "cron(0, 12 * * ? *)",
        "cron(? 12 * * ? *)",
        "cron(L 12 * * ? *)",
        "cron(0 12 32W * ? *)",
        "cron(0 12 W * ? *)",
        "cron(0 12 L-31 * ? *)",
        "cron(0 12 1,? * ? *)",
        "cron(0 12 ? * 2#6 *)",
        "cron(0 12 ? * 2#0 *)",
        "rate()",
        "rate(5)",
        "rate(0 minutes)",
        "rate(-5 minutes)",
        "rate(+5 minutes)",
        "rate(1.5 hours)",
        "rate(1 minutes)",
        "rate(5 minute)",
        "rate(5 seconds)",
        "rate(5 Minutes)",
        "rate(9999999999999999 days)",
        "rate(5 minutes now)",
        "at(2026-01-01)",
        "at(2026-01-01T00:00)",
        "at(2026-02-30T00:00:00)",
        "at(2026-01-01T00:00:00Z)",
        "at(+262142-12-31T23:59:59)",
        "at(2026-1-1T00:00:00)",
    ] {
        assert!(Schedule::parse(text, Zone::UTC).is_err(), "{text}");
    }
    let long = format!("cron({} 0 * * ? *)", "0,".repeat(200) + "0");
    assert_eq!(Schedule::parse(&long, Zone::UTC), Err(ScheduleError::TooLong));
    assert_eq!(
        Schedule::parse("cron(0 24 * * ? *)", Zone::UTC).unwrap_err().to_string(),
        "hours '24': out of range"
    );
}

fn number_field(min: u32, max: u32) -> impl Strategy<Value = String> {
    let number = min..=max;
    prop_oneof![
        Just("*".to_owned()),
        number.clone().prop_map(|n| n.to_string()),
        (number.clone(), number.clone()).prop_map(|(a, b)| format!("{}-{}", a.min(b), a.max(b))),
        (number.clone(), 1..=max / 2).prop_map(move |(a, step)| format!("{a}-{max}/{step}")),
        (number.clone(), number).prop_map(|(a, b)| format!("{a},{b}")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn agrees_with_another_cron(
        minutes in number_field(0, 59),
        hours in number_field(0, 23),
        month in number_field(1, 12),
        days in prop_oneof![
            number_field(1, 31).prop_map(|days| (days, "?".to_owned())),
            number_field(1, 7).prop_map(|days| ("?".to_owned(), days)),
            Just(("L".to_owned(), "?".to_owned())),
            (1..=28u32).prop_map(|day| (format!("{day}W"), "?".to_owned())),
            (1..=7u32, 1..=5u32).prop_map(|(day, nth)| ("?".to_owned(), format!("{day}#{nth}"))),
            (1..=7u32).prop_map(|day| ("?".to_owned(), format!("{day}L"))),
        ],
        from in 0i64..3_000_000_000,
    ) {
        let (month_day, week_day) = days;
        let ours = Schedule::parse(
            &format!("cron({minutes} {hours} {month_day} {month} {week_day} *)"),
            Zone::UTC,
        ).unwrap();
        let theirs = croner::parser::CronParser::builder()
            .alternative_weekdays(true)
            .build()
            .parse(&format!("{minutes} {hours} {month_day} {month} {week_day}"))
            .unwrap();
        let mut at = from;
        for _ in 0..5 {
            let start = Utc.timestamp_opt(at, 0).unwrap();
            let expected =
                theirs.find_next_occurrence(&start, false).ok().map(|t| t.timestamp_micros());
            let found = ours.next_after(at * 1_000_000, 0);
            prop_assert_eq!(show(found), show(expected), "{} after {}", ours, start);
            let Some(next) = found else { break };
            at = next / 1_000_000;
        }
    }

    #[test]
    fn arbitrary_text_and_times_never_panic(
        text in "\\PC{0,40}",
        soup in "[0-9*?LW#/,A-Z-]{1,6}( [0-9*?LW#/,A-Z-]{1,6}){5}",
        after in any::<i64>(),
        anchor in any::<i64>(),
    ) {
        for text in [text.clone(), format!("cron({soup})"), format!("at({text})")] {
            for zone in ["UTC", "Pacific/Apia", "Asia/Kathmandu"] {
                if let Ok(schedule) = Schedule::parse(&text, zone.parse().unwrap()) {
                    let next = schedule.next_after(after, anchor);
                    prop_assert!(next.is_none_or(|at| at > after));
                    // The ends of the calendar, where arithmetic would overflow.
                    for after in [8_210_266_876_799_999_999, -8_334_601_228_800_000_000] {
                        let _ = schedule.next_after(after, anchor);
                    }
                }
            }
        }
    }
}
