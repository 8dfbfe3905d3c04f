//! What a room stands on: operations and their handlers, the registry, the request pipeline and
//! typed in-process calls. Rooms know this crate as `platform` and need no other of the core.
//!
//! A request and an in-process call meet in [`Platform::run`]; every stage they pass is in
//! `pipeline.rs`, in order, in one function.

mod around;
mod authorize;
mod call;
mod endpoint;
mod fail;
mod idempotency;
mod listening;
mod names;
mod network;
mod operation;
mod outbox;
mod page;
mod pipeline;
mod recorded;
mod registry;
mod request_tags;
mod resources;
mod second_factor;
mod storage;
mod stored;
mod watch;
mod web;

pub use aquifer_authz::{
    AccessRequest, Authorizer, ConditionKeys, Credential, Credentials, Decision, Identities, Late,
    ResourceAccess, ResourceRule, RootKey, SecondFactors, canonical_user_id,
};
pub use aquifer_ctx::{
    Alias, CancellationToken, Clock, Ctx, Dispatcher, Ids, Keeper, Manner, MeterSink, Passage,
    PlatformParts, Session, Source, Unit, Usage,
};
pub use aquifer_fault::{Fault, Rule as FaultRule};
pub use aquifer_jobs as jobs;
pub use aquifer_jobs::Jobs;
pub use aquifer_limits::{Bounds, Rate};
pub use aquifer_meter::{Meter, Period, Prices};
pub use aquifer_schema::{
    ByteStream, Bytes, Document, EventError, EventStream, OperationSchema, Protocol, ServiceSchema,
    Slot, Structure, Trailers, View,
};
pub use aquifer_seal::{NotOpened, RootSecret, SealingKey, secret_bytes};
pub use aquifer_store::{
    AsKey, AsPrefix, Backend, Blob, Durability, Field, Fields, Key, Page as RowPage, PreCommit,
    ReadTx, Row, Scan, Store, StoreError, StoreOptions, Table, Unread, WriteTx,
};
pub use aquifer_types::{
    AccountId, Arn, Partition, Principal, PrincipalKind, Region, Scope, Tags, Timestamp,
};

pub use around::Around;
pub use authorize::{
    AuthMode, auth_mode, require, require_also, require_on, require_with, would_let,
};
pub use call::call;
pub use endpoint::{Endpoint, EndpointAnswer, EndpointRequest};
pub use fail::{BodyFault, Fail, Result};
pub use idempotency::{Replay, forget_old_answers, remember};
pub use listening::Listening;
pub use names::Names;
pub use network::{Entry, Network, Place, Way};
pub use operation::{Handle, Operation, Registered};
pub use outbox::{OnBehalf, call_as, call_later};
pub use page::{Page, decode_token, encode_token};
pub use pipeline::{Platform, Stages};
pub use recorded::Recorded;
pub use registry::{Closed, House, Registry, Service, ServiceBuilder};
pub use resources::{Asked, Resources};
pub use second_factor::spend_code;
pub use storage::{Later, Storage, ZoneState};
pub use stored::Stored;
pub use watch::{Seen, SignedBy, Watch, Watcher};
pub use web::{CrossOrigin, Form, Headers, PageRequest, Posted, Success, Web, WebPage, from_xml};
