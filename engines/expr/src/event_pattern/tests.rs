//! Patterns by example, and against slower ways to say the same.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::EventPattern;

fn matches(pattern: Value, event: Value) -> bool {
    EventPattern::parse(&pattern.to_string()).unwrap().matches(&event)
}

fn refused(pattern: Value) -> String {
    EventPattern::parse(&pattern.to_string()).unwrap_err().to_string()
}

#[test]
fn fields_match_together_and_alternatives_one_of_them() {
    let pattern = || json!({"source": ["a", "b"], "detail": {"state": ["on"], "n": [1]}});
    assert!(matches(pattern(), json!({"source": "b", "detail": {"state": "on", "n": 1, "x": 2}})));
    assert!(!matches(pattern(), json!({"source": "c", "detail": {"state": "on", "n": 1}})));
    assert!(!matches(pattern(), json!({"source": "a", "detail": {"state": "on"}})));
    assert!(!matches(pattern(), json!({"source": "a", "detail": "on"})));
    assert!(matches(json!({"a": [null, true, ""]}), json!({"a": null})));
    assert!(matches(json!({"a": [""]}), json!({"a": ""})));
    assert!(!matches(json!({"a": [null]}), json!({})));
    assert!(!matches(json!({"a": ["1"]}), json!({"a": 1})));
}

#[test]
fn lists_in_events_match_by_any_element_and_objects_in_them_as_one() {
    assert!(matches(json!({"a": ["x"]}), json!({"a": ["w", "x"]})));
    let pattern = || json!({"items": {"kind": ["k"], "size": [{"numeric": [">", 5]}]}});
    let one = json!({"items": [{"kind": "k", "size": 6}, {"kind": "z", "size": 1}]});
    let apart = json!({"items": [{"kind": "k", "size": 1}, {"kind": "z", "size": 6}]});
    assert!(matches(pattern(), one));
    assert!(!matches(pattern(), apart));
}

#[test]
fn texts() {
    for (test, value, expected) in [
        (json!({"prefix": "us-"}), "us-east-1", true),
        (json!({"prefix": "us-"}), "US-east-1", false),
        (json!({"prefix": {"equals-ignore-case": "us-"}}), "US-east-1", true),
        (json!({"suffix": ".png"}), "a.png", true),
        (json!({"suffix": {"equals-ignore-case": ".png"}}), "a.PNG", true),
        (json!({"equals-ignore-case": "Alice"}), "aLICE", true),
        (json!({"wildcard": "dir/*.png"}), "dir/a/b.png", true),
        (json!({"wildcard": "*a*b"}), "xaxxb", true),
        (json!({"wildcard": "a*a"}), "a", false),
        (json!({"wildcard": "a\\*b"}), "a*b", true),
        (json!({"wildcard": "a\\*b"}), "axb", false),
        (json!({"anything-but": "a"}), "b", true),
        (json!({"anything-but": ["a", "b"]}), "b", false),
        (json!({"anything-but": {"prefix": "i"}}), "init", false),
        (json!({"anything-but": {"suffix": ["a", "b"]}}), "xc", true),
        (json!({"anything-but": {"equals-ignore-case": ["A"]}}), "a", false),
        (json!({"anything-but": {"wildcard": "*/lib/*"}}), "x/lib/y", false),
        (json!({"cidr": "10.0.0.0/24"}), "10.0.0.255", true),
        (json!({"cidr": "10.0.0.0/24"}), "10.0.1.0", false),
        (json!({"cidr": "0.0.0.0/0"}), "9.9.9.9", true),
        (json!({"cidr": "2001:db8::/32"}), "2001:db8::1", true),
        (json!({"cidr": "2001:db8::/32"}), "10.0.0.1", false),
        (json!({"cidr": "10.0.0.0/24"}), "no address", false),
    ] {
        assert_eq!(matches(json!({"a": [test]}), json!({"a": value})), expected, "{test} {value}");
    }
}

#[test]
fn numbers_and_presence() {
    let within = || json!({"a": [{"numeric": [">", 0, "<=", 5]}]});
    for (value, expected) in
        [(json!(0), false), (json!(0.1), true), (json!(5), true), (json!("3"), false)]
    {
        assert_eq!(matches(within(), json!({"a": value})), expected, "{value}");
    }
    assert!(matches(json!({"a": [{"numeric": ["=", 3.018e2]}]}), json!({"a": 301.8})));
    assert!(matches(json!({"a": {"b": [{"exists": true}]}}), json!({"a": {"b": null}})));
    assert!(!matches(json!({"a": [{"exists": true}]}), json!({"a": {"b": 1}})));
    assert!(matches(json!({"a": {"b": [{"exists": false}]}}), json!({"c": 1})));
    assert!(!matches(json!({"a": [{"anything-but": "x"}]}), json!({})));
    assert!(matches(json!({"a": [{"exists": false}, "x"]}), json!({"a": "x"})));
}

