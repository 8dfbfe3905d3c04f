//! How fast the codecs are on two requests of every day: a DynamoDB item put, Glue partitions listed.
//!
//! `cargo run --release -p aquifer-wire --example throughput [part of a name]`. The structures are written out as
//! generated code has them.

use std::any::Any;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use aquifer_schema::{
    Bytes, Constraints, Kind, Location, Member, OperationSchema, Protocol, Schema, ServiceSchema,
    Shape, Slot, Structure, Timestamp, View,
};
use aquifer_wire::{Call, Payload, ResponseBody, decode, encode, stored};
use http::HeaderMap;

const fn schema(name: &'static str, kind: Kind, members: &'static [Member]) -> Schema {
    Schema {
        name,
        kind,
        members,
        constraints: Constraints::NONE,
        values: &[],
        flattened: false,
        payload: None,
        xml_name: None,
        xml_namespace: None,
        timestamp_format: None,
        sensitive: false,
        error: None,
    }
}

const fn member(name: &'static str, target: &'static Schema) -> Member {
    Member {
        name,
        wire: name,
        query_name: None,
        target,
        location: Location::Body,
        required: false,
        flattened: false,
        xml_attribute: false,
        xml_namespace: None,
        timestamp_format: None,
        stream: false,
        idempotency_token: false,
        event_header: false,
        event_payload: false,
    }
}

macro_rules! structure {
    ($name:ident: $schema:ident { $($index:literal $wire:literal $field:ident: $type:ty = $target:ident,)* }) => {
        #[derive(Default)]
        struct $name { $($field: Option<$type>,)* }
        static $schema: Schema =
            schema(stringify!($name), Kind::Structure, &[$(member($wire, &$target)),*]);
        impl Structure for $name {
            fn schema(&self) -> &'static Schema { &$schema }
            fn member(&self, index: usize) -> &dyn Shape {
                match index { $($index => &self.$field,)* _ => unreachable!("no such member") }
            }
            fn member_mut(&mut self, index: usize) -> &mut dyn Shape {
                match index { $($index => &mut self.$field,)* _ => unreachable!("no such member") }
            }
            fn as_any(&self) -> &dyn Any { self }
            fn as_any_mut(&mut self) -> &mut dyn Any { self }
            fn into_any(self: Box<Self>) -> Box<dyn Any + Send> { self }
        }
        impl Shape for $name {
            fn view(&self) -> View<'_> { View::Struct(self) }
            fn slot(&mut self) -> Slot<'_> { Slot::Struct(self) }
        }
    };
}

const NAME: Constraints = Constraints {
    min: Some(1),
    max: Some(255),
    pattern: Some("[\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDC00-\\uDBFF\\uDFFF\\t]*"),
};

static TEXT: Schema = schema("Text", Kind::String, &[]);
static NAMED: Schema = Schema { constraints: NAME, ..schema("Name", Kind::String, &[]) };
static BYTES: Schema = schema("Bytes", Kind::Blob, &[]);
static FLAG: Schema = schema("Flag", Kind::Boolean, &[]);
static COUNT: Schema = schema("Count", Kind::Integer, &[]);
static DATE: Schema = schema("Date", Kind::Timestamp, &[]);
static TEXTS: Schema = schema("Texts", Kind::List, &[member("member", &TEXT)]);
static BLOBS: Schema = schema("Blobs", Kind::List, &[member("member", &BYTES)]);
static VALUES: Schema = schema("Values", Kind::List, &[member("member", &VALUE)]);
static ITEM: Schema = schema("Item", Kind::Map, &[member("key", &TEXT), member("value", &VALUE)]);
static PARAMETERS: Schema =
    schema("Parameters", Kind::Map, &[member("key", &NAMED), member("value", &TEXT)]);
static COLUMNS: Schema = schema("Columns", Kind::List, &[member("member", &COLUMN)]);
static PARTITIONS: Schema = schema("Partitions", Kind::List, &[member("member", &PARTITION)]);

structure!(Value: VALUE {
    0 "B" b: Bytes = BYTES,
    1 "BOOL" bool: bool = FLAG,
    2 "BS" bs: Vec<Bytes> = BLOBS,
    3 "L" l: Vec<Value> = VALUES,
    4 "M" m: BTreeMap<String, Value> = ITEM,
    5 "N" n: String = TEXT,
    6 "NS" ns: Vec<String> = TEXTS,
    7 "NULL" null: bool = FLAG,
    8 "S" s: String = TEXT,
    9 "SS" ss: Vec<String> = TEXTS,
});

