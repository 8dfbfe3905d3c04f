//! What an operation answers when it does not succeed.

use std::borrow::Cow;
use std::fmt;

use aquifer_schema::{Schema, Structure};
use aquifer_store::StoreError;

/// An error as a client reads it, with what only the log may say.
///
/// The code, the status and who is to blame come from the model where the error is modelled; only
/// the sentence is ours to get right. Everything unexpected becomes [`Fail::internal`]: its chain
/// goes to the log with the request id, never to the client.
pub struct Fail(Box<Inner>);

struct Inner {
    code: Cow<'static, str>,
    status: u16,
    sender: bool,
    message: String,
    /// Members of a modelled error beyond its message.
    detail: Option<Box<dyn Structure>>,
    /// Further elements of an unmodelled error, as S3 answers them.
    extras: Vec<(&'static str, String)>,
    /// Response headers that go with the error.
    headers: Vec<(&'static str, String)>,
    cause: Option<anyhow::Error>,
}

/// The result of an operation.
pub type Result<T, E = Fail> = std::result::Result<T, E>;

impl Fail {
    /// An error of the model.
    ///
    /// # Panics
    /// When the schema is not an error's; the generated constructors pass only those.
    pub fn modeled(schema: &'static Schema, message: impl Into<String>) -> Self {
        let error = schema.error.expect("generated constructors pass error schemas");
        Self::build(error.code.into(), error.status, error.sender, message.into())
    }

    /// An error AWS answers but does not model. Status 5xx blames the service, others the caller.
    pub fn new(
        code: impl Into<Cow<'static, str>>,
        status: u16,
        message: impl Into<String>,
    ) -> Self {
        Self::build(code.into(), status, status < 500, message.into())
    }

    /// Something that must not happen. The client reads a fixed sentence.
    pub fn internal(cause: impl Into<anyhow::Error>) -> Self {
        let message = "An internal error occurred. Try again.".to_owned();
        let mut fail = Self::build("InternalFailure".into(), 500, false, message);
        fail.0.cause = Some(cause.into());
        fail
    }

    /// An operation the model has and this build has not.
    pub fn not_implemented(service: &str, operation: &str) -> Self {
        Self::new(
            "NotImplemented",
            501,
            format!("{service}:{operation} is not implemented by this version of Aquifer."),
        )
    }

    fn build(code: Cow<'static, str>, status: u16, sender: bool, message: String) -> Self {
        Self(Box::new(Inner {
            code,
            status,
            sender,
            message,
            detail: None,
            extras: Vec::new(),
            headers: Vec::new(),
            cause: None,
        }))
    }

    /// Adds the members of a modelled error.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Structure) -> Self {
        self.0.detail = Some(Box::new(detail));
        self
    }

    /// Adds an element beside code and message, as S3's errors carry.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.0.extras.push((name, value.into()));
        self
    }

    /// Adds a response header.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.0.headers.push((name, value.into()));
        self
    }

    /// Keeps the cause for the log.
    #[must_use]
    pub fn because(mut self, cause: impl Into<anyhow::Error>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// The code under which clients know the error.
    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// Whether this is the error of that code.
    pub fn is(&self, code: &str) -> bool {
        self.0.code == code
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.0.status
    }

    /// Whether the caller is to blame.
    pub fn is_sender(&self) -> bool {
        self.0.sender
    }

    /// The sentence for the client.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Members beyond the message.
    pub fn detail(&self) -> Option<&dyn Structure> {
        self.0.detail.as_deref()
    }

    /// Elements beside code and message.
    pub fn extras(&self) -> &[(&'static str, String)] {
        &self.0.extras
    }

    /// Headers that go with the answer.
    pub fn headers(&self) -> &[(&'static str, String)] {
        &self.0.headers
    }

    /// What the log says and the client does not.
    pub fn cause(&self) -> Option<&anyhow::Error> {
        self.0.cause.as_ref()
    }
}

impl fmt::Debug for Fail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.0.code, self.0.status, self.0.message)?;
        if let Some(cause) = &self.0.cause {
            write!(f, "; cause: {cause:?}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Fail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.code, self.0.message)
    }
}

impl std::error::Error for Fail {}

impl From<StoreError> for Fail {
    fn from(error: StoreError) -> Self {
        let message = match &error {
            StoreError::NotWritten(_) if error.is_full() => FULL,
            StoreError::NotWritten(_) => {
                "This server could not save the change; nothing was changed. Its log says why."
            }
            StoreError::NotSaved(_) => {
                "This server could not make sure that the change is saved. Read what is there \
                 before trying again; the server's log says why."
            }
            _ => return Self::internal(error),
        };
        Self::new("ServiceUnavailable", 503, message).because(error)
    }
}

/// What the operator has to read wherever it was noticed.
const FULL: &str = "The disk under this Aquifer is full; nothing was stored.";

impl From<std::io::Error> for Fail {
    fn from(error: std::io::Error) -> Self {
        match error.get_ref().and_then(|inner| inner.downcast_ref::<BodyFault>()) {
            Some(fault) => Self::new(fault.code, fault.status, fault.message.clone()),
            None if is_full(&error) => Self::new("ServiceUnavailable", 503, FULL).because(error),
            None => Self::internal(error),
        }
    }
}

fn is_full(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge)
}

impl From<anyhow::Error> for Fail {
    fn from(error: anyhow::Error) -> Self {
        match error.downcast::<Self>() {
            Ok(fail) => fail,
            Err(error) => match error.downcast::<StoreError>() {
                Ok(error) => error.into(),
                Err(error) => Self::internal(error),
            },
        }
    }
}

/// Why a request's body could not be read to its end. Travels inside an [`std::io::Error`], so that
/// a handler that streams the body answers what the protocol says.
#[derive(Clone, Debug)]
pub struct BodyFault {
    pub code: &'static str,
    pub status: u16,
    pub message: String,
}

impl fmt::Display for BodyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for BodyFault {}

impl From<BodyFault> for std::io::Error {
    fn from(fault: BodyFault) -> Self {
        Self::new(std::io::ErrorKind::InvalidData, fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_named() {
        let full = || std::io::Error::from(std::io::ErrorKind::StorageFull);
        let not_written = StoreError::NotWritten(full().into());
        let unsure = StoreError::NotSaved(full().into());
        for fail in [Fail::from(not_written.clone()), full().into(), {
            anyhow::Error::from(not_written).into()
        }] {
            assert_eq!((fail.code(), fail.status()), ("ServiceUnavailable", 503));
            assert_eq!(fail.message(), FULL);
            assert!(fail.cause().is_some(), "the log says more");
        }
        let unsure = Fail::from(unsure);
        assert_eq!(unsure.status(), 503);
        assert!(!unsure.message().contains("nothing"), "what is not known is not said");
        assert_eq!(Fail::from(StoreError::Closed).status(), 500);
    }
}
