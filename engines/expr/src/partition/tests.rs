//! Filters over partitions, in tables; and what the parser must survive.

use proptest::prelude::*;

use super::*;

const ROW: &[(&str, &str, &str)] = &[
    ("year", "int", "2026"),
    ("month", "string", "07"),
    ("day", "date", "2026-07-04"),
    ("at", "timestamp", "2026-07-04 10:30:00"),
    ("price", "decimal(10,2)", "9.50"),
    ("ratio", "double", "0.5"),
    ("code", "char(4)", "ab"),
    ("name", "varchar(20)", "it's 100%"),
    ("ok", "boolean", "true"),
    ("gone", "string", NULL_PARTITION),
    ("bad", "int", "many"),
    ("and", "bigint", "-9223372036854775808"),
    ("odd-name", "smallint", "1"),
];

fn check(text: &str) -> Result<bool, String> {
    PartitionExpr::parse(text).map_err(|e| e.to_string())?.eval(ROW).map_err(|e| e.to_string())
}

#[test]
fn comparisons_follow_the_declared_type() {
    for text in [
        "year = 2026",
        "year = '2026'",
        "YEAR >= 2026.0",
        "year < 10000",
        "2025 < year",
        "year <> 2025 and year != 2027",
        "month = '07'",
        "month <> '7'",
        "month = 07",
        "month > '0699'",
        "day = '2026-07-04'",
        "day > DATE '2026-6-30'",
        "day = '2026-07-04 00:00:00'",
        "at > '2026-07-04'",
        "at = timestamp '2026-07-04T10:30:00.000'",
        "at = '2026-07-04 10:30'",
        "price = 9.5",
        "price < 10",
        "price = 95e-1",
        "price = 0.95E1",
        "ratio = .5",
        "ratio < 1e3",
        "code = 'ab  '",
        "name = 'it''s 100%'",
        "ok = true",
        "ok = 'TRUE'",
        "\"and\" = -9223372036854775808",
        "`and` < -1",
        "\"odd-name\" = 1",
        "1 = 1",
        "10 > 9",
        "year = year",
        "day < at",
    ] {
        assert_eq!(check(text), Ok(true), "{text}");
    }
    for text in ["year < 999", "month = 7", "price > 9.50", "9 > 10", "code = ' ab'", "year > at"] {
        assert_eq!(check(text), Ok(false), "{text}");
    }
}

#[test]
fn predicates() {
    for (text, expected) in [
        ("month IN ('06', '07')", true),
        ("year in (2025,2026)", true),
        ("month NOT IN ('06', '07')", false),
        ("year BETWEEN 2026 AND 2027", true),
        ("year not between 2026 and 2027", false),
        ("day BETWEEN '2026-07-01' AND '2026-07-31' AND year = 2026", true),
        ("name LIKE 'it%'", true),
        ("name LIKE '%s ___\\%' ESCAPE '\\'", true),
        ("name LIKE '%s ___!!' ESCAPE '!'", false),
        ("name NOT LIKE '%x%'", true),
        ("name LIKE ''", false),
        ("year LIKE '20_6'", true),
        ("year IS NULL", false),
        ("year IS NOT NULL", true),
        ("gone IS NULL", true),
        ("bad IS NULL", true),
    ] {
        assert_eq!(check(text), Ok(expected), "{text}");
    }
}

#[test]
fn precedence_and_negation() {
    for (text, expected) in [
        ("year = 1 OR year = 2026 AND month = '07'", true),
        ("(year = 2026 OR year = 1) AND month = '01'", false),
        ("year = 2026 OR year = 1 AND month = '01'", true),
        ("NOT year = 1 AND month = '07'", true),
        ("NOT (year = 1 OR month = '07')", false),
        ("NOT NOT ((year = 2026))", true),
    ] {
        assert_eq!(check(text), Ok(expected), "{text}");
    }
}

#[test]
fn null_is_neither_true_nor_false() {
    for text in [
        "gone = 'x'",
        "NOT gone = 'x'",
        "gone <> 'x'",
        "gone NOT IN ('x')",
        "gone LIKE '%'",
        "bad > 0",
        "NOT (bad > 0 AND year = 2026)",
        "gone = gone",
    ] {
        assert_eq!(check(text), Ok(false), "{text}");
    }
    for text in ["gone = 'x' OR year = 2026", "NOT (gone = 'x' AND year = 1)"] {
        assert_eq!(check(text), Ok(true), "{text}");
    }
}

