//! The facts a model states about a shape, as `static` tables.

/// What a value is on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Structure,
    /// A structure of which exactly one member is set.
    Union,
    List,
    Map,
    String,
    Enum,
    Integer,
    Long,
    Float,
    Double,
    Boolean,
    Blob,
    Timestamp,
    /// Free-form JSON.
    Document,
    /// Bytes that do not fit in memory: the payload of a request or response.
    Stream,
    /// A sequence of framed events as the payload of a response.
    EventStream,
}

/// Where a member travels in an HTTP binding; `Body` for all others and other protocols.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Location {
    Body,
    Header,
    /// A map whose keys follow the given header prefix.
    Headers,
    Query,
    /// A map of query parameters, or query parameters not bound elsewhere.
    QueryMap,
    Uri,
    StatusCode,
}

/// How a timestamp is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimestampFormat {
    /// Seconds since the epoch, with a fraction if there is one.
    Epoch,
    /// RFC 3339.
    DateTime,
    /// RFC 9110.
    HttpDate,
}

/// Bounds on a value; all lengths in characters, items or bytes as fits the kind.
#[derive(Clone, Copy, Debug)]
pub struct Constraints {
    pub min: Option<i64>,
    pub max: Option<i64>,
    /// A regular expression the whole value matches, as the model states it.
    pub pattern: Option<&'static str>,
}

impl Constraints {
    /// No bound at all.
    pub const NONE: Self = Self { min: None, max: None, pattern: None };
}

/// One shape of a model.
#[derive(Debug)]
pub struct Schema {
    /// The model's name of the shape.
    pub name: &'static str,
    pub kind: Kind,
    /// Members of a structure, in the model's order; for a list its element; for a map its key and
    /// its value.
    pub members: &'static [Member],
    pub constraints: Constraints,
    /// Values of an enumeration.
    pub values: &'static [&'static str],
    /// Lists and maps whose XML has no wrapper element.
    pub flattened: bool,
    /// The member that is the whole HTTP body.
    pub payload: Option<usize>,
    /// The element's name where this shape is a document of its own.
    pub xml_name: Option<&'static str>,
    /// The namespace its elements declare, and its prefix if it has one.
    pub xml_namespace: Option<(&'static str, Option<&'static str>)>,
    pub timestamp_format: Option<TimestampFormat>,
    /// Never to be logged.
    pub sensitive: bool,
    /// Set for shapes that are errors.
    pub error: Option<&'static crate::ErrorSchema>,
}

/// A member of a structure, the element of a list, the key or value of a map.
#[derive(Debug)]
pub struct Member {
    /// The model's name.
    pub name: &'static str,
    /// The name on the wire (`locationName`, or the name).
    pub wire: &'static str,
    /// The name in an ec2Query request, where the model gives it one of its own.
    pub query_name: Option<&'static str>,
    pub target: &'static Schema,
    pub location: Location,
    pub required: bool,
    pub flattened: bool,
    pub xml_attribute: bool,
    pub xml_namespace: Option<(&'static str, Option<&'static str>)>,
    pub timestamp_format: Option<TimestampFormat>,
    /// A payload that is not held in memory.
    pub stream: bool,
    /// Clients fill it in to make a call repeatable.
    pub idempotency_token: bool,
    /// In an event: travels as a header of the frame.
    pub event_header: bool,
    /// In an event: is the frame's payload.
    pub event_payload: bool,
}

impl Schema {
    /// The member of that wire name (any location).
    pub fn member(&self, wire: &str) -> Option<(usize, &'static Member)> {
        self.members.iter().enumerate().find(|(_, member)| member.wire == wire)
    }

    /// The member that `name_of` names so. Clients mostly write members in the model's order, so
    /// `next`, the one after the last, is tried first; generated members are sorted by name.
    pub fn find(
        &self,
        name: &str,
        next: usize,
        name_of: impl Fn(&'static Member) -> &'static str,
    ) -> Option<(usize, &'static Member)> {
        let members = self.members;
        if let Some(member) = members.get(next).filter(|member| name_of(member) == name) {
            return Some((next, member));
        }
        if let Ok(index) = members.binary_search_by(|member| name_of(member).cmp(name)) {
            return members.get(index).map(|member| (index, member));
        }
        // Names on the wire need not be in the order of the model's.
        members.iter().enumerate().find(|(_, member)| name_of(member) == name)
    }

    /// The element of a list.
    ///
    /// # Panics
    /// On a schema that is not a list: generated schemas of lists always have one member.
    pub fn element(&self) -> &'static Member {
        self.members.first().expect("a list schema has its element")
    }

    /// Key and value of a map.
    ///
    /// # Panics
    /// On a schema that is not a map: generated schemas of maps always have two members.
    pub fn entry(&self) -> (&'static Member, &'static Member) {
        match self.members {
            [key, value] => (key, value),
            _ => unreachable!("a map schema has its key and its value"),
        }
    }

    /// The payload member, if it is a stream.
    pub fn stream_payload(&self) -> Option<usize> {
        self.payload.filter(|&index| self.members.get(index).is_some_and(|member| member.stream))
    }

    /// Whether any member travels outside the body.
    pub fn is_bound(&self) -> bool {
        self.members.iter().any(|member| member.location != Location::Body)
    }
}
