//! Apache ORC: rows in stripes, columns in streams.
//!
//! Reading is in steps, because a file's bytes are somewhere else: [`OrcTail`] is read from its
//! end; [`OrcColumns`] says which columns are asked for; [`OrcStripe`] says which ranges of a
//! stripe they need, and turns those bytes into [`OrcRows`].
//!
//! Not here: unions, encrypted columns, LZO; indexes and statistics are neither used nor written.
//!
//! <https://orc.apache.org/specification/ORCv1/>

mod column;
mod encode;
mod proto;
mod rle;
mod stream;
mod stripe;
mod tail;
#[cfg(test)]
mod tests;
mod write;

pub use stripe::{OrcColumns, OrcRows, OrcStripe};
pub use tail::{OrcTail, OrcTailRead};
pub(crate) use write::OrcFile;
