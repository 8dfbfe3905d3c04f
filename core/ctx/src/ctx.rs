//! The context of one request, job or in-process call.

use std::{
    future::Future,
    net::IpAddr,
    sync::{Arc, OnceLock},
};

use aquifer_store::{ReadTx, Store, StoreError, WriteTx};
use aquifer_types::{Principal, Region, Scope, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{Alias, Clock, Dispatcher, Ids, Manner, Passage, PlatformParts, Source, Unit, Usage};

/// Calls within calls beyond this are a loop.
const DEPTH_MAX: u8 = 16;

/// What a caller's credentials carry beyond their identity.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Session {
    /// The access key id the request was signed with.
    pub access_key_id: Option<String>,
    /// Session policies, as JSON documents: they narrow what the identity may do.
    pub policies: Vec<String>,
    /// When temporary credentials were issued.
    pub issued_at: Option<Timestamp>,
    /// Whether a second factor was given.
    pub mfa_present: bool,
    /// Who is behind a role session, as set when it was assumed.
    pub source_identity: Option<String>,
    /// Keys of session tags that go on to further roles.
    pub transitive_tag_keys: Vec<String>,
}

/// A call would go deeper than calls within calls may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooDeep;

impl std::fmt::Display for TooDeep {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "calls between services are nested more than {DEPTH_MAX} deep")
    }
}

impl std::error::Error for TooDeep {}

/// Everything an operation may use. Cheap to clone.
#[derive(Clone)]
pub struct Ctx(pub(crate) Arc<Inner>);

#[derive(Clone)]
pub(crate) struct Inner {
    parts: PlatformParts,
    scope: Scope,
    caller: Arc<Principal>,
    request_id: Arc<str>,
    service: &'static str,
    operation: &'static str,
    secure_transport: bool,
    source_ip: Option<IpAddr>,
    host: Option<Arc<str>>,
    source: Option<Arc<Source>>,
    passage: Option<Arc<Passage>>,
    user_agent: Option<Arc<str>>,
    session: Option<Arc<Session>>,
    pub(crate) alias: Option<Arc<Alias>>,
    pub(crate) manner: Manner,
    called_via: Vec<&'static str>,
    depth: u8,
    /// What the request turned out to be about, where that decides what it costs.
    billed_as: OnceLock<&'static str>,
}

impl Ctx {
    /// A context acting as the root of the scope's account, with a fresh request id.
    pub fn root(parts: &PlatformParts, scope: Scope) -> Ctx {
        let caller = root_of(&scope);
        let request_id = parts.ids().request_id().into();
        Ctx(Arc::new(Inner {
            parts: parts.clone(),
            scope,
            caller,
            request_id,
            service: "",
            operation: "",
            secure_transport: false,
            source_ip: None,
            host: None,
            source: None,
            passage: None,
            user_agent: None,
            session: None,
            alias: None,
            manner: Manner::IN_HOUSE,
            called_via: Vec::new(),
            depth: 0,
            billed_as: OnceLock::new(),
        }))
    }

    /// What the whole house stands on.
    pub fn parts(&self) -> &PlatformParts {
        &self.0.parts
    }

    /// The store; usually through [`Ctx::read`] and [`Ctx::write`].
    pub fn store(&self) -> &Store {
        self.0.parts.store()
    }

    /// Virtual now.
    pub fn now(&self) -> Timestamp {
        self.clock().now()
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        self.0.parts.clock()
    }

    /// The source of identifiers and randomness.
    pub fn ids(&self) -> &Ids {
        self.0.parts.ids()
    }

    /// Whose resources the request acts on.
    pub fn scope(&self) -> &Scope {
        &self.0.scope
    }

    /// The region of the scope.
    pub fn region(&self) -> &Region {
        &self.0.scope.region
    }

    /// Who asks.
    pub fn caller(&self) -> &Principal {
        &self.0.caller
    }

    /// The id the answer carries.
    pub fn request_id(&self) -> &str {
        &self.0.request_id
    }

