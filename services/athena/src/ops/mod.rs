//! The operations, by AWS's nouns, in the order of AWS's reference.

mod catalog;
mod named_query;
mod page;
mod prepared_statement;
mod query;
mod tag;
mod workgroup;

use athena_api as api;
use platform::ServiceBuilder;

use crate::Athena;

pub(crate) fn register(room: ServiceBuilder<Athena>) -> ServiceBuilder<Athena> {
    room.op::<api::BatchGetNamedQuery>()
        .op::<api::BatchGetPreparedStatement>()
        .op::<api::BatchGetQueryExecution>()
        .op::<api::CreateNamedQuery>()
        .op::<api::CreatePreparedStatement>()
        .op::<api::CreateWorkGroup>()
        .op::<api::DeleteNamedQuery>()
        .op::<api::DeletePreparedStatement>()
        .op::<api::DeleteWorkGroup>()
        .op::<api::GetDatabase>()
        .op::<api::GetDataCatalog>()
        .op::<api::GetNamedQuery>()
        .op::<api::GetPreparedStatement>()
        .op::<api::GetQueryExecution>()
        .op::<api::GetQueryResults>()
        .op::<api::GetQueryRuntimeStatistics>()
        .op::<api::GetTableMetadata>()
        .op::<api::GetWorkGroup>()
        .op::<api::ListDatabases>()
        .op::<api::ListDataCatalogs>()
        .op::<api::ListEngineVersions>()
        .op::<api::ListNamedQueries>()
        .op::<api::ListPreparedStatements>()
        .op::<api::ListQueryExecutions>()
        .op::<api::ListTableMetadata>()
        .op::<api::ListTagsForResource>()
        .op::<api::ListWorkGroups>()
        .op::<api::StartQueryExecution>()
        .op::<api::StopQueryExecution>()
        .op::<api::TagResource>()
        .op::<api::UntagResource>()
        .op::<api::UpdateNamedQuery>()
        .op::<api::UpdatePreparedStatement>()
        .op::<api::UpdateWorkGroup>()
}
