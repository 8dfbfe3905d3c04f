//! What the numbers were measured on, as far as it decides them.

use std::fs;

/// One line: processors and how busy they were.
pub fn line() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let model = fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| {
        let line = text.lines().find(|line| line.starts_with("model name"))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    });
    format!(
        "{cores} × {}; load average of the last minute {}",
        model.as_deref().unwrap_or("unknown processor"),
        load_average()
    )
}

/// How many processes wanted to run in the last minute, on average.
pub fn load_average() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().next().unwrap_or("unknown").to_owned()
}
