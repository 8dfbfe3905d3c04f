//! What a statement leaves under its output location: rows, lines, or the list of files it wrote.

use aquifer_lake::Written;
use futures::try_join;

use super::{Done, Run};
use crate::failure::Failure;
use crate::results::{Description, put_whole};
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

    /// The account the result's bucket must be of.
    pub(super) fn owner(&self) -> Option<String> {
        self.live.row.result.0.expected_bucket_owner.clone()
    }

    /// Writes one small object of the result.
    async fn put(&self, to: &S3Uri, content_type: &str, body: Vec<u8>) -> Result<(), Failure> {
        put_whole(&self.ctx, to, content_type, self.owner(), body)
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
}
