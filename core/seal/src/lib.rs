//! Secrets at rest: one root secret per data directory, and keys derived from it that seal bytes.
//!
//! The root secret is a file of the data directory that only its owner may read, made when the
//! directory is first opened; without a directory it is in memory and ends with the process. Each
//! use derives a key of its own from it by naming a purpose, so that what one part of the house
//! sealed cannot be opened, or passed off, by another.
//!
//! Randomness here is the operating system's, not the seeded tree's: a run that repeats its seed on
//! a directory would use a nonce twice, which tells the key of AES-GCM.
//!
//! What it is not: a guard against those who can read the whole directory, root secret included. It
//! keeps key material out of table files, logs and backups of tables.

mod root;
mod sealing;

pub use root::{OpenError, RootSecret};
pub use sealing::{NotOpened, SealingKey, secret_bytes};
