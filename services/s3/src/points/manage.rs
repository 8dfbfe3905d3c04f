//! What S3 Control asks for: access points made, told of and removed, their policies, and what keeps
//! the public out of an account.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-manage.html>

use std::sync::Arc;

use platform::{Ctx, Fail, ReadTx, Result};
use s3_api::{Block, KeepsPoints, Later, NewPoint, Point};

use super::name::{self, Id};
use super::table::{self, BlockRow, PointRow};
use super::{Points, access, error};
use crate::access::{PublicBlock, policy};
use crate::error::invalid_request;
use crate::store::BUCKETS;

/// Access points of an account in a region. AWS: can be raised.
const POINTS_MAX: usize = 10_000;

/// Keeps access points for S3 Control.
pub(crate) struct Keeper(pub Arc<Points>);

impl Keeper {
    async fn make(&self, ctx: &Ctx, new: NewPoint) -> Result<Point> {
        name::check(&new.name)?;
        let id = Id::here(ctx, &new.name);
        let alias = name::alias(ctx, &new.name);
        let row = ctx
            .write(|tx| {
                let bucket_account = may_be_attached(tx, &id, &new)?;
                if table::find(tx, &id)?.is_some() {
                    return Err(error::already_owned());
                }
                let (account, region, _) = id.key();
                let mut there = table::POINTS.scan(tx).prefix(&(account, region)).keys();
                if there.nth(POINTS_MAX - 1).transpose()?.is_some() {
                    return Err(error::too_many());
                }
                let row = PointRow {
                    bucket: new.bucket,
                    bucket_account,
                    alias,
                    created: ctx.now().floor_millis(),
                    vpc: new.vpc,
                    block: PublicBlock::from_api(new.block),
                    policy: None,
                };
                table::put(tx, &id, &row)?;
                // Before anybody can use it.
                self.0.hosts.write().insert(id.host());
                Ok(row)
            })
            .await?;
        Ok(told(&id, row))
    }

    async fn remove(&self, ctx: &Ctx, name: &str) -> Result<()> {
        name::check(name)?;
        let id = Id::here(ctx, name);
        ctx.write(|tx| {
            let row = table::get(tx, &id)?;
            table::remove(tx, &id, &row)
        })
        .await
    }

    async fn put_policy(&self, ctx: &Ctx, name: &str, text: Option<String>) -> Result<()> {
        name::check(name)?;
        let id = Id::here(ctx, name);
        let arn = id.arn();
        ctx.write(|tx| {
            let mut row = table::get(tx, &id)?;
            if let Some(text) = &text {
                policy::check_for(text, &|resource| access::about(resource, &arn))?;
            }
            row.policy = text;
            if access::is_public(&row) && self.refuses_public(tx, &id, &row)? {
                return Err(access::public_policy(ctx, &arn));
            }
            Ok(table::POINTS.put(tx, &id.key(), &row)?)
        })
        .await
    }

    /// Whether an access point may have no public policy: by its own setting, its account's, or, where
    /// it is of the same account, the bucket's.
    fn refuses_public(&self, tx: &ReadTx<'_>, id: &Id, row: &PointRow) -> Result<bool> {
        let bucket = BUCKETS.get(tx, row.bucket.as_str())?;
        let own = bucket.filter(|bucket| bucket.owner.account == id.account);
        let own = own.map_or(PublicBlock::NONE, |bucket| bucket.access.public);
        Ok(access::block(&self.0, id, row).and(own).block_policy)
    }

    async fn put_account_block(&self, ctx: &Ctx, block: Option<Block>) -> Result<()> {
        let account = ctx.scope().account;
        let block = block.map(PublicBlock::from_api);
        ctx.write(|tx| {
            match block {
                Some(block) => {
                    table::ACCOUNT_BLOCKS.put(tx, account.as_str(), &BlockRow { block })?;
                }
                None => {
                    table::ACCOUNT_BLOCKS.delete(tx, account.as_str())?;
                }
            }
            Ok::<_, Fail>(())
        })
        .await?;
        let mut blocks = self.0.blocks.write();
        match block {
            Some(block) => blocks.insert(account, block),
            None => blocks.remove(&account),
        };
        Ok(())
    }
}

