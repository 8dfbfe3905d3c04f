//! Writers as they behave: partitions, limits, and what is left after a failure.

use super::*;

#[test]
fn partition_paths_are_spelled_as_hive_spells_them() {
    let path = |value: &str| partition_path(&["k".to_owned()], &[value.to_owned()]);
    assert_eq!(path("2024-01-01 10:00"), "k=2024-01-01 10%3A00");
    assert_eq!(path("a/b=c%"), "k=a%2Fb%3Dc%25");
    assert_eq!(path("zürich"), "k=zürich");
    assert_eq!(partition_path(&["a".into(), "b".into()], &["1".into(), "x".into()]), "a=1/b=x");
}
