//! Random joins give the same rows in whatever order they are done.

use std::sync::Arc;

use datafusion::arrow::array::{Int64Array, RecordBatch};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::arrow::util::display::array_value_to_string;
use datafusion::datasource::MemTable;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::physical_plan::displayable;
use datafusion::prelude::{SessionConfig, SessionContext};

use super::rules;

/// Numbers that are the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

const TABLES: u64 = 7;

fn context(own: bool) -> SessionContext {
    let config = SessionConfig::new().with_target_partitions(2).with_batch_size(64);
    let state = SessionStateBuilder::new().with_config(config).with_default_features();
    let state = match own {
        true => state.with_physical_optimizer_rules(rules()),
        false => state,
    };
    SessionContext::new_with_state(state.build())
}

fn fill(dice: &mut Dice, contexts: &[SessionContext]) {
    for table in 0..TABLES {
        let rows = [3, 20, 60, 150][dice.below(4) as usize];
        let mut column = |end: u64| -> Int64Array {
            (0..rows).map(|_| (dice.below(12) > 0).then(|| dice.below(end) as i64)).collect()
        };
        let columns = [column(8), column(30), column(100)];
        let fields = ["a", "b", "c"]
            .map(|name| Field::new(format!("t{table}_{name}"), DataType::Int64, true));
        let schema = Arc::new(Schema::new(fields.to_vec()));
        let columns = columns.into_iter().map(|column| Arc::new(column) as _).collect();
        let batch = RecordBatch::try_new(schema.clone(), columns).unwrap();
        for context in contexts {
            let table_of = MemTable::try_new(schema.clone(), vec![vec![batch.clone()]]).unwrap();
            context.register_table(format!("t{table}"), Arc::new(table_of)).unwrap();
        }
    }
}

fn column(dice: &mut Dice, table: u64) -> String {
    format!("t{table}_{}", ["a", "b", "c"][dice.below(3) as usize])
}

fn query(dice: &mut Dice) -> String {
    let tables = 2 + dice.below(TABLES - 2);
    let mut conditions = Vec::new();
    for table in 1..tables {
        let other = dice.below(table);
        let (l, r) = (column(dice, other), column(dice, table));
        // A key that seldom matches, so that results stay small.
        conditions.push(format!("t{other}_b = t{table}_b"));
        if dice.below(3) == 0 {
            conditions.push(format!("{l} = {r}"));
        }
        if dice.below(4) == 0 {
            conditions.push(format!("{l} + 1 < {r}"));
        }
        if dice.below(4) == 0 {
            conditions.push(format!("{l} + {r} = t{other}_a + 20"));
        }
    }
    for table in 0..tables {
        let own = column(dice, table);
        match dice.below(5) {
            0 => conditions.push(format!("{own} < {}", dice.below(100))),
            1 => conditions.push(format!("{own} = {}", dice.below(8))),
            _ => {}
        }
    }
    if dice.below(2) == 0 {
        let key = column(dice, dice.0 % tables);
        let other = TABLES - 1;
        let sifted = column(dice, other);
        conditions.push(format!(
            "{key} IN (SELECT {sifted} FROM t{other} WHERE t{other}_c < {} GROUP BY {sifted} HAVING count(*) > 1)",
            dice.below(100)
        ));
    }
    let from: Vec<String> = (0..tables).map(|table| format!("t{table}")).collect();
    let (from, conditions) = (from.join(", "), conditions.join(" AND "));
    match dice.below(3) {
        0 => format!("SELECT * FROM {from} WHERE {conditions}"),
        1 => format!("SELECT count(*), sum(t0_c), max(t1_c) FROM {from} WHERE {conditions}"),
        _ => format!("SELECT t1_a, count(t0_b) FROM {from} WHERE {conditions} GROUP BY t1_a"),
    }
}

async fn rows(context: &SessionContext, sql: &str) -> (String, Vec<String>) {
    let plan = context.sql(sql).await.unwrap().create_physical_plan().await.unwrap();
    let shown = displayable(plan.as_ref()).indent(false).to_string();
    let batches = datafusion::physical_plan::collect(plan, context.task_ctx()).await;
    let batches = batches.unwrap_or_else(|error| panic!("{error}\n{sql}\n{shown}"));
    let mut rows = Vec::new();
    for batch in &batches {
        for row in 0..batch.num_rows() {
            let cells = batch.columns().iter().map(|c| array_value_to_string(c, row).unwrap());
            rows.push(cells.collect::<Vec<_>>().join("|"));
        }
    }
    rows.sort();
    (shown, rows)
}

#[tokio::test]
async fn joins_give_the_same_rows_in_any_order() {
    let mut dice = Dice(20_261_128);
    let (mut moved, mut full) = (0, 0);
    for _ in 0..12 {
        let contexts = [context(false), context(true)];
        fill(&mut dice, &contexts);
        for _ in 0..25 {
            let sql = query(&mut dice);
            let (written, expected) = rows(&contexts[0], &sql).await;
            let (ordered, found) = rows(&contexts[1], &sql).await;
            assert_eq!(found, expected, "{sql}\n{written}\n{ordered}");
            moved += usize::from(ordered.replace("CooperativeExec", "") != written);
            full += usize::from(!found.is_empty());
        }
    }
    assert!(moved > 100, "only {moved} plans were changed");
    assert!(full > 100, "only {full} queries gave rows");
}

#[tokio::test]
async fn a_small_relation_is_joined_before_a_large_one() {
    let context = context(true);
    for (name, count) in [("large", 5_000_i64), ("middle", 800), ("small", 4)] {
        let schema = Arc::new(Schema::new(vec![
            Field::new(format!("{name}_id"), DataType::Int64, true),
            Field::new(format!("{name}_key"), DataType::Int64, true),
        ]));
        let ids: Int64Array = (0..count).map(Some).collect();
        let keys: Int64Array = (0..count).map(|id| Some(id % 800)).collect();
        let batch =
            RecordBatch::try_new(schema.clone(), vec![Arc::new(ids), Arc::new(keys)]).unwrap();
        let table = MemTable::try_new(schema, vec![vec![batch]]).unwrap();
        context.register_table(name, Arc::new(table)).unwrap();
    }
    let sql = "SELECT count(*) FROM large, middle, small
        WHERE large_key = middle_id AND middle_key = small_id AND small_key < 2";
    let (shown, found) = rows(&context, sql).await;
    assert_eq!(found, ["14"]);
    let place = |what: &str| shown.find(what).unwrap_or_else(|| panic!("no {what}\n{shown}"));
    assert!(place("small_id") < place("large_key") || place("middle_id") < place("large_key"));
}
