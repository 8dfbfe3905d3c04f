//! Which service, protocol and operation a request is for.
//!
//! In this order: the smithy-protocol header, the target header, a form's action, the service of
//! the credential scope, the host's name. What is left is S3's, as on AWS's own root host.

use std::collections::HashMap;

use aquifer_schema::{Protocol, ServiceSchema};
use aquifer_sigv4::Presented;
use aquifer_wire::RestRouter;
use http::request::Parts;
use platform::{Platform, Registered};

/// How the paths of S3 Control begin.
const CONTROL_PATH: &str = "/v20180820/";

/// Everything routing needs to know of the open rooms.
pub(crate) struct Routes {
    services: Vec<&'static ServiceSchema>,
    rest: HashMap<&'static str, RestRouter>,
}

/// A request's destination.
pub(crate) struct Destination {
    pub service: &'static ServiceSchema,
    pub protocol: Protocol,
    /// The path after what named the bucket or the service is resolved.
    pub path: String,
    /// The bucket, where the host names it.
    pub bucket: Option<String>,
    pub face: Face,
}

/// What of a service a host names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Face {
    Api,
    /// The API by a faster way.
    Accelerated,
    /// Pages rather than an API.
    Website,
    /// The API, by an access point that the host names.
    Point,
}

impl Face {
    /// The service that a label of a host names, and what of it.
    fn of(label: &str) -> (&str, Face) {
        match label {
            "s3-accelerate" => ("s3", Face::Accelerated),
            "s3-accesspoint" | "s3-accesspoint-fips" => ("s3", Face::Point),
            "s3-website" => ("s3", Face::Website),
            // As some regions write it.
            label if label.starts_with("s3-website-") => ("s3", Face::Website),
            label => (label, Face::Api),
        }
    }
}

impl Destination {
    /// What the path begins with, decoded: a bucket.
    pub fn resource(&self) -> String {
        let first = self.path.trim_start_matches('/').split('/').next().unwrap_or_default();
        aquifer_wire::percent_decode(first).unwrap_or_default()
    }
}

