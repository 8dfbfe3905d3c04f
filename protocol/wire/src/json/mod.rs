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

    /// The member of that name. Clients mostly write members in one order, so the search begins
    /// where the last one ended.
    fn find(
        self,
        schema: &'static Schema,
        name: &str,
        from: usize,
    ) -> Option<(usize, &'static Member)> {
        let is = |(_, member): &(usize, &'static Member)| {
            self.of(member) == name && (self == Self::Model || member.location == Location::Body)
        };
        let members = || schema.members.iter().enumerate();
        members().skip(from).find(is).or_else(|| members().take(from).find(is))
    }
}
