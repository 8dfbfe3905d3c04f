//! Which rooms are open and what they answer.

use std::collections::HashMap;
use std::sync::Arc;

use aquifer_schema::ServiceSchema;

use crate::operation::{Handle, Operation, Registered};

/// A room as it registers itself: its schema and its operations.
pub struct Service {
    pub schema: &'static ServiceSchema,
    pub operations: Vec<Registered>,
}

impl Service {
    /// Opens a room; operations follow.
    pub fn new<S>(schema: &'static ServiceSchema, room: Arc<S>) -> ServiceBuilder<S> {
        ServiceBuilder { service: Self { schema, operations: Vec::new() }, room }
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

    /// All operations are listed.
    pub fn build(self) -> Service {
        self.service
    }
}

/// All open rooms.
#[derive(Default)]
pub struct Registry {
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
        let operations = self.operations.entry(name).or_default();
        for operation in service.operations {
            let known = operations.insert(operation.schema.name, operation);
            assert!(known.is_none(), "an operation of {name} is registered twice");
        }
    }

    /// The open rooms, in the order they were added.
    pub fn services(&self) -> &[&'static ServiceSchema] {
        &self.services
    }

    /// The operation of a room, if it answers it.
    pub fn operation(&self, service: &str, operation: &str) -> Option<&Registered> {
        self.operations.get(service)?.get(operation)
    }

    /// How many operations a room answers.
    pub fn count(&self, service: &str) -> usize {
        self.operations.get(service).map_or(0, HashMap::len)
    }
}
