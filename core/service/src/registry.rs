//! Which rooms are open and what they answer.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use aquifer_authz::{Authorizer, Credentials, RootKey, SecondFactors};
use aquifer_ctx::PlatformParts;
use aquifer_jobs::Jobs;
use aquifer_limits::Bounds;
use aquifer_schema::ServiceSchema;
use aquifer_seal::RootSecret;
use aquifer_types::AccountId;

use crate::around::{self, Around};
use crate::endpoint::Endpoint;
use crate::names::{self, Names};
use crate::network::Network;
use crate::operation::{Handle, Operation, Registered};
use crate::recorded::Recorded;
use crate::resources::{ByService, Resources};
use crate::storage::Storage;
use crate::web::Web;

/// What a room may build on when it opens.
#[derive(Clone)]
pub struct House {
    pub parts: PlatformParts,
    pub jobs: Jobs,
    /// The data directory; none when nothing is to be kept.
    pub data: Option<PathBuf>,
    /// Copies of each object that the data directory is to keep; none for as many as it does.
    pub copies: Option<u8>,
    /// Memory that query engines may use together, in bytes.
    pub memory_bytes: usize,
    /// Threads that query engines may use together.
    pub threads: usize,
    /// The key that is there before any other, if one was given.
    pub root_key: Option<RootKey>,
    /// What keys for data at rest are derived from.
    pub secret: RootSecret,
    /// Operations that accounts no longer have.
    pub closed: Closed,
    /// Hard limits that are not as AWS has them.
    pub bounds: Bounds,
}

