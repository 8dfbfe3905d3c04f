//! What differs between two texts, line by line.

/// Lines of texts that are compared; beyond that everything is told as changed.
const LINES_MAX: usize = 4_000;
/// Lines around a change that are told with it.
const CONTEXT: usize = 3;

/// The difference of two texts in the unified form; empty where there is none.
pub fn unified(old: &str, new: &str) -> String {
    let (a, b): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let steps = steps(&a, &b);
    let changed: Vec<usize> = (0..steps.len()).filter(|at| steps[*at].kind != ' ').collect();
    let mut text = String::new();
    let mut next = 0;
    while let Some(first) = changed.get(next) {
        let mut last = *first;
        while let Some(following) = changed.get(next)
            && *following <= last + 2 * CONTEXT + 1
        {
            last = *following;
            next += 1;
        }
        let from = first.saturating_sub(CONTEXT);
        let to = (last + CONTEXT + 1).min(steps.len());
        hunk(&steps[from..to], &mut text);
    }
    text
}

/// A line that is in one text (`-`, `+`) or in both.
struct Step<'a> {
    kind: char,
    /// Lines of each text before it.
    before: (usize, usize),
    line: &'a str,
}

fn hunk(steps: &[Step<'_>], text: &mut String) {
    let (old, new) = steps.first().map_or((0, 0), |step| step.before);
    let lines = |kind| steps.iter().filter(|step| step.kind == ' ' || step.kind == kind).count();
    let (removed, added) = (lines('-'), lines('+'));
    // An empty side stands before its first line.
    let start = |at: usize, count: usize| if count == 0 { at } else { at + 1 };
    text.push_str(&format!(
        "@@ -{},{removed} +{},{added} @@\n",
        start(old, removed),
        start(new, added)
    ));
    for step in steps {
        text.push(step.kind);
        text.push_str(step.line);
        text.push('\n');
    }
}

/// The lines of both texts in one order, as many of them shared as can be.
fn steps<'a>(a: &[&'a str], b: &[&'a str]) -> Vec<Step<'a>> {
    let head = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let tail = a[head..].iter().rev().zip(b[head..].iter().rev()).take_while(|(a, b)| a == b);
    let tail = tail.count();
    let (x, y) = (&a[head..a.len() - tail], &b[head..b.len() - tail]);
    let width = y.len() + 1;
    // How many lines can be shared from each place on.
    let small = x.len() <= LINES_MAX && y.len() <= LINES_MAX;
    let mut shared = vec![0_u16; if small { (x.len() + 1) * width } else { 0 }];
    if small {
        for i in (0..x.len()).rev() {
            for j in (0..y.len()).rev() {
                shared[i * width + j] = if x[i] == y[j] {
                    shared[(i + 1) * width + j + 1] + 1
                } else {
                    shared[(i + 1) * width + j].max(shared[i * width + j + 1])
                };
            }
        }
    }
    let mut all = Vec::with_capacity(a.len() + b.len());
    for (at, line) in a.iter().take(head).enumerate() {
        all.push(Step { kind: ' ', before: (at, at), line });
    }
    let (mut i, mut j) = (0, 0);
    while i < x.len() || j < y.len() {
        let before = (head + i, head + j);
        if small && i < x.len() && j < y.len() && x[i] == y[j] {
            all.push(Step { kind: ' ', before, line: x[i] });
            (i, j) = (i + 1, j + 1);
        } else if i < x.len()
            && (j == y.len() || !small || shared[(i + 1) * width + j] >= shared[i * width + j + 1])
        {
            all.push(Step { kind: '-', before, line: x[i] });
            i += 1;
        } else {
            all.push(Step { kind: '+', before, line: y[j] });
            j += 1;
        }
    }
    for at in 0..tail {
        let before = (a.len() - tail + at, b.len() - tail + at);
        all.push(Step { kind: ' ', before, line: a[before.0] });
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_told_with_what_is_around_them() {
        assert_eq!(unified("a\nb\nc\n", "a\nB\nc\n"), "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n");
        assert_eq!(unified("a\n", "a\n"), "");
        assert_eq!(unified("", "a\n"), "@@ -0,0 +1,1 @@\n+a\n");
        let numbers = |from: u32, to: u32| (from..to).map(|n| format!("{n}\n")).collect::<String>();
        let far = unified(&numbers(0, 30), &format!("x\n{}y\n", numbers(1, 29)));
        assert_eq!(far.matches("@@ -").count(), 2);
    }
}
