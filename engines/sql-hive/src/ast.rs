//! The statements, as plain data. Names are lower case; expressions of the query language are kept
//! as text with their position, for the front end that can read them.

use crate::types::DataType;

/// A name in lower case, without quotes.
pub type Ident = String;

/// Key and value pairs in the order written.
pub type Properties = Vec<(String, String)>;

/// `[catalog.][database.]table`
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TableName {
    pub catalog: Option<Ident>,
    pub database: Option<Ident>,
    pub table: Ident,
}

/// A piece of the statement in the query language, verbatim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlText {
    pub text: String,
    /// Line of its first character in the whole statement, from 1.
    pub line: u32,
    /// Column of its first character, from 1.
    pub column: u32,
}

/// A data definition or utility statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Statement {
    CreateDatabase {
        name: Ident,
        if_not_exists: bool,
        comment: Option<String>,
        location: Option<String>,
        properties: Properties,
    },
    AlterDatabaseProperties {
        name: Ident,
        properties: Properties,
    },
    AlterDatabaseLocation {
        name: Ident,
        location: String,
    },
    DropDatabase {
        name: Ident,
        if_exists: bool,
        cascade: bool,
    },
    CreateTable(Box<CreateTable>),
    AlterTable {
        table: TableName,
        action: AlterAction,
    },
    DropTable {
        table: TableName,
        if_exists: bool,
    },
    DropView {
        view: TableName,
        if_exists: bool,
    },
    /// `MSCK REPAIR TABLE`: add the partitions found in storage.
    RepairTable {
        table: TableName,
    },
    Describe {
        table: TableName,
        /// `EXTENDED`
        extended: bool,
        /// `FORMATTED`
        formatted: bool,
        partition: Vec<PartitionValue>,
        /// A column, then fields of it, then `$elem$`, `$key$` or `$value$`.
        column: Vec<Ident>,
    },
    DescribeView {
        view: TableName,
    },
    ShowDatabases {
        pattern: Option<String>,
    },
    ShowTables {
        database: Option<Ident>,
        pattern: Option<String>,
    },
    ShowViews {
        database: Option<Ident>,
        pattern: Option<String>,
    },
    ShowPartitions {
        table: TableName,
        partition: Vec<PartitionValue>,
    },
    ShowColumns {
        table: TableName,
    },
    ShowCreateTable {
        table: TableName,
    },
    ShowCreateView {
        view: TableName,
    },
    ShowTableProperties {
        table: TableName,
        key: Option<String>,
    },
    Prepare {
        name: Ident,
        statement: SqlText,
    },
    Execute {
        name: Ident,
        arguments: Vec<SqlText>,
    },
    Deallocate {
        name: Ident,
    },
    /// `OPTIMIZE t REWRITE DATA USING BIN_PACK [WHERE …]`
    Optimize {
        table: TableName,
        predicate: Option<SqlText>,
    },
    Vacuum {
        table: TableName,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CreateTable {
    pub table: TableName,
    pub external: bool,
    pub if_not_exists: bool,
    pub columns: Vec<Column>,
    pub comment: Option<String>,
    pub partitioned_by: Vec<PartitionClause>,
    /// Columns and number of buckets.
    pub clustered_by: Option<(Vec<Ident>, u32)>,
    pub row_format: Option<RowFormat>,
    /// `WITH SERDEPROPERTIES (…)`, wherever it stood.
    pub serde_properties: Properties,
    pub stored_as: Option<FileFormat>,
    pub location: Option<String>,
    pub properties: Properties,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub name: Ident,
    pub data_type: DataType,
    pub comment: Option<String>,
}

/// A column of `PARTITIONED BY` with its type, as Hive has it.
pub type PartitionColumn = Column;

/// One element of `PARTITIONED BY`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartitionClause {
    /// `dt string`: a column of its own, its value in the path.
    Column(PartitionColumn),
    /// `day(ts)` or a bare `dt`: derived from a declared column.
    Transform(Transform),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transform {
    Identity(Ident),
    Year(Ident),
    Month(Ident),
    Day(Ident),
    Hour(Ident),
    Bucket(u32, Ident),
    Truncate(u32, Ident),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowFormat {
    Delimited(Delimited),
    /// The class's name.
    Serde(String),
}

/// `ROW FORMAT DELIMITED`: each is the literal as unescaped, unset where not written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Delimited {
    pub fields: Option<String>,
    pub escape: Option<String>,
    pub collection_items: Option<String>,
    pub map_keys: Option<String>,
    pub lines: Option<String>,
    pub null: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileFormat {
    TextFile,
    SequenceFile,
    RcFile,
    Orc,
    Parquet,
    Avro,
    JsonFile,
    Ion,
    /// `INPUTFORMAT '…' OUTPUTFORMAT '…'`
    Classes {
        input: String,
        output: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlterAction {
    AddPartitions {
        if_not_exists: bool,
        partitions: Vec<AddPartition>,
    },
    /// Each element of `partitions` is a conjunction; a partition matching any of them goes.
    DropPartitions {
        if_exists: bool,
        partitions: Vec<Vec<PartitionFilter>>,
    },
    RenamePartition {
        from: Vec<PartitionValue>,
        to: Vec<PartitionValue>,
    },
    /// The table's own location when `partition` is empty.
    SetLocation {
        partition: Vec<PartitionValue>,
        location: String,
    },
    SetProperties(Properties),
    UnsetProperties {
        if_exists: bool,
        keys: Vec<String>,
    },
    AddColumns {
        partition: Vec<PartitionValue>,
        columns: Vec<Column>,
    },
    ReplaceColumns {
        partition: Vec<PartitionValue>,
        columns: Vec<Column>,
    },
    ChangeColumn {
        name: Ident,
        column: Column,
        position: Option<Position>,
    },
    DropColumn {
        name: Ident,
    },
    Rename {
        to: TableName,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddPartition {
    pub values: Vec<PartitionValue>,
    pub location: Option<String>,
}

/// `key=value` of a partition; the value as text, whatever literal it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionValue {
    pub key: Ident,
    pub value: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionFilter {
    pub key: Ident,
    pub comparison: Comparison,
    pub value: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Where `CHANGE COLUMN` puts the column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Position {
    First,
    After(Ident),
}
