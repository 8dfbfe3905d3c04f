//! The patterns of `SHOW … LIKE`: `*` is any run of characters, `|` separates alternatives, `.` is
//! any one character, everything else is itself, letters in either case. Linear in both inputs
//! but for their product, whatever the pattern.

/// Whether `name` matches any alternative of `pattern`.
///
/// ```
/// assert!(aquifer_sql_hive::like("sales_*|orders", "Sales_2024"));
/// assert!(!aquifer_sql_hive::like("sales", "sales_2024"));
/// ```
#[must_use]
pub fn like(pattern: &str, name: &str) -> bool {
    let name: Vec<char> = name.chars().flat_map(char::to_lowercase).collect();
    pattern.split('|').any(|alternative| {
        let pattern: Vec<char> = alternative.chars().flat_map(char::to_lowercase).collect();
        glob(&pattern, &name)
    })
}

fn glob(pattern: &[char], name: &[char]) -> bool {
    let (mut p, mut n) = (0, 0);
    // The last star and how much of the name it has swallowed: only that one needs retrying.
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(c) if *c == '.' || *c == name[n] => {
                p += 1;
                n += 1;
            }
            _ => match star {
                Some((at, taken)) => {
                    star = Some((at, taken + 1));
                    p = at + 1;
                    n = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::like;

    #[test]
    fn stars_alternatives_and_case() {
        assert!(like("*", ""));
        assert!(like("a*b*c", "aXbXXc"));
        assert!(!like("a*b*c", "aXbXX"));
        assert!(like("x|y*", "Yes"));
        assert!(!like("x|y", "yes"));
        assert!(like(".*log.", "ab_logs"));
        assert!(!like("", "a"));
    }

    #[test]
    fn many_stars_stay_quick() {
        let pattern = "*a".repeat(200) + "b";
        assert!(!like(&pattern, &"a".repeat(5_000)));
    }
}
