//! The published chunked uploads, in pieces of every size, and bodies that lie.

use proptest::prelude::*;

use super::*;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const SEED: &str = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";
const SEED_TRAILER: &str = "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e";

fn chain(seed: &str) -> ChunkSignatures {
    ChunkSignatures {
        key: SigningKey::derive(SECRET, "20130524", "us-east-1", "s3"),
        amz_date: "20130524T000000Z".into(),
        scope: "20130524/us-east-1/s3/aws4_request".into(),
        previous: seed.into(),
    }
}

fn signed(trailers: bool, len: Option<u64>) -> ChunkDecoder {
    ChunkDecoder::build(Some(chain(if trailers { SEED_TRAILER } else { SEED })), trailers, len)
}

type Outcome = Result<(Vec<u8>, Vec<(String, String)>), ChunkError>;

fn decode(mut decoder: ChunkDecoder, body: &[u8], step: usize) -> Outcome {
    let mut data = Vec::new();
    for piece in body.chunks(step.max(1)) {
        let mut piece = Bytes::copy_from_slice(piece);
        while let Some(decoded) = decoder.push(&mut piece)? {
            data.extend_from_slice(&decoded);
        }
        assert!(piece.is_empty());
    }
    Ok((data, decoder.finish()?))
}

/// The S3 reference's upload of 65 KiB of the letter a, in two chunks.
fn published(signatures: [&str; 3], end: &str) -> Vec<u8> {
    let mut body = format!("10000;chunk-signature={}\r\n", signatures[0]).into_bytes();
    body.extend([b'a'; 65536]);
    body.extend(format!("\r\n400;chunk-signature={}\r\n", signatures[1]).bytes());
    body.extend([b'a'; 1024]);
    body.extend(format!("\r\n0;chunk-signature={}\r\n{end}", signatures[2]).bytes());
    body
}

fn published_plain() -> Vec<u8> {
    let signatures = [
        "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
        "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
        "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
    ];
    published(signatures, "\r\n")
}

fn published_trailer() -> Vec<u8> {
    let signatures = [
        "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
        "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
        "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
    ];
    published(
        signatures,
        "x-amz-checksum-crc32c:sOO8/Q==\r\nx-amz-trailer-signature:\
         d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n",
    )
}

#[test]
fn the_published_upload_decodes_in_pieces_of_any_size() {
    let body = published_plain();
    for step in [1, 7, 64, 1024, 65_536, usize::MAX] {
        let (data, trailers) = decode(signed(false, Some(66_560)), &body, step).unwrap();
        assert_eq!(data, vec![b'a'; 66_560]);
        assert!(trailers.is_empty());
    }
}

#[test]
fn the_published_upload_with_a_trailer_decodes() {
    let body = published_trailer();
    for step in [1, 100, usize::MAX] {
        let (data, trailers) = decode(signed(true, None), &body, step).unwrap();
        assert_eq!(data.len(), 66_560);
        assert_eq!(trailers, [("x-amz-checksum-crc32c".into(), "sOO8/Q==".into())]);
    }
}

#[test]
fn data_are_slices_of_the_input() {
    let body = Bytes::from(published_plain());
    let mut input = body.clone();
    let data = signed(false, None).push(&mut input).unwrap().unwrap();
    assert_eq!(data.len(), 65_536);
    let offset = data.as_ptr() as usize - body.as_ptr() as usize;
    assert!(offset < body.len(), "not copied");
}

#[test]
fn flipped_data_and_signatures_are_noticed() {
    for (body, trailers) in [(published_plain(), false), (published_trailer(), true)] {
        let mismatch = |at: usize| {
            let mut forged = body.clone();
            forged[at] ^= 1;
            decode(signed(trailers, None), &forged, 4096)
        };
        for at in [30, 100, 60_000, 65_700, 66_000, body.len() - 20] {
            assert!(
                matches!(mismatch(at), Err(ChunkError::SignatureMismatch { .. })),
                "byte {at} of {}: {:?}",
                body.len(),
                mismatch(at).map(|_| ())
            );
        }
    }
    let stripped = String::from_utf8(published_trailer()).unwrap();
    let stripped = stripped.split("x-amz-trailer-signature").next().unwrap();
    assert!(matches!(
        decode(signed(true, None), stripped.as_bytes(), 4096),
        Err(ChunkError::SignatureMismatch { .. })
    ));
}

#[test]
fn truncated_bodies_are_noticed() {
    let body = published_plain();
    for len in [0, 5, 90, 1000, 65_620, body.len() - 200, body.len() - 10] {
        assert!(
            matches!(
                decode(signed(false, None), &body[..len], 4096),
                Err(ChunkError::Truncated { .. } | ChunkError::SignatureMismatch { .. })
            ),
            "{len}"
        );
    }
    assert!(decode(signed(false, None), &body[..body.len() - 2], 4096).is_ok(), "last line end");
}

