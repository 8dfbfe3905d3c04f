//! `LIKE` patterns: `%` for any run of characters, `_` for any one.

/// A compiled pattern.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Like(Vec<Atom>);

#[derive(Debug, Clone, Copy, PartialEq)]
enum Atom {
    Char(char),
    AnyOne,
    AnyRun,
}

impl Like {
    /// Compiles a pattern. After the escape character, if there is one, a character is itself.
    pub(crate) fn new(pattern: &str, escape: Option<char>) -> Like {
        let mut atoms = Vec::new();
        let mut chars = pattern.chars();
        while let Some(c) = chars.next() {
            atoms.push(match c {
                c if Some(c) == escape => Atom::Char(chars.next().unwrap_or(c)),
                '%' => Atom::AnyRun,
                '_' => Atom::AnyOne,
                c => Atom::Char(c),
            });
        }
        Like(atoms)
    }

    /// Whether the whole text matches. Only the last `%` is ever tried again, one place further
    /// on, so the cost is at most the product of the lengths.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let mut atoms = self.0.as_slice();
        let mut rest = text.chars();
        let mut retry: Option<(&[Atom], std::str::Chars<'_>)> = None;
        loop {
            let mut ahead = rest.clone();
            match (atoms, ahead.next()) {
                ([Atom::AnyRun, after @ ..], _) => {
                    retry = Some((after, rest.clone()));
                    atoms = after;
                    continue;
                }
                ([], None) => return true,
                ([Atom::AnyOne, after @ ..], Some(_)) => {
                    (atoms, rest) = (after, ahead);
                    continue;
                }
                ([Atom::Char(wanted), after @ ..], Some(c)) if *wanted == c => {
                    (atoms, rest) = (after, ahead);
                    continue;
                }
                _ => {}
            }
            let Some((after, from)) = &mut retry else { return false };
            if from.next().is_none() {
                return false;
            }
            (atoms, rest) = (after, from.clone());
        }
    }
}
