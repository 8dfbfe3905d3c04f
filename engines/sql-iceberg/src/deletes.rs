//! Deleted rows: which rows of a file readers pass over.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use aquifer_iceberg::manifest::{Content, DataFile};
use aquifer_iceberg::{Schema, Type};
use aquifer_lake::ScanStats;
use aquifer_sql::SqlError;
use bytes::Bytes;
use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Int64Type};
use datafusion::arrow::row::{OwnedRow, RowConverter, SortField};
use datafusion::error::{DataFusionError, Result};
use datafusion::parquet::arrow::ProjectionMask;
use datafusion::parquet::arrow::arrow_reader::{
    ParquetRecordBatchReaderBuilder, RowSelection, RowSelector,
};
use tokio::sync::Mutex;

use crate::convert::{convert, position};
use crate::error::bad_data;
use crate::files::{PATH_ID, POSITION_ID, Task};
use crate::io::Io;
use crate::types::arrow_type;
use crate::write::DeletedRows;

/// The places of deleted rows, by the file they are in.
type Positions = HashMap<String, Vec<u64>>;

/// The deletes of one scan, each file of them read once.
pub(crate) struct Deletes {
    io: Io,
    schema: Arc<Schema>,
    stats: Arc<ScanStats>,
    positions: Mutex<HashMap<String, Arc<Positions>>>,
}

impl Deletes {
    pub(crate) fn new(io: Io, schema: Arc<Schema>, stats: Arc<ScanStats>) -> Self {
        Self { io, schema, stats, positions: Mutex::default() }
    }

    /// The places of a file's deleted rows, in order, each once.
    pub(crate) async fn of(&self, task: &Task) -> Result<Vec<u64>> {
        let mut gone = Vec::new();
        for delete in &task.deletes {
            match delete.content {
                Content::PositionDeletes => {
                    let all = self.positions(delete).await?;
                    gone.extend(all.get(&task.file.file_path).into_iter().flatten());
                }
                Content::EqualityDeletes => gone.extend(self.equal(task, delete).await?),
                Content::Data => {}
            }
        }
        gone.sort_unstable();
        gone.dedup();
        Ok(gone)
    }

    async fn read(&self, file: &DataFile) -> Result<Bytes> {
        parquet_only(file)?;
        let bytes = self.io.read(&file.file_path).await?;
        self.stats.add_bytes(bytes.len() as u64);
        Ok(bytes)
    }

    async fn positions(&self, file: &DataFile) -> Result<Arc<Positions>> {
        // Held while reading: who comes second has it read already.
        let mut known = self.positions.lock().await;
        if let Some(known) = known.get(&file.file_path) {
            return Ok(known.clone());
        }
        let read = Arc::new(read_positions(self.read(file).await?)?);
        known.insert(file.file_path.clone(), read.clone());
        Ok(read)
    }

    /// The rows of a file that have the values of deleted ones.
    async fn equal(&self, task: &Task, delete: &DataFile) -> Result<Vec<u64>> {
        let ids = delete.equality_ids.clone().unwrap_or_default();
        let fields = ids.iter().map(|id| {
            let mut fields = self.schema.columns.fields.iter();
            let found = fields.find(|field| field.id == *id);
            found.map(|field| (*id, field.name.clone(), field.field_type.clone())).ok_or_else(|| {
                SqlError::not_supported(format!(
                    "Deletes by column {id}, which is not a column of the table, are not supported"
                ))
            })
        });
        let fields = fields.collect::<Result<Vec<_>, _>>()?;
        let sorts = fields.iter().map(|(_, _, of)| SortField::new(arrow_type(of))).collect();
        let converter = RowConverter::new(sorts)?;
        let mut gone: HashSet<OwnedRow> = HashSet::new();
        columns(self.read(delete).await?, &fields, |_, rows| {
            let rows = converter.convert_columns(rows)?;
            gone.extend(rows.iter().map(|row| row.owned()));
            Ok(())
        })?;
        let mut places = Vec::new();
        columns(self.read(&task.file).await?, &fields, |first, rows| {
            let rows = converter.convert_columns(rows)?;
            let found = rows.iter().enumerate().filter(|(_, row)| gone.contains(&row.owned()));
            places.extend(found.map(|(at, _)| first + at as u64));
            Ok(())
        })?;
        Ok(places)
    }
}

