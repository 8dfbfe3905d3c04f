//! Writing results: a stream of bytes into one object, in bounded memory, as the caller.

use aquifer_sql_trino::write_value;
use datafusion::arrow::array::{Array, RecordBatch};
use datafusion::arrow::datatypes::DataType;
use platform::{ByteStream, Bytes, Ctx, Fail};
use s3_api::{Client, PutObjectInput};

use crate::encryption::{Encryption, Sealer};
use crate::s3_store::{AsAsked, Upload};
use crate::uri::S3Uri;

/// Parts of a large result; the least S3 takes is five.
const PART_BYTES: usize = 8 << 20;

/// One object being written. It is there when [`ResultWriter::finish`] answers.
pub(crate) struct ResultWriter {
    ctx: Ctx,
    to: S3Uri,
    as_asked: AsAsked,
    sealer: Option<Sealer>,
    pending: Vec<u8>,
    upload: Option<(Upload, i32)>,
}

impl ResultWriter {
    pub(crate) fn new(ctx: &Ctx, to: S3Uri, mut as_asked: AsAsked, sealer: Option<Sealer>) -> Self {
        as_asked.metadata = sealer.as_ref().map(Sealer::metadata);
        Self { ctx: ctx.clone(), to, as_asked, sealer, pending: Vec::new(), upload: None }
    }

    /// Where bytes are appended; [`ResultWriter::flush`] sends them when there are enough.
    pub(crate) fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.pending
    }

    /// Sends whole parts.
    pub(crate) async fn flush(&mut self) -> Result<(), Fail> {
        while self.pending.len() >= PART_BYTES {
            let rest = self.pending.split_off(PART_BYTES);
            let mut part = std::mem::replace(&mut self.pending, rest);
            if let Some(sealer) = &mut self.sealer {
                sealer.seal(&mut part);
            }
            self.send(part).await?;
        }
        Ok(())
    }

    async fn send(&mut self, part: Vec<u8>) -> Result<(), Fail> {
        if self.upload.is_none() {
            let upload = Upload::begin(&self.ctx, self.to.clone(), self.as_asked.clone()).await?;
            self.upload = Some((upload, 0));
        }
        if let Some((upload, number)) = &mut self.upload {
            *number += 1;
            upload.part(*number, part.into()).await?;
        }
        Ok(())
    }

    /// Completes the object; where that fails, nothing is left.
    pub(crate) async fn finish(mut self) -> Result<(), Fail> {
        let mut last = std::mem::take(&mut self.pending);
        if let Some(mut sealer) = self.sealer.take() {
            sealer.seal(&mut last);
            last.extend_from_slice(&sealer.tag());
        }
        if self.upload.is_none() {
            return put_sealed(&self.ctx, &self.to, self.as_asked, last).await;
        }
        let completed = self.complete(last).await;
        if completed.is_err() {
            self.abort().await;
        }
        completed
    }

    async fn complete(&mut self, last: Vec<u8>) -> Result<(), Fail> {
        if !last.is_empty() {
            self.send(last).await?;
        }
        if let Some((upload, _)) = &self.upload {
            upload.complete().await?;
        }
        self.upload = None;
        Ok(())
    }

    /// Leaves nothing.
    pub(crate) async fn abort(&mut self) {
        if let Some((upload, _)) = self.upload.take()
            && let Err(error) = upload.abort().await
        {
            tracing::warn!(%error, "a result's upload was left behind");
        }
    }
}

/// Writes a small object at once.
pub(crate) async fn put_whole(
    ctx: &Ctx,
    to: &S3Uri,
    mut as_asked: AsAsked,
    encryption: &Encryption,
    mut body: Vec<u8>,
) -> Result<(), Fail> {
    if let Some(mut sealer) = encryption.sealer(ctx).await? {
        as_asked.metadata = Some(sealer.metadata());
        sealer.seal(&mut body);
        body.extend_from_slice(&sealer.tag());
    }
    put_sealed(ctx, to, as_asked, body).await
}

async fn put_sealed(ctx: &Ctx, to: &S3Uri, as_asked: AsAsked, body: Vec<u8>) -> Result<(), Fail> {
    let input = PutObjectInput {
        bucket: to.bucket.clone(),
        key: to.key.clone(),
        server_side_encryption: as_asked.server_side(),
        content_type: as_asked.content_type,
        expected_bucket_owner: as_asked.owner,
        acl: as_asked.acl,
        ssekms_key_id: as_asked.kms_key,
        metadata: as_asked.metadata,
        body: ByteStream::from(Bytes::from(body)),
        ..PutObjectInput::default()
    };
    Client::put_object(ctx, input).await.map(drop)
}

/// Rows as CSV.
#[derive(Default)]
pub(crate) struct CsvRows {
    /// One value's text, kept for its memory.
    text: String,
}

impl CsvRows {
    pub(crate) fn header<'a>(&mut self, names: impl Iterator<Item = &'a str>, out: &mut Vec<u8>) {
        for (i, name) in names.enumerate() {
            if i > 0 {
                out.push(b',');
            }
            quoted(name, out);
        }
        out.push(b'\n');
    }

    pub(crate) fn rows(&mut self, batch: &RecordBatch, out: &mut Vec<u8>) {
        for row in 0..batch.num_rows() {
            for (i, column) in batch.columns().iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                if column.is_null(row) || column.data_type() == &DataType::Null {
                    continue;
                }
                self.text.clear();
                write_value(&mut self.text, column, row);
                quoted(&self.text, out);
            }
            out.push(b'\n');
        }
    }
}

fn quoted(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    for (i, piece) in text.split('"').enumerate() {
        if i > 0 {
            out.extend_from_slice(b"\"\"");
        }
        out.extend_from_slice(piece.as_bytes());
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{ArrayRef, Int32Array, StringArray};

    use super::*;

    #[test]
    fn values_are_quoted_and_null_is_nothing() {
        let a: ArrayRef = Arc::new(Int32Array::from(vec![Some(1), None]));
        let b: ArrayRef = Arc::new(StringArray::from(vec![Some("say \"hi\",\nthere"), Some("")]));
        let batch = RecordBatch::try_from_iter([("a", a), ("b", b)]).unwrap();
        let (mut csv, mut out) = (CsvRows::default(), Vec::new());
        csv.header(["a", "b\"c"].into_iter(), &mut out);
        csv.rows(&batch, &mut out);
        let want = "\"a\",\"b\"\"c\"\n\"1\",\"say \"\"hi\"\",\nthere\"\n,\"\"\n";
        assert_eq!(String::from_utf8(out).unwrap(), want);
    }
}
