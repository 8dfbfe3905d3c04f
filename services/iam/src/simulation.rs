//! The policy simulator: the judgement of `engines/policy` over made-up requests, with the
//! statements that decided it.

use std::collections::BTreeSet;

use aquifer_policy::{
    Attached, Context, Decision, Document, DocumentKind, Layer, Outcome, PolicySet, Principal,
    PrincipalKind, Request,
};
use iam_api::{
    ContextEntry, EvaluationResult, PermissionsBoundaryDecisionDetail,
    PolicyEvaluationDecisionType, PolicySourceType, Position, ResourceSpecificResult,
    SimulatePolicyResponse, Statement,
};
use platform::{Arn, Result};

use crate::documents::Documents;
use crate::error;
use crate::gather::{Gathered, Source};
use crate::paging::Paging;
use crate::statements::{Place, places};

/// Evaluations of one call, so that hostile lists stay small.
const EVALUATIONS_MAX: usize = 10_000;

/// What both operations of the simulator ask.
pub(crate) struct Questions {
    pub actions: Vec<String>,
    /// All resources, where none is named.
    pub resources: Vec<String>,
    pub context_entries: Vec<ContextEntry>,
    pub resource_policy: Option<String>,
    /// The account that owns the resources, as an ARN or a number.
    pub resource_owner: Option<String>,
}

/// Whom the questions are about, and with which policies.
pub(crate) struct Simulated {
    pub principal: Principal,
    /// Whether conditions may ask about the principal: of a group there is nothing to tell.
    pub described: bool,
    pub policies: Gathered,
}

/// The user that a call says the questions come from.
pub(crate) fn caller(arn: &str) -> Result<Principal> {
    let invalid = || error::invalid_input(format!("Invalid Caller Arn: {arn}"));
    let parsed: Arn = arn.parse().map_err(|_| invalid())?;
    let account = parsed.account().ok_or_else(invalid)?;
    if parsed.resource_type() != Some("user") {
        return Err(invalid());
    }
    let name = parsed.resource_id().rsplit('/').next().unwrap_or_default().to_owned();
    Ok(Principal {
        kind: PrincipalKind::User { name },
        arn: arn.to_owned(),
        ..nobody(account.as_str())
    })
}

/// Somebody of an account of whom nothing else is known.
pub(crate) fn nobody(account: &str) -> Principal {
    Principal {
        kind: PrincipalKind::User { name: String::new() },
        account: account.to_owned(),
        ..Principal::anonymous()
    }
}

/// Policies that a call brings along, named by their place in the list.
pub(crate) fn brought(
    documents: &Documents,
    list: Option<Vec<String>>,
    name: &str,
) -> Result<Vec<Source>> {
    let source = |(index, text): (usize, String)| {
        let document = documents
            .parsed(&text, DocumentKind::Identity)
            .map_err(|problem| error::invalid_input(problem.sentence()))?;
        let id = format!("{name}.{}", index + 1);
        Ok(Source { id, kind: PolicySourceType::None, text, document })
    };
    list.unwrap_or_default().into_iter().enumerate().map(source).collect()
}

/// Answers every question about every action on every resource, a page of them at a time.
pub(crate) fn simulate(
    simulated: &Simulated,
    questions: &Questions,
    paging: Paging,
) -> Result<SimulatePolicyResponse> {
    let mut context = Context::default();
    if simulated.described {
        simulated.principal.describe_in(&mut context);
    }
    for entry in &questions.context_entries {
        if let Some(key) = &entry.context_key_name {
            context.insert_all(key, entry.context_key_values.clone().unwrap_or_default());
        }
    }
    let resource_policy = match &questions.resource_policy {
        Some(text) => Some(
            Document::parse(text, DocumentKind::Resource)
                .map_err(|problem| error::invalid_input(problem.sentence()))?,
        ),
        None => None,
    };
    let anything = ["*".to_owned()];
    let resources = match questions.resources.as_slice() {
        [] => &anything,
        named => named,
    };
    if questions.actions.len().saturating_mul(resources.len()) > EVALUATIONS_MAX {
        return Err(error::invalid_input("There are too many actions and resources."));
    }
    let pairs = questions.actions.iter().flat_map(|action| {
        resources.iter().map(move |resource| (action.as_str(), resource.as_str()))
    });
    // The order of the request is the order of the answer; places are the keys of the pages.
    let pairs = pairs.enumerate().map(|(place, pair)| Ok((format!("{place:06}"), pair)));
    let page = paging.take(pairs, |(place, _)| place.clone())?;
    let mut stage = Stage { simulated, questions, context, resource_policy, results: Vec::new() };
    for (_, (action, resource)) in &page.items {
        stage.ask(action, resource);
    }
    Ok(SimulatePolicyResponse {
        evaluation_results: Some(stage.results),
        is_truncated: page.is_truncated,
        marker: page.marker,
    })
}