/// Refuses an access point for a bucket that is not there, is elsewhere, or is another's than was said;
/// whose it is.
fn may_be_attached(tx: &ReadTx<'_>, id: &Id, new: &NewPoint) -> Result<platform::AccountId> {
    let bucket = BUCKETS.get(tx, new.bucket.as_str())?.ok_or_else(|| {
        invalid_request("Amazon S3 AccessPoint can only be created for existing bucket")
    })?;
    if bucket.owner.region != id.region {
        return Err(invalid_request(
            "Amazon S3 AccessPoint can only be created for bucket in the same region",
        ));
    }
    let said = new.bucket_account.as_deref().unwrap_or(id.account.as_str());
    if said != bucket.owner.account.as_str() {
        return Err(invalid_request(
            "BucketAccountId parameter should be same as the AWS Account Id of bucket owner",
        ));
    }
    Ok(bucket.owner.account)
}

fn told(id: &Id, row: PointRow) -> Point {
    Point {
        name: id.name.clone(),
        arn: id.arn(),
        alias: row.alias,
        bucket: row.bucket,
        bucket_account: row.bucket_account.to_string(),
        vpc: row.vpc,
        block: row.block.to_api(),
        created: row.created,
    }
}

impl KeepsPoints for Keeper {
    fn create<'a>(&'a self, ctx: &'a Ctx, new: NewPoint) -> Later<'a, Point> {
        Box::pin(self.make(ctx, new))
    }

    fn point(&self, ctx: &Ctx, name: &str) -> Result<Point> {
        name::check(name)?;
        let id = Id::here(ctx, name);
        Ok(told(&id, ctx.read(|tx| table::get(tx, &id))?))
    }

    fn points(
        &self,
        ctx: &Ctx,
        bucket: Option<&str>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Point>> {
        let here = Id::here(ctx, after.unwrap_or_default());
        let (account, region, after) = here.key();
        let of = |name: String| Id { name, ..here.clone() };
        ctx.read(|tx| {
            let Some(bucket) = bucket else {
                let rows = table::POINTS.scan(tx).prefix(&(account, region)).after(&here.key());
                let rows = rows.take(limit).map(|row| {
                    let ((_, _, name), row) = row?;
                    Ok(told(&of(name), row))
                });
                return rows.collect();
            };
            let names = table::OF_BUCKETS.scan(tx).prefix(&(bucket, account, region));
            let names = names.after(&(bucket, account, region, after)).keys().take(limit);
            let rows = names.map(|key| {
                let id = of(key?.3);
                Ok(told(&id, table::get(tx, &id)?))
            });
            rows.collect()
        })
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, name: &'a str) -> Later<'a, ()> {
        Box::pin(self.remove(ctx, name))
    }

    fn policy(&self, ctx: &Ctx, name: &str) -> Result<(String, bool)> {
        name::check(name)?;
        let row = ctx.read(|tx| table::get(tx, &Id::here(ctx, name)))?;
        let is_public = access::is_public(&row);
        Ok((row.policy.ok_or_else(|| error::no_such_policy(name))?, is_public))
    }

    fn set_policy<'a>(
        &'a self,
        ctx: &'a Ctx,
        name: &'a str,
        policy: Option<String>,
    ) -> Later<'a, ()> {
        Box::pin(self.put_policy(ctx, name, policy))
    }

    fn account_block(&self, ctx: &Ctx) -> Result<Option<Block>> {
        let row = ctx.read(|tx| table::ACCOUNT_BLOCKS.get(tx, ctx.scope().account.as_str()))?;
        Ok(row.map(|row| row.block.to_api()))
    }

    fn set_account_block<'a>(&'a self, ctx: &'a Ctx, block: Option<Block>) -> Later<'a, ()> {
        Box::pin(self.put_account_block(ctx, block))
    }
}
