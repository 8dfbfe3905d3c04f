//! `service.toml`: what we choose of a model, and the facts the model lacks.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The file beside every room.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// botocore's name of the service: the room's folder and the model's file.
    pub service: String,
    /// The prefix of the actions in policies, where it is not the signing name.
    pub action_prefix: Option<String>,
    /// The code that answers violations of the model's constraints.
    pub validation_code: String,
    /// The code that answers an idempotency token repeated with other input.
    pub mismatch_code: Option<String>,
    /// Whether its XML errors stand within an `ErrorResponse`. S3's stand alone.
    #[serde(default)]
    pub wrapped_errors: bool,
    /// The namespace of its XML, where botocore's model leaves it out.
    pub xml_namespace: Option<String>,
    /// Protocols it is spoken to in besides those its model lists.
    #[serde(default)]
    pub more_protocols: Vec<String>,
    /// `Shape.member`, `Shape.element`, `Shape.key` or `Shape.value` → its name in XML and forms,
    /// for models that lost it with the protocol.
    #[serde(default)]
    pub wire_names: BTreeMap<String, String>,
    /// Code of an error → its code in the Query protocol, where that is another.
    #[serde(default)]
    pub query_codes: BTreeMap<String, String>,
    /// The member of an input that the path of a request in the Query protocol gives.
    pub query_path_member: Option<String>,
    /// Enumerations that are text here: the room itself says what it does not know.
    #[serde(default)]
    pub open_enums: Vec<String>,
    /// Operations that are there.
    pub operations: Vec<String>,
    /// Operation that the model does not have → the one whose shapes it has: another way of asking
    /// for the same, which no client of the model takes.
    #[serde(default)]
    pub forms: BTreeMap<String, String>,
    /// Operation → action in policies, where it is not `prefix:Operation`.
    #[serde(default)]
    pub actions: BTreeMap<String, String>,
    /// Operation → member of the input → the action it is where that member is given.
    #[serde(default)]
    pub actions_with: BTreeMap<String, BTreeMap<String, String>>,
    /// Operation → root element of its XML answer, which botocore's model leaves out.
    #[serde(default)]
    pub roots: BTreeMap<String, String>,
    /// Operations whose XML answer is the value itself, without an element around it.
    #[serde(default)]
    pub unwrapped: Vec<String>,
    /// Operation → member added to its output by which it says the status of its success, where that
    /// is not always the same and the model has no word for it.
    #[serde(default)]
    pub status_members: BTreeMap<String, String>,
    /// Operation → status of its success, where AWS answers another than the model says.
    #[serde(default)]
    pub statuses: BTreeMap<String, u16>,
    /// `Structure.Member` → the shape it is of, where the model's own has too few values.
    #[serde(default)]
    pub retyped: BTreeMap<String, String>,
    /// Operations that refuse a request without a digest of its body.
    #[serde(default)]
    pub digest_required: Vec<String>,
    /// Operation → templates of the resources a policy names; `*` where absent.
    #[serde(default)]
    pub resources: BTreeMap<String, Vec<String>>,
    /// How often operations may be called, where AWS publishes a quota.
    #[serde(default)]
    pub rates: Vec<Rates>,
    /// Operation → condition key → member of the input (a dot goes into a structure).
    #[serde(default)]
    pub conditions: BTreeMap<String, BTreeMap<String, String>>,
}

/// A published rate, and the operations it is published for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rates {
    pub operations: Vec<String>,
    /// Calls a second, in the long run.
    pub per_second: u32,
    /// Calls at once, after a rest.
    pub burst: u32,
    /// What calls count together, as a template over the input of which what follows the last
    /// slash does not count. Without it each operation counts alone.
    pub shared_by: Option<String>,
}
