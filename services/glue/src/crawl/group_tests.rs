//! Layouts of folders and the tables they are.

use super::*;
use crate::crawl::tree::{Tree, csv};

const A: &str = "id,name\n1,x\n2,y\n";
const B: &str = "code,lat,lon,alt\nJFK,1.5,2.5,3\nLGA,1.5,2.5,4\n";

/// Lays files out, then tells the tables: `path [keys] values…`.
fn check(files: &[(&str, &str)], rules: &Rules, want: &[&str]) {
    let mut tree = Tree::default();
    for (key, text) in files {
        let mut path: Vec<&str> = key.split('/').collect();
        let name = path.pop().unwrap();
        assert!(tree.add(&path, name, csv(text), rules.alike));
    }
    let told: Vec<String> = tables(&tree.root, rules)
        .iter()
        .map(|table| {
            let mut path = table.path.clone();
            path.extend(table.file.clone());
            let mut text = format!("{} [{}]", path.join("/"), table.keys.join(" "));
            for partition in &table.partitions {
                text.push_str(&format!(" {}", partition.values.join("/")));
            }
            text
        })
        .collect();
    assert_eq!(told, want);
}

#[test]
fn hive_folders_name_their_keys_and_tables_lie_side_by_side() {
    check(
        &[
            ("airports/airports.csv", B),
            ("flights/year=2013/month=01/f.csv", A),
            ("flights/year=2013/month=02/f.csv", A),
        ],
        &Rules::default(),
        &["airports []", "flights [year month] 2013/01 2013/02"],
    );
}

#[test]
fn a_single_hive_folder_is_a_partition() {
    check(
        &[("flights/Year=2013/month=a%3Ab/f.csv", A)],
        &Rules::default(),
        &["flights [year month] 2013/a:b"],
    );
}

#[test]
fn plain_folders_are_numbered_keys() {
    check(
        &[("2024/01/a.csv", A), ("2024/02/a.csv", A), ("2025/01/a.csv", A)],
        &Rules::default(),
        &[" [partition_0 partition_1] 2024/01 2024/02 2025/01"],
    );
    check(&[("2024/01/a.csv", A)], &Rules::default(), &[" [partition_0 partition_1] 2024/01"]);
    check(
        &[("device-a/a.csv", A), ("device-b/a.csv", A)],
        &Rules::default(),
        &[" [partition_0] device-a device-b"],
    );
}

#[test]
fn a_single_folder_with_a_name_is_a_table_unless_known_as_a_partition() {
    check(&[("people/p.csv", A)], &Rules::default(), &["people []"]);
    let known = Rules { known: [Vec::new()].into(), ..Rules::default() };
    check(&[("device-c/p.csv", A)], &known, &[" [partition_0] device-c"]);
}

#[test]
fn folders_above_decide_whether_a_single_folder_is_a_partition() {
    // Folders beside it that fit.
    let logs = [("logs/web/errors/a.csv", A), ("logs/app/errors/a.csv", A)];
    let both = "logs [partition_0 partition_1] app/errors web/errors";
    check(&logs, &Rules::default(), &[both]);
    // The level that was asked for, be there folders beside it or not.
    let level = Rules { table_level: Some(2), target_level: 1, ..Rules::default() };
    check(&logs, &level, &[both]);
    check(&logs[..1], &level, &["logs [partition_0 partition_1] web/errors"]);
    // A table that is there, however far above.
    let known = Rules { known: [vec!["sales".to_owned()]].into(), ..Rules::default() };
    let sales = [("sales/eu/hamburg/a.csv", A)];
    check(&sales, &known, &["sales [partition_0 partition_1] eu/hamburg"]);
    // A folder that names its key holds partitions and no tables.
    let year = [("t/year=2024/web/a.csv", A)];
    check(&year, &Rules::default(), &["t [year partition_1] 2024/web"]);
    // With nothing to tell, the last folder is the table.
    check(&sales, &Rules::default(), &["sales/eu/hamburg []"]);
    check(
        &[("a/b/2024/01/f.csv", A)],
        &Rules::default(),
        &["a/b [partition_0 partition_1] 2024/01"],
    );
    // What does not fit is apart, each where it would be alone.
    let differ = [("logs/web/errors/a.csv", A), ("logs/app/errors/a.csv", B)];
    check(&differ, &Rules::default(), &["logs/app/errors []", "logs/web/errors []"]);
}

#[test]
fn keys_have_a_name_each() {
    let twice = ["t/a=1/a=2/f.csv", "t/a=1/a=3/f.csv"].map(|key| (key, A));
    check(&twice, &Rules::default(), &["t [a a_1] 1/2 1/3"]);
    let like_a_place = ["t/x/partition_0=1/f.csv", "t/y/partition_0=1/f.csv"].map(|key| (key, A));
    check(&like_a_place, &Rules::default(), &["t [partition_1 partition_0] x/1 y/1"]);
}

#[test]
fn what_does_not_fit_is_apart() {
    // Other depth.
    check(&[("x/1/a.csv", A), ("y/a.csv", A)], &Rules::default(), &["x [partition_0] 1", "y []"]);
    // Other keys.
    check(&[("k=1/a.csv", A), ("j=1/a.csv", A)], &Rules::default(), &["j=1 []", "k=1 []"]);
    // Files that differ in one folder are tables each.
    check(&[("a.csv", A), ("b.csv", B)], &Rules::default(), &["a.csv []", "b.csv []"]);
    // Alike files at two depths are one table without keys.
    check(&[("a.csv", A), ("x/a.csv", A)], &Rules::default(), &[" []"]);
}

#[test]
fn similar_tables_become_one_unless_the_level_says_otherwise() {
    let files = [
        ("table1/p1/f.csv", A),
        ("table1/p2/f.csv", A),
        ("table2/p3/f.csv", A),
        ("table2/p4/f.csv", A),
    ];
    check(
        &files,
        &Rules::default(),
        &[" [partition_0 partition_1] table1/p1 table1/p2 table2/p3 table2/p4"],
    );
    let level = Rules { table_level: Some(3), target_level: 2, ..Rules::default() };
    check(&files, &level, &["table1 [partition_0] p1 p2", "table2 [partition_0] p3 p4"]);
}

#[test]
fn combining_ignores_how_alike_columns_are() {
    let files = [("p=1/f.csv", A), ("p=2/f.csv", B)];
    check(&files, &Rules::default(), &["p=1 []", "p=2 []"]);
    let combine = Rules { alike: Alike { combine: true }, ..Rules::default() };
    check(&files, &combine, &[" [p] 1 2"]);
}
