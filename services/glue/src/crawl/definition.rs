//! A crawler's definition, checked and ready to be followed.

use glue_api::{
    Crawler, CrawlerLineageSettings, CrawlerTargets, DeleteBehavior, RecrawlBehavior,
    UpdateBehavior,
};
use platform::Result;
use serde::Deserialize;

use super::glob::Glob;
use super::targets::{self, CatalogTables, Lake};
use crate::error;

/// A folder, or a single object, to be crawled.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub bucket: String,
    /// Without slashes at its ends; empty for the whole bucket.
    pub path: String,
    pub exclusions: Vec<Glob>,
    /// Files opened of each folder; all without it.
    pub sample: Option<usize>,
    /// Where changes of it are told, and where notices go that cannot be read.
    pub queue: Option<String>,
    pub dead_letters: Option<String>,
    /// The table that it is already, with its database.
    pub table: Option<(String, String)>,
}

impl Target {
    /// As it is called in logs and ARNs.
    pub fn url(&self) -> String {
        format!("s3://{}/{}", self.bucket, self.path)
    }

    /// How deep the target is, as AWS counts: the bucket is 1.
    pub fn level(&self) -> usize {
        1 + self.path.split('/').filter(|name| !name.is_empty()).count()
    }
}

/// What a crawler is to do.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub name: String,
    pub role: String,
    pub database: String,
    pub table_prefix: String,
    pub targets: Vec<Target>,
    pub lakes: Vec<Lake>,
    pub catalog: Vec<CatalogTables>,
    pub classifiers: Vec<String>,
    pub update: UpdateBehavior,
    pub delete: DeleteBehavior,
    pub new_folders_only: bool,
    /// Whether only folders are looked at of which a queue tells changes.
    pub event_mode: bool,
    pub settings: Settings,
}