structure!(PutItem: PUT_ITEM {
    0 "ConditionExpression" condition: String = TEXT,
    1 "ConditionalOperator" operator: String = TEXT,
    2 "ExpressionAttributeNames" names: BTreeMap<String, String> = PARAMETERS,
    3 "ExpressionAttributeValues" values: BTreeMap<String, Value> = ITEM,
    4 "Item" item: BTreeMap<String, Value> = ITEM,
    5 "ReturnConsumedCapacity" capacity: String = TEXT,
    6 "ReturnItemCollectionMetrics" metrics: String = TEXT,
    7 "ReturnValues" returned: String = TEXT,
    8 "TableName" table: String = NAMED,
});

structure!(Column: COLUMN {
    0 "Comment" comment: String = TEXT,
    1 "Name" name: String = NAMED,
    2 "Parameters" parameters: BTreeMap<String, String> = PARAMETERS,
    3 "Type" kind: String = TEXT,
});

structure!(Serde: SERDE {
    0 "Name" name: String = NAMED,
    1 "Parameters" parameters: BTreeMap<String, String> = PARAMETERS,
    2 "SerializationLibrary" library: String = NAMED,
});

structure!(Descriptor: DESCRIPTOR {
    0 "BucketColumns" bucket: Vec<String> = TEXTS,
    1 "Columns" columns: Vec<Column> = COLUMNS,
    2 "Compressed" compressed: bool = FLAG,
    3 "InputFormat" input: String = TEXT,
    4 "Location" location: String = TEXT,
    5 "NumberOfBuckets" buckets: i32 = COUNT,
    6 "OutputFormat" output: String = TEXT,
    7 "Parameters" parameters: BTreeMap<String, String> = PARAMETERS,
    8 "SerdeInfo" serde: Serde = SERDE,
    9 "StoredAsSubDirectories" sub: bool = FLAG,
});

structure!(Partition: PARTITION {
    0 "CatalogId" catalog: String = NAMED,
    1 "CreationTime" created: Timestamp = DATE,
    2 "DatabaseName" database: String = NAMED,
    3 "LastAccessTime" accessed: Timestamp = DATE,
    4 "Parameters" parameters: BTreeMap<String, String> = PARAMETERS,
    5 "StorageDescriptor" storage: Descriptor = DESCRIPTOR,
    6 "TableName" table: String = NAMED,
    7 "Values" values: Vec<String> = TEXTS,
});

structure!(Listed: LISTED {
    0 "NextToken" next: String = TEXT,
    1 "Partitions" partitions: Vec<Partition> = PARTITIONS,
});

static SERVICE: ServiceSchema = ServiceSchema {
    name: "test",
    signing_name: "test",
    endpoint_prefix: "test",
    service_id: "Test",
    principal: "test.amazonaws.com",
    target_prefix: None,
    api_version: "2020-01-01",
    xml_namespace: None,
    protocols: &[],
    validation_code: "ValidationException",
    wrapped_errors: false,
    mismatch_code: "IdempotentParameterMismatch",
    query_codes: &[],
    query_path_member: None,
    routes: &[],
};

const fn operation(shape: &'static Schema) -> OperationSchema {
    OperationSchema {
        name: "Try",
        method: "POST",
        uri: "/",
        status: 200,
        input: shape,
        output: shape,
        result_wrapper: None,
        input_name: None,
        output_name: None,
        unwrapped_output: false,
        errors: &[],
        read_only: false,
        action: "test:Try",
        actions_with: &[],
        resources: &[],
        conditions: &[],
        digest_required: false,
        rate: None,
        service: &SERVICE,
    }
}

static PUT: OperationSchema = operation(&PUT_ITEM);
static LIST: OperationSchema = operation(&LISTED);

