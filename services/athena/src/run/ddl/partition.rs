//! Partitions: what definitions say of them, and how they come into the catalog and leave it.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use aquifer_lake::{WrittenPartition, partition_path};
use aquifer_sql_hive::{AddPartition, Comparison, PartitionFilter, PartitionValue};
use glue_api::{
    BatchCreatePartitionInput, BatchDeletePartitionInput, BatchGetPartitionInput, Client,
    ErrorDetail, GetPartitionInput, Partition, PartitionInput, PartitionValueList,
    StorageDescriptor, Table, UpdatePartitionInput,
};

use crate::catalog::is_absent;
use crate::failure::Failure;
use crate::run::Run;
use crate::run::msck::key_names;
use crate::uri::{S3Uri, folder};

/// Partitions that Glue takes at once, and gives up at once.
const CREATE_MAX: usize = 100;
const DELETE_MAX: usize = 25;
/// Partitions that Glue looks for at once.
const GET_MAX: usize = 1_000;

/// A partition with its table's storage, elsewhere.
pub(in crate::run) fn partition_input(
    storage: &StorageDescriptor,
    values: Vec<String>,
    location: String,
) -> PartitionInput {
    PartitionInput {
        values: Some(values),
        storage_descriptor: Some(StorageDescriptor { location: Some(location), ..storage.clone() }),
        ..PartitionInput::default()
    }
}

/// Partitions that rows were written to.
pub(in crate::run) fn partition_inputs(
    storage: &StorageDescriptor,
    written: &[WrittenPartition],
) -> Vec<PartitionInput> {
    let input = |partition: &WrittenPartition| {
        partition_input(storage, partition.values.clone(), partition.location.clone())
    };
    written.iter().map(input).collect()
}

/// Whether a partition is one that a (perhaps partial) specification means.
pub(in crate::run) fn matches_spec(
    keys: &[String],
    values: &[String],
    spec: &[PartitionValue],
) -> bool {
    spec.iter().all(|wanted| {
        keys.iter().zip(values).any(|(key, value)| *key == wanted.key && *value == wanted.value)
    })
}

impl Run {
    /// Makes partitions known. Those that are known already stay as they are.
    pub(in crate::run) async fn create_partitions(
        &self,
        database: &str,
        table: &str,
        inputs: Vec<PartitionInput>,
    ) -> Result<(), Failure> {
        self.create_partitions_unless(database, table, inputs, true).await
    }

    async fn create_partitions_unless(
        &self,
        database: &str,
        table: &str,
        inputs: Vec<PartitionInput>,
        may_exist: bool,
    ) -> Result<(), Failure> {
        for batch in inputs.chunks(CREATE_MAX) {
            let input = BatchCreatePartitionInput {
                database_name: database.to_owned(),
                table_name: table.to_owned(),
                partition_input_list: batch.to_vec(),
                ..BatchCreatePartitionInput::default()
            };
            let made = Client::batch_create_partition(&self.ctx, input).await;
            let made = made.map_err(|fail| Failure::catalog(&fail))?;
            for error in made.errors.into_iter().flatten() {
                let detail = error.error_detail.unwrap_or_default();
                let exists = detail.error_code.as_deref() == Some("AlreadyExistsException");
                if !(may_exist && exists) {
                    return Err(refused(detail));
                }
            }
        }
        Ok(())
    }

    pub(super) async fn add_partitions(
        &self,
        database: &str,
        table: &Table,
        if_not_exists: bool,
        partitions: Vec<AddPartition>,
    ) -> Result<(), Failure> {
        let keys = key_names(table);
        let storage = table.storage_descriptor.clone().unwrap_or_default();
        let root = folder(storage.location.as_deref().unwrap_or_default());
        let inputs = partitions.into_iter().map(|added| {
            let values = full_spec(&keys, &added.values)?;
            let location = added
                .location
                .unwrap_or_else(|| format!("{root}{}", partition_path(&keys, &values)));
            Ok(partition_input(&storage, values, location))
        });
        let inputs = inputs.collect::<Result<Vec<PartitionInput>, Failure>>()?;
        for input in &inputs {
            must_be_in_s3(input)?;
        }
        if !if_not_exists {
            self.none_may_exist(database, table, &inputs).await?;
        }
        self.create_partitions_unless(database, &table.name, inputs, if_not_exists).await
    }