#[test]
fn faults_are_named() {
    for (text, message) in [
        ("", "expected a column or a value, found the end at position 0"),
        ("year", "expected a comparison, found the end at position 4"),
        ("year = ", "expected a column or a value, found the end at position 7"),
        ("year = 1 month = 2", "expected AND, OR or the end, found 'month' at position 9"),
        ("(year = 1", "expected ')', found the end at position 9"),
        ("year = 'x", "' without its end at position 7"),
        ("year ~ 1", "unexpected character '~' at position 5"),
        ("year IN ()", "expected a column or a value, found ')' at position 9"),
        ("year IN (1", "expected ')', found the end at position 10"),
        ("year BETWEEN 1 OR 2", "expected AND, found 'OR' at position 15"),
        ("year IS 1", "expected NULL, found '1' at position 8"),
        ("name LIKE 1", "expected a pattern, found '1' at position 10"),
        ("name LIKE 'x' ESCAPE 'ab'", "the escape must be one character at position 21"),
        ("year = - x", "expected a number, found '-' at position 7"),
        ("year = 1x", "expected AND, OR or the end, found 'x' at position 8"),
        ("\u{e9} = ;", "unexpected character ';' at position 5"),
        ("and = 1", "expected a column or a value, found 'and' at position 0"),
        ("day < '2026-07-04 00:00:01'", "'2026-07-04 00:00:01' is not a valid date"),
        ("hour = 1", "'hour' is not a partition column"),
        ("year = 'x'", "'x' is not a valid number"),
        ("day = '2026-02-30'", "'2026-02-30' is not a valid date"),
        ("at = 'noon'", "'noon' is not a valid timestamp"),
    ] {
        assert_eq!(check(text), Err(message.to_owned()), "{text}");
    }
    let unsupported = PartitionExpr::parse("a = 1").unwrap().bind(&[("a", "array<int>")]);
    assert!(matches!(unsupported, Err(EvalError::UnsupportedType { .. })));
}

#[test]
fn size_and_depth_are_bounded() {
    let nested = |depth| format!("{}a = 1{}", "(".repeat(depth), ")".repeat(depth));
    assert!(PartitionExpr::parse(&nested(64)).is_ok());
    assert!(PartitionExpr::parse(&nested(65)).is_err());
    assert!(PartitionExpr::parse(&"NOT ".repeat(10_000)).is_err());
    assert!(PartitionExpr::parse(&"a = 1 OR ".repeat(10_000)).is_err(), "too long");
    let wide = format!("a = 1{}", " OR a = 1".repeat(5_000));
    assert_eq!(PartitionExpr::parse(&wide).unwrap().eval(&[("a", "int", "1")]), Ok(true));
    let hostile = format!("a LIKE '{}b'", "%a".repeat(200));
    let filter = PartitionExpr::parse(&hostile).unwrap();
    assert_eq!(filter.eval(&[("a", "string", &"a".repeat(5_000))]), Ok(false));
}

#[test]
fn leading_equalities_are_found() {
    let columns = [("region", "string"), ("year", "int"), ("month", "varchar(2)")];
    for (text, raw, canonical) in [
        ("region = 'eu' AND year = 007 AND month = '1'", &["eu"][..], &["eu", "7", "1"][..]),
        ("(month = '1' AND (REGION = 'eu')) AND year > 7", &["eu"], &["eu"]),
        ("'eu' = region AND year IN (7)", &["eu"], &["eu", "7"]),
        ("region IN ('eu', 'us')", &[], &[]),
        ("region = 'eu' OR year = 1", &[], &[]),
        ("NOT region = 'eu'", &[], &[]),
        ("year = 1 AND month = '1'", &[], &[]),
        ("region = year", &[], &[]),
    ] {
        let filter = PartitionExpr::parse(text).unwrap();
        assert_eq!(filter.equality_prefix(&columns), raw, "{text}");
        assert_eq!(filter.canonical_prefix(&columns), canonical, "{text}");
    }
}

