//! What is kept: workgroups, query executions, named queries, prepared statements; and how they
//! look to clients.

use athena_api::{
    AthenaError, EngineVersion, QueryExecution, QueryExecutionContext, QueryExecutionState,
    QueryExecutionStatistics, QueryExecutionStatus, ResultConfiguration, ResultReuseConfiguration,
    ResultReuseInformation, StatementType, WorkGroup, WorkGroupConfiguration, WorkGroupState,
    WorkGroupSummary,
};
use platform::{Principal, Row, Session, Stored, Tags, Timestamp};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// The engine there is.
pub(crate) const ENGINE_VERSION: &str = "Athena engine version 3";
/// The choice that follows the engine there is.
pub(crate) const ENGINE_AUTO: &str = "AUTO";

pub(crate) fn engine_version(selected: Option<&str>) -> EngineVersion {
    EngineVersion {
        selected_engine_version: Some(selected.unwrap_or(ENGINE_AUTO).to_owned()),
        effective_engine_version: Some(ENGINE_VERSION.to_owned()),
    }
}

/// A workgroup.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct WorkGroupRow {
    pub description: Option<String>,
    pub disabled: bool,
    pub configuration: Stored<WorkGroupConfiguration>,
    /// None for one that was always there.
    pub created: Option<Timestamp>,
    #[serde(default)]
    pub tags: Tags,
}

impl Row for WorkGroupRow {}

impl WorkGroupRow {
    /// `primary` as every account finds it.
    pub(crate) fn primary() -> Self {
        let configuration = WorkGroupConfiguration {
            enforce_work_group_configuration: Some(false),
            publish_cloud_watch_metrics_enabled: Some(false),
            requester_pays_enabled: Some(false),
            engine_version: Some(engine_version(None)),
            ..WorkGroupConfiguration::default()
        };
        let configuration = Stored(configuration);
        Self { description: None, disabled: false, configuration, created: None, tags: Tags::new() }
    }

    fn state(&self) -> WorkGroupState {
        if self.disabled { WorkGroupState::Disabled } else { WorkGroupState::Enabled }
    }

    pub(crate) fn describe(self, name: &str) -> WorkGroup {
        WorkGroup {
            name: name.to_owned(),
            state: Some(self.state()),
            description: self.description,
            creation_time: self.created,
            configuration: Some(self.configuration.0),
            identity_center_application_arn: None,
        }
    }

    pub(crate) fn summarize(self, name: String) -> WorkGroupSummary {
        WorkGroupSummary {
            name: Some(name),
            state: Some(self.state()),
            description: self.description,
            creation_time: self.created,
            engine_version: self.configuration.0.engine_version,
            identity_center_application_arn: None,
        }
    }
}

/// A query kept under a name.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct NamedQueryRow {
    pub name: String,
    pub description: Option<String>,
    pub database: String,
    pub query: String,
    pub workgroup: String,
}

impl Row for NamedQueryRow {}

/// A statement kept to be executed with parameters.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PreparedRow {
    pub query: String,
    pub description: Option<String>,
    pub modified: Timestamp,
}

impl Row for PreparedRow {}

/// What a statement is, as clients are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    Ddl,
    Dml,
    Utility,
}

/// How a query stands. Running ones are still queued here: that they run is known in memory only,
/// and not after a sudden end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum State {
    Queued,
    Succeeded,
    Failed,
    Cancelled,
}

/// What a query cost. Times are real, in milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cost {
    pub queue_ms: i64,
    pub planning_ms: i64,
    pub engine_ms: i64,
    pub service_ms: i64,
    pub total_ms: i64,
    pub scanned_bytes: i64,
    pub input_rows: i64,
    pub output_rows: i64,
    pub output_bytes: i64,
    /// Whether an earlier result stands for this query's.
    #[serde(default)]
    pub reused: bool,
}

