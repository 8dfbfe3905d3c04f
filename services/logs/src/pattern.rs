//! Filter patterns: words that a message has, or has not. Patterns of fields are not there.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForLogEvents.html>

use platform::Result;

use crate::error;

/// Which messages are wanted.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Pattern {
    all: Vec<String>,
    any: Vec<String>,
    none: Vec<String>,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// AWS's refusal of what is none, and that by name of patterns of fields and of expressions.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim();
        if text.starts_with(['{', '[']) {
            return Err(error::absent("A filter pattern of fields"));
        }
        let mut pattern = Self::default();
        let mut rest = text.chars().peekable();
        loop {
            while rest.next_if(|c| c.is_whitespace()).is_some() {}
            let sign = rest.next_if(|c| matches!(c, '?' | '-'));
            let Some(first) = rest.peek().copied() else {
                return if sign.is_none() { Ok(pattern) } else { Err(invalid()) };
            };
            let mut term = String::new();
            if rest.next_if_eq(&'"').is_some() {
                loop {
                    match rest.next() {
                        Some('"') => break,
                        Some('\\') => term.extend(rest.next()),
                        Some(c) => term.push(c),
                        None => return Err(invalid()),
                    }
                }
            } else if first == '%' {
                return Err(error::absent("A filter pattern with a regular expression"));
            } else {
                // Outside of quotes terms are of letters, digits and the underscore.
                while let Some(c) = rest.next_if(|c| !c.is_whitespace()) {
                    if !c.is_alphanumeric() && !matches!(c, '_' | '-' | '.' | ':' | '/') {
                        return Err(invalid());
                    }
                    term.push(c);
                }
            }
            match sign {
                Some('?') => pattern.any.push(term),
                Some(_) => pattern.none.push(term),
                None => pattern.all.push(term),
            }
        }
    }

    /// Whether a message is wanted.
    pub fn wants(&self, message: &str) -> bool {
        let has = |term: &String| message.contains(term.as_str());
        // AWS: where terms that must be there stand beside such of which one must, the latter do not
        // count.
        let any = !self.all.is_empty() || self.any.is_empty() || self.any.iter().any(has);
        self.all.iter().all(has) && any && !self.none.iter().any(has)
    }
}

fn invalid() -> platform::Fail {
    error::invalid("Invalid filter pattern")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_wanted_or_not() {
        for (pattern, message, wanted) in [
            ("", "anything", true),
            ("ERROR", "an ERROR here", true),
            ("ERROR", "an error here", false),
            ("ERROR Exception", "ERROR and Exception", true),
            ("ERROR Exception", "ERROR only", false),
            ("\"two words\"", "here two words are", true),
            ("\"two words\"", "two other words", false),
            ("?a ?b", "xbx", true),
            ("?a ?b", "xcx", false),
            ("ERROR -Exiting", "ERROR Exiting", false),
            ("ERROR -\"not this\"", "ERROR that", true),
            ("\"a \\\"b\\\"\"", "a \"b\"", true),
        ] {
            assert_eq!(Pattern::parse(pattern).unwrap().wants(message), wanted, "{pattern}");
        }
        for (pattern, code) in [
            ("{ $.a = 1 }", "NotImplemented"),
            ("[ip, user]", "NotImplemented"),
            ("%a.b%", "NotImplemented"),
            ("\"open", "InvalidParameterException"),
            ("a=b", "InvalidParameterException"),
        ] {
            assert_eq!(Pattern::parse(pattern).unwrap_err().code(), code, "{pattern}");
        }
    }
}