    /// The service serving the request (`s3`); empty outside requests.
    pub fn service(&self) -> &'static str {
        self.0.service
    }

    /// The operation being served (`PutObject`); empty outside requests.
    pub fn operation(&self) -> &'static str {
        self.0.operation
    }

    /// Whether the request came over TLS (`aws:SecureTransport`).
    pub fn secure_transport(&self) -> bool {
        self.0.secure_transport
    }

    /// Where the request came from; none for jobs and in-process calls.
    pub fn source_ip(&self) -> Option<IpAddr> {
        self.0.source_ip
    }

    /// The name and port under which the client called; none for jobs and in-process calls.
    pub fn host(&self) -> Option<&str> {
        self.0.host.as_deref()
    }

    /// The resource on account of which a service calls for itself.
    pub fn source(&self) -> Option<&Source> {
        self.0.source.as_deref()
    }

    /// The endpoint by which the request left a private network; none if it came another way.
    pub fn passage(&self) -> Option<&Passage> {
        self.0.passage.as_deref()
    }

    /// The client's own description of itself.
    pub fn user_agent(&self) -> Option<&str> {
        self.0.user_agent.as_deref()
    }

    /// What the caller's credentials carry beyond the identity.
    pub fn session(&self) -> Option<&Session> {
        self.0.session.as_deref()
    }

    /// The services the request passed through on the caller's behalf, first to last
    /// (`aws:CalledVia`).
    pub fn called_via(&self) -> &[&'static str] {
        &self.0.called_via
    }

    /// The same request acting on another scope's resources.
    #[must_use]
    pub fn with_scope(&self, scope: Scope) -> Ctx {
        self.with(|inner| inner.scope = scope)
    }

    /// The same request asked by someone else. Their session must be set anew.
    #[must_use]
    pub fn with_caller(&self, caller: Principal) -> Ctx {
        self.with(|inner| {
            inner.caller = Arc::new(caller);
            inner.session = None;
        })
    }

    /// The same request asked by the holder of credentials, about their account's resources.
    #[must_use]
    pub fn with_holder(&self, scope: Scope, holder: Principal, session: Option<Session>) -> Ctx {
        self.with(|inner| {
            inner.scope = scope;
            inner.caller = Arc::new(holder);
            inner.session = session.map(Arc::new);
        })
    }

    /// The same request under another id.
    #[must_use]
    pub fn with_request_id(&self, request_id: &str) -> Ctx {
        self.with(|inner| inner.request_id = request_id.into())
    }

    /// The same request as it enters an operation.
    #[must_use]
    pub fn with_operation(&self, service: &'static str, operation: &'static str) -> Ctx {
        self.with(|inner| {
            (inner.service, inner.operation) = (service, operation);
            inner.billed_as = OnceLock::new();
        })
    }

    /// The same request with where and how it came in.
    #[must_use]
    pub fn with_transport(
        mut self,
        secure: bool,
        source_ip: Option<IpAddr>,
        user_agent: Option<&str>,
    ) -> Ctx {
        let inner = Arc::make_mut(&mut self.0);
        inner.secure_transport = secure;
        inner.source_ip = source_ip;
        inner.user_agent = user_agent.map(Into::into);
        self
    }

    /// The same request with the name and port it was sent to.
    #[must_use]
    pub fn with_host(mut self, host: &str) -> Ctx {
        Arc::make_mut(&mut self.0).host = Some(host.into());
        self
    }

    /// The same request as a service makes it for itself, on account of a resource.
    #[must_use]
    pub fn with_source(&self, source: Source) -> Ctx {
        self.with(|inner| inner.source = Some(Arc::new(source)))
    }

    /// The same request as it comes from a private network by an endpoint.
    #[must_use]
    pub fn with_passage(&self, passage: Passage) -> Ctx {
        self.with(|inner| {
            inner.source_ip = Some(passage.address.into());
            inner.passage = Some(Arc::new(passage));
        })
    }

    /// The same request with what the caller's credentials carry.
    #[must_use]
    pub fn with_session(&self, session: Session) -> Ctx {
        self.with(|inner| inner.session = Some(Arc::new(session)))
    }

    /// The context of a call from within this one, made on the caller's behalf through `service`
    /// (its host name) if given.
    ///
    /// # Errors
    /// [`TooDeep`], when calls within calls look like a loop.
    pub fn nested(&self, through: Option<&'static str>) -> Result<Ctx, TooDeep> {
        if self.0.depth >= DEPTH_MAX {
            return Err(TooDeep);
        }
        Ok(self.with(|inner| {
            inner.depth += 1;
            // What a service calls it reaches from where it is itself.
            if inner.passage.take().is_some() {
                inner.source_ip = None;
            }
            inner.alias = None;
            inner.manner = Manner::IN_HOUSE;
            inner.called_via.extend(through);
        }))
    }

    /// Reads a consistent view of the scope's rows; see [`Store::read`].
    ///
    /// # Errors
    /// What `f` answers.
    pub fn read<T, E: From<StoreError>>(
        &self,
        f: impl FnOnce(&ReadTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.store().read(self.scope(), f)
    }

    /// Changes the scope's rows, durable when it answers; see [`Store::write`].
    ///
    /// # Errors
    /// What `f` answers, or that the changes could not be saved.
    pub async fn write<T, E: From<StoreError>>(
        &self,
        f: impl FnOnce(&WriteTx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.store().write(self.scope(), f).await
    }

    /// Starts a task that shutdown waits for. It is lost in a crash: what must happen is a job.
    pub fn spawn<T: Send + 'static>(
        &self,
        name: &'static str,
        task: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<T> {
        self.0.parts.spawn(name, task)
    }

    /// Runs work that blocks (files, heavy computing) off the request threads.
    pub fn spawn_blocking<T: Send + 'static>(
        &self,
        name: &'static str,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> JoinHandle<T> {
        self.0.parts.spawn_blocking(name, work)
    }

    /// Cancelled when the server is told to end.
    pub fn shutdown_token(&self) -> &CancellationToken {
        self.0.parts.shutdown_token()
    }

    /// Who runs in-process calls; typed clients use it.
    pub fn dispatcher(&self) -> Arc<dyn Dispatcher> {
        self.0.parts.dispatcher()
    }

    /// Reports usage of the current service and operation. Requests themselves are counted by the
    /// pipeline; this is for what only the data decides.
    pub fn meter(&self, unit: Unit, quantity: f64, resource: &str) {
        if let Some(meter) = self.0.parts.meter() {
            let (service, operation) = (self.service(), self.operation());
            let (at, scope) = (self.now(), self.scope());
            meter.record(&Usage { at, scope, service, operation, unit, quantity, resource });
        }
    }

    /// Says what the request turned out to be about, such as a class of storage, where that decides
    /// what it costs. The first word stays.
    pub fn bill_as(&self, kind: &'static str) {
        self.0.billed_as.set(kind).ok();
    }

    /// Reports that the operation's request was answered: under its name, or as `kind/operation`
    /// where [`Ctx::bill_as`] was told a kind.
    pub fn meter_request(&self) {
        let Some(kind) = self.0.billed_as.get() else {
            return self.meter(Unit::Requests, 1.0, "");
        };
        self.meter_as(&format!("{kind}/{}", self.operation()), Unit::Requests, 1.0, "");
    }

    /// Reports usage of the current service under another name than its operation's.
    pub fn meter_as(&self, operation: &str, unit: Unit, quantity: f64, resource: &str) {
        if let Some(meter) = self.0.parts.meter() {
            let (at, scope, service) = (self.now(), self.scope(), self.service());
            meter.record(&Usage { at, scope, service, operation, unit, quantity, resource });
        }
    }

    /// State that a stage of the pipeline shares under its type.
    pub fn ext<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.0.parts.ext()
    }

    pub(crate) fn with(&self, change: impl FnOnce(&mut Inner)) -> Ctx {
        let mut inner = (*self.0).clone();
        change(&mut inner);
        Ctx(Arc::new(inner))
    }
}

