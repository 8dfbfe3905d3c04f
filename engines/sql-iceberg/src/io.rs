//! Files by their addresses, through the stores of whoever asks.

use std::sync::Arc;

use aquifer_lake::Location;
use aquifer_sql::{ObjectStores, SqlError};
use bytes::Bytes;
use datafusion::error::DataFusionError;
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload};
use url::Url;

use crate::error::invalid_metadata;

/// Files read at once.
const READS: usize = 16;

/// The stores of one caller.
#[derive(Clone, Debug)]
pub struct Io(Arc<dyn ObjectStores>);

impl Io {
    /// The stores that a session uses.
    pub fn new(stores: Arc<dyn ObjectStores>) -> Self {
        Self(stores)
    }

    /// The store of an address, and the path in it.
    ///
    /// # Errors
    /// When it is no address of a store.
    pub fn place(&self, location: &str) -> Result<(Arc<dyn ObjectStore>, Path), DataFusionError> {
        let place =
            Location::parse(location).map_err(|error| invalid_metadata(error.to_string()))?;
        let url: &Url = place.store.as_ref();
        Ok((self.0.for_bucket(url)?, place.prefix))
    }

    /// A whole file.
    ///
    /// # Errors
    /// When it is not there, or may not be read.
    pub async fn read(&self, location: &str) -> Result<Bytes, DataFusionError> {
        let (store, path) = self.place(location)?;
        let read = async { store.get(&path).await?.bytes().await };
        read.await.map_err(|error| match error {
            object_store::Error::NotFound { .. } => {
                invalid_metadata(format!("Metadata file not found: {location}")).into()
            }
            other => DataFusionError::ObjectStore(Box::new(other)),
        })
    }

    /// Many files, in the order they are asked for.
    ///
    /// # Errors
    /// The first that cannot be read.
    pub async fn read_all(&self, locations: &[String]) -> Result<Vec<Bytes>, DataFusionError> {
        let reads: Vec<_> = locations.iter().map(|location| self.read(location)).collect();
        futures::stream::iter(reads).buffered(READS).try_collect().await
    }

    /// Writes a file that is not there yet.
    ///
    /// # Errors
    /// When it is there, or may not be written.
    pub async fn write(&self, location: &str, bytes: Vec<u8>) -> Result<(), DataFusionError> {
        let (store, path) = self.place(location)?;
        let options = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
        let put = store.put_opts(&path, PutPayload::from(bytes), options).await;
        put.map(drop).map_err(|error| DataFusionError::ObjectStore(Box::new(error)))
    }

    /// Deletes files, as far as that can be done; whether all are gone.
    pub async fn delete(&self, locations: &[String]) -> bool {
        let mut all = true;
        for location in locations {
            let Ok((store, path)) = self.place(location) else { continue };
            match store.delete(&path).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => {
                    tracing::warn!(%error, location, "a file that nothing refers to stays");
                    all = false;
                }
            }
        }
        all
    }
}

impl From<Io> for Arc<dyn ObjectStores> {
    fn from(io: Io) -> Self {
        io.0
    }
}

/// An error of reading, as the query engine tells it where nobody explains it further.
pub fn as_sql(error: DataFusionError) -> SqlError {
    match error.find_root() {
        DataFusionError::External(inner) => match inner.downcast_ref::<SqlError>() {
            Some(own) => own.clone(),
            None => SqlError::external("ICEBERG_FILESYSTEM_ERROR", inner.to_string()),
        },
        DataFusionError::ObjectStore(inner) => match inner.as_ref() {
            object_store::Error::PermissionDenied { path, .. } => {
                SqlError::external("PERMISSION_DENIED", format!("Access Denied: {path}"))
            }
            other => SqlError::external("ICEBERG_FILESYSTEM_ERROR", other.to_string()),
        },
        other => SqlError::internal(other.strip_backtrace()),
    }
}
