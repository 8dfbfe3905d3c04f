//! What writers say of an object besides its bytes, and what readers are told.

use platform::{Fail, Result, Tags};

use crate::model::Headers;

/// Most bytes of names and values of user metadata together.
const METADATA_BYTES_MAX: usize = 2_048;
/// Tags an object may have.
pub(crate) const TAGS_MAX: usize = 10;

/// The members that inputs of several operations share.
pub(crate) struct HeaderInput {
    pub headers: Headers,
    pub tagging: Option<String>,
}

/// Takes the shared members out of an input.
macro_rules! header_input {
    ($input:expr) => {
        $crate::ops::object::HeaderInput {
            headers: $crate::model::Headers {
                content_type: $input.content_type.take(),
                cache_control: $input.cache_control.take(),
                content_disposition: $input.content_disposition.take(),
                content_encoding: $input.content_encoding.take(),
                content_language: $input.content_language.take(),
                expires: $input.expires.take(),
                website_redirect_location: $input.website_redirect_location.take(),
                metadata: $input.metadata.take().unwrap_or_default(),
            },
            tagging: $input.tagging.take(),
        }
    };
}

/// Sets the members by which `GetObject` and `HeadObject` describe a version.
macro_rules! describe {
    ($output:expr, $version:expr, $bucket:expr) => {{
        let version: &$crate::model::Version = $version;
        let headers = &version.headers;
        $output.accept_ranges = Some("bytes".to_owned());
        $output.e_tag = Some(version.quoted_etag());
        $output.last_modified = Some(version.modified.floor_secs());
        $output.content_type =
            Some(headers.content_type.clone().unwrap_or("binary/octet-stream".to_owned()));
        $output.cache_control = headers.cache_control.clone();
        $output.content_disposition = headers.content_disposition.clone();
        $output.content_encoding = headers.content_encoding.clone();
        $output.content_language = headers.content_language.clone();
        $output.expires = headers.expires.clone();
        $output.website_redirect_location = headers.website_redirect_location.clone();
        $output.metadata = Some(headers.metadata.clone());
        $output.storage_class =
            version.storage_class.as_deref().and_then(s3_api::StorageClass::parse);
        $output.restore = $crate::restore::header(version);
        if $bucket.versioning != $crate::model::Versioning::Never {
            $output.version_id = Some(version.id_text().to_owned());
        }
        $crate::lock::tell_lock!($output, version);
        $output.replication_status = version.replication.map($crate::replication::status);
        if !version.tags.is_empty() {
            $output.tag_count = i32::try_from(version.tags.len()).ok();
        }
    }};
}

/// Sets the headers of an answer that its request says.
macro_rules! override_headers {
    ($output:expr, $input:expr) => {{
        let input = &$input;
        let set = |to: &mut Option<String>, from: &Option<String>| {
            if from.is_some() {
                to.clone_from(from);
            }
        };
        set(&mut $output.cache_control, &input.response_cache_control);
        set(&mut $output.content_disposition, &input.response_content_disposition);
        set(&mut $output.content_encoding, &input.response_content_encoding);
        set(&mut $output.content_language, &input.response_content_language);
        set(&mut $output.content_type, &input.response_content_type);
        set(&mut $output.expires, &input.response_expires.map(|expires| expires.http_date()));
    }};
}

pub(crate) use {describe, header_input, override_headers};

/// Checks headers and reads tags.
pub(crate) fn headers_of(input: HeaderInput) -> Result<(Headers, Tags)> {
    let size: usize =
        input.headers.metadata.iter().map(|(name, value)| name.len() + value.len()).sum();
    if size > METADATA_BYTES_MAX {
        let message = "Your metadata headers exceed the maximum allowed metadata size";
        return Err(Fail::new("MetadataTooLarge", 400, message)
            .with("Size", size.to_string())
            .with("MaxSizeAllowed", METADATA_BYTES_MAX.to_string()));
    }
    let tags = match input.tagging.as_deref() {
        None => Tags::new(),
        Some(text) => parse_tagging(text)?,
    };
    Ok((input.headers, tags))
}

/// Tags as a header writes them: `a=1&b=2`, percent-encoded.
fn parse_tagging(text: &str) -> Result<Tags> {
    let bad = || {
        crate::error::invalid_argument(
            "x-amz-tagging",
            text,
            "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query \
             parameters without tag name duplicates.",
        )
    };
    let decode = |part: &str| {
        let part = part.replace('+', " ");
        percent_encoding::percent_decode_str(&part).decode_utf8().map(|text| text.into_owned())
    };
    let mut tags: Vec<s3_api::Tag> = Vec::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let key = decode(key).map_err(|_| bad())?;
        let value = decode(value).map_err(|_| bad())?;
        if tags.iter().any(|tag| tag.key == key) {
            return Err(bad());
        }
        tags.push(s3_api::Tag { key, value });
    }
    super::put_object_tagging::tags_up_to(&tags, TAGS_MAX)
}
