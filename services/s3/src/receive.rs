//! Takes a request's body in and checks everything the client said of it.

use aquifer_object::{Hashes, Key, Writer, Written};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures::StreamExt;
use platform::{ByteStream, Fail, Result};

use crate::checksum::{Algorithm, Checksum, Place};
use crate::classes::Class;
use crate::{S3, error, labels};

/// Largest body of one request: 5 GiB.
pub(crate) const BODY_BYTES_MAX: u64 = 5 << 30;
/// Largest object: 50 TB.
pub(crate) const OBJECT_BYTES_MAX: u64 = 50_000_000_000_000;

/// How bytes are kept.
#[derive(Clone, Copy)]
pub(crate) struct Keep<'a> {
    /// What they are sealed with, if they are.
    pub key: Option<&'a Key>,
    /// The bucket and the key of every row that will name them.
    pub at: (&'a str, &'a str),
    /// Where.
    pub class: Class,
}

/// What a client says of a body beforehand.
#[derive(Default)]
pub(crate) struct Expected {
    pub length: Option<i64>,
    /// Base64.
    pub md5: Option<String>,
    /// A checksum in a header.
    pub checksum: Option<(Algorithm, String)>,
    /// The algorithm of the checksum to keep; `None` for that of the client's, if it says one.
    pub algorithm: Option<Algorithm>,
    /// Bytes at most, where that is less than what any body may have.
    pub bytes_max: Option<u64>,
}

impl Expected {
    /// The algorithm of the checksum that the client says, before the body or behind it.
    pub fn said(&self, body: &ByteStream) -> Option<Algorithm> {
        let trailers = body.trailers();
        let announced = || {
            Algorithm::ALL.into_iter().find(|algorithm| trailers.is_announced(algorithm.header()))
        };
        self.checksum.as_ref().map(|(algorithm, _)| *algorithm).or_else(announced)
    }
}

/// A body that was taken in.
pub(crate) struct Received {
    pub written: Written,
    pub checksum: Checksum,
    /// The client's checksum, where it is of another algorithm.
    pub said: Option<Checksum>,
}

/// What is to be computed of a body, and what it is to be compared with.
struct Checks {
    md5: Option<[u8; 16]>,
    /// The algorithm of the checksum that is kept.
    keep: Algorithm,
    /// The algorithm of the client's checksum, and its value where it came before the body.
    said: Option<(Algorithm, Option<Vec<u8>>)>,
    trailers: platform::Trailers,
}

impl S3 {
    /// Stores a body. Nothing of it is kept when anything said of it is not so.
    pub(crate) async fn receive(
        &self,
        mut body: ByteStream,
        expected: Expected,
        keep: Keep<'_>,
    ) -> Result<Received> {
        let declared =
            expected.length.and_then(|length| u64::try_from(length).ok()).or(body.length());
        let bytes_max = expected.bytes_max.unwrap_or(u64::MAX).min(BODY_BYTES_MAX);
        if let Some(size) = declared.filter(|size| *size > bytes_max) {
            return Err(error::too_large(size, bytes_max));
        }
        let checks = Checks::of(&expected, &body)?;
        let writer = self.writer(declared, checks.hashes(), keep)?;
        let written = store_body(writer, &mut body, declared, bytes_max).await?;
        match checks.compare(&written) {
            Ok((checksum, said)) => Ok(Received { written, checksum, said }),
            Err(fail) => {
                // Nobody names it; a failure to let it go leaves an orphan for the next sweep.
                if let Err(error) = self.objects.delete(&written.blob).await {
                    tracing::warn!("a refused body was left behind: {error}");
                }
                Err(fail)
            }
        }
    }

    /// Refuses an object that is larger than any may be.
    pub(crate) fn check_size(&self, size: u64) -> Result<()> {
        if size > self.object_bytes_max {
            return Err(error::too_large(size, self.object_bytes_max));
        }
        Ok(())
    }

