//! Parameters of requests that ask for what this version does not do: refused by name, before any
//! effect, rather than accepted and forgotten.

/// Refuses the first of the named members that is set.
macro_rules! refuse {
    ($input:expr, $($member:ident => $header:literal),+ $(,)?) => {
        $(if $input.$member.is_some() {
            return Err($crate::error::not_implemented($header));
        })+
    };
}

pub(crate) use refuse;