/// Operations that were closed, for all accounts or for some, as AWS closes those that it gives to
/// nobody new. A room that knows such an operation asks before it answers.
#[derive(Clone, Debug, Default)]
pub struct Closed(Vec<(&'static str, Option<AccountId>)>);

impl Closed {
    /// Closes an operation, such as `s3:GetObject`, for an account or for all.
    pub fn close(&mut self, operation: &'static str, account: Option<AccountId>) {
        self.0.push((operation, account));
    }

    /// Whether an account does not have an operation.
    pub fn is_closed(&self, operation: &str, account: AccountId) -> bool {
        let mut all = self.0.iter();
        all.any(|(closed, whose)| *closed == operation && whose.is_none_or(|one| one == account))
    }
}

/// A room as it registers itself: its schema and its operations.
pub struct Service {
    pub schema: &'static ServiceSchema,
    pub operations: Vec<Registered>,
    /// Set by rooms that issue access keys.
    pub credentials: Option<Arc<dyn Credentials>>,
    /// Set by the room that decides on access.
    pub authorizer: Option<Arc<dyn Authorizer>>,
    /// Set by the room that knows devices of second factors.
    pub second_factors: Option<Arc<dyn SecondFactors>>,
    /// Set by rooms whose resources have policies.
    pub resources: Option<Arc<dyn Resources>>,
    /// Set by rooms that keep bytes in zones.
    pub storage: Option<Arc<dyn Storage>>,
    /// Set by rooms that answer browsers too.
    pub web: Option<Arc<dyn Web>>,
    /// Set by the room that has the private networks.
    pub network: Option<Arc<dyn Network>>,
    /// Set by rooms that have an interface besides their model's.
    pub endpoint: Option<Arc<dyn Endpoint>>,
    /// Set by rooms whose calls are recorded with some of what they say.
    pub recorded: Option<&'static Recorded>,
    /// What the service says of too many calls, where it has a sentence of its own.
    pub too_many: Option<&'static str>,
    /// Forgets what the room keeps outside the store, when a platform in memory is reset.
    pub reset: Option<Reset>,
}

/// What a room does when a platform in memory is reset.
pub type Reset = Arc<dyn Fn() + Send + Sync>;

impl Service {
    /// Opens a room; operations follow.
    #[expect(clippy::new_ret_no_self, reason = "a room is built operation by operation")]
    pub fn new<S>(schema: &'static ServiceSchema, room: Arc<S>) -> ServiceBuilder<S> {
        let (credentials, authorizer, resources, reset) = (None, None, None, None);
        let operations = Vec::new();
        let service = Self {
            schema,
            operations,
            credentials,
            authorizer,
            second_factors: None,
            resources,
            storage: None,
            web: None,
            network: None,
            endpoint: None,
            recorded: None,
            too_many: None,
            reset,
        };
        ServiceBuilder { service, room }
    }
}

/// A room while its operations are being listed.
pub struct ServiceBuilder<S> {
    service: Service,
    room: Arc<S>,
}

impl<S> ServiceBuilder<S> {
    /// The room answers this operation.
    #[must_use]
    pub fn op<Op: Operation>(mut self) -> Self
    where
        S: Handle<Op>,
    {
        self.service.operations.push(Registered::new::<Op, S>(Arc::clone(&self.room)));
        self
    }

    /// The room issues access keys.
    #[must_use]
    pub fn credentials(mut self, credentials: Arc<dyn Credentials>) -> Self {
        self.service.credentials = Some(credentials);
        self
    }

    /// The room decides on access.
    #[must_use]
    pub fn authorizer(mut self, authorizer: Arc<dyn Authorizer>) -> Self {
        self.service.authorizer = Some(authorizer);
        self
    }

    /// The room knows devices of second factors.
    #[must_use]
    pub fn second_factors(mut self, factors: Arc<dyn SecondFactors>) -> Self {
        self.service.second_factors = Some(factors);
        self
    }

    /// The room tells of its resources when access to them is judged.
    #[must_use]
    pub fn resources(mut self, resources: Arc<dyn Resources>) -> Self {
        self.service.resources = Some(resources);
        self
    }

    /// The room asks this before those of its operations that it concerns. Said after all of them.
    #[must_use]
    pub fn around(mut self, around: &Arc<dyn Around>) -> Self {
        for operation in &mut self.service.operations {
            around::wrap(operation, around);
        }
        self
    }

    /// The room's resources have other names too. Said after all operations.
    #[must_use]
    pub fn names(mut self, known: &Arc<dyn Names>) -> Self {
        for operation in &mut self.service.operations {
            names::add(operation, known);
        }
        self
    }

    /// The room answers browsers too.
    #[must_use]
    pub fn web(mut self) -> Self
    where
        S: Web + 'static,
    {
        self.service.web = Some(Arc::clone(&self.room) as Arc<dyn Web>);
        self
    }

    /// The room keeps bytes in zones.
    #[must_use]
    pub fn storage(mut self, storage: Arc<dyn Storage>) -> Self {
        self.service.storage = Some(storage);
        self
    }

    /// The room has the private networks.
    #[must_use]
    pub fn network(mut self, network: Arc<dyn Network>) -> Self {
        self.service.network = Some(network);
        self
    }

    /// The room has an interface besides its model's.
    #[must_use]
    pub fn endpoint(mut self, endpoint: Arc<dyn Endpoint>) -> Self {
        self.service.endpoint = Some(endpoint);
        self
    }

    /// The room keeps things outside the store that a reset forgets.
    #[must_use]
    pub fn on_reset(mut self, reset: impl Fn() + Send + Sync + 'static) -> Self {
        self.service.reset = Some(Arc::new(reset));
        self
    }

    /// The room's calls are recorded with some of what they say.
    #[must_use]
    pub fn recorded(mut self, recorded: &'static Recorded) -> Self {
        self.service.recorded = Some(recorded);
        self
    }

    /// The service has a sentence of its own for too many calls.
    #[must_use]
    pub fn too_many(mut self, sentence: &'static str) -> Self {
        self.service.too_many = Some(sentence);
        self
    }

    /// All operations are listed.
    pub fn build(self) -> Service {
        self.service
    }
}

/// All open rooms.
#[derive(Default)]
pub struct Registry {
    pub(crate) credentials: Vec<Arc<dyn Credentials>>,
    pub(crate) authorizer: Option<Arc<dyn Authorizer>>,
    pub(crate) second_factors: Option<Arc<dyn SecondFactors>>,
    pub(crate) resources: ByService,
    network: Option<Arc<dyn Network>>,
    resets: Vec<Reset>,
    storages: Vec<(&'static str, Arc<dyn Storage>)>,
    webs: HashMap<&'static str, Arc<dyn Web>>,
    endpoints: HashMap<&'static str, Arc<dyn Endpoint>>,
    recorded: HashMap<&'static str, &'static Recorded>,
    too_many: HashMap<&'static str, &'static str>,
    services: Vec<&'static ServiceSchema>,
    operations: HashMap<&'static str, HashMap<&'static str, Registered>>,
}

impl Registry {
    /// Adds a room.
    ///
    /// # Panics
    /// When two rooms answer the same operation: the list of rooms is wrong.
    pub fn add(&mut self, service: Service) {
        let name = service.schema.name;
        self.services.push(service.schema);
        self.credentials.extend(service.credentials);
        self.network = service.network.or(self.network.take());
        self.resets.extend(service.reset);
        self.storages.extend(service.storage.map(|storage| (name, storage)));
        self.webs.extend(service.web.map(|web| (name, web)));
        self.endpoints.extend(service.endpoint.map(|endpoint| (name, endpoint)));
        self.too_many.extend(service.too_many.map(|sentence| (name, sentence)));
        self.recorded.extend(service.recorded.map(|recorded| (name, recorded)));
        self.authorizer = service.authorizer.or(self.authorizer.take());
        self.second_factors = service.second_factors.or(self.second_factors.take());
        if let Some(resources) = &service.resources {
            self.resources.add(name, resources);
            // Where ARNs call a service otherwise, it is by the name that signatures call it.
            self.resources.add(service.schema.signing_name, resources);
        }
        let operations = self.operations.entry(name).or_default();
        for operation in service.operations {
            let known = operations.insert(operation.schema.name, operation);
            assert!(known.is_none(), "an operation of {name} is registered twice");
        }
    }

    /// Lets every room forget what it keeps outside the store.
    pub fn reset(&self) {
        for reset in &self.resets {
            reset();
        }
    }

    /// The rooms that keep bytes in zones, by name.
    pub fn storages(&self) -> impl Iterator<Item = (&'static str, &Arc<dyn Storage>)> {
        self.storages.iter().map(|(name, storage)| (*name, storage))
    }

    /// The open rooms, in the order they were added.
    pub fn services(&self) -> &[&'static ServiceSchema] {
        &self.services
    }

    /// The operation of a room, if it answers it.
    pub fn operation(&self, service: &str, operation: &str) -> Option<&Registered> {
        self.operations.get(service)?.get(operation)
    }

    /// How a room answers browsers, if it does.
    pub fn web(&self, service: &str) -> Option<&Arc<dyn Web>> {
        self.webs.get(service)
    }

    /// The private networks, if a room has them.
    pub fn network(&self) -> Option<&Arc<dyn Network>> {
        self.network.as_ref()
    }

    /// The interface of a room that a path is of, besides its model's.
    pub fn endpoint(&self, service: &str, path: &str) -> Option<&Arc<dyn Endpoint>> {
        self.endpoints.get(service).filter(|endpoint| path.starts_with(endpoint.prefix()))
    }

    /// What a service says of too many calls, if that is its own.
    pub(crate) fn too_many(&self, service: &str) -> Option<&'static str> {
        self.too_many.get(service).copied()
    }

    /// What the record keeps of a room's calls, besides that they were made.
    pub(crate) fn recorded(&self, service: &str) -> Option<&'static Recorded> {
        self.recorded.get(service).copied()
    }

    /// All operations of all rooms.
    pub fn operations(&self) -> impl Iterator<Item = &Registered> {
        self.operations.values().flat_map(HashMap::values)
    }

    /// How many operations a room answers.
    pub fn count(&self, service: &str) -> usize {
        self.operations.get(service).map_or(0, HashMap::len)
    }
}
