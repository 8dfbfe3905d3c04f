//! Parameters that ask for what this room does not do: refused by name, before any effect, rather
//! than taken and forgotten.

/// Refuses the first of the named members that is given.
macro_rules! refuse {
    ($input:expr, $($member:ident => $name:literal),+ $(,)?) => {
        $(if $crate::refuse::is_given(&$input.$member) {
            return Err($crate::error::absent($name));
        })+
    };
}

pub(crate) use refuse;

/// Something that may be asked for.
pub(crate) trait Asked {
    fn asks(&self) -> bool;
}

/// Whether a member asks for anything: `false`, and a list of nothing, do not.
pub(crate) fn is_given<T: Asked>(member: &Option<T>) -> bool {
    member.as_ref().is_some_and(Asked::asks)
}

impl Asked for bool {
    fn asks(&self) -> bool {
        *self
    }
}

impl Asked for ec2_api::AttributeBooleanValue {
    fn asks(&self) -> bool {
        self.value == Some(true)
    }
}

impl<T> Asked for Vec<T> {
    fn asks(&self) -> bool {
        !self.is_empty()
    }
}

macro_rules! always {
    ($($type:ty),+ $(,)?) => {$(
        impl Asked for $type {
            fn asks(&self) -> bool {
                true
            }
        }
    )+};
}

always!(
    String,
    i32,
    i64,
    ec2_api::DnsOptionsSpecification,
    ec2_api::VpcEncryptionControlConfiguration,
);
