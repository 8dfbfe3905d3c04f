//! Rules on the text of files: size, headers, words that must not appear.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::Violation;
use crate::workspace::Workspace;

/// A file longer than this no longer says one thing.
const LINES_MAX: usize = 1000;

/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] = &["common", "helper", "helpers", "manager", "misc", "util", "utils"];

/// Reads every text file that git knows and applies the rules that fit its kind.
pub fn check(workspace: &Workspace) -> Result<Vec<Violation>> {
    let mut violations = Vec::new();
    for file in workspace.files()? {
        let bytes = fs::read(workspace.root.join(&file))
            .with_context(|| format!("cannot read {}", file.display()))?;
        if is_made(&file) {
            continue;
        }
        let Ok(text) = std::str::from_utf8(&bytes) else { continue };
        violations.extend(check_file(&file, text));
    }
    Ok(violations)
}

/// Data, and files that a program writes: nobody reads them line by line.
fn is_made(file: &Path) -> bool {
    let made_folder = file.components().any(|part| {
        matches!(part.as_os_str().to_str(), Some("models" | "dist" | "data" | "testdata"))
    }) && file.extension().is_none_or(|extension| extension != "rs");
    made_folder || file.extension().is_some_and(|extension| extension == "lock")
}

fn check_file(file: &Path, text: &str) -> Vec<Violation> {
    let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    if is_code(extension) {
        check_size(file, &lines, &mut found);
    }
    if extension == "rs" {
        check_header(file, &lines, &mut found);
        check_rust(file, &lines, &mut found);
    }
    if extension == "py" {
        check_docstring(file, text, &mut found);
    }
    check_paths(file, &lines, &mut found);
    found.retain(|violation| !is_allowed(&lines, violation));
    found
}

fn is_code(extension: &str) -> bool {
    matches!(extension, "rs" | "py" | "js" | "jsx" | "mjs" | "ts" | "tsx" | "css" | "html")
}

/// Whether the line, or the one before it, allows the rule by name.
fn is_allowed(lines: &[&str], violation: &Violation) -> bool {
    let permission = format!("tidy: allow({})", violation.rule);
    let at = violation.line.saturating_sub(1);
    let first = at.saturating_sub(1);
    lines.iter().take(at + 1).skip(first).any(|line| line.contains(&permission))
}

fn check_size(file: &Path, lines: &[&str], found: &mut Vec<Violation>) {
    if lines.iter().take(5).any(|line| line.contains(concat!("@", "generated"))) {
        return;
    }
    if lines.len() > LINES_MAX {
        let message = format!(
            "{} lines, and {LINES_MAX} is the most: a long file hides what it is about; split it \
             by what its parts are for",
            lines.len()
        );
        found.push(Violation::new(file, LINES_MAX + 1, "size", message));
    }
    let stem = file.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    if EMPTY_NAMES.contains(&stem) {
        let message = format!("{stem:?} says nothing about what is inside: name the thing");
        found.push(Violation::new(file, 1, "names", message));
    }
}

fn check_header(file: &Path, lines: &[&str], found: &mut Vec<Violation>) {
    let first = lines.iter().position(|line| !line.trim().is_empty() && !line.starts_with("#!"));
    if first.is_none_or(|at| !lines[at].starts_with("//!")) {
        let message = "a module opens with `//!`: what it is and what it is not, so that a reader \
                       knows in one line whether to read on";
        found.push(Violation::new(file, first.map_or(1, |at| at + 1), "header", message));
    }
}

fn check_docstring(file: &Path, text: &str, found: &mut Vec<Violation>) {
    let body = text.trim_start_matches(|c: char| c == '\u{feff}' || c.is_whitespace());
    let body = match body.strip_prefix("#!") {
        Some(rest) => rest.split_once('\n').map_or("", |(_, rest)| rest).trim_start(),
        None => body,
    };
    if !body.is_empty() && !body.starts_with("\"\"\"") {
        let message = "a Python file opens with a docstring: what it shows, and how to run it";
        found.push(Violation::new(file, 1, "header", message));
    }
}

/// Unfinished code and literals that have a home elsewhere.
fn check_rust(file: &Path, lines: &[&str], found: &mut Vec<Violation>) {
    const UNFINISHED: &[&str] =
        &[concat!("todo", "!("), concat!("unimplemented", "!("), concat!("FIX", "ME")];
    let arns_live_here = has_arns(file);
    let mut in_tests = false;
    for (at, line) in lines.iter().enumerate() {
        in_tests |= opens_tests(lines, at);
        let mut report = |rule, message: String| {
            found.push(Violation::new(file, at + 1, rule, message));
        };
        if let Some(word) = UNFINISHED.iter().find(|word| line.contains(**word)) {
            report("unfinished", format!("`{word}` is not finished code: write it, or file it"));
        }
        if let Some((_, rest)) = line.split_once(concat!("TO", "DO"))
            && !rest.starts_with("(#")
            && line.trim_start().starts_with("//")
        {
            report("unfinished", "a wish names the issue it is filed under: TODO(#issue)".into());
        }
        let literal = line.contains(concat!("\"a", "rn:")) && !line.trim_start().starts_with("//");
        if literal && !arns_live_here && !in_tests {
            let message = "an ARN is built and taken apart by core/types and the api crates, so that \
                           partition, region and account are never forgotten";
            report("arn", message.into());
        }
    }
}

