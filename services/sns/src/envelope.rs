//! The letter in which a message comes to an endpoint that does not want it bare, written as AWS
//! writes it, field by field and line by line.
//!
//! <https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html>
//!
//! AWS: letters of standard topics are signed; here: they are not, and say nothing of a signature.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use platform::{Ctx, Timestamp};
use serde_json::Value as Json;

use crate::store::Value;

/// What a letter says.
pub(crate) struct Letter<'a> {
    pub kind: &'a str,
    pub message_id: &'a str,
    /// Of FIFO topics.
    pub sequence: Option<&'a str>,
    pub token: Option<&'a str>,
    pub topic_arn: &'a str,
    pub subject: Option<&'a str>,
    pub message: &'a str,
    pub time: Timestamp,
    /// Where to confirm or to end the subscription: the field's name and the URL.
    pub url: (&'a str, String),
    pub attributes: &'a BTreeMap<String, Value>,
}

impl Letter<'_> {
    /// The letter as text.
    pub fn write(&self) -> String {
        let time = self.time.floor_millis().rfc3339_millis();
        let (url_name, url) = &self.url;
        let fields = [
            ("Type", Some(self.kind)),
            ("MessageId", Some(self.message_id)),
            ("SequenceNumber", self.sequence),
            ("Token", self.token),
            ("TopicArn", Some(self.topic_arn)),
            ("Subject", self.subject),
            ("Message", Some(self.message)),
            ("Timestamp", Some(time.as_str())),
            (url_name, Some(url.as_str())),
        ];
        let fields = fields.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let mut lines: Vec<String> =
            fields.map(|(name, value)| format!("  \"{name}\" : {}", Json::from(value))).collect();
        if !self.attributes.is_empty() {
            let attribute = |(name, value): (&String, &Value)| {
                let text = match (&value.bytes, &value.text) {
                    (Some(bytes), _) => STANDARD.encode(&bytes.0),
                    (None, text) => text.clone().unwrap_or_default(),
                };
                let (name, kind) = (Json::from(name.as_str()), Json::from(value.kind.as_str()));
                format!("    {name} : {{\"Type\":{kind},\"Value\":{}}}", Json::from(text))
            };
            let all: Vec<String> = self.attributes.iter().map(attribute).collect();
            lines.push(format!("  \"MessageAttributes\" : {{\n{}\n  }}", all.join(",\n")));
        }
        format!("{{\n{}\n}}", lines.join(",\n"))
    }
}

/// Where clients find this service: at the host where the caller did.
pub(crate) fn url(ctx: &Ctx, query: &str) -> String {
    match ctx.host() {
        Some(host) => {
            let scheme = if ctx.secure_transport() { "https" } else { "http" };
            format!("{scheme}://{host}/?{query}")
        }
        None => format!("https://sns.{}.amazonaws.com/?{query}", ctx.region()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_written_as_awss() {
        let value = Value { kind: "String".into(), text: Some("a\"b".into()), bytes: None };
        let attributes = BTreeMap::from([("k".to_owned(), value)]);
        let letter = Letter {
            kind: "Notification",
            message_id: "1",
            sequence: None,
            token: None,
            topic_arn: "arn",
            subject: None,
            message: "x\n",
            time: Timestamp::from_secs_f64(0.0).unwrap(),
            url: ("UnsubscribeURL", "u".to_owned()),
            attributes: &attributes,
        };
        let text = letter.write();
        assert_eq!(
            text,
            "{\n  \"Type\" : \"Notification\",\n  \"MessageId\" : \"1\",\n  \"TopicArn\" : \"arn\",\n  \
             \"Message\" : \"x\\n\",\n  \"Timestamp\" : \"1970-01-01T00:00:00.000Z\",\n  \
             \"UnsubscribeURL\" : \"u\",\n  \"MessageAttributes\" : {\n    \"k\" : \
             {\"Type\":\"String\",\"Value\":\"a\\\"b\"}\n  }\n}"
        );
        assert!(serde_json::from_str::<Json>(&text).is_ok());
    }
}