/// The root of a scope's account. Nearly every request starts as the default account's, before its
/// sender is known.
fn root_of(scope: &Scope) -> Arc<Principal> {
    static DEFAULT: OnceLock<(Scope, Arc<Principal>)> = OnceLock::new();
    let root = |scope: &Scope| Arc::new(Principal::root(scope.partition(), scope.account));
    let (default, known) = DEFAULT.get_or_init(|| {
        let scope = Scope::default();
        let root = root(&scope);
        (scope, root)
    });
    if scope == default { known.clone() } else { root(scope) }
}

impl std::fmt::Debug for Ctx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ctx")
            .field("request_id", &self.0.request_id)
            .field("scope", &self.0.scope)
            .field("caller", &self.0.caller.display_name())
            .field("service", &self.0.service)
            .field("operation", &self.0.operation)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use aquifer_store::{Backend, Durability, StoreOptions, Table};
    use parking_lot::Mutex;

    use super::*;
    use crate::MeterSink;

    static NAMES: Table<String, String> = Table::regional("test.names");

    fn parts() -> PlatformParts {
        let options = StoreOptions { backend: Backend::Memory, durability: Durability::Strict };
        let store = Store::open(options).unwrap();
        PlatformParts::new(store, Clock::new(), Ids::seeded(1))
    }

    #[tokio::test]
    async fn rows_belong_to_the_scope_of_the_context() {
        let ctx = Ctx::root(&parts(), Scope::default());
        ctx.write(|tx| NAMES.put(tx, "a", &"here".to_owned())).await.unwrap();
        let other = ctx.with_scope(ctx.scope().in_region("eu-west-1".parse().unwrap()));
        assert_eq!(other.read(|tx| NAMES.get(tx, "a")).unwrap(), None);
        assert_eq!(ctx.read(|tx| NAMES.get(tx, "a")).unwrap().as_deref(), Some("here"));
        assert_eq!(other.request_id(), ctx.request_id());
    }

    #[tokio::test]
    async fn loops_between_services_end() {
        let mut ctx = Ctx::root(&parts(), Scope::default());
        let mut depth = 0;
        while let Ok(deeper) = ctx.nested(Some("athena.amazonaws.com")) {
            ctx = deeper;
            depth += 1;
            assert!(depth < 100);
        }
        assert_eq!(ctx.called_via().len(), depth);
    }

    #[tokio::test]
    async fn shutdown_waits_for_tasks_that_heed_it() {
        let ctx = Ctx::root(&parts(), Scope::default());
        let token = ctx.shutdown_token().clone();
        let task = ctx.spawn("waits", async move { token.cancelled().await });
        assert!(ctx.parts().shut_down(Duration::from_secs(5)).await);
        assert!(task.is_finished());

        let stubborn = Ctx::root(&parts(), Scope::default());
        let task = stubborn.spawn("never ends", std::future::pending::<()>());
        assert!(!stubborn.parts().shut_down(Duration::from_millis(20)).await);
        task.abort();
    }

    #[tokio::test]
    async fn usage_names_the_operation_and_extensions_are_found_by_type() {
        #[derive(Default)]
        struct Sink(Mutex<Vec<String>>);
        impl MeterSink for Sink {
            fn record(&self, usage: &Usage<'_>) {
                let Usage { service, operation, unit, quantity, resource, .. } = usage;
                self.0.lock().push(format!("{service}.{operation} {quantity} {unit} {resource}"));
            }
        }
        let parts = parts();
        let ctx = Ctx::root(&parts, Scope::default()).with_operation("s3", "GetObject");
        ctx.meter(Unit::BytesOut, 1.0, "nobody listens yet");
        let sink = Arc::new(Sink::default());
        assert!(parts.set_meter(sink.clone()));
        assert!(!parts.set_meter(sink.clone()));
        ctx.meter(Unit::BytesOut, 12.0, "logs");
        assert_eq!(*sink.0.lock(), ["s3.GetObject 12 bytes_out logs"]);

        assert!(ctx.ext::<String>().is_none());
        parts.set_ext(Arc::new("shared".to_owned()));
        assert_eq!(*ctx.ext::<String>().unwrap(), "shared");
    }
}
