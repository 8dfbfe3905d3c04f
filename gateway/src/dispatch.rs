//! The way of one request: route → authenticate → decode → pipeline → encode.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use aquifer_schema::{Bytes, OperationSchema, Protocol};
use aquifer_sigv4::{
    ChunkDecoder, Kind, ParseError, PayloadHash, Presented, PresignedV2, RequestParts, Style,
};
use aquifer_wire::{Call, Payload, query_pairs};
use http::header::{CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, EXPECT};
use http::request::Parts;
use http::{HeaderValue, Method, Request, Response, Version};
use http_body::Body as _;
use hyper::body::Incoming;
use platform::{Ctx, Fail, Platform, PrincipalKind, Registered, Result, Scope, Watcher, Web};
use sha2::{Digest, Sha256};

use crate::answer::{Body, refuse, respond};
use crate::authenticate::{Arrival, Claim, Gatekeeper};
use crate::body::{self, Arriving};
use crate::hoisted::Hoisted;
use crate::nobody::no_service;
use crate::peer::{self, Peer, Unreachable};
use crate::route::{Destination, Face, Routes, Target, is_text, length};
use crate::unreadable::{malformed, wire_fail};
use crate::watch::{ServedAs, Watched};
use crate::{cross, digest, endpoint, form, manner, page, refusal};

/// What serves requests.
pub(crate) struct Dispatch {
    pub platform: Platform,
    routes: Routes,
    watcher: Option<Arc<Watcher>>,
    pub gatekeeper: Gatekeeper,
}

/// Where a request comes from.
struct Sender {
    peer: IpAddr,
    /// Whether the page that asks is one that the owner of the resource lets ask.
    welcome: bool,
    /// Whether somebody wants to know of the request.
    watched: bool,
}

/// The body as far as it had to be read before the sender was known.
enum Held {
    Whole { body: Bytes, hash: String },
    Arriving(Arriving),
}

impl Dispatch {
    pub fn new(platform: Platform) -> Self {
        let (routes, watcher) = (Routes::new(&platform), platform.parts().ext());
        Self { routes, watcher, gatekeeper: Gatekeeper::new(), platform }
    }

