//! Versions of schemas.

use std::ops::RangeInclusive;

use aquifer_registry::{Compatibility as Rule, Format, Invalid, Schema};
use glue_api::{
    Compatibility, DataFormat, ErrorDetails, SchemaId, SchemaVersionErrorItem, SchemaVersionNumber,
    SchemaVersionStatus,
};
use platform::{Ctx, Fail, ReadTx, Result, WriteTx};

use super::{ask_schema, find_schema, schema};
use crate::error;
use crate::store::{
    SCHEMA_VERSION_IDS, SCHEMA_VERSIONS, SchemaRow, SchemaVersionRow, VersionPlace,
};

/// Versions of one schema.
const VERSIONS_MAX: usize = 10_000;
/// Versions that a new one is held against.
const COMPARED_MAX: usize = 1_000;

impl SchemaRow {
    pub fn format(&self) -> DataFormat {
        DataFormat::parse(&self.format).unwrap_or_default()
    }

    pub fn compatibility(&self) -> Compatibility {
        Compatibility::parse(&self.compatibility).unwrap_or_default()
    }
}

impl SchemaVersionRow {
    pub fn status(&self) -> SchemaVersionStatus {
        match self.failed {
            true => SchemaVersionStatus::Failure,
            false => SchemaVersionStatus::Available,
        }
    }
}

/// A registry's and a schema's name.
pub(crate) type Place<'a> = (&'a str, &'a str);

/// A version with what it belongs to.
pub(crate) struct Found {
    pub place: (String, String),
    pub schema: SchemaRow,
    pub number: i64,
    pub row: SchemaVersionRow,
}

impl Found {
    pub fn key(&self) -> (u64, u64) {
        (self.schema.id, self.number.unsigned_abs())
    }
}

/// Reads a definition.
pub(crate) fn parsed(format: DataFormat, text: &str) -> Result<Schema, Invalid> {
    let format = match format {
        DataFormat::Avro => Format::Avro,
        DataFormat::Json => Format::Json,
        DataFormat::Protobuf => Format::Protobuf,
    };
    Schema::parse(format, text)
}

/// The same, refused in AWS's words.
pub(crate) fn parse(format: DataFormat, text: &str) -> Result<Schema> {
    parsed(format, text).map_err(|why| {
        let format = format.as_str();
        error::invalid(format!("Schema definition of {format} data format is invalid: {why}"))
    })
}

/// How a request names a version.
pub(crate) struct Given<'a> {
    pub id: Option<&'a str>,
    pub schema: Option<&'a SchemaId>,
    pub number: Option<&'a SchemaVersionNumber>,
}

/// The version a request means; access to its schema is asked for.
pub(crate) async fn find(ctx: &Ctx, given: Given<'_>) -> Result<Found> {
    match (given.id, given.schema) {
        (Some(id), None) if given.number.is_none() => {
            let place = ctx.read(|tx| SCHEMA_VERSION_IDS.get(tx, id))?;
            let place = place.ok_or_else(|| error::no_version_id(id))?;
            ask_schema(ctx, &place.registry, &place.schema).await?;
            ctx.read(|tx| by_id(tx, ctx, id, place))
        }
        (None, Some(named)) => {
            let number = given.number.ok_or_else(|| {
                error::invalid("SchemaVersionNumber is required where SchemaId is given.")
            })?;
            let (registry, name) = schema(ctx, named).await?;
            ctx.read(|tx| {
                let schema = find_schema(tx, ctx, &registry, &name)?;
                let (number, row) = by_number(tx, ctx, (&registry, &name), &schema, number)?;
                Ok(Found { place: (registry.clone(), name.clone()), schema, number, row })
            })
        }
        (Some(_), _) => Err(error::invalid(
            "No other input parameters can be specified when fetching by SchemaVersionId.",
        )),
        (None, None) => Err(error::invalid("One of SchemaVersionId or SchemaId is required.")),
    }
}