#[test]
fn either_of_several() {
    let pattern = || json!({"s": ["a"], "detail": {"$or": [{"n": [1]}, {"m": {"k": ["x"]}}]}});
    assert!(matches(pattern(), json!({"s": "a", "detail": {"n": 1}})));
    assert!(matches(pattern(), json!({"s": "a", "detail": {"m": {"k": "x"}}})));
    assert!(!matches(pattern(), json!({"s": "a", "detail": {"n": 2}})));
}

#[test]
fn what_is_no_pattern_is_refused() {
    for pattern in [
        json!([]),
        json!({}),
        json!({"a": "x"}),
        json!({"a": []}),
        json!({"a": {}}),
        json!({"a": [["x"]]}),
        json!({"a": [{"prefix": "x", "suffix": "y"}]}),
        json!({"a": [{"like": "x"}]}),
        json!({"a": [{"prefix": 1}]}),
        json!({"a": [{"numeric": [">", 5, "<", 5]}]}),
        json!({"a": [{"numeric": [">", 1, ">", 2]}]}),
        json!({"a": [{"numeric": ["=", 6e9]}]}),
        json!({"a": [{"exists": "true"}]}),
        json!({"a": [{"wildcard": "a**b"}]}),
        json!({"a": [{"wildcard": "a\\b"}]}),
        json!({"a": [{"cidr": "10.0.0.0/33"}]}),
        json!({"a": [{"anything-but": []}]}),
        json!({"a": [{"anything-but": [null]}]}),
        json!({"$or": [{"a": [1]}]}),
    ] {
        assert!(EventPattern::parse(&pattern.to_string()).is_err(), "{pattern}");
    }
    assert_eq!(refused(json!({"a": [{"like": "x"}]})), "Unrecognized match type like");
    assert!(EventPattern::parse("{").is_err());
    let mut deep = json!({"a": ["x"]});
    for _ in 0..100 {
        deep = json!({"a": deep});
    }
    assert!(refused(deep).contains("too deep"));
    let group = json!([{"a": [1]}, {"a": [2]}, {"a": [3]}, {"a": [4]}]);
    let many: serde_json::Map<String, Value> =
        (0..6).map(|n| (format!("f{n}"), json!({"$or": group.clone()}))).collect();
    assert!(refused(Value::Object(many)).contains("combinations"));
}

/// Wildcards letter by letter.
fn naive(pattern: &[char], value: &[char]) -> bool {
    match pattern {
        [] => value.is_empty(),
        ['*', rest @ ..] => (0..=value.len()).any(|at| naive(rest, &value[at..])),
        [c, rest @ ..] => value.first() == Some(c) && naive(rest, &value[1..]),
    }
}

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        "[ab]{0,3}".prop_map(Value::from),
        (-3..3_i32).prop_map(Value::from),
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
    ]
}

proptest! {
    #[test]
    fn wildcards_are_as_letter_by_letter(pattern in "[ab*]{0,6}", value in "[ab]{0,8}") {
        prop_assume!(!pattern.contains("**"));
        let letters: Vec<char> = pattern.chars().collect();
        let text: Vec<char> = value.chars().collect();
        let found = matches(json!({"a": [{"wildcard": pattern}]}), json!({"a": value}));
        prop_assert_eq!(found, naive(&letters, &text));
    }

    #[test]
    fn an_event_matches_the_pattern_made_of_it(
        event in prop::collection::btree_map("[a-c]", leaf(), 1..4),
        more in prop::collection::btree_map("[d-f]", leaf(), 0..3),
    ) {
        let pattern: Value =
            event.iter().map(|(name, value)| (name.clone(), json!([value]))).collect();
        let whole: Value = event.clone().into_iter().chain(more).collect();
        let within = matches(json!({"d": pattern.clone()}), json!({"d": whole}));
        prop_assert!(within);
        for name in event.keys() {
            let less: Value = event.clone().into_iter().filter(|(n, _)| n != name).collect();
            prop_assert!(!matches(pattern.clone(), less));
        }
    }

    #[test]
    fn anything_but_is_the_opposite_where_something_is_there(
        wanted in prop::collection::vec("[ab]{1,2}", 1..3),
        value in "[ab]{1,2}",
    ) {
        let event = json!({"a": value});
        let same = matches(json!({"a": wanted}), event.clone());
        prop_assert_eq!(matches(json!({"a": [{"anything-but": wanted}]}), event), !same);
    }

    #[test]
    fn or_is_one_pattern_or_the_other(
        (a, b, event) in ("[ab]", "[ab]", prop::collection::btree_map("[xy]", "[ab]", 0..3)),
    ) {
        let (left, right) = (json!({"x": [a]}), json!({"y": [b]}));
        let event = json!(event);
        let both = matches(json!({"$or": [left.clone(), right.clone()]}), event.clone());
        prop_assert_eq!(both, matches(left, event.clone()) || matches(right, event));
    }

    #[test]
    fn arbitrary_text_never_panics(text in "[{}\\[\\]\":,a$or*\\\\0-9 ]{0,40}") {
        let _ = EventPattern::parse(&text);
    }
}
