//! Operations and services as the model states them.

use crate::Schema;

/// The wire protocols of AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    AwsJson10,
    AwsJson11,
    RestJson,
    RestXml,
    AwsQuery,
    Ec2Query,
    RpcV2Cbor,
}

/// A modelled error.
#[derive(Debug)]
pub struct ErrorSchema {
    /// The code a client reads.
    pub code: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// Whether the caller is to blame.
    pub sender: bool,
}

/// How any operation of the model is addressed, implemented or not.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    pub name: &'static str,
    pub method: &'static str,
    /// `/{Bucket}/{Key+}?uploads`, as the model writes it.
    pub uri: &'static str,
    /// Query parameters the input requires.
    pub query: &'static [&'static str],
    /// Headers the input requires, in lower case.
    pub headers: &'static [&'static str],
}

/// How often an operation may be called, as AWS publishes it.
#[derive(Clone, Copy, Debug)]
pub struct CallRate {
    /// Calls a second, in the long run.
    pub per_second: u32,
    /// Calls at once, after a rest.
    pub burst: u32,
    /// What calls count together, as a template over the input of which what follows the last
    /// slash does not count: `writes of {Bucket}/{Key}`. Without it each operation counts alone.
    pub shared_by: Option<&'static str>,
}

/// An operation this build knows the shapes of.
#[derive(Debug)]
pub struct OperationSchema {
    pub name: &'static str,
    pub method: &'static str,
    pub uri: &'static str,
    /// The status of success.
    pub status: u16,
    pub input: &'static Schema,
    pub output: &'static Schema,
    /// The wrapper of the output in the query protocol, if the model names one.
    pub result_wrapper: Option<&'static str>,
    /// The root element of the request body in restXml, where the model names one.
    pub input_name: Option<&'static str>,
    /// The root element of the answer in restXml, where it is not the output's name.
    pub output_name: Option<&'static str>,
    /// restXml answers whose root holds the value itself, without an element around it.
    pub unwrapped_output: bool,
    /// Errors it is said to answer with.
    pub errors: &'static [&'static Schema],
    /// Whether it changes nothing, as its name says.
    pub read_only: bool,
    /// The action a policy names, as in `s3:GetObject`.
    pub action: &'static str,
    /// The action it is instead where a member is given: `("VersionId", "s3:GetObjectVersion")`.
    pub actions_with: &'static [(&'static str, &'static str)],
    /// The resources a policy names, as templates over the input: `{Bucket}`, `{account}`.
    pub resources: &'static [&'static str],
    /// Condition keys that members of the input give: `("s3:prefix", "Prefix")`.
    pub conditions: &'static [(&'static str, &'static str)],
    /// Whether a request is refused that says no digest of its body.
    pub digest_required: bool,
    /// How often it may be called, where AWS publishes a quota.
    pub rate: Option<CallRate>,
    pub service: &'static ServiceSchema,
}

/// A service as clients see it.
#[derive(Debug)]
pub struct ServiceSchema {
    /// The room's name: botocore's name of the service.
    pub name: &'static str,
    /// The service in a credential scope.
    pub signing_name: &'static str,
    /// The first label of the service's host names.
    pub endpoint_prefix: &'static str,
    pub service_id: &'static str,
    /// The service as a principal: `athena.amazonaws.com`.
    pub principal: &'static str,
    /// `AWSGlue` in `X-Amz-Target: AWSGlue.GetTable`.
    pub target_prefix: Option<&'static str>,
    pub api_version: &'static str,
    pub xml_namespace: Option<&'static str>,
    /// In order of preference, as the model lists them.
    pub protocols: &'static [Protocol],
    /// The code under which violations of the model's constraints are answered.
    pub validation_code: &'static str,
    /// The code under which a repeated token with other input is answered.
    pub mismatch_code: &'static str,
    /// Whether XML errors stand within an `ErrorResponse`.
    pub wrapped_errors: bool,
    /// Codes of errors that are others in the Query protocol, for services that left it. What they
    /// answer in JSON says these codes too, in a header.
    pub query_codes: &'static [(&'static str, &'static str)],
    /// The member of an input that the path of a request in the Query protocol gives.
    pub query_path_member: Option<&'static str>,
    /// Every operation of the model.
    pub routes: &'static [Route],
}