fn by_id(tx: &ReadTx<'_>, ctx: &Ctx, id: &str, place: VersionPlace) -> Result<Found> {
    let missing = || error::no_version_id(id);
    let schema = find_schema(tx, ctx, &place.registry, &place.schema).map_err(|_| missing())?;
    if schema.id != place.schema_id {
        return Err(missing());
    }
    let row = SCHEMA_VERSIONS.get(tx, &(schema.id, place.number))?.ok_or_else(missing)?;
    let number = i64::try_from(place.number).map_err(Fail::internal)?;
    Ok(Found { place: (place.registry, place.schema), schema, number, row })
}

/// The version of a number, or the latest.
pub(crate) fn by_number(
    tx: &ReadTx<'_>,
    ctx: &Ctx,
    place: Place<'_>,
    schema: &SchemaRow,
    given: &SchemaVersionNumber,
) -> Result<(i64, SchemaVersionRow)> {
    let latest = given.latest_version == Some(true);
    let number = match (latest, given.version_number) {
        (true, None) => schema.latest,
        (false, Some(number)) => Some(number),
        _ => {
            return Err(error::invalid("Only one of VersionNumber or LatestVersion is required."));
        }
    };
    let missing = || error::no_schema_version(ctx, place, number, latest);
    let number = number.ok_or_else(missing)?;
    let key = (schema.id, number.unsigned_abs());
    Ok((number, SCHEMA_VERSIONS.get(tx, &key)?.ok_or_else(missing)?))
}

/// The version that stands with a definition.
pub(crate) fn with_definition(
    tx: &ReadTx<'_>,
    schema: &SchemaRow,
    canonical: &str,
) -> Result<Option<(i64, SchemaVersionRow)>> {
    for row in SCHEMA_VERSIONS.scan(tx).prefix(&(schema.id,)) {
        let ((_, number), row) = row?;
        if !row.failed && row.canonical == canonical {
            return Ok(Some((i64::try_from(number).map_err(Fail::internal)?, row)));
        }
    }
    Ok(None)
}

/// Adds a version, or answers the one that has this definition already.
pub(crate) fn register(
    tx: &WriteTx<'_>,
    ctx: &Ctx,
    place: Place<'_>,
    schema: &mut SchemaRow,
    text: &str,
) -> Result<(i64, SchemaVersionRow)> {
    let new = parse(schema.format(), text)?;
    if let Some(known) = with_definition(tx, schema, new.canonical())? {
        return Ok(known);
    }
    let rule = rule(schema.compatibility());
    if rule == Rule::Disabled {
        return Err(error::versioning_disabled(ctx, place));
    }
    let mut before = Vec::new();
    let from = (schema.id, schema.checkpoint.unsigned_abs());
    for row in SCHEMA_VERSIONS.scan(tx).prefix(&(schema.id,)).from(&from).take(COMPARED_MAX) {
        let (_, row) = row?;
        if !row.failed {
            before.push(parse(schema.format(), &row.definition)?);
        }
    }
    let why = rule.check(&new, &before).err().map(|why| why.to_string());
    let row = add(tx, ctx, place, schema, text, why)?;
    Ok((schema.next - 1, row))
}

/// Adds a version that was parsed; one that may not follow those before it is kept as a failure.
pub(crate) fn add(
    tx: &WriteTx<'_>,
    ctx: &Ctx,
    (registry, name): Place<'_>,
    schema: &mut SchemaRow,
    text: &str,
    failed: Option<String>,
) -> Result<SchemaVersionRow> {
    let there = SCHEMA_VERSIONS.scan(tx).prefix(&(schema.id,)).keys().take(VERSIONS_MAX).count();
    if there == VERSIONS_MAX {
        return Err(error::too_many_versions());
    }
    let number = schema.next;
    let row = SchemaVersionRow {
        id: ctx.ids().uuid(),
        definition: text.to_owned(),
        canonical: parse(schema.format(), text)?.canonical().to_owned(),
        failed: failed.is_some(),
        created: ctx.now().rfc3339_millis(),
        metadata: Vec::new(),
    };
    if let Some(why) = failed {
        tracing::info!(registry, schema = name, number, "a version is not compatible: {why}");
    } else {
        schema.latest = Some(number);
    }
    schema.next += 1;
    schema.updated = Some(row.created.clone());
    let key = (schema.id, number.unsigned_abs());
    SCHEMA_VERSIONS.put(tx, &key, &row)?;
    let place = VersionPlace {
        registry: registry.to_owned(),
        schema: name.to_owned(),
        schema_id: schema.id,
        number: key.1,
    };
    SCHEMA_VERSION_IDS.put(tx, row.id.as_str(), &place)?;
    Ok(row)
}

