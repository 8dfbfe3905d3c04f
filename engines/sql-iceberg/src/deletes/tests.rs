//! Deletes as they are applied: by position and by equality, each of what it is old enough for.

use aquifer_iceberg::avro::Value;
use aquifer_iceberg::manifest::{Manifest, ManifestEntry, ManifestFile, Status};
use aquifer_iceberg::{CreateTable, Field as Column, Primitive, TableMetadata};
use aquifer_sql::ObjectStores;
use datafusion::arrow::array::{Int64Array, StringArray};
use datafusion::arrow::datatypes::{Field, Schema as ArrowSchema};
use datafusion::parquet::arrow::ArrowWriter;
use object_store::memory::InMemory;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};
use url::Url;

use super::*;
use crate::files::tasks;
use crate::types::with_id;

#[test]
fn what_is_not_gone_is_kept() {
    let selection = kept(6, &[0, 2, 3, 9]);
    let runs: Vec<(bool, usize)> = selection.iter().map(|one| (one.skip, one.row_count)).collect();
    assert_eq!(runs, [(true, 1), (false, 1), (true, 2), (false, 2)]);
    assert_eq!(kept(2, &[0, 1]).row_count(), 0);
}

#[derive(Debug)]
struct One(Arc<InMemory>);

impl ObjectStores for One {
    fn for_bucket(&self, _url: &Url) -> Result<Arc<dyn ObjectStore>> {
        Ok(self.0.clone())
    }
}

fn parquet(fields: Vec<Field>, columns: Vec<ArrayRef>) -> Vec<u8> {
    let schema = Arc::new(ArrowSchema::new(fields));
    let mut out = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut out, schema.clone(), None).unwrap();
    writer.write(&RecordBatch::try_new(schema, columns).unwrap()).unwrap();
    writer.close().unwrap();
    out
}

fn rows(ids: &[Option<i64>], cities: &[Option<&str>]) -> Vec<u8> {
    let fields = vec![
        with_id(Field::new("old_name", DataType::Int64, true), 1),
        with_id(Field::new("city", DataType::Utf8, true), 2),
    ];
    let columns: Vec<ArrayRef> = vec![
        Arc::new(Int64Array::from(ids.to_vec())),
        Arc::new(StringArray::from(cities.to_vec())),
    ];
    parquet(fields, columns)
}

fn file(name: &str, content: Content, rows: i64, bytes: usize) -> DataFile {
    DataFile {
        content,
        file_path: format!("s3://b/{name}"),
        file_format: "PARQUET".to_owned(),
        partition: Vec::<Value>::new(),
        record_count: rows,
        file_size_in_bytes: i64::try_from(bytes).unwrap(),
        ..DataFile::default()
    }
}

fn entry(data_file: DataFile, age: i64) -> ManifestEntry {
    ManifestEntry {
        status: Status::Existing,
        snapshot_id: Some(1),
        sequence_number: Some(age),
        file_sequence_number: Some(age),
        data_file,
    }
}

fn table() -> TableMetadata {
    let column = |id: i32, name: &str, of: Primitive| Column {
        id,
        name: name.into(),
        required: false,
        field_type: Type::Primitive(of),
        doc: None,
    };
    let columns = vec![column(1, "id", Primitive::Long), column(2, "city", Primitive::String)];
    let create = CreateTable {
        uuid: "9c12d441-03fe-4693-9a96-a0705ddf69c1".into(),
        location: "s3://b/t".into(),
        schema: Schema::new(columns),
        ..CreateTable::default()
    };
    TableMetadata::create(create, 1).unwrap()
}

#[tokio::test]
async fn deletes_are_of_rows_that_are_old_enough() {
    let store = Arc::new(InMemory::new());
    let put = async |name: &str, bytes: Vec<u8>| {
        let path = object_store::path::Path::from(name);
        let size = bytes.len();
        store.put(&path, PutPayload::from(bytes)).await.unwrap();
        size
    };
    let cities = [Some("Rome"), Some("Oslo"), None, Some("Rome")];
    let data = rows(&[Some(1), Some(2), Some(3), None], &cities);
    let size = put("old.parquet", data.clone()).await;
    put("new.parquet", data).await;
    // By equality: the pair (NULL, Rome), and everything of Oslo's.
    let pair = put("pair.parquet", rows(&[None], &[Some("Rome")])).await;
    let city = put("city.parquet", rows(&[Some(99)], &[Some("Oslo")])).await;
    let fields = vec![
        with_id(Field::new("file_path", DataType::Utf8, false), PATH_ID),
        with_id(Field::new("pos", DataType::Int64, false), POSITION_ID),
    ];
    let names = StringArray::from(vec!["s3://b/old.parquet", "s3://b/new.parquet"]);
    let columns: Vec<ArrayRef> = vec![Arc::new(names), Arc::new(Int64Array::from(vec![0, 2]))];
    let places = put("places.parquet", parquet(fields, columns)).await;

    let equality = |name: &str, size: usize, ids: Vec<i32>| DataFile {
        equality_ids: Some(ids),
        ..file(name, Content::EqualityDeletes, 1, size)
    };
    let entries = vec![
        entry(file("old.parquet", Content::Data, 4, size), 1),
        entry(file("new.parquet", Content::Data, 4, size), 2),
        entry(equality("pair.parquet", pair, vec![1, 2]), 2),
        entry(equality("city.parquet", city, vec![2]), 3),
        entry(file("places.parquet", Content::PositionDeletes, 2, places), 2),
    ];
    let table = table();
    let manifest = Manifest { spec_id: 0, entries };
    let tasks = tasks(&table, &[(ManifestFile::default(), Some(manifest))]).unwrap();
    let io = Io::new(Arc::new(One(store)));
    let schema = Arc::new(table.current_schema().unwrap().clone());
    let deletes = Deletes::new(io.clone(), schema, Arc::default());
    let [old, new] = tasks.as_slice() else { panic!("two files") };
    assert_eq!(deletes.of(old).await.unwrap(), [0, 1, 3]);
    // What was deleted by equality when it came is not of it; by position it is.
    assert_eq!(deletes.of(new).await.unwrap(), [1, 2]);

    let mut own = DeletedRows::default();
    own.add("s3://b/new.parquet", 2);
    own.settle();
    let places = file("places.parquet", Content::PositionDeletes, 2, 0);
    assert!(deleted_among(&io, &[&places], &own).await.unwrap());
    let mut other = DeletedRows::default();
    other.add("s3://b/new.parquet", 1);
    assert!(!deleted_among(&io, &[&places], &other).await.unwrap());
}
