//! `aquifer clock`: read it, advance it, set it.

use anyhow::Result;
use clap::{Args, Subcommand};
use hyper::Method;
use serde_json::{Value, json};

use crate::remote::Remote;

/// Options of `aquifer clock`.
#[derive(Args)]
pub struct Clock {
    #[command(flatten)]
    remote: Remote,
    #[command(subcommand)]
    turn: Option<Turn>,
}

#[derive(Subcommand)]
enum Turn {
    /// Move the clock forward; everything due in between happens, in order.
    Advance {
        /// 31d, 12h, 90m, 45s, or ISO 8601: P1DT12H.
        by: String,
    },
    /// Set the clock to a date.
    Set {
        /// 2027-01-01T00:00:00Z.
        to: String,
    },
}

impl Clock {
    /// Turns the clock as asked and prints it.
    ///
    /// # Errors
    /// When no platform answers, or it refuses.
    pub async fn run(self) -> Result<()> {
        let answer = match self.turn {
            None => self.remote.ask(Method::GET, "clock", None).await?,
            Some(Turn::Advance { by }) => {
                let body = json!({ "advance": iso(&by) });
                self.remote.ask(Method::POST, "clock", Some(body)).await?
            }
            Some(Turn::Set { to }) => {
                self.remote.ask(Method::POST, "clock", Some(json!({ "set": to }))).await?
            }
        };
        println!("{}", answer.get("now").and_then(Value::as_str).unwrap_or_default());
        Ok(())
    }
}

/// `31d` as `P31D`; what is no short form is passed on as it is.
fn iso(text: &str) -> String {
    let Some(unit) = text.chars().last() else { return String::new() };
    let number = &text[..text.len() - unit.len_utf8()];
    if number.is_empty() || !number.chars().all(|c| c.is_ascii_digit() || c == '.') {
        return text.to_owned();
    }
    match unit {
        'd' | 'w' => format!("P{}", text.to_ascii_uppercase()),
        'h' | 'm' | 's' => format!("PT{}", text.to_ascii_uppercase()),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::iso;

    #[test]
    fn short_durations_become_iso() {
        assert_eq!(iso("31d"), "P31D");
        assert_eq!(iso("90m"), "PT90M");
        assert_eq!(iso("P1DT1H"), "P1DT1H");
    }
}
