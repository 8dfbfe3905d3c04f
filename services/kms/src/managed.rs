//! Keys that AWS manages: one for each service that encrypts, made when it first does.
//!
//! <https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-key>

use kms_api::{KeySpec, KeyUsageType, OriginType};
use platform::{Ctx, Result, Scope, Tags};

use crate::model::{AliasRow, KeyRow, Rotation};
use crate::spec::Kind;
use crate::{Kms, jobs, store, vault};

/// AWS rotates these keys about every year.
const ROTATION_DAYS: i32 = 365;

/// What names of these keys begin with. Nobody else may name a key so.
pub(crate) const RESERVED: &str = "alias/aws/";

/// The services that have keys of their own, as the names of the keys have them, with what AWS calls
/// them in descriptions.
const SERVICES: &[(&str, &str)] = &[
    ("acm", "ACM private keys"),
    ("backup", "Backup"),
    ("dms", "DMS"),
    ("dynamodb", "DynamoDB"),
    ("ebs", "EBS volumes"),
    ("elasticfilesystem", "EFS filesystems"),
    ("es", "Elasticsearch domains"),
    ("fsx", "FSx resources"),
    ("glue", "Glue"),
    ("kafka", "MSK clusters"),
    ("kinesis", "Kinesis streams"),
    ("lambda", "Lambda functions"),
    ("rds", "RDS database volumes"),
    ("redshift", "Redshift clusters"),
    ("s3", "S3 objects"),
    ("secretsmanager", "Secrets Manager secrets"),
    ("sns", "SNS messages"),
    ("sqs", "SQS messages"),
    ("ssm", "SSM parameters"),
];

/// The service whose key an alias names.
pub(crate) fn service_of(alias: &str) -> Option<&'static str> {
    let name = alias.strip_prefix(RESERVED)?;
    SERVICES.iter().map(|(service, _)| *service).find(|service| *service == name)
}

/// Whether a call makes the key if it is not there: what services do for their callers, and asking
/// what it is.
pub(crate) fn may_make(ctx: &Ctx) -> bool {
    !ctx.called_via().is_empty() || ctx.operation() == "DescribeKey"
}

/// Makes a service's key in the scope of a call. Calls at the same time make it once.
pub(crate) async fn make(kms: &Kms, ctx: &Ctx, service: &'static str) -> Result<()> {
    let scope = ctx.scope();
    let described = SERVICES.iter().find(|(name, _)| *name == service).map(|(_, what)| *what);
    let what = described.unwrap_or(service);
    let id = ctx.ids().uuid();
    let bytes = vault::draw(ctx, Kind::Symmetric).await?;
    let (material_id, material) = kms.vault.seal(ctx, scope, &id, &bytes)?;
    let now = ctx.now().floor_millis();
    let next = now + jobs::DAY * ROTATION_DAYS.unsigned_abs();
    let key = KeyRow {
        id: id.clone(),
        spec: KeySpec::SymmetricDefault,
        usage: KeyUsageType::EncryptDecrypt,
        origin: OriginType::AwsKms,
        service: Some(service.to_owned()),
        description: format!("Default key that protects my {what} when no other key is defined"),
        created: now,
        enabled: true,
        deletion: None,
        current: Some(material_id.clone()),
        policy: policy(scope, service),
        tags: Tags::new(),
        rotation: Some(Rotation { days: ROTATION_DAYS, next }),
        multi_region: None,
        imported: None,
        expires: None,
    };
    let name = format!("{RESERVED}{service}");
    ctx.write(|tx| {
        if store::alias(tx, &name)?.is_some() {
            return Ok(());
        }
        store::KEYS.put(tx, &id, &key)?;
        store::MATERIALS.put(tx, &(id.as_str(), material_id.as_str()), &material)?;
        let alias = AliasRow { target: id.clone(), created: now, updated: now };
        store::put_alias(tx, &name, &alias)?;
        jobs::schedule_rotation(tx, &key)
    })
    .await
}

/// Who may use the key: everyone of the account, by way of the service only.
fn policy(scope: &Scope, service: &str) -> String {
    let (account, region) = (scope.account, &scope.region);
    let root = crate::policy::root_arn(scope);
    format!(
        r#"{{
  "Version" : "2012-10-17",
  "Id" : "auto-{service}-2",
  "Statement" : [ {{
    "Sid" : "Allow access through {service} for all principals in the account that are authorized to use {service}",
    "Effect" : "Allow",
    "Principal" : {{
      "AWS" : "*"
    }},
    "Action" : [ "kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:CreateGrant", "kms:ListGrants", "kms:DescribeKey" ],
    "Resource" : "*",
    "Condition" : {{
      "StringEquals" : {{
        "kms:CallerAccount" : "{account}",
        "kms:ViaService" : "{service}.{region}.amazonaws.com"
      }}
    }}
  }}, {{
    "Sid" : "Allow direct access to key metadata to the account",
    "Effect" : "Allow",
    "Principal" : {{
      "AWS" : "{root}"
    }},
    "Action" : [ "kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant" ],
    "Resource" : "*"
  }} ]
}}"#
    )
}