struct Stage<'a> {
    simulated: &'a Simulated,
    questions: &'a Questions,
    context: Context,
    resource_policy: Option<Document>,
    results: Vec<EvaluationResult>,
}

impl Stage<'_> {
    fn ask(&mut self, action: &str, resource: &str) {
        let policies = &self.simulated.policies;
        let of_resource = self.resource_policy.as_ref();
        let set = PolicySet {
            identity: policies.identity.iter().map(Source::attached).collect(),
            boundary: policies.boundary.as_ref().map(Source::attached),
            resource: of_resource
                .map(|document| Attached { name: "ResourcePolicy", document })
                .into_iter()
                .collect(),
            ..PolicySet::default()
        };
        let owner = self.owner_of(resource);
        let decision = set.evaluate(&Request {
            principal: &self.simulated.principal,
            action,
            resource,
            resource_account: owner.as_deref(),
            context: &self.context,
        });
        let outcome = shown(decision.outcome);
        let statements = self.statements(&decision);
        let missing = self.missing_keys();
        let boundary = policies.boundary.is_some().then(|| PermissionsBoundaryDecisionDetail {
            allowed_by_permissions_boundary: Some(allowed_by_boundary(&decision)),
        });
        self.results.push(EvaluationResult {
            eval_action_name: action.to_owned(),
            eval_decision: outcome,
            eval_resource_name: Some(resource.to_owned()),
            matched_statements: Some(statements.clone()),
            missing_context_values: Some(missing.clone()),
            permissions_boundary_decision_detail: boundary.clone(),
            resource_specific_results: Some(vec![ResourceSpecificResult {
                eval_resource_decision: outcome,
                eval_resource_name: resource.to_owned(),
                matched_statements: Some(statements),
                missing_context_values: Some(missing),
                permissions_boundary_decision_detail: boundary,
                ..ResourceSpecificResult::default()
            }]),
            ..EvaluationResult::default()
        });
    }

    fn owner_of(&self, resource: &str) -> Option<String> {
        if let Some(owner) = &self.questions.resource_owner {
            let account = owner.parse::<Arn>().ok().and_then(|arn| arn.account());
            return Some(account.map_or_else(|| owner.clone(), |account| account.to_string()));
        }
        let account = resource.parse::<Arn>().ok().and_then(|arn| arn.account());
        Some(account.map_or_else(
            || self.simulated.principal.account.clone(),
            |account| account.to_string(),
        ))
    }

    /// Keys that some policy asks about and nobody gave.
    fn missing_keys(&self) -> Vec<String> {
        let policies = &self.simulated.policies;
        let sources = policies.identity.iter().chain(&policies.boundary);
        let documents = sources.map(|source| &*source.document).chain(&self.resource_policy);
        let keys: BTreeSet<String> = documents.flat_map(Document::context_keys).cloned().collect();
        keys.into_iter().filter(|key| self.context.get(key).is_none()).collect()
    }

    fn statements(&self, decision: &Decision) -> Vec<Statement> {
        let shown = decision.matched.iter().map(|matched| {
            let policies = &self.simulated.policies;
            let source = match matched.layer {
                Layer::Identity => {
                    policies.identity.iter().find(|source| source.id == matched.policy)
                }
                Layer::Boundary => policies.boundary.as_ref(),
                _ => None,
            };
            let text = match matched.layer {
                Layer::Resource => self.questions.resource_policy.as_deref(),
                _ => source.map(|source| source.text.as_str()),
            };
            let place = text.and_then(|text| places(text).get(matched.index).copied());
            Statement {
                source_policy_id: Some(matched.policy.clone()),
                source_policy_type: Some(match matched.layer {
                    Layer::Resource => PolicySourceType::Resource,
                    _ => source.map_or(PolicySourceType::None, |source| source.kind),
                }),
                start_position: place.map(|(start, _)| position(start)),
                end_position: place.map(|(_, end)| position(end)),
            }
        });
        shown.collect()
    }
}

fn position(place: Place) -> Position {
    Position { line: Some(place.line), column: Some(place.column) }
}

fn shown(outcome: Outcome) -> PolicyEvaluationDecisionType {
    match outcome {
        Outcome::Allow => PolicyEvaluationDecisionType::Allowed,
        Outcome::ImplicitDeny => PolicyEvaluationDecisionType::ImplicitDeny,
        Outcome::ExplicitDeny => PolicyEvaluationDecisionType::ExplicitDeny,
    }
}

/// Whether the boundary lets through what the decision is about.
fn allowed_by_boundary(decision: &Decision) -> bool {
    let of_boundary = |layer| layer == Layer::Boundary;
    match decision.outcome {
        Outcome::ExplicitDeny => !decision.matched.iter().any(|m| of_boundary(m.layer)),
        _ => decision.matched.iter().any(|m| of_boundary(m.layer)),
    }
}