/// About a kilobyte, as an application writes it.
fn put_item() -> String {
    let mut item = String::from(r#""pk":{"S":"customer#4711"},"sk":{"S":"order#2026-01-02"}"#);
    for n in 0..20 {
        item.push_str(&format!(
            r#","attribute{n}":{{"S":"a value of some length {n}"}},"n{n}":{{"N":"{n}.5"}}"#
        ));
    }
    item.push_str(r#","tags":{"SS":["a","b","c"]},"at":{"M":{"x":{"N":"1"},"ok":{"BOOL":true}}}"#);
    format!(r#"{{"TableName":"orders","Item":{{{item}}},"ReturnValues":"NONE"}}"#)
}

fn partitions(count: usize) -> Listed {
    let text = |text: &str| Some(text.to_owned());
    let parameters = || Some(BTreeMap::from([("classification".to_owned(), "parquet".to_owned())]));
    let partition = |n: usize| Partition {
        catalog: text("123456789012"),
        created: Some(Timestamp::from_millis(1_767_323_045_678)),
        database: text("sales"),
        accessed: None,
        parameters: parameters(),
        storage: Some(Descriptor {
            bucket: Some(Vec::new()),
            columns: Some(
                (0..12)
                    .map(|n| Column {
                        comment: text(""),
                        name: Some(format!("column_{n}")),
                        kind: text("string"),
                        ..Column::default()
                    })
                    .collect(),
            ),
            compressed: Some(false),
            input: text("org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat"),
            location: Some(format!("s3://bucket/sales/day=2026-01-{n:02}/")),
            buckets: Some(-1),
            output: text("org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat"),
            parameters: parameters(),
            serde: Some(Serde {
                name: None,
                parameters: parameters(),
                library: text("org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"),
            }),
            sub: Some(false),
        }),
        table: text("orders"),
        values: Some(vec![format!("2026-01-{n:02}")]),
    };
    Listed { next: text("token"), partitions: Some((0..count).map(partition).collect()) }
}

/// Prints what one run costs, from the fastest of several rounds.
#[expect(clippy::print_stdout, reason = "the program's purpose")]
fn measure(what: &str, bytes: usize, mut run: impl FnMut()) {
    if std::env::args().nth(1).is_some_and(|part| !what.contains(&part)) {
        return;
    }
    let mut best = Duration::MAX;
    let rounds = (20_000_000 / bytes).max(1) as u32;
    for _ in 0..5 {
        let start = Instant::now();
        for _ in 0..rounds {
            run();
        }
        best = best.min(start.elapsed() / rounds);
    }
    let rate = bytes as f64 / best.as_secs_f64() / 1e6;
    println!("{what:<44} {bytes:>8} bytes {:>12} ns {rate:>8.0} MB/s", best.as_nanos());
}

fn body(
    protocol: Protocol,
    operation: &'static OperationSchema,
    output: &mut dyn Structure,
) -> Bytes {
    match encode(protocol, operation, output, "id").body {
        ResponseBody::Whole(body) => body,
        _ => Bytes::new(),
    }
}

fn read<T: Structure + Default>(
    protocol: Protocol,
    operation: &'static OperationSchema,
    body: &Bytes,
) -> T {
    let headers = HeaderMap::new();
    let call = Call { protocol, operation, headers: &headers, query: &[], labels: &[] };
    let mut input = T::default();
    decode(&call, Payload::Whole(body.clone()), &mut input).expect("what was written");
    input
}

fn main() {
    let json = Bytes::from(put_item());
    let json_protocol = Protocol::AwsJson11;
    measure("PutItem, JSON read", json.len(), || {
        black_box(read::<PutItem>(json_protocol, &PUT, black_box(&json)));
    });
    let mut put = read::<PutItem>(json_protocol, &PUT, &json);
    measure("PutItem, JSON written", json.len(), || {
        black_box(body(json_protocol, &PUT, black_box(&mut put)));
    });
    let kept = stored::to_bytes(&put);
    measure("PutItem, kept", kept.len(), || {
        black_box(stored::to_bytes(black_box(&put)));
    });
    measure("PutItem, read from what is kept", kept.len(), || {
        let mut back = PutItem::default();
        stored::from_bytes(black_box(&kept), &mut back).expect("what was kept");
        black_box(&back);
    });
    let mut listed = partitions(100);
    for (name, protocol) in
        [("JSON", Protocol::AwsJson11), ("CBOR", Protocol::RpcV2Cbor), ("XML", Protocol::RestXml)]
    {
        let bytes = body(protocol, &LIST, &mut listed);
        measure(&format!("100 partitions, {name} written"), bytes.len(), || {
            black_box(body(protocol, &LIST, black_box(&mut listed)));
        });
        measure(&format!("100 partitions, {name} read"), bytes.len(), || {
            black_box(read::<Listed>(protocol, &LIST, black_box(&bytes)));
        });
    }
}