    /// Fails if one of the partitions is there, before any other is made.
    async fn none_may_exist(
        &self,
        database: &str,
        table: &Table,
        inputs: &[PartitionInput],
    ) -> Result<(), Failure> {
        let mut seen = BTreeSet::new();
        let mut wanted = Vec::new();
        for values in inputs.iter().filter_map(|input| input.values.clone()) {
            if !seen.insert(values.clone()) {
                return Err(partition_exists(&values));
            }
            wanted.push(PartitionValueList { values });
        }
        for batch in wanted.chunks(GET_MAX) {
            let input = BatchGetPartitionInput {
                database_name: database.to_owned(),
                table_name: table.name.clone(),
                partitions_to_get: batch.to_vec(),
                ..BatchGetPartitionInput::default()
            };
            let found = Client::batch_get_partition(&self.ctx, input).await;
            let found = found.map_err(|fail| Failure::catalog(&fail))?;
            if let Some(known) = found.partitions.into_iter().flatten().next() {
                return Err(partition_exists(&known.values.unwrap_or_default()));
            }
        }
        Ok(())
    }

    pub(super) async fn drop_partitions(
        &self,
        database: &str,
        table: &Table,
        if_exists: bool,
        wanted: &[Vec<PartitionFilter>],
    ) -> Result<(), Failure> {
        let keys = key_names(table);
        for filter in wanted.iter().flatten() {
            if !keys.contains(&filter.key) {
                return Err(no_key(&filter.key));
            }
        }
        let found = self.catalog.partitions_where(database, &table.name, None).await;
        let found = found.map_err(|fail| Failure::catalog(&fail))?;
        let values: Vec<Vec<String>> = found.into_iter().filter_map(|p| p.values).collect();
        let mut gone = Vec::new();
        for filters in wanted {
            let before = gone.len();
            let matching = values.iter().filter(|values| holds(table, &keys, values, filters));
            gone.extend(matching.cloned());
            if gone.len() == before && !if_exists {
                let named: Vec<String> =
                    filters.iter().map(|f| format!("{}={}", f.key, f.value)).collect();
                let sentence = format!("[Error 10006]: Partition not found ({})", named.join(", "));
                return Err(Failure::semantic(sentence));
            }
        }
        gone.sort();
        gone.dedup();
        for batch in gone.chunks(DELETE_MAX) {
            let list = batch.iter().map(|values| PartitionValueList { values: values.clone() });
            let input = BatchDeletePartitionInput {
                database_name: database.to_owned(),
                table_name: table.name.clone(),
                partitions_to_delete: list.collect(),
                ..BatchDeletePartitionInput::default()
            };
            let deleted = Client::batch_delete_partition(&self.ctx, input).await;
            let deleted = deleted.map_err(|fail| Failure::catalog(&fail))?;
            for error in deleted.errors.into_iter().flatten() {
                let detail = error.error_detail.unwrap_or_default();
                // Someone else was faster; gone is gone.
                if detail.error_code.as_deref() != Some("EntityNotFoundException") {
                    return Err(refused(detail));
                }
            }
        }
        Ok(())
    }

    /// Changes one partition.
    pub(super) async fn change_partition(
        &self,
        database: &str,
        table: &Table,
        spec: &[PartitionValue],
        change: impl FnOnce(&mut PartitionInput),
    ) -> Result<(), Failure> {
        let values = full_spec(&key_names(table), spec)?;
        let found = self.partition(database, table, values.clone()).await?;
        let mut partition_input = PartitionInput {
            values: Some(values.clone()),
            storage_descriptor: found.storage_descriptor,
            parameters: found.parameters,
            last_access_time: found.last_access_time,
            last_analyzed_time: found.last_analyzed_time,
        };
        change(&mut partition_input);
        let input = UpdatePartitionInput {
            database_name: database.to_owned(),
            table_name: table.name.clone(),
            partition_value_list: values,
            partition_input,
            ..UpdatePartitionInput::default()
        };
        let changed = Client::update_partition(&self.ctx, input).await;
        changed.map(drop).map_err(|fail| Failure::catalog(&fail))
    }

    /// The partition is the same place under other values.
    pub(super) async fn rename_partition(
        &self,
        database: &str,
        table: &Table,
        from: &[PartitionValue],
        to: &[PartitionValue],
    ) -> Result<(), Failure> {
        let values = full_spec(&key_names(table), to)?;
        self.change_partition(database, table, from, |input| input.values = Some(values)).await
    }

    /// Fails unless the partition is there.
    pub(in crate::run) async fn must_have_partition(
        &self,
        database: &str,
        table: &Table,
        spec: &[PartitionValue],
    ) -> Result<(), Failure> {
        let values = full_spec(&key_names(table), spec)?;
        self.partition(database, table, values).await.map(drop)
    }

