//! Access points of buckets, and what keeps the public out of everything of an account. Clients ask S3
//! Control for both; S3 has them, since its requests depend on them. Shared through the context's
//! extensions.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use platform::{Ctx, Result, Timestamp};

/// What keeps the public out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// New public lists of grants are refused.
    pub block_acls: bool,
    /// Public grants of lists are passed over.
    pub ignore_acls: bool,
    /// New public policies are refused.
    pub block_policy: bool,
    /// A public policy lets in none but the owner's account.
    pub restrict: bool,
}

impl Block {
    /// All of it.
    pub const ALL: Self =
        Self { block_acls: true, ignore_acls: true, block_policy: true, restrict: true };
}

/// An access point that is to be.
#[derive(Clone, Debug)]
pub struct NewPoint {
    pub name: String,
    pub bucket: String,
    /// Whose the bucket is said to be; the caller's account otherwise.
    pub bucket_account: Option<String>,
    /// The only network it may be reached from.
    pub vpc: Option<String>,
    pub block: Block,
}

/// An access point.
#[derive(Clone, Debug)]
pub struct Point {
    pub name: String,
    pub arn: String,
    pub alias: String,
    pub bucket: String,
    pub bucket_account: String,
    pub vpc: Option<String>,
    pub block: Block,
    pub created: Timestamp,
}

/// What is done later.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// Keeps the access points of the account and region that a context acts on.
pub trait KeepsPoints: Send + Sync {
    /// Makes an access point.
    fn create<'a>(&'a self, ctx: &'a Ctx, new: NewPoint) -> Later<'a, Point>;

    /// An access point by its name.
    ///
    /// # Errors
    /// `NoSuchAccessPoint`.
    fn point(&self, ctx: &Ctx, name: &str) -> Result<Point>;

    /// Some access points, by name, of one bucket or of any.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn points(
        &self,
        ctx: &Ctx,
        bucket: Option<&str>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Point>>;

    /// Removes an access point, with its policy.
    fn delete<'a>(&'a self, ctx: &'a Ctx, name: &'a str) -> Later<'a, ()>;

    /// The policy of an access point, and whether it lets the public in.
    ///
    /// # Errors
    /// `NoSuchAccessPoint`, `NoSuchAccessPointPolicy`.
    fn policy(&self, ctx: &Ctx, name: &str) -> Result<(String, bool)>;

    /// Replaces the policy of an access point, or removes it.
    fn set_policy<'a>(
        &'a self,
        ctx: &'a Ctx,
        name: &'a str,
        policy: Option<String>,
    ) -> Later<'a, ()>;

    /// What keeps the public out of everything of the account.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn account_block(&self, ctx: &Ctx) -> Result<Option<Block>>;

    /// Changes that.
    fn set_account_block<'a>(&'a self, ctx: &'a Ctx, block: Option<Block>) -> Later<'a, ()>;
}

/// What keeps access points, under the type by which it is found.
pub struct PointKeeper(pub Arc<dyn KeepsPoints>);
