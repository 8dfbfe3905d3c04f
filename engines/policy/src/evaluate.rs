//! The evaluation: all layers together answer one request.
//!
//! 1. A matching denial in any layer ends it.
//! 2. Organisation and endpoint policies, where there are any, must allow: they only ever narrow.
//! 3. Within one account, the resource's policy *or* the caller's own policies must allow; across
//!    accounts both must. Boundary and session policy narrow the caller's side.
//! 4. What a resource grants inside its account is worth as much as it is direct: granted by name
//!    it stands alone; granted to a role, the boundary and the session must agree; granted to the
//!    account, the caller's own policies must allow it too.

use crate::decision::{Decision, Layer, Matched, Outcome, Reason};
use crate::document::{Choice, Document, Effect, Statement};
use crate::principal::Reach;
use crate::request::{PrincipalKind, Request};

/// A policy under the name by which explanations call it.
#[derive(Debug, Clone, Copy)]
pub struct Attached<'a> {
    /// An ARN or a name.
    pub name: &'a str,
    /// The policy.
    pub document: &'a Document,
}

/// Whether the caller's own policies can suffice within the resource's account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ResourceRule {
    /// Either side can allow.
    #[default]
    EitherSide,
    /// The resource's policy must name the caller or its account: keys and roles.
    ResourceMustAllow,
}

/// Every policy that has a say in a request.
#[derive(Debug, Clone, Default)]
pub struct PolicySet<'a> {
    /// Of the user and its groups, or of the role.
    pub identity: Vec<Attached<'a>>,
    /// The permissions boundary.
    pub boundary: Option<Attached<'a>>,
    /// Session policies. `Some` of an empty list allows nothing.
    pub session: Option<Vec<Attached<'a>>>,
    /// Of the resource.
    pub resource: Vec<Attached<'a>>,
    /// What the resource's policies mean within their account.
    pub resource_rule: ResourceRule,
    /// Service control policies, a list for each level from the organisation's root to the
    /// account; each level must allow. None if the account is under no such control.
    pub service_controls: Vec<Vec<Attached<'a>>>,
    /// Resource control policies of the resource's account, likewise.
    pub resource_controls: Vec<Vec<Attached<'a>>>,
    /// Of the network endpoint the request came through, if it came through one.
    pub endpoint: Option<Vec<Attached<'a>>>,
}

impl PolicySet<'_> {
    /// Answers a request.
    pub fn evaluate(&self, request: &Request<'_>) -> Decision {
        let tally = self.tally(request);
        let outcome = |outcome, reason, matched| Decision { outcome, reason, matched };
        if let Some(first) = tally.denials.first() {
            let reason = Reason::DeniedBy(first.layer);
            return outcome(Outcome::ExplicitDeny, reason, tally.denials);
        }
        match self.judge(request, &tally) {
            Ok(reason) => outcome(Outcome::Allow, reason, tally.allowances),
            Err(layer) => {
                outcome(Outcome::ImplicitDeny, Reason::NotAllowedBy(layer), tally.allowances)
            }
        }
    }

    /// Without denials: what allows the request, or the layer that would have to and does not.
    fn judge(&self, request: &Request<'_>, tally: &Tally) -> Result<Reason, Layer> {
        if !tally.resource_controls_allow {
            return Err(Layer::ResourceControl);
        }
        if !tally.service_controls_allow {
            return Err(Layer::ServiceControl);
        }
        if self.endpoint.is_some() && !tally.allowed_by(Layer::Endpoint) {
            return Err(Layer::Endpoint);
        }
        let principal = request.principal;
        let is_root = principal.kind == PrincipalKind::Root;
        match principal.kind {
            PrincipalKind::Service { .. }
            | PrincipalKind::Federated { .. }
            | PrincipalKind::Anonymous => {
                // They have no policies of their own.
                return match tally.granted {
                    Some(Reach::Direct) => Ok(Reason::AllowedBy(Layer::Resource)),
                    _ => Err(Layer::Resource),
                };
            }
            _ => {}
        }
        let same_account =
            request.resource_account.is_none_or(|account| account == principal.account);
        if same_account {
            match tally.granted {
                Some(Reach::Direct) => return Ok(Reason::AllowedBy(Layer::Resource)),
                Some(Reach::Role) => {
                    self.narrowed(tally)?;
                    return Ok(Reason::AllowedBy(Layer::Resource));
                }
                None if self.resource_rule == ResourceRule::ResourceMustAllow => {
                    return Err(Layer::Resource);
                }
                Some(Reach::Account) | None => {}
            }
        } else if tally.granted.is_none() {
            return Err(Layer::Resource);
        }
        if is_root {
            return Ok(Reason::Root);
        }
        if !tally.allowed_by(Layer::Identity) {
            return Err(Layer::Identity);
        }
        self.narrowed(tally)?;
        Ok(Reason::AllowedBy(if same_account { Layer::Identity } else { Layer::Resource }))
    }

    /// Whether boundary and session, where there are any, allow.
    fn narrowed(&self, tally: &Tally) -> Result<(), Layer> {
        if self.boundary.is_some() && !tally.allowed_by(Layer::Boundary) {
            return Err(Layer::Boundary);
        }
        if self.session.is_some() && !tally.allowed_by(Layer::Session) {
            return Err(Layer::Session);
        }
        Ok(())
    }

    /// Applies every statement of every layer once.
    fn tally(&self, request: &Request<'_>) -> Tally {
        let scan = Scan { action: request.action.to_ascii_lowercase(), request };
        let mut tally = Tally::default();
        let levels = |layer, levels: &[Vec<Attached<'_>>], tally: &mut Tally| {
            let mut all = true;
            for level in levels {
                // A level that refuses must not hide the denials of the next.
                all &= scan.apply(layer, level, tally);
            }
            all
        };
        tally.resource_controls_allow =
            levels(Layer::ResourceControl, &self.resource_controls, &mut tally);
        tally.service_controls_allow =
            levels(Layer::ServiceControl, &self.service_controls, &mut tally);
        let endpoint = self.endpoint.as_deref().unwrap_or_default();
        scan.apply(Layer::Endpoint, endpoint, &mut tally);
        scan.apply(Layer::Resource, &self.resource, &mut tally);
        scan.apply(Layer::Identity, &self.identity, &mut tally);
        scan.apply(Layer::Boundary, self.boundary.as_slice(), &mut tally);
        scan.apply(Layer::Session, self.session.as_deref().unwrap_or_default(), &mut tally);
        tally
    }
}

