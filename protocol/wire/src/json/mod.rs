//! JSON bodies, read token by token into shapes and written straight to bytes.

mod read;
mod write;

pub(crate) use read::{read, read_value};
pub(crate) use write::{write, write_member, write_more, write_string};

use aquifer_schema::{Location, Member, Schema};

/// Which members a JSON document holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Names {
    /// awsJson: every member, by its model name.
    Model,
    /// restJson: the members not bound elsewhere, by their wire name.
    Wire,
}

impl Names {
    fn of(self, member: &'static Member) -> &'static str {
        match self {
            Self::Model => member.name,
            Self::Wire => member.wire,
        }
    }

    /// The member of that name, which is perhaps the next one.
    fn find(
        self,
        schema: &'static Schema,
        name: &str,
        next: usize,
    ) -> Option<(usize, &'static Member)> {
        match self {
            Self::Model => schema.find(name, next, |member| member.name),
            Self::Wire => schema
                .find(name, next, |member| member.wire)
                .filter(|(_, member)| member.location == Location::Body)
                // A header or query parameter may be named like a member of the body.
                .or_else(|| {
                    let body = |(_, member): &(usize, &'static Member)| {
                        member.wire == name && member.location == Location::Body
                    };
                    schema.members.iter().enumerate().find(body)
                }),
        }
    }
}