    /// Begins to store bytes.
    pub(crate) fn writer(
        &self,
        size: Option<u64>,
        hashes: Hashes,
        keep: Keep<'_>,
    ) -> Result<Writer> {
        let mut writer = self.objects.writer(size, hashes);
        if keep.class.is_one_zone() {
            writer = writer.in_one_zone();
        }
        if size.is_none_or(|size| self.objects.packs(size)) {
            writer = writer.labelled(labels::label(keep.at.0, keep.at.1));
        }
        match keep.key {
            Some(key) => writer.sealed_with(key).map_err(error::from_objects),
            None => Ok(writer),
        }
    }
}

async fn store_body(
    mut writer: Writer,
    body: &mut ByteStream,
    declared: Option<u64>,
    bytes_max: u64,
) -> Result<Written> {
    while let Some(chunk) = body.next().await {
        writer.write(chunk?).await.map_err(error::from_objects)?;
        if writer.size() > bytes_max {
            return Err(error::too_large(writer.size(), bytes_max));
        }
    }
    if let Some(declared) = declared.filter(|declared| *declared != writer.size()) {
        let message = "You did not provide the number of bytes specified by the Content-Length \
                       HTTP header";
        return Err(Fail::new("IncompleteBody", 400, message)
            .with("NumberBytesExpected", declared.to_string())
            .with("NumberBytesProvided", writer.size().to_string()));
    }
    writer.finish().await.map_err(error::from_objects)
}

impl Checks {
    fn of(expected: &Expected, body: &ByteStream) -> Result<Self> {
        let md5 = expected.md5.as_deref().map(parse_md5).transpose()?;
        let before = match &expected.checksum {
            Some((algorithm, value)) => Some(algorithm.parse(value, Place::Header)?),
            None => None,
        };
        let said = expected.said(body).map(|algorithm| (algorithm, before));
        let keep = expected.algorithm.or(said.as_ref().map(|(algorithm, _)| *algorithm));
        let keep = keep.unwrap_or(Algorithm::Crc64Nvme);
        Ok(Self { md5, keep, said, trailers: body.trailers() })
    }

    fn hashes(&self) -> Hashes {
        let said = self.said.as_ref().map_or(Hashes::NONE, |(algorithm, _)| algorithm.hashes());
        self.keep.hashes() | said
    }

    /// The checksum to keep, and the client's if it is another one.
    fn compare(&self, written: &Written) -> Result<(Checksum, Option<Checksum>)> {
        if self.md5.is_some_and(|md5| md5 != written.digests.md5) {
            return Err(error::bad_digest());
        }
        // What follows a body is what was announced, no less and no more.
        let surprise =
            |name: &str| name.starts_with("x-amz-checksum-") && !self.trailers.is_announced(name);
        if self.trailers.all().iter().any(|(name, _)| surprise(name)) {
            return Err(error::malformed_trailer());
        }
        let computed = |algorithm: Algorithm| {
            let value = algorithm.pick(&written.digests).ok_or_else(|| {
                Fail::internal(anyhow::anyhow!("the {algorithm:?} checksum was not computed"))
            })?;
            Ok::<_, Fail>(Checksum { algorithm, value, full_object: true })
        };
        let kept = computed(self.keep)?;
        let Some((algorithm, before)) = &self.said else { return Ok((kept, None)) };
        let given = match before {
            Some(given) => given.clone(),
            None => {
                let value = self.trailers.get(algorithm.header());
                let value = value.ok_or_else(error::malformed_trailer)?;
                algorithm.parse(&value, Place::Trailer)?
            }
        };
        let said = computed(*algorithm)?;
        if STANDARD.encode(given) != said.value {
            return Err(error::bad_checksum(*algorithm));
        }
        Ok((kept, Some(said).filter(|said| said.algorithm != self.keep)))
    }
}

fn parse_md5(text: &str) -> Result<[u8; 16]> {
    STANDARD.decode(text).ok().and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| {
        Fail::new("InvalidDigest", 400, "The Content-MD5 you specified was invalid.")
    })
}
