//! A structure that contains itself without end, as generated code lays it out.

use std::any::Any;

use aquifer_schema::{
    Constraints, Kind, Location, Member, OperationSchema, Schema, Shape, Slot, Structure, View,
};

use crate::sample::named;

/// A node with nodes inside.
#[derive(Default)]
pub struct Node {
    pub items: Vec<Node>,
    pub nested: Option<Box<Node>>,
}

const fn schema(kind: Kind, members: &'static [Member]) -> Schema {
    Schema {
        name: "Node",
        kind,
        members,
        constraints: Constraints::NONE,
        values: &[],
        flattened: false,
        payload: None,
        xml_name: None,
        xml_namespace: None,
        timestamp_format: None,
        sensitive: false,
        error: None,
    }
}

const fn member(name: &'static str, target: &'static Schema) -> Member {
    Member {
        name,
        wire: name,
        query_name: None,
        target,
        location: Location::Body,
        required: false,
        flattened: false,
        xml_attribute: false,
        xml_namespace: None,
        timestamp_format: None,
        stream: false,
        idempotency_token: false,
        event_header: false,
        event_payload: false,
    }
}

static NODE: Schema = schema(Kind::Structure, &[member("Items", &NODES), member("Nested", &NODE)]);
static NODES: Schema = Schema {
    constraints: Constraints { max: Some(NODES_MAX), ..Constraints::NONE },
    ..schema(Kind::List, &[member("member", &NODE)])
};
/// Of one list.
pub const NODES_MAX: i64 = 100;

impl Structure for Node {
    fn schema(&self) -> &'static Schema {
        &NODE
    }
    fn member(&self, index: usize) -> &dyn Shape {
        if index == 0 { &self.items } else { &self.nested }
    }
    fn member_mut(&mut self, index: usize) -> &mut dyn Shape {
        if index == 0 { &mut self.items } else { &mut self.nested }
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
    fn into_any(self: Box<Self>) -> Box<dyn Any + Send> {
        self
    }
}

impl Shape for Node {
    fn view(&self) -> View<'_> {
        View::Struct(self)
    }
    fn slot(&mut self) -> Slot<'_> {
        Slot::Struct(self)
    }
}

/// An operation that takes a node.
pub static OPERATION: std::sync::LazyLock<OperationSchema> =
    std::sync::LazyLock::new(|| OperationSchema {
        name: "Try",
        method: "POST",
        uri: "/",
        status: 200,
        input: &NODE,
        output: &NODE,
        result_wrapper: None,
        input_name: None,
        output_name: None,
        unwrapped_output: false,
        errors: &[],
        read_only: false,
        action: "test:Try",
        actions_with: &[],
        resources: &[],
        conditions: &[],
        digest_required: false,
        rate: None,
        service: named("Request").service,
    });
