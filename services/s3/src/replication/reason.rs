//! Why a version is not replicated, as AWS names it.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-failure-codes.html>

use platform::Fail;

/// What stands in the way of a version.
#[derive(Debug)]
pub(super) struct Stopped {
    pub reason: &'static str,
    pub fail: Fail,
}

/// What is nobody's rule, or has no name of its own.
const OTHER: &str = "Other";

impl From<Fail> for Stopped {
    fn from(fail: Fail) -> Self {
        Self { reason: OTHER, fail }
    }
}

impl Stopped {
    /// Whether it would be no better the next time.
    pub fn is_final(&self) -> bool {
        self.fail.is_sender()
    }

    /// The failure with its reason in its sentence.
    pub fn told(self) -> Fail {
        if self.reason == OTHER || !self.fail.is_sender() {
            return self.fail;
        }
        let message = format!("{}: {}", self.reason, self.fail.message());
        Fail::new(self.fail.code().to_owned(), self.fail.status(), message)
    }
}

/// Names the reason of a failure.
pub(super) fn because(reason: &'static str) -> impl Fn(Fail) -> Stopped {
    move |fail| Stopped { reason, fail }
}

/// Names the reason of a failure of a key: of the source's, or of the destination's.
pub(super) fn of_key(missing: &'static str, invalid: &'static str) -> impl Fn(Fail) -> Stopped {
    move |fail| {
        let reason = match fail.code() {
            "KMS.NotFoundException" => missing,
            code if code.starts_with("KMS.") => invalid,
            _ => OTHER,
        };
        Stopped { reason, fail }
    }
}