    /// Serves one request. What goes wrong is answered.
    ///
    /// # Errors
    /// When a request from a private network has no way to where it wants.
    pub async fn serve(
        &self,
        request: Request<Incoming>,
        Peer { address, tls, place }: &Peer,
    ) -> Result<Response<Body>, Unreachable> {
        let (mut parts, body) = request.into_parts();
        let agent = parts.headers.get(http::header::USER_AGENT).and_then(|v| v.to_str().ok());
        let ctx = Ctx::root(self.platform.parts(), Scope::default()).with_transport(
            tls.is_some(),
            Some(address.ip()),
            agent,
        );
        let ctx = match crate::route::host(&parts) {
            Some(host) => ctx.with_host(host),
            None => ctx,
        };
        let presented = {
            let request = request_parts(&parts, "");
            Presented::parse(&request)
        };
        // The older presigned form is read where the newer one is not there.
        let query = parts.uri.query().unwrap_or_default();
        let claim = match presented {
            Ok(None) => Ok(Claim::Nothing),
            Ok(Some(presented)) => Ok(Claim::Signed(Box::new(presented))),
            Err(ParseError::SignatureV2) => {
                PresignedV2::parse(query).map(Claim::Older).ok_or(ParseError::SignatureV2)
            }
            Err(error) => Err(error),
        };
        let said = manner::of(&ctx, claim.as_ref().unwrap_or(&Claim::Nothing), *tls);
        let ctx = ctx.with_manner(said);
        let known = claim.as_ref().ok().and_then(Claim::signed);
        let to = self.routes.destination(&parts, known);
        let ctx = match place {
            Some(place) => peer::from_place(&self.platform, &ctx, place, (to.as_ref(), known))?,
            None => ctx,
        };
        let Some(to) = to else {
            return Ok(no_service(&ctx, &parts, known));
        };
        if let Some(own) = self.platform.registry().endpoint(to.service.name, &to.path) {
            let (request, peer) = ((&parts, body), address.ip());
            return Ok(endpoint::serve(self, &**own, &ctx, request, &to, claim, peer).await);
        }
        // Nothing is to be continued with an empty body, so its final answer is an early one, after
        // which some clients misread the connection's next answer: botocore's is one.
        let early = body.is_end_stream() && parts.headers.contains_key(EXPECT);
        let (body, read) = Arriving::new(body);
        let (service, protocol) = (to.service, to.protocol);
        let head = parts.method == Method::HEAD;
        let house = (&self.platform, &self.routes);
        let about = (&to, claim.as_ref().ok());
        let watched = Watched::begin(self.watcher.as_ref(), house, &ctx, &parts, about);
        let web = self.platform.registry().web(service.name).map(|web| &**web);
        let reads = web.and_then(|web| cross::allowed(web, &ctx, &parts, &to));
        let from =
            Sender { peer: address.ip(), welcome: reads.is_some(), watched: watched.is_some() };
        let answer = match (claim, web) {
            (Ok(_), Some(web)) if parts.method == Method::OPTIONS => {
                cross::preflight(web, &ctx, &parts, &to).map_err(Refused::from)
            }
            (_, Some(web)) if to.face == Face::Website => {
                Ok(self.page(web, &ctx, &parts, &to, &from).await)
            }
            (Ok(Claim::Nothing), Some(web)) if form::is_one(&parts, &to) => {
                self.form(web, &ctx, &parts, body, &to, &from).await
            }
            (Ok(claim), _) => self.answer(&ctx, &mut parts, body, &to, &claim, &from).await,
            (Err(error), _) => {
                Err(Refused { ctx: None, fail: refusal::malformed(protocol, &error) })
            }
        };
        let mut refused = None;
        let mut response = match answer {
            Ok(response) => response,
            Err(Refused { ctx: inner, fail }) => {
                let mut response = refuse(inner.as_ref().unwrap_or(&ctx), service, protocol, &fail);
                if head {
                    *response.body_mut() = Bytes::new().into();
                }
                refused = watched.is_some().then(|| (inner, fail.code().to_owned()));
                response
            }
        };
        if let Some(reads) = reads {
            cross::add(response.headers_mut(), &reads);
        }
        if let Some(watched) = watched {
            watched.end(&response, refused.as_ref().map(|(ctx, code)| (ctx.clone(), &**code)));
        }
        let done = read.load(Ordering::Acquire) && !early;
        if !done && parts.version < Version::HTTP_2 {
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        Ok(response)
    }

    async fn answer(
        &self,
        ctx: &Ctx,
        parts: &mut Parts,
        incoming: Arriving,
        to: &Destination,
        claim: &Claim,
        from: &Sender,
    ) -> Result<Response<Body>, Refused> {
        let protocol = to.protocol;
        let query = query_pairs(parts.uri.query().unwrap_or_default())
            .filter(|_| protocol != Protocol::RestXml || is_text(parts.uri.path()))
            .ok_or_else(|| Fail::new("InvalidURI", 400, "Couldn't parse the specified URI."))?;
        let is_query = matches!(protocol, Protocol::AwsQuery | Protocol::Ec2Query);
        let mut held = Held::Arriving(incoming);
        let mut form = Vec::new();
        if is_query {
            held = hold(held).await?;
            form = query.clone();
            if let Held::Whole { body, .. } = &held {
                let text = std::str::from_utf8(body).ok().and_then(query_pairs);
                form.extend(text.ok_or_else(|| malformed(protocol, to.service, "not a form"))?);
            }
            if let Some(member) = to.service.query_path_member
                && to.path.len() > 1
                && !form.iter().any(|(name, _)| name == member)
            {
                form.push((member.to_owned(), to.path.clone()));
            }
        }
        let presented = claim.signed();
        let mut hoisted = Hoisted::of(protocol, presented, &parts.headers, &query)?;
        hoisted.swap(&mut parts.headers);
        let target = self.routes.target(&self.platform, to, parts, &query, &form);
        // What is signed is what was sent.
        hoisted.swap(&mut parts.headers);
        let (streams, operation) = match &target {
            Target::Known { operation, .. } => {
                (operation.schema.input.stream_payload().is_some(), Some(operation))
            }
            _ => (false, None),
        };
        // A body that is not streamed is needed whole, and so is one whose hash is what is signed.
        let hash_signed = presented.is_some_and(|presented| {
            presented.payload_hash == PayloadHash::Absent && presented.kind == Kind::Header
        });
        if !streams || hash_signed {
            held = hold(held).await?;
        }
        let hash = match &held {
            Held::Whole { hash, .. } => Some(hash.as_str()),
            Held::Arriving(_) => None,
        };
        let admitted = self.gatekeeper.admit(
            claim,
            &Arrival {
                platform: &self.platform,
                ctx,
                protocol,
                request: request_parts(parts, to.service.signing_name),
                signing_name: to.service.signing_name,
                bucket: to.bucket.as_deref(),
                body_hash: hash,
                peer: from.peer,
                welcome: from.welcome,
            },
        )?;
        let ctx = admitted.ctx;
        let refused = |fail: Fail| Refused { ctx: Some(ctx.clone()), fail };
        if ctx.caller().kind == PrincipalKind::Anonymous && target.needs_account() {
            return Err(refused(refusal::missing_token(protocol)));
        }
        let Some(operation) = operation else {
            return Err(refused(match target {
                Target::Absent(name) => Fail::not_implemented(to.service.name, name),
                Target::Unknown(name) => {
                    refusal::unknown_operation(protocol, to.service, &name.unwrap_or_default())
                }
                Target::Known { .. } => unreachable!("has its operation"),
            }));
        };
        hoisted.swap(&mut parts.headers);
        digest::write_in_capitals(&mut parts.headers);
        let chunks = chunk_decoder(parts, presented, admitted.verified.as_ref());
        let about = (protocol, operation.schema);
        let payload = payload(parts, held, chunks, presented, about).map_err(&refused)?;
        let labels = match &target {
            Target::Known { labels, .. } => labels.as_slice(),
            _ => &[],
        };
        let web = self.platform.registry().web(to.service.name);
        let faster = web.filter(|_| to.face == Face::Accelerated);
        if let Some(web) = faster {
            web.accelerate(&ctx, to.bucket.as_deref()).map_err(refused)?;
        }
        let call = Call {
            protocol,
            operation: operation.schema,
            headers: &parts.headers,
            query: if is_query { &form } else { &query },
            labels,
        };
        let mut response = self.run(&ctx, operation, &call, payload).await.map_err(refused)?;
        if let (Some(web), Some(bucket)) = (faster, &to.bucket) {
            let ctx = ctx.with_operation(to.service.name, operation.schema.name);
            let sent = response.body().size_hint().exact().unwrap_or(0);
            web.accelerated(&ctx, bucket, length(parts).unwrap_or(0) + sent);
        }
        if from.watched {
            response.extensions_mut().insert(ServedAs(ctx));
        }
        Ok(response)
    }

    /// Answers who reads a website: as anyone, whatever else the request says.
    async fn page(
        &self,
        web: &dyn Web,
        ctx: &Ctx,
        parts: &Parts,
        to: &Destination,
        from: &Sender,
    ) -> Response<Body> {
        let admitted = self.gatekeeper.admit(
            &Claim::Nothing,
            &Arrival {
                platform: &self.platform,
                ctx,
                protocol: to.protocol,
                request: request_parts(parts, to.service.signing_name),
                signing_name: to.service.signing_name,
                bucket: to.bucket.as_deref(),
                body_hash: None,
                peer: from.peer,
                // Other sites link to it.
                welcome: true,
            },
        );
        match admitted {
            Ok(admitted) => page::serve(&self.platform, web, &admitted.ctx, (parts, to)).await,
            Err(fail) => page::failed(ctx, &fail, None, parts.method == Method::HEAD),
        }
    }

    /// Stores what a form brings.
    async fn form(
        &self,
        web: &dyn Web,
        ctx: &Ctx,
        parts: &Parts,
        incoming: Arriving,
        to: &Destination,
        from: &Sender,
    ) -> Result<Response<Body>, Refused> {
        let mut opened = form::open(parts, incoming).await?;
        let claim = opened.signed.take().map_or(Claim::Nothing, Claim::Form);
        let ctx = &ctx.clone().with_manner(manner::of(ctx, &claim, ctx.manner().tls_version));
        let admitted = self.gatekeeper.admit(
            &claim,
            &Arrival {
                platform: &self.platform,
                ctx,
                protocol: to.protocol,
                request: request_parts(parts, to.service.signing_name),
                signing_name: to.service.signing_name,
                bucket: to.bucket.as_deref(),
                body_hash: None,
                peer: from.peer,
                welcome: from.welcome,
            },
        )?;
        form::store(&self.platform, web, &admitted.ctx, (parts, to), opened).await
    }

    async fn run(
        &self,
        ctx: &Ctx,
        operation: &Registered,
        call: &Call<'_>,
        payload: Payload,
    ) -> Result<Response<Body>> {
        let mut input = (operation.new_input)();
        let service = operation.schema.service;
        aquifer_wire::decode(call, payload, &mut *input)
            .map_err(|error| wire_fail(call.protocol, service, error))?;
        let mut output = self.platform.run(ctx, operation, input).await?;
        let answer =
            aquifer_wire::encode(call.protocol, operation.schema, &mut *output, ctx.request_id());
        Ok(respond(answer, call.protocol, ctx.request_id()))
    }
}

/// A refusal, with the context it was reached in.
pub(crate) struct Refused {
    pub ctx: Option<Ctx>,
    pub fail: Fail,
}

impl From<Fail> for Refused {
    fn from(fail: Fail) -> Self {
        Self { ctx: None, fail }
    }
}

pub(crate) fn request_parts<'a>(parts: &'a Parts, signing_name: &str) -> RequestParts<'a> {
    RequestParts {
        method: parts.method.as_str(),
        path: parts.uri.path(),
        query: parts.uri.query().unwrap_or_default(),
        headers: &parts.headers,
        authority: parts.uri.authority().map(|authority| authority.as_str()),
        style: Style::of_service(signing_name),
    }
}

