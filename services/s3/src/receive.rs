//! Takes a request's body in and checks everything the client said of it.

use aquifer_object::{Hashes, Written};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures::StreamExt;
use platform::{ByteStream, Fail, Result};

use crate::checksum::{Algorithm, Checksum};
use crate::{S3, error};

/// Largest body of one request: 5 GiB.
pub(crate) const BODY_BYTES_MAX: u64 = 5 << 30;

/// What a client says of a body beforehand.
#[derive(Default)]
pub(crate) struct Expected {
    pub length: Option<i64>,
    /// Base64.
    pub md5: Option<String>,
    /// A checksum in a header.
    pub checksum: Option<(Algorithm, String)>,
    /// The algorithm of a checksum that may follow the body.
    pub algorithm: Option<Algorithm>,
}

/// A body that was taken in.
pub(crate) struct Received {
    pub written: Written,
    /// Hex MD5.
    pub etag: String,
    pub checksum: Checksum,
}

impl S3 {
    /// Stores a body. Nothing of it is kept when anything said of it is not so.
    pub(crate) async fn receive(
        &self,
        mut body: ByteStream,
        expected: Expected,
    ) -> Result<Received> {
        let declared =
            expected.length.and_then(|length| u64::try_from(length).ok()).or(body.length());
        if let Some(size) = declared.filter(|size| *size > BODY_BYTES_MAX) {
            return Err(error::too_large(size, BODY_BYTES_MAX));
        }
        let md5 = expected.md5.as_deref().map(parse_md5).transpose()?;
        let algorithm = expected.checksum.as_ref().map(|(algorithm, _)| *algorithm);
        let trailers = body.trailers();
        let announced = || {
            Algorithm::ALL.into_iter().find(|algorithm| trailers.is_announced(algorithm.header()))
        };
        let algorithm = algorithm.or(expected.algorithm).or_else(announced);
        let algorithm = algorithm.unwrap_or(Algorithm::Crc64Nvme);
        let written = self.store_body(&mut body, declared, algorithm.hashes()).await?;
        let received = self.check(written, md5, algorithm, &expected, &trailers);
        match received {
            Ok(received) => Ok(received),
            Err((fail, written)) => {
                // Nobody names it; a failure to let it go leaves an orphan for the next sweep.
                if let Err(error) = self.objects.delete(&written.blob).await {
                    tracing::warn!("a refused body was left behind: {error}");
                }
                Err(fail)
            }
        }
    }

    async fn store_body(
        &self,
        body: &mut ByteStream,
        declared: Option<u64>,
        hashes: Hashes,
    ) -> Result<Written> {
        let mut writer = self.objects.writer(declared, hashes);
        while let Some(chunk) = body.next().await {
            writer.write(chunk?).await.map_err(error::from_objects)?;
            if writer.size() > BODY_BYTES_MAX {
                return Err(error::too_large(writer.size(), BODY_BYTES_MAX));
            }
        }
        if let Some(declared) = declared.filter(|declared| *declared != writer.size()) {
            let message = "You did not provide the number of bytes specified by the \
                           Content-Length HTTP header";
            return Err(Fail::new("IncompleteBody", 400, message)
                .with("NumberBytesExpected", declared.to_string())
                .with("NumberBytesProvided", writer.size().to_string()));
        }
        writer.finish().await.map_err(error::from_objects)
    }

    #[expect(clippy::result_large_err, reason = "the error carries what has to be let go")]
    fn check(
        &self,
        written: Written,
        md5: Option<[u8; 16]>,
        algorithm: Algorithm,
        expected: &Expected,
        trailers: &platform::Trailers,
    ) -> Result<Received, (Fail, Written)> {
        if md5.is_some_and(|md5| md5 != written.digests.md5) {
            return Err((error::bad_digest("Content-MD5"), written));
        }
        let Some(value) = algorithm.pick(&written.digests) else {
            let missing = anyhow::anyhow!("the {algorithm:?} checksum was not computed");
            return Err((Fail::internal(missing), written));
        };
        let given = expected.checksum.as_ref().map(|(_, value)| value.clone());
        if let Some(given) = given.or_else(|| trailers.get(algorithm.header())) {
            if STANDARD.decode(&given).is_err() {
                let message = format!("Value for {} header is invalid.", algorithm.header());
                return Err((error::invalid_request(message), written));
            }
            if given != value {
                return Err((error::bad_digest(algorithm.name().as_str()), written));
            }
        }
        let etag = hex::encode(written.digests.md5);
        let checksum = Checksum { algorithm, value, full_object: true };
        Ok(Received { written, etag, checksum })
    }
}

fn parse_md5(text: &str) -> Result<[u8; 16]> {
    STANDARD.decode(text).ok().and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| {
        Fail::new("InvalidDigest", 400, "The Content-MD5 you specified was invalid.")
    })
}