#[test]
fn announced_length_must_hold() {
    let body = published_plain();
    assert_eq!(
        decode(signed(false, Some(66_561)), &body, 4096),
        Err(ChunkError::LengthMismatch { expected: 66_561, found: 66_560 })
    );
    assert_eq!(
        decode(signed(false, Some(66_000)), &body, 4096),
        Err(ChunkError::LengthMismatch { expected: 66_000, found: 66_560 })
    );
}

#[test]
fn unsigned_chunks_carry_trailers() {
    let body = b"5\r\nhello\r\n0\r\nX-Amz-Checksum-CRC32: NhCmhg==\r\n\r\n";
    for end in 0..=4 {
        // The last line ends may be missing, as some clients send it.
        let (data, trailers) =
            decode(ChunkDecoder::unsigned(Some(5)), &body[..body.len() - end], 3).unwrap();
        assert_eq!(data, b"hello");
        assert_eq!(trailers, [("x-amz-checksum-crc32".into(), "NhCmhg==".into())]);
    }
    let none = decode(ChunkDecoder::unsigned(Some(0)), b"0\r\n\r\n", 3).unwrap();
    assert_eq!(none, (Vec::new(), Vec::new()));
}

#[test]
fn signed_chunks_of_an_unknown_key_are_unframed_all_the_same() {
    let (data, trailers) = decode(ChunkDecoder::unsigned(None), &published_trailer(), 512).unwrap();
    assert_eq!(data.len(), 66_560);
    assert_eq!(trailers.len(), 2);
}

#[test]
fn broken_framing_is_refused_with_its_position() {
    let long = "1".repeat(2000);
    for body in [
        "x\r\n",
        "-5\r\nhello\r\n",
        "+5\r\nhello\r\n",
        "\r\n",
        "5\r\nhelloX\r\n",
        "10000000000000000\r\n",
        &long,
        "0\r\nno trailer\r\n\r\n",
        "0\r\n\r\nmore",
        "0\r\n\u{fc}\r\n\r\n",
    ] {
        assert!(
            matches!(
                decode(ChunkDecoder::unsigned(None), body.as_bytes(), 4096),
                Err(ChunkError::Malformed { .. })
            ),
            "{body}"
        );
    }
    assert_eq!(
        decode(ChunkDecoder::unsigned(None), b"5\r\nhello!\r\n", 1),
        Err(ChunkError::Malformed { position: 11, what: "expected a line end after the chunk" })
    );
    let many = format!("0\r\n{}", "a:b\r\n".repeat(17));
    assert!(decode(ChunkDecoder::unsigned(None), many.as_bytes(), 64).is_err());
    assert!(decode(signed(false, None), b"5\r\nhello\r\n", 64).is_err(), "no signature");
}

#[test]
fn small_chunks_are_refused_unless_last() {
    assert_eq!(
        decode(ChunkDecoder::unsigned(None), b"1\r\na\r\n1\r\nb\r\n0\r\n\r\n", 64),
        Err(ChunkError::ChunkTooSmall { index: 0, len: 1 })
    );
}

proptest! {
    #[test]
    fn what_the_chain_signs_the_decoder_accepts(
        data in proptest::collection::vec(any::<u8>(), 0..40_000),
        chunk_len in 8192usize..20_000,
        step in 1usize..9000,
        flip in any::<proptest::sample::Index>(),
    ) {
        let mut signatures = chain(SEED);
        let mut body = Vec::new();
        for chunk in data.chunks(chunk_len).chain([&[][..]]) {
            let signature = signatures.chunk(&sha256_hex(chunk));
            body.extend(format!("{:x};chunk-signature={signature}\r\n", chunk.len()).bytes());
            body.extend_from_slice(chunk);
            body.extend(b"\r\n");
        }
        let expected = Some(data.len() as u64);
        let (decoded, _) = decode(signed(false, expected), &body, step).unwrap();
        prop_assert_eq!(&decoded, &data);

        let at = flip.index(body.len() - 2);
        body[at] ^= 0x55;
        prop_assert!(decode(signed(false, expected), &body, step).is_err());
    }

    #[test]
    fn arbitrary_bodies_never_panic(
        body in proptest::collection::vec(any::<u8>(), 0..300),
        text in "[0-9a-f;\r\n:=x]{0,100}",
        step in 1usize..20,
    ) {
        for body in [body.as_slice(), text.as_bytes()] {
            let _ = decode(ChunkDecoder::unsigned(None), body, step);
            let _ = decode(signed(true, Some(3)), body, step);
        }
    }
}