/// A query from its start to the end of its history.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Execution {
    pub query: String,
    pub workgroup: String,
    pub catalog: Option<String>,
    pub database: Option<String>,
    pub parameters: Vec<String>,
    pub kind: Kind,
    pub substatement: String,
    /// Whether it may run a second time without doing anything twice.
    pub only_reads: bool,
    /// Location of its result file; encryption and the like as asked.
    pub result: Stored<ResultConfiguration>,
    pub reuse: Stored<ResultReuseConfiguration>,
    /// Whether its workgroup says where everything goes.
    #[serde(default)]
    pub place_enforced: bool,
    /// Bytes after which the workgroup has it cancelled.
    pub cutoff_bytes: Option<i64>,
    pub submitted: Timestamp,
    pub caller: Principal,
    pub session: Option<Session>,
    pub state: State,
    pub completed: Option<Timestamp>,
    pub reason: Option<String>,
    pub failure: Option<Failure>,
    #[serde(default)]
    pub cost: Cost,
    /// List of the files a statement wrote.
    #[serde(default)]
    pub manifest: Option<String>,
}

impl Row for Execution {}

/// Where a statement writes: kept from before its first file until its end is, so that a sudden end
/// in between can be undone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Writing {
    /// The folder of its files.
    pub location: String,
    /// Database and name of the table it makes, once it begins to.
    pub table: Option<(String, String)>,
    /// Database and name of the Iceberg table it commits to: what is committed is not taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iceberg: Option<(String, String)>,
    /// Who does it.
    pub caller: Principal,
    pub session: Option<Session>,
}

impl Row for Writing {}

impl Execution {
    pub(crate) fn is_finished(&self) -> bool {
        self.state != State::Queued
    }

    /// Where the result file is; always set once accepted.
    pub(crate) fn output(&self) -> &str {
        self.result.0.output_location.as_deref().unwrap_or_default()
    }

    /// As clients see it.
    pub(crate) fn describe(self, id: &str) -> QueryExecution {
        let status = QueryExecutionStatus {
            state: Some(match self.state {
                State::Queued => QueryExecutionState::Queued,
                State::Succeeded => QueryExecutionState::Succeeded,
                State::Failed => QueryExecutionState::Failed,
                State::Cancelled => QueryExecutionState::Cancelled,
            }),
            state_change_reason: self.reason,
            submission_date_time: Some(self.submitted),
            completion_date_time: self.completed,
            athena_error: self.failure.filter(|failure| !failure.cancelled).map(|failure| {
                AthenaError {
                    error_category: Some(failure.blame as i32),
                    error_type: Some(failure.kind),
                    retryable: Some(failure.retryable),
                    error_message: Some(failure.reason),
                }
            }),
        };
        let kind = match self.kind {
            Kind::Ddl => StatementType::Ddl,
            Kind::Dml => StatementType::Dml,
            Kind::Utility => StatementType::Utility,
        };
        QueryExecution {
            query_execution_id: Some(id.to_owned()),
            query: Some(self.query),
            statement_type: Some(kind),
            substatement_type: Some(self.substatement),
            result_configuration: Some(self.result.0),
            result_reuse_configuration: Some(self.reuse.0),
            query_execution_context: Some(QueryExecutionContext {
                catalog: self.catalog,
                database: self.database,
            }),
            status: Some(status),
            statistics: Some(self.cost.describe(self.manifest)),
            work_group: Some(self.workgroup),
            engine_version: Some(engine_version(None)),
            execution_parameters: (!self.parameters.is_empty()).then_some(self.parameters),
            ..QueryExecution::default()
        }
    }
}

impl Cost {
    fn describe(&self, manifest: Option<String>) -> QueryExecutionStatistics {
        QueryExecutionStatistics {
            engine_execution_time_in_millis: Some(self.engine_ms),
            data_scanned_in_bytes: Some(self.scanned_bytes),
            data_manifest_location: manifest,
            total_execution_time_in_millis: Some(self.total_ms),
            query_queue_time_in_millis: Some(self.queue_ms),
            service_pre_processing_time_in_millis: Some(0),
            query_planning_time_in_millis: Some(self.planning_ms),
            service_processing_time_in_millis: Some(self.service_ms),
            result_reuse_information: Some(ResultReuseInformation {
                reused_previous_result: self.reused,
            }),
            dpu_count: None,
        }
    }
}
