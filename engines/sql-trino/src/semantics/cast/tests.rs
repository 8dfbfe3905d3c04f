//! Casts as the dialect defines them.

use super::*;

use datafusion::arrow::array::{Float64Array, Int64Array, StringArray};

fn cast_one(array: ArrayRef, ty: &str) -> Result<Option<String>, String> {
    let to = TrinoType::parse(ty).expect("a type");
    rules::check(&TrinoType::of_arrow(array.data_type()), &to).map_err(|e| e.to_string())?;
    let out = convert(&array, false, &to).map_err(|e| match e {
        datafusion::error::DataFusionError::External(e) => e.to_string(),
        other => other.to_string(),
    })?;
    assert_eq!(out.data_type(), &to.to_arrow());
    Ok(crate::format::format_value(&out, 0))
}

fn text(value: &str, ty: &str) -> Result<String, String> {
    cast_one(Arc::new(StringArray::from(vec![value])), ty).map(Option::unwrap_or_default)
}

fn double(value: f64, ty: &str) -> Result<String, String> {
    cast_one(Arc::new(Float64Array::from(vec![value])), ty).map(Option::unwrap_or_default)
}

#[test]
fn numbers_round_half_away_from_zero() {
    for (value, ty, want) in [
        (2.5, "integer", "3"),
        (-2.5, "integer", "-3"),
        (0.5, "bigint", "1"),
        (1.005e2, "decimal(10,0)", "101"),
        (0.125, "decimal(10,2)", "0.13"),
        (1e10, "varchar", "1.0E10"),
        (0.1, "varchar", "1.0E-1"),
        (0.0, "varchar", "0.0E0"),
        (-12.5, "varchar", "-1.25E1"),
    ] {
        assert_eq!(double(value, ty).as_deref(), Ok(want), "{value} as {ty}");
    }
    assert_eq!(
        double(1e10, "integer"),
        Err("INVALID_CAST_ARGUMENT: Out of range for integer: 1.0E10".to_owned())
    );
    assert!(double(f64::NAN, "bigint").is_err());
    assert!(double(9_223_372_036_854_775_807.0, "bigint").is_err());
}

#[test]
fn text_becomes_what_it_says_or_fails_with_itself() {
    for (value, ty, want) in [
        ("42", "integer", "42"),
        (" 1.5 ", "double", "1.5"),
        ("TRUE", "boolean", "true"),
        ("f", "boolean", "false"),
        ("1.005", "decimal(10,2)", "1.01"),
        ("-1e2", "decimal(10,2)", "-100.00"),
        ("2024-01-31", "date", "2024-01-31"),
        ("2024-01-31 10:00", "timestamp", "2024-01-31 10:00:00.000"),
        ("2024-01-31 10:00:00.123456", "timestamp", "2024-01-31 10:00:00.123"),
        ("2024-01-31 10:00:00.1235", "timestamp(6)", "2024-01-31 10:00:00.123500"),
        ("2024-01-31 10:00 +02:00", "timestamp(3) with time zone", "2024-01-31 08:00:00.000 UTC"),
        ("héllo", "varchar(2)", "hé"),
        ("a", "char(3)", "a  "),
        ("héé", "varbinary", "68 c3 a9 c3 a9"),
        ("a\"b", "json", "\"a\\\"b\""),
        ("10:11:12.5", "time(3)", "10:11:12.500"),
    ] {
        assert_eq!(text(value, ty).as_deref(), Ok(want), "'{value}' as {ty}");
    }
    for (value, ty, message) in [
        ("x", "integer", "INVALID_CAST_ARGUMENT: Cannot cast 'x' to INT"),
        (" 1", "bigint", "INVALID_CAST_ARGUMENT: Cannot cast ' 1' to BIGINT"),
        ("300", "tinyint", "INVALID_CAST_ARGUMENT: Cannot cast '300' to TINYINT"),
        ("x", "double", "INVALID_CAST_ARGUMENT: Cannot cast 'x' to DOUBLE"),
        ("nan", "double", "INVALID_CAST_ARGUMENT: Cannot cast 'nan' to DOUBLE"),
        ("x", "date", "INVALID_CAST_ARGUMENT: Value cannot be cast to date: x"),
        (
            "2024-02-30",
            "timestamp",
            "INVALID_CAST_ARGUMENT: Value cannot be cast to timestamp: 2024-02-30",
        ),
        (
            "1234.5",
            "decimal(4,1)",
            "INVALID_CAST_ARGUMENT: Cannot cast VARCHAR '1234.5' to DECIMAL(4, 1)",
        ),
    ] {
        assert_eq!(text(value, ty), Err(message.to_owned()), "'{value}' as {ty}");
    }
    assert!(
        text("x", "array(varchar)").unwrap_err().contains("Cannot cast varchar to array(varchar)")
    );
}

#[test]
fn trying_gives_null_for_what_fails_only() {
    let array: ArrayRef = Arc::new(StringArray::from(vec![Some("1"), Some("x"), None, Some("3")]));
    let out = try_convert(&array, false, &TrinoType::Integer).unwrap();
    let shown: Vec<_> = (0..4).map(|i| crate::format::format_value(&out, i)).collect();
    assert_eq!(shown, [Some("1".to_owned()), None, None, Some("3".to_owned())]);
}

#[test]
fn json_opens_into_nested_values() {
    let array: ArrayRef =
        Arc::new(StringArray::from(vec![r#"{"A": 1, "b": ["x", null], "c": {"k": 1.5}}"#]));
    let to = TrinoType::parse("row(a bigint, b array(varchar), c map(varchar, double), d date)")
        .expect("a type");
    let out = convert(&array, true, &to).unwrap();
    assert_eq!(
        crate::format::format_value(&out, 0).as_deref(),
        Some("{a=1, b=[x, null], c={k=1.5}, d=null}")
    );
    let back = convert(&out, false, &TrinoType::Json).unwrap();
    assert_eq!(
        crate::format::format_value(&back, 0).as_deref(),
        Some(r#"{"a":1,"b":["x",null],"c":{"k":1.5},"d":null}"#)
    );
    let number: ArrayRef = Arc::new(Int64Array::from(vec![5]));
    assert_eq!(cast_one(number, "json"), Ok(Some("5".to_owned())));
}
