//! `aquifer bill`: what the usage so far would have cost.

use anyhow::Result;
use clap::Args;
use hyper::Method;
use serde_json::Value;

use crate::remote::Remote;

/// Options of `aquifer bill`.
#[derive(Args)]
pub struct Bill {
    #[command(flatten)]
    remote: Remote,
    /// Print the lines as JSON.
    #[arg(long)]
    json: bool,
}

impl Bill {
    /// Prints the bill.
    ///
    /// # Errors
    /// When no platform answers.
    pub async fn run(self) -> Result<()> {
        let lines = self.remote.ask(Method::GET, "bill", None).await?;
        if self.json {
            println!("{lines:#}");
            return Ok(());
        }
        let text = |line: &Value, name: &str| {
            line.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let number = |line: &Value, name: &str| line.get(name).and_then(Value::as_f64);
        println!(
            "{:<10} {:<34} {:>16} {:<14} {:>12}",
            "service", "usage", "quantity", "unit", "USD"
        );
        let mut total = 0.0;
        for line in lines.as_array().into_iter().flatten() {
            let amount = number(line, "amount").unwrap_or_default();
            total += amount;
            println!(
                "{:<10} {:<34} {:>16.3} {:<14} {:>12.6}",
                text(line, "service"),
                text(line, "usage_type"),
                number(line, "quantity").unwrap_or_default(),
                text(line, "unit"),
                amount,
            );
        }
        println!("{:<78} {total:>12.6}", "total");
        Ok(())
    }
}
