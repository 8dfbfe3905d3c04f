//! What a request for a query says, checked.

use aquifer_select::{Compression, Input, InputFormat, Output, Query};
use platform::{Ctx, Result};
use s3_api::{
    CSVInput, CSVOutput, RestoreRequest, S3Location, SelectParameters, ServerSideEncryption, Tier,
};
use serde_json::{Map, Value, json};

use crate::model::Version;
use crate::{error, select};

/// Bytes of where results go.
const PREFIX_BYTES_MAX: usize = 512;

/// A request that can be carried out.
pub(super) struct Order<'a> {
    pub query: Query,
    pub from: Input,
    pub to: Output,
    pub speed: Tier,
    pub place: &'a S3Location,
    said: &'a SelectParameters,
    description: Option<&'a str>,
}

impl<'a> Order<'a> {
    /// # Errors
    /// What is missing, or does not belong there; what the query's dialect does not know.
    pub fn of(request: &'a RestoreRequest) -> Result<Self> {
        // Days and Glacier's parameters are of restores.
        if request.days.is_some() || request.glacier_job_parameters.is_some() {
            return Err(error::malformed_xml());
        }
        let said = request.select_parameters.as_ref().ok_or_else(error::malformed_xml)?;
        let place = request.output_location.as_ref().and_then(|location| location.s3.as_ref());
        let place = place.ok_or_else(error::malformed_xml)?;
        let query = Query::parse_filter(&said.expression).map_err(select::refused)?;
        let from = select::input(&said.input_serialization)?;
        if !matches!(from.format, InputFormat::Csv(_)) || from.compression != Compression::None {
            return Err(select::invalid("InputSerialization"));
        }
        let to = select::output(&said.output_serialization)?;
        if !matches!(to, Output::Csv(_)) {
            return Err(select::invalid("OutputSerialization"));
        }
        if place.prefix.len() > PREFIX_BYTES_MAX {
            let message = "The length of the location path cannot be more than 512 bytes";
            return Err(error::invalid_argument("Prefix", &place.prefix, message));
        }
        if let Some(encryption) = &place.encryption
            && !matches!(
                encryption.encryption_type,
                ServerSideEncryption::Aes256 | ServerSideEncryption::AwsKms
            )
        {
            let message = "The encryption method specified is not supported";
            let method = encryption.encryption_type.as_str();
            return Err(error::invalid_argument("EncryptionType", method, message));
        }
        let speed = request.tier.unwrap_or(Tier::Standard);
        let description = request.description.as_deref();
        Ok(Self { query, from, to, speed, place, said, description })
    }

    /// What `job.txt` says of it.
    pub fn told(
        &self,
        ctx: &Ctx,
        (job, path): (&str, &str),
        (bucket, key): (&str, &str),
        version: &Version,
    ) -> String {
        let encryption = self.place.encryption.as_ref();
        let told = json!({
            "JobId": job,
            "Action": "Select",
            "JobDescription": self.description,
            "Bucket": bucket,
            "Key": key,
            "VersionId": version.id,
            "CreationDate": ctx.now().rfc3339_millis(),
            "StatusCode": "InProgress",
            "Completed": false,
            "Tier": self.speed.as_str(),
            "JobOutputPath": path,
            "SelectParameters": {
                "ExpressionType": self.said.expression_type.as_str(),
                "Expression": self.said.expression,
                "InputSerialization": { "CSV": self.said.input_serialization.csv.as_ref().map(input) },
                "OutputSerialization": {
                    "CSV": self.said.output_serialization.csv.as_ref().map(output),
                },
            },
            "OutputLocation": { "S3": {
                "BucketName": self.place.bucket_name,
                "Prefix": self.place.prefix,
                "StorageClass": self.place.storage_class.map(|class| class.as_str()),
                "CannedACL": self.place.canned_acl.map(|acl| acl.as_str()),
                "Encryption": encryption.map(|encryption| json!({
                    "EncryptionType": encryption.encryption_type.as_str(),
                    "KMSKeyId": encryption.kms_key_id,
                })),
            } },
        });
        format!("{:#}\n", without_nulls(told))
    }
}

fn input(csv: &CSVInput) -> Value {
    json!({
        "FileHeaderInfo": csv.file_header_info.map(|info| info.as_str()),
        "Comments": csv.comments,
        "QuoteEscapeCharacter": csv.quote_escape_character,
        "RecordDelimiter": csv.record_delimiter,
        "FieldDelimiter": csv.field_delimiter,
        "QuoteCharacter": csv.quote_character,
    })
}

fn output(csv: &CSVOutput) -> Value {
    json!({
        "QuoteFields": csv.quote_fields.map(|fields| fields.as_str()),
        "QuoteEscapeCharacter": csv.quote_escape_character,
        "RecordDelimiter": csv.record_delimiter,
        "FieldDelimiter": csv.field_delimiter,
        "QuoteCharacter": csv.quote_character,
    })
}

/// What nobody said is left out.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members = members.into_iter().filter(|(_, value)| !value.is_null());
            let members = members.map(|(name, value)| (name, without_nulls(value)));
            Value::Object(members.collect::<Map<_, _>>())
        }
        other => other,
    }
}
