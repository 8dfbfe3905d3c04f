//! XML bodies: a request is read into a small tree first, an answer is written straight out.
//!
//! Prefixes of names are dropped on reading: what AWS accepts is told apart by local names.

mod document;
mod read;
mod write;

pub(crate) use document::parse;
pub use read::read_document;
pub(crate) use read::{read_struct, read_value};
pub use write::escape;
pub(crate) use write::{close, open, write_document, write_members, write_named, write_some};

use aquifer_schema::{Kind, Member};

/// The name of a member's element, or of each item where it is a flattened list.
///
/// Old models flatten the list itself and name its items at its element; a name at the member counts
/// before that.
fn element_name(member: &'static Member) -> &'static str {
    let schema = member.target;
    if schema.flattened
        && !member.flattened
        && schema.kind == Kind::List
        && member.wire == member.name
    {
        let element = schema.element().wire;
        if element != "member" {
            return element;
        }
    }
    member.wire
}
