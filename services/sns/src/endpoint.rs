//! Endpoints: who may be sent what is published. Those that are not there are refused by name.

use platform::{Arn, Result, Scope};

use crate::error;

/// The protocols whose endpoints are here.
pub(crate) const SQS: &str = "sqs";
pub(crate) const LAMBDA: &str = "lambda";

/// Protocols of AWS that are not here, and those among them that FIFO topics do not have there.
const ABSENT: &[(&str, bool)] = &[
    ("application", true),
    ("email", true),
    ("email-json", true),
    ("firehose", false),
    ("http", true),
    ("https", true),
    ("sms", true),
];

/// A queue's ARN as the scope and the URL's path that name it.
pub(crate) fn queue(arn: &str) -> Option<(Scope, String)> {
    let arn: Arn = arn.parse().ok().filter(|arn: &Arn| arn.service() == "sqs")?;
    let scope = Scope::new(arn.account()?, arn.region()?);
    let name = arn.resource();
    (!name.is_empty() && !name.contains([':', '/']))
        .then(|| (scope.clone(), format!("/{}/{name}", scope.account)))
}

/// Whose function an ARN names, and in which region.
pub(crate) fn function(arn: &str) -> Option<Scope> {
    let arn: Arn = arn.parse().ok().filter(|arn: &Arn| arn.service() == "lambda")?;
    let name = arn.resource().strip_prefix("function:")?;
    let scope = Scope::new(arn.account()?, arn.region()?);
    (!name.is_empty() && name.split(':').count() <= 2).then_some(scope)
}

/// Checks an endpoint for a topic.
///
/// # Errors
/// AWS's refusals, and those by name.
pub(crate) fn check(protocol: &str, endpoint: &str, fifo: bool) -> Result<()> {
    if let Some((_, refused)) = ABSENT.iter().find(|(known, _)| *known == protocol) {
        if fifo && *refused {
            return Err(error::invalid(format!("Invalid protocol type: {protocol}")));
        }
        return Err(error::absent(&format!("The protocol {protocol} of subscriptions")));
    }
    if protocol == LAMBDA {
        if fifo {
            return Err(error::invalid(format!("Invalid protocol type: {protocol}")));
        }
        let refused = || error::invalid("Lambda endpoint ARN");
        return function(endpoint).map(drop).ok_or_else(refused);
    }
    if protocol != SQS {
        let reason = format!("Amazon SNS does not support this protocol string: {protocol}");
        return Err(error::invalid(reason));
    }
    let Some((_, path)) = queue(endpoint) else {
        return Err(error::invalid("SQS endpoint ARN"));
    };
    if path.ends_with(".fifo") && !fifo {
        return Err(error::invalid(
            "Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard \
             SNS topics",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_queues_and_functions() {
        let code = |protocol: &str, endpoint: &str, fifo| {
            check(protocol, endpoint, fifo).err().map(|fail| fail.code().to_owned())
        };
        let queue = "arn:aws:sqs:us-east-1:000000000000:q";
        let fifo = "arn:aws:sqs:us-east-1:000000000000:q.fifo";
        assert_eq!(code(SQS, queue, false), None);
        assert_eq!(code(SQS, queue, true), None);
        assert_eq!(code(SQS, fifo, true), None);
        assert_eq!(code(SQS, fifo, false).as_deref(), Some("InvalidParameter"));
        assert_eq!(code(SQS, "x", false).as_deref(), Some("InvalidParameter"));
        let function = "arn:aws:lambda:us-east-1:000000000000:function:f:live";
        assert_eq!(code(LAMBDA, function, false), None);
        assert_eq!(code(LAMBDA, function, true).as_deref(), Some("InvalidParameter"));
        assert_eq!(code(LAMBDA, queue, false).as_deref(), Some("InvalidParameter"));
        assert_eq!(code("pigeon", "x", false).as_deref(), Some("InvalidParameter"));
        assert_eq!(code("https", "https://x", false).as_deref(), Some("NotImplemented"));
        assert_eq!(code("https", "https://x", true).as_deref(), Some("InvalidParameter"));
    }
}