pub(crate) fn parquet_only(file: &DataFile) -> Result<()> {
    if file.file_format == "PARQUET" {
        return Ok(());
    }
    let message = format!(
        "{} files of Iceberg tables are not supported by this version of Aquifer",
        file.file_format
    );
    Err(DataFusionError::from(SqlError::not_supported(message)))
}

/// Columns by their ids, batch by batch, with the place of each batch's first row.
fn columns(
    file: Bytes,
    wanted: &[(i32, String, Type)],
    mut see: impl FnMut(u64, &[ArrayRef]) -> Result<()>,
) -> Result<()> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(file)?;
    let fields = builder.schema().fields().clone();
    let places: Vec<Option<usize>> =
        wanted.iter().map(|(id, name, _)| position(&fields, *id, name)).collect();
    let mask = ProjectionMask::roots(builder.parquet_schema(), places.iter().copied().flatten());
    let mut first = 0_u64;
    for batch in builder.with_projection(mask).build()? {
        let batch: RecordBatch = batch?;
        let columns = wanted.iter().zip(&places).map(|((_, _, of), place)| match place {
            Some(place) => {
                let name = fields[*place].name();
                let column = batch.column_by_name(name).ok_or_else(|| {
                    DataFusionError::from(bad_data(format!("A file lacks its column {name}")))
                })?;
                convert(column, of)
            }
            None => {
                let of = arrow_type(of);
                Ok(datafusion::arrow::array::new_null_array(&of, batch.num_rows()))
            }
        });
        see(first, &columns.collect::<Result<Vec<_>>>()?)?;
        first += batch.num_rows() as u64;
    }
    Ok(())
}

fn read_positions(file: Bytes) -> Result<Positions> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(file)?;
    let fields = builder.schema().fields().clone();
    let path = position(&fields, PATH_ID, "file_path");
    let place = position(&fields, POSITION_ID, "pos");
    let (Some(path), Some(place)) = (path, place) else {
        return Err(bad_data("A file of position deletes lacks its columns").into());
    };
    let (path, place) = (fields[path].name().clone(), fields[place].name().clone());
    let mut positions = Positions::new();
    for batch in builder.build()? {
        let batch = batch?;
        let column = |name: &str, of: &DataType| -> Result<ArrayRef> {
            let found = batch.column_by_name(name);
            let found = found.ok_or_else(|| bad_data(format!("A file lacks its column {name}")))?;
            Ok(cast(found, of)?)
        };
        let paths = column(&path, &DataType::Utf8)?;
        let places = column(&place, &DataType::Int64)?;
        let (paths, places) = (paths.as_string::<i32>(), places.as_primitive::<Int64Type>());
        for row in 0..batch.num_rows() {
            let place = u64::try_from(places.value(row));
            let place = place.map_err(|_| bad_data("A place in a file is negative"))?;
            match positions.get_mut(paths.value(row)) {
                Some(known) => known.push(place),
                None => drop(positions.insert(paths.value(row).to_owned(), vec![place])),
            }
        }
        if paths.null_count() + places.null_count() > 0 {
            return Err(bad_data("A file of position deletes holds nulls").into());
        }
    }
    Ok(positions)
}

/// Whether files of deletes are of rows that are deleted already, or may be.
///
/// # Errors
/// When one cannot be read.
pub async fn deleted_among(io: &Io, files: &[&DataFile], deleted: &DeletedRows) -> Result<bool> {
    for file in files {
        if file.content == Content::EqualityDeletes {
            return Ok(true);
        }
        parquet_only(file)?;
        let positions = read_positions(io.read(&file.file_path).await?)?;
        for (name, places) in positions {
            let own = deleted.of(&name);
            let is_own = |place: u64| {
                i64::try_from(place).is_ok_and(|place| own.binary_search(&place).is_ok())
            };
            if places.into_iter().any(is_own) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// The rows that are left, of a file of so many.
pub(crate) fn kept(rows: u64, gone: &[u64]) -> RowSelection {
    let mut selectors = Vec::new();
    let mut at = 0_u64;
    for place in gone.iter().copied().filter(|place| *place < rows) {
        if place > at {
            selectors.push(RowSelector::select((place - at) as usize));
        }
        selectors.push(RowSelector::skip(1));
        at = place + 1;
    }
    if at < rows {
        selectors.push(RowSelector::select((rows - at) as usize));
    }
    RowSelection::from(selectors)
}

#[cfg(test)]
mod tests;