/// The crates that build ARNs, those that generate such code, the policy language (whose grammar has
/// them), and tests.
fn has_arns(file: &Path) -> bool {
    let path = file.to_string_lossy();
    let api = path.starts_with("services/") && path.contains("/api/");
    let test = path.contains("/tests/")
        || path.starts_with("tests/")
        || path.contains("/benches/")
        || path.ends_with("/tests.rs")
        || path.ends_with("_tests.rs");
    api || test
        || ["core/types/", "engines/policy/", "protocol/codegen/"]
            .iter()
            .any(|p| path.starts_with(p))
}

/// Tests stand at the end of a file: from `#[cfg(test)]` on a module, everything is a test.
fn opens_tests(lines: &[&str], at: usize) -> bool {
    lines[at].trim() == "#[cfg(test)]"
        && lines[at + 1..]
            .iter()
            .find(|line| !line.trim_start().starts_with("#["))
            .is_some_and(|line| line.trim_start().starts_with("mod ") && line.ends_with('{'))
}

/// A path of one machine in a file that every machine reads.
fn check_paths(file: &Path, lines: &[&str], found: &mut Vec<Violation>) {
    const MACHINE: &[&str] = &[
        concat!("/ho", "me/"),
        concat!("/ro", "ot/"),
        concat!("/t", "mp/"),
        concat!("/Us", "ers/"),
        concat!("/wo", "rk/"),
    ];
    for (at, line) in lines.iter().enumerate() {
        for path in MACHINE {
            let stands_alone = line.match_indices(path).any(|(from, _)| {
                // `s3://bucket/tmp/x` and `$HOME/work/x` are not paths of a machine.
                !line[..from].ends_with(|c: char| c.is_alphanumeric() || "/_-.}~*:<>|)".contains(c))
            });
            if stands_alone {
                let message = format!("{path:?} is a path of one machine; this is read on all");
                found.push(Violation::new(file, at + 1, "paths", message));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(file: &str, text: &str) -> Vec<(&'static str, usize)> {
        check_file(Path::new(file), text)
            .into_iter()
            .map(|found| (found.rule, found.line))
            .collect()
    }

    #[test]
    fn a_clean_module_passes() {
        let text = "//! A queue.\n\nfn purge() {}\n";
        assert_eq!(rules("services/sqs/src/lib.rs", text), vec![]);
    }

    #[test]
    fn headers_and_names_are_wanted() {
        assert_eq!(rules("core/x/src/lib.rs", "\nfn f() {}\n"), vec![("header", 2)]);
        assert_eq!(rules("core/x/src/lib.rs", ""), vec![("header", 1)]);
        assert_eq!(rules("core/x/src/utils.rs", "//! Things.\n"), vec![("names", 1)]);
        assert_eq!(rules("tests/x.py", "#!/usr/bin/env python3\nimport os\n"), vec![("header", 1)]);
        assert_eq!(rules("tests/__init__.py", ""), vec![]);
    }

    #[test]
    fn a_long_file_fails_unless_a_program_wrote_it() {
        let long = "//! x\n".repeat(LINES_MAX + 1);
        assert_eq!(rules("core/x/src/a.rs", &long), vec![("size", LINES_MAX + 1)]);
        let made = format!("//! {}generated by codegen\n{long}", '@');
        assert_eq!(rules("core/x/src/a.rs", &made), vec![]);
    }

    #[test]
    fn unfinished_code_is_found() {
        let text = format!("//! x\nfn f() {{ {}!() }}\n// TO{} later\n", "todo", "DO");
        assert_eq!(rules("core/x/src/a.rs", &text), vec![("unfinished", 2), ("unfinished", 3)]);
        let filed = format!("//! x\n// TO{}(#12): later\n", "DO");
        assert_eq!(rules("core/x/src/a.rs", &filed), vec![]);
    }

    #[test]
    fn arn_literals_stay_in_their_crates_and_in_tests() {
        let text = "//! x\nlet a = \"arn:aws:s3:::b\";\n#[cfg(test)]\nmod tests {\n\"arn:x\"\n}\n";
        assert_eq!(rules("services/s3/src/a.rs", text), vec![("arn", 2)]);
        assert_eq!(rules("services/s3/api/src/a.rs", text), vec![]);
        assert_eq!(rules("core/types/src/arn.rs", text), vec![]);
        let allowed = "//! x\n// tidy: allow(arn), because it is a test double\n\"arn:\"\n";
        assert_eq!(rules("services/s3/src/a.rs", allowed), vec![]);
    }

    #[test]
    fn paths_of_one_machine_are_found_and_keys_of_a_bucket_are_not() {
        let root = concat!("/ro", "ot");
        assert_eq!(rules("docs/x.md", &format!("see {root}/x\n")), vec![("paths", 1)]);
        assert_eq!(rules("docs/x.md", &format!("s3://bucket{root}/x\n")), vec![]);
    }
}
