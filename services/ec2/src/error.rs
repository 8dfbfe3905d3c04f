//! Errors AWS answers here, with its sentences.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>

use platform::Fail;

use crate::resource::Kind;

fn refused(code: impl Into<String>, message: impl Into<String>) -> Fail {
    Fail::new(code.into(), 400, message)
}

pub(crate) fn not_found(kind: Kind, id: &str) -> Fail {
    let noun = match kind.noun {
        "Vpc Endpoint" => "Vpc Endpoint Id".to_owned(),
        noun => format!("{noun} ID"),
    };
    refused(format!("{}.NotFound", kind.code), format!("The {noun} '{id}' does not exist"))
}

pub(crate) fn malformed_id(kind: Kind, id: &str) -> Fail {
    let message = format!("Invalid id: \"{id}\" (expecting \"{}...\")", kind.prefix);
    refused(format!("{}.Malformed", kind.code), message)
}

pub(crate) fn no_association(id: &str) -> Fail {
    let message = format!("The association ID '{id}' does not exist");
    refused("InvalidAssociationID.NotFound", message)
}

pub(crate) fn no_prefix_list(id: &str) -> Fail {
    let message = format!("The prefix list ID '{id}' does not exist");
    refused("InvalidPrefixListID.NotFound", message)
}

pub(crate) fn has_dependencies(kind: Kind, id: &str) -> Fail {
    let message = format!("The {} '{id}' has dependencies and cannot be deleted.", kind.noun);
    refused("DependencyViolation", message)
}

pub(crate) fn invalid(message: impl Into<String>) -> Fail {
    refused("InvalidParameterValue", message)
}

pub(crate) fn combination(message: impl Into<String>) -> Fail {
    refused("InvalidParameterCombination", message)
}

pub(crate) fn missing(parameter: &str) -> Fail {
    let message = format!("The request must contain the parameter {parameter}");
    refused("MissingParameter", message)
}

pub(crate) fn not_a_block(text: &str, parameter: &str) -> Fail {
    invalid(format!(
        "Value ({text}) for parameter {parameter} is invalid. This is not a valid CIDR block."
    ))
}

pub(crate) fn vpc_range(text: &str) -> Fail {
    refused("InvalidVpc.Range", format!("The CIDR '{text}' is invalid."))
}

pub(crate) fn subnet_range(text: &str) -> Fail {
    refused("InvalidSubnet.Range", format!("The CIDR '{text}' is invalid."))
}

pub(crate) fn subnet_conflict(text: &str) -> Fail {
    let message = format!("The CIDR '{text}' conflicts with another subnet");
    refused("InvalidSubnet.Conflict", message)
}

pub(crate) fn limit(code: &'static str, what: &str) -> Fail {
    refused(code, format!("The maximum number of {what} has been reached."))
}

pub(crate) fn route_exists(destination: &str) -> Fail {
    let message = format!("The route identified by {destination} already exists.");
    refused("RouteAlreadyExists", message)
}

pub(crate) fn no_route(parameter: &str, destination: &str, table: &str) -> Fail {
    let message = format!("no route with {parameter} {destination} in route table {table}");
    refused("InvalidRoute.NotFound", message)
}

pub(crate) fn endpoint_route(table: &str, list: &str) -> Fail {
    let message =
        format!("route table {table} already has a route with destination-prefix-list-id {list}");
    refused("RouteAlreadyExists", message)
}

pub(crate) fn already_associated(table: &str) -> Fail {
    let message = format!(
        "the specified association for route table {table} conflicts with an existing association"
    );
    refused("Resource.AlreadyAssociated", message)
}

pub(crate) fn attached(gateway: &str, vpc: &str) -> Fail {
    let message = format!("resource {gateway} is already attached to network {vpc}");
    refused("Resource.AlreadyAssociated", message)
}

pub(crate) fn has_gateway(vpc: &str) -> Fail {
    let message = format!("Network {vpc} already has an internet gateway attached");
    refused("InvalidParameterValue", message)
}

pub(crate) fn not_attached(gateway: &str, vpc: &str) -> Fail {
    let message = format!("resource {gateway} is not attached to network {vpc}");
    refused("Gateway.NotAttached", message)
}

pub(crate) fn different_networks(one: &str, other: &str) -> Fail {
    invalid(format!("{one} and {other} belong to different networks"))
}

pub(crate) fn no_service(name: &str) -> Fail {
    refused("InvalidServiceName", format!("The Vpc Endpoint Service '{name}' does not exist"))
}

pub(crate) fn policy(why: impl std::fmt::Display) -> Fail {
    refused("InvalidPolicyDocument", format!("The policy document is not valid: {why}"))
}

pub(crate) fn mismatch(token: &str) -> Fail {
    let message = format!(
        "The client token '{token}' was used before with other parameters of the same request"
    );
    refused("IdempotentParameterMismatch", message)
}

pub(crate) fn default_vpc_exists() -> Fail {
    refused(
        "DefaultVpcAlreadyExists",
        "A Default VPC already exists for this account in this region.",
    )
}

pub(crate) fn no_default_vpc() -> Fail {
    refused("DefaultVpcDoesNotExist", "No default VPC exists for this account in this region.")
}

pub(crate) fn default_subnet_exists(zone: &str, subnet: &str) -> Fail {
    let message = format!("'{subnet}' is already the default subnet in {zone}.");
    refused("DefaultSubnetAlreadyExistsInAvailabilityZone", message)
}

pub(crate) fn too_many_tags() -> Fail {
    refused("TagLimitExceeded", "The maximum number of Tags for a resource has been reached.")
}

pub(crate) fn address_taken(address: std::net::Ipv4Addr) -> Fail {
    refused("InvalidIPAddress.InUse", format!("Address {address} is in use."))
}

pub(crate) fn no_address(subnet: &str) -> Fail {
    let message = format!("There are not enough free addresses in subnet '{subnet}'.");
    refused("InsufficientFreeAddressesInSubnet", message)
}

pub(crate) fn refused_filter(message: String) -> Fail {
    refused("FilterLimitExceeded", message)
}

pub(crate) fn token() -> Fail {
    refused("InvalidNextToken", "The token that was given is not valid.")
}

pub(crate) fn no_zone(parameter: &str, zone: &str, zones: &[&str]) -> Fail {
    invalid(format!(
        "Value ({zone}) for parameter {parameter} is invalid. Subnets can currently only be created \
         in the following availability zones: {}.",
        zones.join(", ")
    ))
}

pub(crate) fn would_succeed() -> Fail {
    let message = "Request would have succeeded, but DryRun flag is set.";
    Fail::new("DryRunOperation", 412, message)
}

/// Something the model has and this room cannot honour.
pub(crate) fn absent(what: &str) -> Fail {
    let message = format!("{what} is not implemented by this version of Aquifer.");
    Fail::new("NotImplemented", 501, message)
}