/// What the statements say, before anything is concluded.
#[derive(Default)]
struct Tally {
    denials: Vec<Matched>,
    allowances: Vec<Matched>,
    resource_controls_allow: bool,
    service_controls_allow: bool,
    /// The most direct allowance of the resource's policies.
    granted: Option<Reach>,
}

impl Tally {
    fn allowed_by(&self, layer: Layer) -> bool {
        self.allowances.iter().any(|matched| matched.layer == layer)
    }
}

struct Scan<'a> {
    action: String,
    request: &'a Request<'a>,
}

impl Scan<'_> {
    /// Notes the matching statements of one list of policies; answers whether any allows.
    fn apply(&self, layer: Layer, policies: &[Attached<'_>], tally: &mut Tally) -> bool {
        let mut allowed = false;
        for policy in policies {
            for (index, statement) in policy.document.statements.iter().enumerate() {
                let Some(reach) = self.reach(layer, statement) else { continue };
                let matched = Matched {
                    layer,
                    policy: policy.name.to_owned(),
                    index,
                    sid: statement.sid.clone(),
                };
                match statement.effect {
                    Effect::Deny => tally.denials.push(matched),
                    Effect::Allow => {
                        allowed = true;
                        tally.allowances.push(matched);
                        if layer == Layer::Resource {
                            tally.granted = tally.granted.max(Some(reach));
                        }
                    }
                }
            }
        }
        allowed
    }

    /// Whether the statement speaks of this request, and how directly of its principal.
    fn reach(&self, layer: Layer, statement: &Statement) -> Option<Reach> {
        let request = self.request;
        let reach = match (&statement.principals, layer) {
            (Some(Choice::Only(set)), _) => set.reach(request.principal)?,
            (Some(Choice::AllBut(set)), _) if set.spares(request.principal) => return None,
            (Some(Choice::AllBut(_)), _) => Reach::Direct,
            // A resource's statement without principals, which parsing refuses, reaches no one.
            (None, Layer::Resource) => return None,
            (None, _) => Reach::Direct,
        };
        let action = match &statement.actions {
            Choice::Only(list) => list.iter().any(|pattern| pattern.matches(&self.action)),
            Choice::AllBut(list) => !list.iter().any(|pattern| pattern.matches(&self.action)),
        };
        let resource = || {
            let any = |list: &[crate::pattern::Pattern]| {
                list.iter().any(|pattern| pattern.matches(request.resource, request.context))
            };
            match &statement.resources {
                Some(Choice::Only(list)) => any(list),
                Some(Choice::AllBut(list)) => !any(list),
                None => true,
            }
        };
        let conditions =
            || statement.conditions.iter().all(|condition| condition.holds(request.context));
        (action && resource() && conditions()).then_some(reach)
    }
}