/// The `Configuration` of a crawler, as AWS documents its JSON.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct Settings {
    #[serde(default)]
    #[expect(dead_code, reason = "only 1.0 exists; reading it lets others be refused")]
    version: Option<Version>,
    #[serde(default)]
    crawler_output: CrawlerOutput,
    #[serde(default)]
    grouping: Grouping,
    /// Every table's partitions are indexed by all their values here, asked for or not.
    #[serde(default)]
    #[expect(dead_code, reason = "there is nothing to switch on")]
    create_partition_index: Option<bool>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Version {
    Number(#[expect(dead_code, reason = "only its form is checked")] f64),
    Text(#[expect(dead_code, reason = "only its form is checked")] String),
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct CrawlerOutput {
    #[serde(default)]
    partitions: PartitionOutput,
    #[serde(default)]
    tables: TableOutput,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct PartitionOutput {
    add_or_update_behavior: Option<PartitionBehavior>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
enum PartitionBehavior {
    InheritFromTable,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct TableOutput {
    add_or_update_behavior: Option<TableBehavior>,
    table_threshold: Option<usize>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
enum TableBehavior {
    MergeNewColumns,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Grouping {
    table_grouping_policy: Option<GroupingPolicy>,
    table_level_configuration: Option<usize>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
enum GroupingPolicy {
    CombineCompatibleSchemas,
}

impl Settings {
    /// Reads a configuration.
    ///
    /// # Errors
    /// If it is not the JSON AWS documents.
    pub fn parse(text: Option<&str>) -> Result<Settings> {
        match text.filter(|text| !text.trim().is_empty()) {
            None => Ok(Settings::default()),
            // A list of values in the right order would be read too.
            Some(text) if !text.trim_start().starts_with('{') => {
                Err(error::invalid("The crawler configuration is not a JSON object."))
            }
            Some(text) => serde_json::from_str(text).map_err(|why| {
                error::invalid(format!("The crawler configuration is not valid: {why}"))
            }),
        }
    }

    /// Whether the likeness of columns does not matter.
    pub fn combine(&self) -> bool {
        self.grouping.table_grouping_policy.is_some()
    }

    /// The level at which folders are tables.
    pub fn table_level(&self) -> Option<usize> {
        self.grouping.table_level_configuration
    }

    /// Whether partitions are described as their table is.
    pub fn inherit(&self) -> bool {
        self.crawler_output.partitions.add_or_update_behavior.is_some()
    }

    /// Whether a table keeps the columns it has and only gets new ones.
    pub fn merge_new_columns(&self) -> bool {
        self.crawler_output.tables.add_or_update_behavior.is_some()
    }

    /// The most tables a run may find.
    pub fn table_threshold(&self) -> Option<usize> {
        self.crawler_output.tables.table_threshold
    }
}

impl Plan {
    /// Checks a definition.
    ///
    /// # Errors
    /// AWS's refusal of what is wrong; 501 for what this room cannot do.
    pub fn of(crawler: &Crawler) -> Result<Plan> {
        refuse_absent(crawler)?;
        let given = crawler.targets.clone().unwrap_or_default();
        let settings = Settings::parse(crawler.configuration.as_deref())?;
        let s3 = given.s3_targets.iter().flatten();
        let targets = s3.map(targets::folder).collect::<Result<Vec<_>>>()?;
        let lakes = targets::lakes(&given)?;
        let catalog = targets::catalog(&given)?;
        if targets.is_empty() && lakes.is_empty() && catalog.is_empty() {
            return Err(error::invalid("A crawler must have at least one target."));
        }
        if !catalog.is_empty() && (!targets.is_empty() || !lakes.is_empty()) {
            return Err(error::invalid(
                "A crawler with catalog targets cannot have targets of other types.",
            ));
        }
        if let Some(level) = settings.table_level()
            && let Some(deeper) = targets.iter().find(|target| target.level() > level)
        {
            return Err(error::invalid(format!(
                "TableLevelConfiguration {level} is above the target {}.",
                deeper.url()
            )));
        }
        let policy = crawler.schema_change_policy.clone().unwrap_or_default();
        let (update, delete) = (
            policy.update_behavior.unwrap_or(UpdateBehavior::UpdateInDatabase),
            policy.delete_behavior.unwrap_or(DeleteBehavior::DeprecateInDatabase),
        );
        let recrawl = crawler.recrawl_policy.as_ref().and_then(|p| p.recrawl_behavior);
        let new_folders_only = recrawl == Some(RecrawlBehavior::CrawlNewFoldersOnly);
        if new_folders_only && (update, delete) != (UpdateBehavior::Log, DeleteBehavior::Log) {
            return Err(error::invalid(
                "The SchemaChangePolicy for \"Crawl new folders only\" Amazon S3 target can have \
                 only LOG DeleteBehavior value and LOG UpdateBehavior value.",
            ));
        }
        if !catalog.is_empty() && delete != DeleteBehavior::Log {
            return Err(error::invalid(
                "The SchemaChangePolicy for catalog targets can have only LOG DeleteBehavior value.",
            ));
        }
        let event_mode = recrawl == Some(RecrawlBehavior::CrawlEventMode);
        let queued = targets.iter().all(|target| target.queue.is_some())
            && catalog.iter().all(|tables| tables.queue.is_some())
            && lakes.is_empty();
        if event_mode && !queued {
            return Err(error::invalid(
                "Every target of a crawler in event mode must have an EventQueueArn.",
            ));
        }
        let database = crawler.database_name.clone().unwrap_or_default();
        if database.is_empty() && catalog.is_empty() {
            return Err(error::invalid("A crawler with S3 targets must have a DatabaseName."));
        }
        Ok(Plan {
            name: crawler.name.clone().unwrap_or_default(),
            role: crawler.role.clone().unwrap_or_default(),
            database: crate::place::fold(&database),
            table_prefix: crawler.table_prefix.clone().unwrap_or_default(),
            targets,
            lakes,
            catalog,
            classifiers: crawler.classifiers.clone().unwrap_or_default(),
            update,
            delete,
            new_folders_only,
            event_mode,
            settings,
        })
    }
}

fn refuse_absent(crawler: &Crawler) -> Result<()> {
    if let Some(targets) = &crawler.targets {
        refuse_targets(targets)?;
    }
    let lineage = crawler.lineage_configuration.as_ref();
    if lineage.and_then(|l| l.crawler_lineage_settings) == Some(CrawlerLineageSettings::Enable) {
        return Err(error::absent("LineageConfiguration ENABLE"));
    }
    let formation = crawler.lake_formation_configuration.as_ref();
    if formation.and_then(|l| l.use_lake_formation_credentials) == Some(true) {
        return Err(error::absent("LakeFormationConfiguration.UseLakeFormationCredentials"));
    }
    if crawler.crawler_security_configuration.as_ref().is_some_and(|name| !name.is_empty()) {
        return Err(error::absent("CrawlerSecurityConfiguration"));
    }
    Ok(())
}

fn refuse_targets(targets: &CrawlerTargets) -> Result<()> {
    fn any<T>(list: &Option<Vec<T>>) -> bool {
        list.as_ref().is_some_and(|list| !list.is_empty())
    }
    let absent = [
        ("JdbcTargets", any(&targets.jdbc_targets)),
        ("MongoDBTargets", any(&targets.mongo_db_targets)),
        ("DynamoDBTargets", any(&targets.dynamo_db_targets)),
    ];
    match absent.iter().find(|(_, there)| *there) {
        Some((name, _)) => Err(error::absent(&format!("CrawlerTargets.{name}"))),
        None => Ok(()),
    }
}

/// A role's name with its path, as crawlers answer it, of a name or an ARN.
pub(crate) fn role_name(role: &str) -> &str {
    role.split_once(":role/").map_or(role, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configurations_are_read_and_mistakes_refused() {
        let text = r#"{"Version": 1.0, "CreatePartitionIndex": true,
            "Grouping": {"TableGroupingPolicy": "CombineCompatibleSchemas",
                         "TableLevelConfiguration": 2},
            "CrawlerOutput": {"Partitions": {"AddOrUpdateBehavior": "InheritFromTable"},
                              "Tables": {"AddOrUpdateBehavior": "MergeNewColumns"}}}"#;
        let settings = Settings::parse(Some(text)).unwrap();
        assert!(settings.combine() && settings.inherit() && settings.merge_new_columns());
        assert_eq!(settings.table_level(), Some(2));
        assert!(!Settings::parse(Some("")).unwrap().combine());
        for bad in ["{", "[]", r#"{"Grouping": {"TableGroupingPolicy": "Other"}}"#, r#"{"X": 1}"#] {
            assert!(Settings::parse(Some(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn roles_are_named_without_their_account() {
        assert_eq!(role_name("arn:aws:iam::1:role/service-role/Crawl"), "service-role/Crawl");
        assert_eq!(role_name("Crawl"), "Crawl");
    }
}
