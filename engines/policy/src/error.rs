//! What is wrong with a policy document, and where.

use std::fmt;

use thiserror::Error;

/// A document that is not a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyError {
    /// What is wrong.
    pub kind: PolicyErrorKind,
    /// Where, as `Statement[0].Condition.StringEquals`; empty for the document itself.
    pub location: String,
}

/// What can be wrong with a policy.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PolicyErrorKind {
    /// Longer than any policy may be.
    #[error("the document is longer than {len_max} bytes")]
    TooLong {
        /// The limit in bytes.
        len_max: usize,
    },
    /// Not JSON, or a member is repeated.
    #[error("not valid JSON at line {line}, column {column}: {message}")]
    Json {
        /// From one.
        line: usize,
        /// From one.
        column: usize,
        /// The parser's words.
        message: String,
    },
    /// A member has the wrong JSON type.
    #[error("expected {0}")]
    Type(&'static str),
    /// An element the language does not have.
    #[error("unknown element '{0}'")]
    UnknownElement(String),
    /// An element that must be there is not.
    #[error("missing element '{0}'")]
    MissingElement(&'static str),
    /// Two elements that exclude each other.
    #[error("'{0}' and '{1}' exclude each other")]
    Conflict(&'static str, &'static str),
    /// `Version` is none of the known ones.
    #[error("unknown version '{0}'")]
    UnknownVersion(String),
    /// An identity policy needs the current language version.
    #[error("version 2012-10-17 is required")]
    VersionTooOld,
    /// `Effect` is neither `Allow` nor `Deny`.
    #[error("unknown effect '{0}'")]
    UnknownEffect(String),
    /// Neither `Action` nor `NotAction` names anything.
    #[error("the statement names no action")]
    NoActions,
    /// Neither `Resource` nor `NotResource` names anything.
    #[error("the statement names no resource")]
    NoResources,
    /// An action is not `vendor:Name`.
    #[error("action '{0}' has no vendor prefix")]
    ActionWithoutVendor(String),
    /// The vendor of an action holds impossible characters.
    #[error("vendor '{0}' is not valid")]
    InvalidVendor(String),
    /// A condition key is not `vendor:name`.
    #[error("condition key '{0}' has no vendor prefix")]
    KeyWithoutVendor(String),
    /// A resource is neither `*` nor an ARN.
    #[error("resource '{0}' is not an ARN")]
    ResourceNotArn(String),
    /// A resource names an unknown partition.
    #[error("partition '{partition}' of resource '{resource}' is not valid")]
    InvalidPartition {
        /// What stands in the partition's place.
        partition: String,
        /// The whole resource.
        resource: String,
    },
    /// A policy attached to an identity names a principal.
    #[error("a principal is not allowed here")]
    PrincipalForbidden,
    /// A trust policy names a resource.
    #[error("a resource is not allowed here")]
    ResourceForbidden,
    /// A principal of unknown kind or impossible value.
    #[error("invalid principal \"{kind}\":\"{value}\"")]
    InvalidPrincipal {
        /// `AWS`, `Service`, …
        kind: String,
        /// The value given.
        value: String,
    },
    /// A statement id holds other characters than letters and digits.
    #[error("invalid statement id '{0}'")]
    InvalidSid(String),
    /// Two statements share an id.
    #[error("statement id '{0}' is used twice")]
    RepeatedSid(String),
    /// A condition operator the language does not have.
    #[error("unknown condition operator '{0}'")]
    UnknownOperator(String),
    /// A condition value that its operator can never compare.
    #[error("'{value}' is no value for {operator}")]
    InvalidConditionValue {
        /// The operator.
        operator: String,
        /// The value given.
        value: String,
    },
}

impl PolicyError {
    pub(crate) fn new(location: &str, kind: PolicyErrorKind) -> PolicyError {
        PolicyError { kind, location: location.to_owned() }
    }

    /// The sentence by which the language's own service refuses such a document.
    pub fn sentence(&self) -> String {
        use PolicyErrorKind as Kind;
        match &self.kind {
            Kind::VersionTooOld => "Policy document must be version 2012-10-17 or greater.".into(),
            Kind::NoActions => "Policy statement must contain actions.".into(),
            Kind::NoResources => "Policy statement must contain resources.".into(),
            Kind::ActionWithoutVendor(_) | Kind::KeyWithoutVendor(_) => {
                "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.".into()
            }
            Kind::InvalidVendor(vendor) => format!("Vendor {vendor} is not valid"),
            Kind::ResourceNotArn(resource) => {
                format!("Resource {resource} must be in ARN format or \"*\".")
            }
            Kind::InvalidPartition { partition, resource } => {
                format!("Partition \"{partition}\" is not valid for resource \"{resource}\".")
            }
            Kind::PrincipalForbidden => "Policy document should not specify a principal.".into(),
            Kind::ResourceForbidden => "Has prohibited field Resource".into(),
            Kind::InvalidPrincipal { kind, value } => {
                format!("Invalid principal in policy: \"{kind}\":\"{value}\"")
            }
            Kind::InvalidSid(_) => "Statement IDs (SID) must be alpha-numeric. Check that your \
                 input satisfies the regular expression [0-9A-Za-z]*"
                .into(),
            Kind::RepeatedSid(_) => "Statement IDs (SID) in a single policy must be unique.".into(),
            Kind::InvalidConditionValue { .. } => "The policy failed legacy parsing".into(),
            Kind::TooLong { .. }
            | Kind::Json { .. }
            | Kind::Type(_)
            | Kind::UnknownElement(_)
            | Kind::MissingElement(_)
            | Kind::Conflict(..)
            | Kind::UnknownVersion(_)
            | Kind::UnknownEffect(_)
            | Kind::UnknownOperator(_) => "Syntax errors in policy.".into(),
        }
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.location.is_empty() {
            write!(f, "{}", self.kind)
        } else {
            write!(f, "{}: {}", self.location, self.kind)
        }
    }
}

impl std::error::Error for PolicyError {}
