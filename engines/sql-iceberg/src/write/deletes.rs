//! Files of position deletes: which rows of which files are gone.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use aquifer_iceberg::avro::Value;
use aquifer_iceberg::manifest::{Content, DataFile};
use aquifer_sql::SqlError;
use datafusion::arrow::array::{Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::error::Result;

use super::file::OpenFile;
use super::{WriteOptions, Written};
use crate::files::{PATH_ID, POSITION_ID, Task, partition_key};
use crate::io::Io;
use crate::types::with_id;

/// The places of deleted rows by the file they are in.
#[derive(Clone, Debug, Default)]
pub struct DeletedRows(BTreeMap<String, Vec<i64>>);

impl DeletedRows {
    /// Notes a row.
    pub fn add(&mut self, file: &str, place: i64) {
        match self.0.get_mut(file) {
            Some(places) => places.push(place),
            None => drop(self.0.insert(file.to_owned(), vec![place])),
        }
    }

    /// Puts places in order; whether one was noted twice.
    pub fn settle(&mut self) -> bool {
        let mut twice = false;
        for places in self.0.values_mut() {
            places.sort_unstable();
            let before = places.len();
            places.dedup();
            twice |= places.len() < before;
        }
        twice
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.0.values().map(|places| places.len() as u64).sum()
    }

    /// The files they are in.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The places in a file.
    pub fn of(&self, file: &str) -> &[i64] {
        self.0.get(file).map(Vec::as_slice).unwrap_or_default()
    }
}

/// A partition's values, and its files of rows.
type Group<'a> = (Vec<Value>, Vec<&'a str>);

/// Writes files of deletes, one for each partition. On failure nothing is left.
///
/// # Errors
/// When a row's file is not among the tasks, or a file cannot be written.
pub async fn write_deletes(
    io: &Io,
    options: &WriteOptions,
    deleted: &DeletedRows,
    tasks: &[Task],
) -> Result<Vec<Written>> {
    let known: HashMap<&str, &Task> =
        tasks.iter().map(|task| (task.file.file_path.as_str(), task)).collect();
    let mut groups: BTreeMap<(i32, String), Group<'_>> = BTreeMap::new();
    for file in deleted.files() {
        let task = known
            .get(file)
            .ok_or_else(|| SqlError::internal(format!("{file} is not a file of the table")))?;
        let key = (task.spec_id, partition_key(&task.file));
        let group = groups.entry(key);
        group.or_insert_with(|| (task.file.partition.clone(), Vec::new())).1.push(file);
    }
    let mut written = Vec::new();
    for (at, ((spec_id, _), (partition, files))) in groups.into_iter().enumerate() {
        let url = format!("{}/{}_{at:05}-deletes.parquet", options.folder, options.prefix);
        match one(io, options, url, deleted, &files).await {
            Ok(file) => written.push((spec_id, DataFile { partition, ..file })),
            Err(error) => {
                super::discard(io, &written).await;
                return Err(error);
            }
        }
    }
    Ok(written)
}

async fn one(
    io: &Io,
    options: &WriteOptions,
    url: String,
    deleted: &DeletedRows,
    files: &[&str],
) -> Result<DataFile> {
    let schema = Arc::new(Schema::new(vec![
        with_id(Field::new("file_path", DataType::Utf8, false), PATH_ID),
        with_id(Field::new("pos", DataType::Int64, false), POSITION_ID),
    ]));
    let mut file = OpenFile::create(io, url, schema.clone(), options.compression(), Vec::new())?;
    let writing = async {
        for name in files {
            let places = deleted.of(name);
            let names = StringArray::from_iter_values(places.iter().map(|_| *name));
            let columns: Vec<datafusion::arrow::array::ArrayRef> =
                vec![Arc::new(names), Arc::new(Int64Array::from(places.to_vec()))];
            file.write(&RecordBatch::try_new(schema.clone(), columns)?).await?;
        }
        file.finish().await
    };
    let finished = writing.await;
    let mut written = match finished {
        Ok(written) => written,
        Err(error) => {
            file.abort().await;
            return Err(error);
        }
    };
    written.content = Content::PositionDeletes;
    // Paths whole: readers tell by them which deletes are of one file alone.
    if let (Some(first), Some(last)) = (files.first(), files.last()) {
        written.lower_bounds.insert(PATH_ID, first.as_bytes().to_vec());
        written.upper_bounds.insert(PATH_ID, last.as_bytes().to_vec());
    }
    if let [only] = files {
        written.referenced_data_file = Some((*only).to_owned());
    }
    Ok(written)
}