/// The numbers that `3` or `2-5` means.
pub(crate) fn range(text: &str) -> Result<RangeInclusive<i64>> {
    let number = |text: &str| text.parse::<i64>().ok().filter(|n| *n > 0);
    let (from, to) = text.split_once('-').unwrap_or((text, text));
    match (number(from), number(to)) {
        (Some(from), Some(to)) if from <= to => Ok(from..=to),
        _ => Err(error::invalid(format!("Versions {text} is not valid."))),
    }
}

/// Removes versions; which could not be removed, and why.
pub(crate) fn delete(
    tx: &WriteTx<'_>,
    ctx: &Ctx,
    place: Place<'_>,
    schema: &mut SchemaRow,
    range: RangeInclusive<i64>,
) -> Result<Vec<SchemaVersionErrorItem>> {
    if range.contains(&schema.checkpoint) && schema.checkpoint != 1 {
        return Err(error::invalid(format!(
            "Version {} is the checkpoint of the schema and cannot be deleted.",
            schema.checkpoint
        )));
    }
    let mut errors = Vec::new();
    // A single version that is not there is told; of a range, those that are there are meant.
    let single = range.start() == range.end();
    for number in range {
        if number >= schema.next {
            if single {
                errors.push(refusal(
                    number,
                    &error::no_schema_version(ctx, place, Some(number), false),
                ));
            }
            break;
        }
        if number == 1 {
            let first = error::invalid("The first version is deleted with the schema only.");
            errors.push(refusal(number, &first));
            continue;
        }
        let key = (schema.id, number.unsigned_abs());
        match SCHEMA_VERSIONS.get(tx, &key)? {
            Some(row) => {
                SCHEMA_VERSION_IDS.delete(tx, row.id.as_str())?;
                SCHEMA_VERSIONS.delete(tx, &key)?;
            }
            None if single => {
                errors.push(refusal(
                    number,
                    &error::no_schema_version(ctx, place, Some(number), false),
                ));
            }
            None => {}
        }
    }
    schema.latest = None;
    for row in SCHEMA_VERSIONS.scan(tx).prefix(&(schema.id,)).reverse() {
        let ((_, number), row) = row?;
        if !row.failed {
            schema.latest = Some(i64::try_from(number).map_err(Fail::internal)?);
            break;
        }
    }
    Ok(errors)
}

fn refusal(number: i64, fail: &Fail) -> SchemaVersionErrorItem {
    SchemaVersionErrorItem {
        version_number: Some(number),
        error_details: Some(ErrorDetails {
            error_code: Some(fail.code().to_owned()),
            error_message: Some(fail.message().to_owned()),
        }),
    }
}

fn rule(compatibility: Compatibility) -> Rule {
    match compatibility {
        Compatibility::None => Rule::None,
        Compatibility::Disabled => Rule::Disabled,
        Compatibility::Backward => Rule::Backward,
        Compatibility::BackwardAll => Rule::BackwardAll,
        Compatibility::Forward => Rule::Forward,
        Compatibility::ForwardAll => Rule::ForwardAll,
        Compatibility::Full => Rule::Full,
        Compatibility::FullAll => Rule::FullAll,
    }
}
