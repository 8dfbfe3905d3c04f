//! `CreateGrant`: lets someone do some things with a key.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html>

use kms_api::{
    CreateGrant, CreateGrantInput, CreateGrantOutput, GrantOperation, KeySpec, KeyUsageType,
    error as api_error,
};
use platform::{Ctx, Handle, Result, WriteTx};

use crate::access::{self, Ask};
use crate::find::Found;
use crate::grants::{self, Place};
use crate::model::GrantRow;
use crate::{Kms, error, find, policy, store};

impl Handle<CreateGrant> for Kms {
    async fn handle(&self, ctx: &Ctx, input: CreateGrantInput) -> Result<CreateGrantOutput> {
        let found = find::by_id(ctx, &input.key_id)?;
        let ask = Ask {
            grant_tokens: input.grant_tokens.as_deref(),
            more: conditions(&input),
            ..Ask::default()
        };
        access::require(ctx, &found, "kms:CreateGrant", ask).await?;
        found.key.works(&found.scope)?;
        check(&found, &input)?;
        if input.dry_run == Some(true) {
            return Err(error::dry_run());
        }
        let constraints = input.constraints.unwrap_or_default();
        let mut operations: Vec<String> =
            input.operations.iter().map(|operation| operation.as_str().to_owned()).collect();
        operations.sort_unstable();
        operations.dedup();
        let grant = GrantRow {
            grantee: input.grantee_principal,
            retiring: input.retiring_principal,
            operations,
            equals: constraints.encryption_context_equals.filter(|context| !context.is_empty()),
            subset: constraints.encryption_context_subset.filter(|context| !context.is_empty()),
            name: input.name,
            issuer: policy::root_arn(ctx.scope()).to_string(),
            created: ctx.now().floor_millis(),
        };
        let new = ctx.ids().hex(64);
        let grant_id = ctx
            .write(|tx| {
                find::again(tx, &found)?;
                put(&tx.in_scope(&found.scope), &found.key.id, new, &grant)
            })
            .await?;
        let place = Place { scope: found.scope, key_id: found.key.id, grant_id };
        Ok(CreateGrantOutput { grant_token: Some(place.token()), grant_id: Some(place.grant_id) })
    }
}

/// Puts a grant, unless the same is there by the same name: then the call was repeated.
fn put(tx: &WriteTx<'_>, key: &str, new: String, grant: &GrantRow) -> Result<String> {
    let mut count = 0;
    for row in store::GRANTS.scan(tx).prefix(&(key,)) {
        let ((_, id), known) = row?;
        let same = GrantRow { created: grant.created, ..known } == *grant;
        if grant.name.is_some() && same {
            return Ok(id);
        }
        count += 1;
    }
    if count >= grants::OF_KEY_MAX {
        return Err(api_error::limit_exceeded_exception(format!(
            "A key has at most {} grants.",
            grants::OF_KEY_MAX
        )));
    }
    store::put_grant(tx, key, &new, grant)?;
    Ok(new)
}

fn check(found: &Found, input: &CreateGrantInput) -> Result<()> {
    let principals = [Some(&input.grantee_principal), input.retiring_principal.as_ref()];
    for principal in principals.into_iter().flatten() {
        if !policy::is_principal(principal) {
            return Err(api_error::invalid_arn_exception(format!(
                "Principal {principal} is not valid."
            )));
        }
    }
    if input.operations.is_empty() {
        return Err(error::invalid("A grant needs at least one operation."));
    }
    let possible = operations(found);
    if let Some(other) = input.operations.iter().find(|operation| !possible.contains(operation)) {
        return Err(error::invalid(format!(
            "Grant operation {} is not valid for a KMS key of spec {} and usage {}.",
            other.as_str(),
            found.key.spec.as_str(),
            found.key.usage.as_str()
        )));
    }
    let symmetric = found.key.spec == KeySpec::SymmetricDefault;
    match &input.constraints {
        Some(constraints)
            if !symmetric
                && (constraints.encryption_context_equals.is_some()
                    || constraints.encryption_context_subset.is_some()) =>
        {
            Err(error::invalid("Only grants on symmetric keys have constraints."))
        }
        _ => Ok(()),
    }
}

/// What a grant on a key can be about.
fn operations(found: &Found) -> Vec<GrantOperation> {
    use GrantOperation as Operation;
    let mut possible = vec![Operation::CreateGrant, Operation::DescribeKey, Operation::RetireGrant];
    let symmetric = found.key.spec == KeySpec::SymmetricDefault;
    match found.key.usage {
        KeyUsageType::EncryptDecrypt => {
            possible.extend([
                Operation::Decrypt,
                Operation::Encrypt,
                Operation::ReEncryptFrom,
                Operation::ReEncryptTo,
            ]);
            if symmetric {
                possible.extend([
                    Operation::GenerateDataKey,
                    Operation::GenerateDataKeyPair,
                    Operation::GenerateDataKeyPairWithoutPlaintext,
                    Operation::GenerateDataKeyWithoutPlaintext,
                ]);
            }
        }
        KeyUsageType::SignVerify => possible.extend([Operation::Sign, Operation::Verify]),
        KeyUsageType::GenerateVerifyMac => {
            possible.extend([Operation::GenerateMac, Operation::VerifyMac]);
        }
        KeyUsageType::KeyAgreement => possible.push(Operation::DeriveSharedSecret),
    }
    if !symmetric && found.key.usage != KeyUsageType::GenerateVerifyMac {
        possible.push(Operation::GetPublicKey);
    }
    possible
}

fn conditions(input: &CreateGrantInput) -> Vec<(&'static str, String)> {
    let mut keys = vec![
        ("kms:GranteePrincipal", input.grantee_principal.clone()),
        ("kms:GrantIsForAWSResource", "false".to_owned()),
    ];
    keys.extend(input.retiring_principal.iter().map(|p| ("kms:RetiringPrincipal", p.clone())));
    let operations = input.operations.iter();
    keys.extend(operations.map(|o| ("kms:GrantOperations", o.as_str().to_owned())));
    if let Some(constraints) = &input.constraints {
        let kinds = [
            ("EncryptionContextEquals", constraints.encryption_context_equals.is_some()),
            ("EncryptionContextSubset", constraints.encryption_context_subset.is_some()),
        ];
        let said = kinds.into_iter().filter(|(_, there)| *there);
        keys.extend(said.map(|(kind, _)| ("kms:GrantConstraintType", kind.to_owned())));
    }
    keys
}
