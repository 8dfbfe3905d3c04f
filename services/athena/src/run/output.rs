//! What a statement leaves under its output location: rows, lines, or the list of files it wrote.

use aquifer_lake::Written;
use aquifer_sql::SqlError;
use athena_api::S3AclOption;
use futures::try_join;
use platform::StoreError;
use s3_api::{Client as S3, DeleteObjectInput, ObjectCannedACL};

use super::{Done, Run};
use crate::failure::Failure;
use crate::model::Writing;
use crate::results::{Description, put_whole};
use crate::s3_store::AsAsked;
use crate::store;
use crate::uri::S3Uri;

const TEXT: &str = "text/plain";
const BINARY: &str = "application/octet-stream";

impl Run {
    /// The result file.
    pub(super) fn file(&self) -> Result<S3Uri, Failure> {
        self.parsed(self.live.row.output())
    }

    fn parsed(&self, url: &str) -> Result<S3Uri, Failure> {
        S3Uri::parse(url).ok_or_else(|| Failure::ddl(format!("Invalid output location: {url}")))
    }

    /// What was asked of the objects of a result.
    pub(super) fn as_asked(&self, content_type: &str) -> AsAsked {
        let asked = &self.live.row.result.0;
        let acl = asked.acl_configuration.as_ref().map(|acl| match acl.s3_acl_option {
            S3AclOption::BucketOwnerFullControl => ObjectCannedACL::BucketOwnerFullControl,
        });
        let owner = asked.expected_bucket_owner.clone();
        AsAsked {
            content_type: Some(content_type.to_owned()),
            owner,
            acl,
            kms_key: self.encryption().kms_key().map(str::to_owned),
            metadata: None,
        }
    }

    /// Writes one small object of the result.
    async fn put(&self, to: &S3Uri, content_type: &str, body: Vec<u8>) -> Result<(), Failure> {
        put_whole(&self.ctx, to, self.as_asked(content_type), &self.encryption(), body)
            .await
            .map_err(|fail| Failure::result_write(&to.to_string(), &fail))
    }

    pub(super) async fn describe(
        &self,
        file: &S3Uri,
        description: &Description,
    ) -> Result<(), Failure> {
        let to = S3Uri { bucket: file.bucket.clone(), key: format!("{}.metadata", file.key) };
        self.put(&to, BINARY, description.to_bytes()).await
    }

    /// Leaves lines of text, each of the named columns.
    pub(super) async fn lines(
        &self,
        columns: &[&str],
        lines: Vec<String>,
    ) -> Result<Done, Failure> {
        self.text(&Description::of_lines(columns, "string"), lines).await
    }

    /// Leaves lines of text.
    pub(super) async fn text(
        &self,
        description: &Description,
        lines: Vec<String>,
    ) -> Result<Done, Failure> {
        let mut file = self.file()?;
        // What EXECUTE turns out to execute may not leave rows.
        if let Some(stem) = file.key.strip_suffix(".csv") {
            file.key = format!("{stem}.txt");
        }
        let mut body = lines.join("\n");
        if !body.is_empty() {
            body.push('\n');
        }
        try_join!(self.put(&file, TEXT, body.into_bytes()), self.describe(&file, description))?;
        Ok(Done { output: Some(file.to_string()), ..Done::default() })
    }

    /// Leaves an empty result: a definition was carried out.
    pub(super) async fn nothing(&self) -> Result<Done, Failure> {
        self.lines(&[], Vec::new()).await
    }

    /// Leaves the list of files that were written, and how many rows they hold.
    pub(super) async fn written(&self, written: &Written) -> Result<Done, Failure> {
        let mut file = self.file()?;
        if let Some(stem) = file.key.strip_suffix(".csv") {
            file.key = stem.to_owned();
        }
        let key = format!("{}-manifest.csv", file.key);
        let manifest = S3Uri { bucket: file.bucket.clone(), key };
        let list: String =
            written.files.iter().flat_map(|file| [file.url.as_str(), "\n"]).collect();
        let description = Description::of_write(written.rows);
        try_join!(
            self.put(&manifest, BINARY, list.into_bytes()),
            self.describe(&file, &description)
        )?;
        Ok(Done {
            output: Some(file.to_string()),
            manifest: Some(manifest.to_string()),
            written: Some(written.rows),
            reused: false,
        })
    }

    /// Keeps where files go, and which table is made of them, before the first of them is there:
    /// what a sudden end leaves is found by it.
    pub(super) async fn begin_writing(
        &self,
        location: &str,
        table: Option<(String, String)>,
    ) -> Result<(), Failure> {
        let row = &self.live.row;
        let writing = Writing {
            location: location.to_owned(),
            table,
            iceberg: None,
            caller: row.caller.clone(),
            session: row.session.clone(),
        };
        let kept = self.ctx.write(|tx| store::begin_writing(tx, &self.live.id, &writing)).await;
        kept.map_err(|error: StoreError| SqlError::internal(error.to_string()).into())
    }

    /// As [`Run::begin_writing`], for files that become an Iceberg table's by a commit.
    pub(super) async fn begin_commit(
        &self,
        location: &str,
        database: &str,
        table: &str,
    ) -> Result<(), Failure> {
        let row = &self.live.row;
        let writing = Writing {
            location: location.to_owned(),
            table: None,
            iceberg: Some((database.to_owned(), table.to_owned())),
            caller: row.caller.clone(),
            session: row.session.clone(),
        };
        let kept = self.ctx.write(|tx| store::begin_writing(tx, &self.live.id, &writing)).await;
        kept.map_err(|error: StoreError| SqlError::internal(error.to_string()).into())
    }

    /// The outcome; where it is a failure, the files that were written go.
    pub(super) async fn or_discard(
        &self,
        written: &Written,
        outcome: Result<Done, Failure>,
    ) -> Result<Done, Failure> {
        if outcome.is_err() {
            for file in &written.files {
                self.discard(&file.url).await;
            }
        }
        outcome
    }

    async fn discard(&self, url: &str) {
        let Some(S3Uri { bucket, key }) = S3Uri::parse(url) else { return };
        let input = DeleteObjectInput { bucket, key, ..DeleteObjectInput::default() };
        if let Err(error) = S3::delete_object(&self.ctx, input).await {
            tracing::warn!(%error, url, "a file of a failed write has to go later");
            self.live.left_something();
        }
    }
}