#[test]
fn canonical_values() {
    for (declared, text, expected) in [
        ("int", "007", Some("7")),
        ("bigint", "-0", Some("0")),
        ("decimal(9,3)", "+1.500", Some("1.5")),
        ("decimal(9,3)", ".050", Some("0.05")),
        ("double", "1e2", Some("100")),
        ("date", "2026-1-2", Some("2026-01-02")),
        ("char(4)", "ab  ", Some("ab")),
        ("string", "ab  ", Some("ab  ")),
        ("boolean", "TRUE", Some("true")),
        ("int", "x", None),
        ("int", NULL_PARTITION, None),
        ("map<int,int>", "x", None),
    ] {
        assert_eq!(canonical(declared, text).as_deref(), expected, "{declared} {text}");
    }
}

fn operands() -> impl Strategy<Value = Operand> {
    prop_oneof![
        "[a-z\"` \u{e9}]{1,6}".prop_map(Operand::Column),
        prop_oneof![Just("and"), Just("date"), Just("TRUE"), Just("x1")]
            .prop_map(|name| Operand::Column(name.to_owned())),
        "[a'\" \u{e9}]{0,6}".prop_map(Operand::Text),
        "-?[0-9]{1,4}(\\.[0-9]{0,2})?(e-?[0-9])?".prop_map(Operand::Bare),
    ]
}

fn exprs() -> impl Strategy<Value = Expr> {
    let op = prop_oneof![
        Just(CompareOp::Equal),
        Just(CompareOp::NotEqual),
        Just(CompareOp::Less),
        Just(CompareOp::GreaterOrEqual),
    ];
    let leaf = prop_oneof![
        (operands(), op, operands()).prop_map(|(left, op, right)| Expr::Compare {
            left,
            op,
            right
        }),
        (operands(), any::<bool>(), proptest::collection::vec(operands(), 1..4))
            .prop_map(|(operand, negated, list)| Expr::In { operand, negated, list }),
        (operands(), any::<bool>(), operands(), operands()).prop_map(
            |(operand, negated, low, high)| Expr::Between { operand, negated, low, high }
        ),
        (operands(), any::<bool>(), "[a%_'!]{0,5}", proptest::option::of(any::<char>())).prop_map(
            |(operand, negated, pattern, escape)| Expr::Like { operand, negated, pattern, escape }
        ),
        (operands(), any::<bool>())
            .prop_map(|(operand, negated)| Expr::IsNull { operand, negated }),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 2..4).prop_map(Expr::And),
            proptest::collection::vec(inner.clone(), 2..4).prop_map(Expr::Or),
            inner.prop_map(|e| Expr::Not(Box::new(e))),
        ]
    })
}

/// `LIKE` by its definition.
fn naive_like(pattern: &[char], text: &[char]) -> bool {
    match (pattern, text) {
        ([], []) => true,
        (['%', rest @ ..], _) => {
            naive_like(rest, text) || matches!(text, [_, tail @ ..] if naive_like(pattern, tail))
        }
        (['_', rest @ ..], [_, tail @ ..]) => naive_like(rest, tail),
        ([wanted, rest @ ..], [c, tail @ ..]) => wanted == c && naive_like(rest, tail),
        _ => false,
    }
}

proptest! {
    #[test]
    fn displayed_filters_parse_to_themselves(expr in exprs()) {
        let filter = PartitionExpr(expr);
        let text = filter.to_string();
        prop_assert_eq!(PartitionExpr::parse(&text), Ok(filter), "{}", text);
    }

    #[test]
    fn arbitrary_text_never_panics(
        text in "\\PC{0,60}",
        soup in
            "((year|and|or|not|in|like|is|null|date|'x'|\"y\"|1|-|\\.|e5|=|<|>|\\(|\\)|,) ?){0,20}",
    ) {
        for text in [text, soup] {
            if let Ok(filter) = PartitionExpr::parse(&text) {
                let _ = filter.eval(ROW);
                let _ = filter.equality_prefix(&[("year", "string")]);
            }
        }
    }

    #[test]
    fn like_agrees_with_its_definition(pattern in "[ab%_]{0,8}", text in "[ab]{0,10}") {
        let chars = |s: &str| s.chars().collect::<Vec<_>>();
        prop_assert_eq!(
            like::Like::new(&pattern, None).matches(&text),
            naive_like(&chars(&pattern), &chars(&text))
        );
    }

    #[test]
    fn numbers_order_as_numbers(left in -1_000_000..1_000_000, right in -1_000_000..1_000_000) {
        let (l, r) = (format!("{}e-3", left), format!("{:.3}", f64::from(right) / 1000.0));
        let text = format!("{l} < {r}");
        prop_assert_eq!(check(&text), Ok(left < right), "{}", text);
    }
}