async fn hold(held: Held) -> Result<Held> {
    match held {
        Held::Arriving(incoming) => {
            let body = incoming.collect().await?;
            // Most requests that have no stream have no body at all.
            let hash = match body.is_empty() {
                true => aquifer_sigv4::EMPTY_SHA256.to_owned(),
                false => hex::encode(Sha256::digest(&body)),
            };
            Ok(Held::Whole { body, hash })
        }
        whole => Ok(whole),
    }
}

fn chunk_decoder(
    parts: &mut Parts,
    presented: Option<&Presented>,
    verified: Option<&aquifer_sigv4::Verified>,
) -> Option<ChunkDecoder> {
    let decoded: Option<u64> = parts
        .headers
        .get("x-amz-decoded-content-length")
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse().ok());
    let framed = match presented {
        Some(presented) => presented.payload_hash.is_chunked(),
        None => parts
            .headers
            .get("x-amz-content-sha256")
            .is_some_and(|value| value.as_bytes().starts_with(b"STREAMING-UNSIGNED")),
    };
    if !framed {
        return None;
    }
    // What the handler reads of the headers is about the data, not about their frames.
    if let Some(length) = decoded {
        parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    } else {
        parts.headers.remove(CONTENT_LENGTH);
    }
    let encodings: Vec<String> = parts
        .headers
        .get_all(CONTENT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|value| value.trim().to_owned())
        .filter(|value| value != "aws-chunked" && !value.is_empty())
        .collect();
    parts.headers.remove(CONTENT_ENCODING);
    if let Ok(value) = HeaderValue::from_str(&encodings.join(","))
        && !encodings.is_empty()
    {
        parts.headers.insert(CONTENT_ENCODING, value);
    }
    match (presented, verified) {
        (Some(presented), Some(verified)) => ChunkDecoder::new(presented, verified, decoded),
        // Frames of a key that cannot be checked are taken apart all the same.
        _ => Some(ChunkDecoder::unsigned(decoded)),
    }
}

fn payload(
    parts: &Parts,
    held: Held,
    chunks: Option<ChunkDecoder>,
    presented: Option<&Presented>,
    (protocol, operation): (Protocol, &OperationSchema),
) -> Result<Payload> {
    let declared = presented.map(|presented| &presented.payload_hash);
    let said = match protocol {
        Protocol::RestXml => digest::said(operation, &parts.headers, chunks.is_some())?,
        _ => None,
    };
    match held {
        Held::Arriving(incoming) => {
            let stream = body::stream(incoming, chunks, declared, length(parts));
            stream.trailers().announce(digest::announced(&parts.headers));
            Ok(Payload::Stream(stream))
        }
        Held::Whole { body, hash } => {
            let fault =
                |fault: platform::BodyFault| Fail::new(fault.code, fault.status, fault.message);
            if let Some(PayloadHash::Literal(declared)) = declared {
                body::compare(declared, &hash).map_err(fault)?;
            }
            let (body, trailers) = match chunks {
                Some(chunks) => body::unframe_whole(chunks, body).map_err(fault)?,
                None => (body, Vec::new()),
            };
            digest::check(operation, &parts.headers, said.as_ref(), &trailers, &body)?;
            Ok(Payload::Whole(body))
        }
    }
}
