//! Built-in classifiers of logs: lines that programs everybody knows write, and the log of calls.
//!
//! <https://docs.aws.amazon.com/glue/latest/dg/add-classifier.html>

use std::sync::{Arc, LazyLock};

use aquifer_formats::{Classification, Compression, Grok, HiveType, Inference, infer, infer_lines};
use platform::Bytes;

use super::json_path::JsonPath;
use super::look::{Lines, Look, plain};

/// What logs are called, and the expression that reads their lines; the first that fits is taken.
const KNOWN: [(&str, &str); 6] = [
    ("combined_apache", "%{COMBINEDAPACHELOG}"),
    ("apache", "%{COMMONAPACHELOG}"),
    ("linux_kernel", "%{SYSLOGBASE} %{GREEDYDATA:message}"),
    (
        "ruby_logger",
        r"[DFEWI], \[%{TIMESTAMP_ISO8601:timestamp} #%{POSINT:pid}\] +%{WORD:loglevel} -- +%{DATA:progname}: %{GREEDYDATA:message}",
    ),
    (
        "squid",
        "%{NUMBER:timestamp} +%{INT:duration} %{IPORHOST:client} %{WORD:result}/%{INT:status} %{INT:bytes} %{WORD:method} %{NOTSPACE:url} %{NOTSPACE:user} %{NOTSPACE:hierarchy} %{NOTSPACE:type}",
    ),
    (
        "redislog",
        r"\[%{POSINT:pid}\] %{MONTHDAY:day} %{MONTH:month} %{TIME:time} [.*#-] %{GREEDYDATA:message}",
    ),
];

static LOGS: LazyLock<Vec<Arc<Lines>>> = LazyLock::new(|| {
    let each = KNOWN.iter().filter_map(|(classification, expression)| {
        Some(Arc::new(Lines {
            grok: Grok::new(expression, "").ok()?,
            classification: (*classification).to_owned(),
            expression: (*expression).to_owned(),
            patterns: None,
        }))
    });
    each.collect()
});

/// A log whose lines are known.
pub(super) fn known(head: &Bytes, name: &str, full: bool) -> Option<Look> {
    let compression = Compression::detect(head, name).ok()?;
    let text = plain(compression, head);
    // The first line tells most files apart.
    let first =
        text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).find(|l| !l.is_empty())?;
    let fitting = LOGS.iter().filter(|lines| lines.grok.matches(first));
    fitting.into_iter().find_map(|lines| {
        let inference = infer_lines(head, name, full, &lines.grok)?;
        Some(Look { lines: Some(Arc::clone(lines)), ..Look::plain(inference) })
    })
}

/// A log of calls: a document whose `Records` are of calls.
pub(super) fn trail(found: &Inference, head: &Bytes, name: &str, full: bool) -> Option<Look> {
    let [(only, HiveType::Array(item))] = found.columns.as_slice() else { return None };
    let HiveType::Struct(fields) = &**item else { return None };
    let has = |wanted: &str| fields.iter().any(|(name, _)| name.eq_ignore_ascii_case(wanted));
    if only != "records" || !(has("eventversion") && has("eventsource") && has("eventname")) {
        return None;
    }
    let compression = Compression::detect(head, name).ok()?;
    let text = plain(compression, head);
    let records = JsonPath::parse("$.Records[*]")?.find(&text)?;
    let mut inference = infer(records, "records.json", full);
    inference.compression = compression;
    (inference.classification == Classification::Json)
        .then_some(Look { trail: true, ..Look::plain(inference) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_lines_are_told_apart() {
        assert_eq!(LOGS.len(), KNOWN.len(), "every expression is one");
        for (line, want) in [
            (
                r#"10.0.0.1 - ann [10/Oct/2024:13:55:36 -0700] "GET /a HTTP/1.0" 200 23 "-" "curl""#,
                Some("combined_apache"),
            ),
            (
                r#"10.0.0.1 - ann [10/Oct/2024:13:55:36 -0700] "GET /a HTTP/1.0" 200 23"#,
                Some("apache"),
            ),
            ("Oct 11 22:14:15 host su[12]: failed for root", Some("linux_kernel")),
            ("I, [2024-03-03T02:34:24.895701 #19074]  INFO -- Main: done", Some("ruby_logger")),
            (
                "1066037222.011 126 10.1.1.1 TCP_MISS/200 1234 GET http://a/b - DIRECT/10.2.2.2 text/html",
                Some("squid"),
            ),
            ("[4018] 14 Nov 07:01:22.119 * saving", Some("redislog")),
            ("a,b,c", None),
        ] {
            let text = Bytes::from(format!("{line}\n{line}\n"));
            let look = known(&text, "f.log", true);
            let found = look.as_ref().and_then(|look| look.lines.as_ref());
            assert_eq!(found.map(|lines| lines.classification.as_str()), want, "{line}");
        }
    }
}