/// What the operation of a request turned out to be.
pub(crate) enum Target {
    Known {
        operation: Registered,
        labels: Vec<(&'static str, String)>,
    },
    /// In the model, not in this build.
    Absent(&'static str),
    /// Not in the model; the name as the client wrote it, if it wrote one.
    Unknown(Option<String>),
}

impl Target {
    /// Whether it acts on the account of its caller rather than on a bucket, whosever that is. Who
    /// comes without a name has no account.
    pub fn needs_account(&self) -> bool {
        match self {
            Self::Known { operation, labels } => {
                labels.is_empty() || operation.schema.name == "CreateBucket"
            }
            Self::Absent(_) | Self::Unknown(_) => false,
        }
    }
}

/// A service by the name of a host, what stands before it, and what of the service it names.
type Hosted = (&'static ServiceSchema, Option<String>, Face);

impl Routes {
    pub fn new(platform: &Platform) -> Self {
        let services = platform.registry().services().to_vec();
        let rest = services
            .iter()
            .filter(|schema| {
                schema.protocols.iter().any(|p| matches!(p, Protocol::RestJson | Protocol::RestXml))
            })
            .map(|schema| (schema.name, RestRouter::new(schema.routes)))
            .collect();
        Self { services, rest }
    }

    /// A service by a name of its own, or else the first that signs with the name.
    fn by_name(&self, name: &str) -> Option<&'static ServiceSchema> {
        let named = |schema: &&ServiceSchema| schema.name == name || schema.endpoint_prefix == name;
        let mut services = self.services.iter().copied();
        services.clone().find(named).or_else(|| services.find(|s| s.signing_name == name))
    }

    /// The service and protocol; `None` when no open room fits.
    pub fn destination(&self, parts: &Parts, presented: Option<&Presented>) -> Option<Destination> {
        let path = parts.uri.path();
        let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let plain = |service, protocol| {
            Some(Destination {
                service,
                protocol,
                path: path.into(),
                bucket: None,
                face: Face::Api,
            })
        };
        // Whatever else is said, pages are pages.
        let site = host(parts).filter(|host| host.contains("s3-website"));
        if let Some((service, bucket, face @ Face::Website)) = site.and_then(|s| self.by_host(s)) {
            let protocol = *service.protocols.first()?;
            let path = format!("/{}{path}", bucket.as_deref().unwrap_or_default());
            return Some(Destination { service, protocol, path, bucket, face });
        }
        if header("smithy-protocol") == Some("rpc-v2-cbor") {
            let name = path.strip_prefix("/service/")?.split('/').next()?;
            let service = self.services.iter().copied().find(|schema| {
                schema.target_prefix == Some(name) || schema.service_id.replace(' ', "") == name
            })?;
            return plain(service, Protocol::RpcV2Cbor);
        }
        if let Some(target) = header("x-amz-target") {
            let prefix = target.rsplit_once('.').map_or(target, |(prefix, _)| prefix);
            let by_target =
                self.services.iter().copied().find(|schema| schema.target_prefix == Some(prefix));
            let service = by_target.or_else(|| presented.and_then(|p| self.by_name(&p.service)))?;
            let speaks = |protocol| service.protocols.contains(&protocol);
            if speaks(Protocol::AwsJson10) {
                return plain(service, Protocol::AwsJson10);
            }
            if speaks(Protocol::AwsJson11) {
                return plain(service, Protocol::AwsJson11);
            }
        }
        let scoped = presented.and_then(|presented| self.by_name(&presented.service));
        let hosted = host(parts).and_then(|host| self.by_host(host));
        let service = match (scoped, presented) {
            (Some(service), _) => service,
            (None, Some(_)) => return None,
            (None, None) => {
                hosted.as_ref().map(|(service, ..)| *service).or_else(|| self.by_name("s3"))?
            }
        };
        if service.signing_name == "s3"
            && let Some(control) = self.control(parts, hosted.as_ref())
        {
            return plain(control, *control.protocols.first()?);
        }
        let bucket = hosted.filter(|(found, ..)| found.name == service.name);
        let face = bucket.as_ref().map_or(Face::Api, |(.., face)| *face);
        let bucket = bucket.and_then(|(_, bucket, _)| bucket).filter(|_| service.name == "s3");
        let region = presented.map(|presented| presented.region.as_str());
        let bucket = match face {
            Face::Point => bucket.map(|named| point(&named, region)),
            _ => bucket,
        };
        let path = match &bucket {
            Some(bucket) => format!("/{}{path}", bucket.replace('/', "%2F")),
            None => path.to_owned(),
        };
        // What names its target in a header was told apart above.
        let query = Protocol::AwsQuery;
        let protocol =
            if service.protocols.contains(&query) { query } else { *service.protocols.first()? };
        Some(Destination { service, protocol, path, bucket, face })
    }

    /// The service that manages S3, which signs as S3 does, if the request is for it: by its host,
    /// or by the first part of its paths together with the header that names an account. Clients
    /// write that account before the host's name as well.
    fn control(&self, parts: &Parts, hosted: Option<&Hosted>) -> Option<&'static ServiceSchema> {
        if !parts.uri.path().starts_with(CONTROL_PATH) {
            return None;
        }
        let control = self.services.iter().copied().find(|s| s.name == "s3control")?;
        let by_host = hosted.is_some_and(|(found, ..)| found.name == control.name);
        (by_host || parts.headers.contains_key("x-amz-account-id")).then_some(control)
    }

    /// A service by its host name, with what stands before it: a virtual host's bucket.
    fn by_host(&self, host: &str) -> Option<Hosted> {
        let name = host.rsplit_once(':').map_or(host, |(name, port)| {
            if port.bytes().all(|b| b.is_ascii_digit()) { name } else { host }
        });
        let name = name.to_ascii_lowercase();
        let labels: Vec<&str> = name.split('.').collect();
        // Buckets may hold dots, so the last label that names a service counts.
        for (at, label) in labels.iter().enumerate().rev() {
            let (label, face) = Face::of(label);
            if at + 1 == labels.len() {
                continue;
            }
            if let Some(service) = self.by_name(label) {
                let before = labels[..at].join(".");
                return Some((service, (!before.is_empty()).then_some(before), face));
            }
        }
        // `bucket.localhost`, as SDKs write when they put the bucket before the endpoint. They do so
        // with an address too, where it is an access point.
        let is_byte = |label: &&str| label.parse::<u8>().is_ok();
        match labels.as_slice() {
            [bucket @ .., a, b, c, d]
                if !bucket.is_empty() && [a, b, c, d].into_iter().all(is_byte) =>
            {
                Some((self.by_name("s3")?, Some(bucket.join(".")), Face::Api))
            }
            [bucket @ .., "localhost"] if !bucket.is_empty() => {
                Some((self.by_name("s3")?, Some(bucket.join(".")), Face::Api))
            }
            _ => None,
        }
    }

    /// The operation at a destination.
    pub fn target(
        &self,
        platform: &Platform,
        to: &Destination,
        parts: &Parts,
        query: &[(String, String)],
        form: &[(String, String)],
    ) -> Target {
        let name = match to.protocol {
            Protocol::AwsJson10 | Protocol::AwsJson11 => {
                let target = parts.headers.get("x-amz-target").and_then(|v| v.to_str().ok());
                target.and_then(|target| target.rsplit('.').next()).map(str::to_owned)
            }
            Protocol::RpcV2Cbor => {
                to.path.split_once("/operation/").map(|(_, name)| name.to_owned())
            }
            Protocol::AwsQuery | Protocol::Ec2Query => {
                form.iter().find(|(key, _)| key == "Action").map(|(_, name)| name.clone())
            }
            Protocol::RestJson | Protocol::RestXml => {
                return self.rest_target(platform, to, parts, query);
            }
        };
        let Some(name) = name.filter(|name| !name.is_empty()) else { return Target::Unknown(None) };
        if let Some(operation) = platform.registry().operation(to.service.name, &name) {
            return Target::Known { operation: operation.clone(), labels: Vec::new() };
        }
        match to.service.routes.iter().find(|route| route.name == name) {
            Some(route) => Target::Absent(route.name),
            None => Target::Unknown(Some(name)),
        }
    }

    fn rest_target(
        &self,
        platform: &Platform,
        to: &Destination,
        parts: &Parts,
        query: &[(String, String)],
    ) -> Target {
        let Some(router) = self.rest.get(to.service.name) else { return Target::Unknown(None) };
        let registered = |name: &str| platform.registry().operation(to.service.name, name);
        let find = |accept: &dyn Fn(&'static str) -> bool| {
            let has_header = |name: &str| parts.headers.contains_key(name);
            router.find(parts.method.as_str(), &to.path, query, has_header, accept)
        };
        let Some(found) = find(&|_| true) else { return Target::Unknown(None) };
        if let Some(operation) = registered(found.operation) {
            return Target::Known { operation: operation.clone(), labels: found.labels };
        }
        // Two names for one request (a deprecated form and its successor): the one that is there.
        let uri = |name: &str| {
            to.service.routes.iter().find(|route| route.name == name).map(|r| (r.method, r.uri))
        };
        let twin =
            |name: &'static str| registered(name).is_some() && uri(name) == uri(found.operation);
        match find(&twin).and_then(|other| Some((registered(other.operation)?, other.labels))) {
            Some((operation, labels)) => Target::Known { operation: operation.clone(), labels },
            None => Target::Absent(found.operation),
        }
    }
}

/// The ARN of the access point that a host names as `name-account`, in the region of the request.
fn point(named: &str, region: Option<&str>) -> String {
    let region = region.and_then(|region| region.parse::<platform::Region>().ok());
    let region = region.unwrap_or_else(platform::Region::us_east_1);
    let (name, account) = named.rsplit_once('-').unwrap_or((named, ""));
    let (partition, name) = (region.partition().as_str(), format!("accesspoint/{name}"));
    let arn = platform::Arn::from_parts(partition, "s3", region.as_str(), account, &name);
    arn.map_or_else(|_| named.to_owned(), |arn| arn.to_string())
}

/// The host a request is for.
pub(crate) fn host(parts: &Parts) -> Option<&str> {
    parts
        .headers
        .get(http::header::HOST)
        .and_then(|value| value.to_str().ok())
        .or_else(|| parts.uri.authority().map(|authority| authority.as_str()))
}

/// Whether a path is percent-encoded text.
pub(crate) fn is_text(path: &str) -> bool {
    let hex = |text: &str| text.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    path.split('%').skip(1).all(hex) && aquifer_wire::percent_decode(path).is_some()
}

/// How many bytes of data a request says it brings.
pub(crate) fn length(parts: &Parts) -> Option<u64> {
    parts.headers.get(http::header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