    async fn partition(
        &self,
        database: &str,
        table: &Table,
        partition_values: Vec<String>,
    ) -> Result<Partition, Failure> {
        let shown = partition_values.join("/");
        let missing = || Failure::semantic(format!("[Error 10006]: Partition not found ({shown})"));
        let input = GetPartitionInput {
            database_name: database.to_owned(),
            table_name: table.name.clone(),
            partition_values,
            ..GetPartitionInput::default()
        };
        match Client::get_partition(&self.ctx, input).await {
            Ok(found) => found.partition.ok_or_else(missing),
            Err(fail) if is_absent(&fail) => Err(missing()),
            Err(fail) => Err(Failure::catalog(&fail)),
        }
    }
}

/// What Glue says of one partition of many.
fn refused(detail: ErrorDetail) -> Failure {
    let code = detail.error_code.unwrap_or_default();
    let message = detail.error_message.unwrap_or_default();
    Failure::execution(format!("{code}(message:{message})"))
}

fn partition_exists(values: &[String]) -> Failure {
    let values = values.join(", ");
    let message = format!("AlreadyExistsException(message:Partition already exists: [{values}])");
    Failure::execution(message)
}

fn must_be_in_s3(input: &PartitionInput) -> Result<(), Failure> {
    let location = input.storage_descriptor.as_ref().and_then(|s| s.location.as_deref());
    let location = location.unwrap_or_default();
    match S3Uri::parse(location) {
        Some(_) => Ok(()),
        None => Err(Failure::semantic(format!("'{location}' is not a location in S3"))),
    }
}

/// The values of a specification that names every key, in the keys' order.
fn full_spec(keys: &[String], spec: &[PartitionValue]) -> Result<Vec<String>, Failure> {
    if let Some(unknown) = spec.iter().find(|given| !keys.contains(&given.key)) {
        return Err(no_key(&unknown.key));
    }
    let value = |key: &String| {
        let given = spec.iter().find(|given| given.key == *key);
        given.map(|given| given.value.clone())
    };
    keys.iter().map(value).collect::<Option<Vec<_>>>().ok_or_else(|| {
        Failure::semantic(format!(
            "partition spec must name every partition column: {}",
            keys.join(", ")
        ))
    })
}

fn no_key(key: &str) -> Failure {
    Failure::semantic(format!(
        "[Error 10098]: Non-Partition column appears in the partition \
                               specification: {key}"
    ))
}

/// Whether every comparison holds for a partition's values, numbers compared as such.
fn holds(table: &Table, keys: &[String], values: &[String], filters: &[PartitionFilter]) -> bool {
    filters.iter().all(|filter| {
        let Some(at) = keys.iter().position(|key| *key == filter.key) else { return false };
        let Some(value) = values.get(at) else { return false };
        let declared = table.partition_keys.as_ref().and_then(|keys| keys[at].r#type.as_deref());
        let order = compare(declared.unwrap_or("string"), value, &filter.value);
        match filter.comparison {
            Comparison::Equal => order == Ordering::Equal,
            Comparison::NotEqual => order != Ordering::Equal,
            Comparison::Less => order == Ordering::Less,
            Comparison::LessOrEqual => order != Ordering::Greater,
            Comparison::Greater => order == Ordering::Greater,
            Comparison::GreaterOrEqual => order != Ordering::Less,
        }
    })
}

fn compare(declared: &str, a: &str, b: &str) -> Ordering {
    let integers = matches!(declared, "tinyint" | "smallint" | "int" | "integer" | "bigint");
    let numbers = declared.starts_with("decimal") || matches!(declared, "float" | "double");
    if integers && let (Ok(a), Ok(b)) = (a.parse::<i64>(), b.parse::<i64>()) {
        return a.cmp(&b);
    }
    if numbers && let (Ok(a), Ok(b)) = (a.parse::<f64>(), b.parse::<f64>()) {
        return a.total_cmp(&b);
    }
    a.cmp(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_as_numbers() {
        assert_eq!(compare("int", "9", "10"), Ordering::Less);
        assert_eq!(compare("string", "9", "10"), Ordering::Greater);
        assert_eq!(compare("date", "2024-01-02", "2024-01-10"), Ordering::Less);
    }

    #[test]
    fn a_specification_names_every_key_once() {
        let keys = ["a".to_owned(), "b".to_owned()];
        let value =
            |key: &str, value: &str| PartitionValue { key: key.into(), value: value.into() };
        let full = full_spec(&keys, &[value("b", "2"), value("a", "1")]).unwrap();
        assert_eq!(full, ["1", "2"]);
        assert!(full_spec(&keys, &[value("a", "1")]).is_err());
        assert!(full_spec(&keys, &[value("c", "1")]).unwrap_err().reason.contains("10098"));
        assert!(matches_spec(&keys, &full, &[value("a", "1")]));
        assert!(!matches_spec(&keys, &full, &[value("a", "2")]));
    }
}
