//! TPC-H: the tables of a scale, made by `tpchgen-cli`, and its 22 questions with the parameters that
//! validate. <https://www.tpc.org/tpch/>

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use http::Method;

use super::athena::Athena;
use super::duck::must;
use super::flights::Question;
use crate::connection::{Connection, refusal};
use crate::endpoint::{Body, Endpoint, Outgoing};

/// The bucket the tables are in.
pub const BUCKET: &str = "tpch";
/// Their database.
pub const DATABASE: &str = "tpch";

/// The tables with their columns, as Hive writes types.
const TABLES: [(&str, &str); 8] = [
    ("region", "r_regionkey bigint, r_name string, r_comment string"),
    ("nation", "n_nationkey bigint, n_name string, n_regionkey bigint, n_comment string"),
    (
        "supplier",
        "s_suppkey bigint, s_name string, s_address string, s_nationkey bigint, s_phone string, \
         s_acctbal decimal(15,2), s_comment string",
    ),
    (
        "customer",
        "c_custkey bigint, c_name string, c_address string, c_nationkey bigint, c_phone string, \
         c_acctbal decimal(15,2), c_mktsegment string, c_comment string",
    ),
    (
        "part",
        "p_partkey bigint, p_name string, p_mfgr string, p_brand string, p_type string, \
         p_size int, p_container string, p_retailprice decimal(15,2), p_comment string",
    ),
    (
        "partsupp",
        "ps_partkey bigint, ps_suppkey bigint, ps_availqty int, ps_supplycost decimal(15,2), \
         ps_comment string",
    ),
    (
        "orders",
        "o_orderkey bigint, o_custkey bigint, o_orderstatus string, o_totalprice decimal(15,2), \
         o_orderdate date, o_orderpriority string, o_clerk string, o_shippriority int, \
         o_comment string",
    ),
    (
        "lineitem",
        "l_orderkey bigint, l_partkey bigint, l_suppkey bigint, l_linenumber int, \
         l_quantity decimal(15,2), l_extendedprice decimal(15,2), l_discount decimal(15,2), \
         l_tax decimal(15,2), l_returnflag string, l_linestatus string, l_shipdate date, \
         l_commitdate date, l_receiptdate date, l_shipinstruct string, l_shipmode string, \
         l_comment string",
    ),
];

macro_rules! questions {
    ($($name:literal)*) => {
        [$(($name, include_str!(concat!($name, ".sql")))),*]
    };
}

const QUESTIONS: [(&str, &str); 22] = questions!(
    "q01" "q02" "q03" "q04" "q05" "q06" "q07" "q08" "q09" "q10" "q11"
    "q12" "q13" "q14" "q15" "q16" "q17" "q18" "q19" "q20" "q21" "q22"
);

/// The questions in order.
pub fn questions() -> Vec<Question> {
    let question = |(name, sql): (&str, &str)| {
        let sql = sql.trim_end().to_owned();
        Question { name: name.to_owned(), duck_sql: sql.clone(), sql }
    };
    QUESTIONS.into_iter().map(question).collect()
}

/// Makes the tables of a scale, a folder with one Parquet file each; answers their bytes.
pub fn generate(python: &Path, scale: f64, folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for (table, _) in TABLES {
        let folder = folder.join(table);
        fs::create_dir_all(&folder)?;
        let mut generator = Command::new(python.with_file_name("tpchgen-cli"));
        generator
            .args(["parquet", "--quiet", "--tables", table])
            .args(["--scale-factor", &scale.to_string()])
            .arg("--output-dir")
            .arg(&folder);
        must(&mut generator)?;
        bytes += fs::metadata(folder.join(format!("{table}.parquet")))?.len();
    }
    Ok(bytes)
}

/// Uploads the files and defines their tables.
pub fn load(endpoint: &Endpoint, athena: &mut Athena, folder: &Path) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut connection = Connection::new(endpoint);
    let mut put = |path: String, body: Vec<u8>| -> Result<()> {
        let body = Body::unsigned(body.into());
        let outgoing = Outgoing::s3(Method::PUT, path, String::new(), body);
        let answer = runtime.block_on(connection.call(&outgoing))?;
        if !answer.status.is_success() {
            bail!("PUT {} was refused: {}", outgoing.path, refusal(&answer));
        }
        Ok(())
    };
    put(format!("/{BUCKET}"), Vec::new())?;
    for (table, _) in TABLES {
        let file = folder.join(table).join(format!("{table}.parquet"));
        let bytes = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        put(format!("/{BUCKET}/{table}/{table}.parquet"), bytes)?;
    }
    athena.run(&format!("CREATE DATABASE {DATABASE}"), None)?;
    for (table, columns) in TABLES {
        let location = format!("s3://{BUCKET}/{table}/");
        let sql = format!(
            "CREATE EXTERNAL TABLE {table} ({columns}) STORED AS PARQUET LOCATION '{location}'"
        );
        athena.query(&sql)?;
    }
    Ok(())
}
