//! A query at work on a file.

use std::sync::Arc;

use bytes::Bytes;

use crate::aggregate::Sum;
use crate::ast::{Item, Projection, Statement};
use crate::bind::bind;
use crate::code::{Code, Error, Result};
use crate::eval::Scope;
use crate::parser::Query;
use crate::read::{Input, Reader, Row, Source};
use crate::time::Time;
use crate::value::{Tree, Value};
use crate::write::{Output, Writer};

/// Results of a step are handed out from this length on.
const CHUNK: usize = 128 << 10;
/// A step that gives nothing ends after so many bytes read, or records.
const STEP_BYTES: u64 = 4 << 20;
const STEP_RECORDS: usize = 50_000;

/// What a selection has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Bytes of the file that were read.
    pub scanned: u64,
    /// What they came to without their compression.
    pub processed: u64,
    /// Bytes of results.
    pub returned: u64,
}

/// What a step did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// It made results.
    Records(Bytes),
    /// It made none, and there may be some to come.
    Working,
    /// There are no more.
    Done,
}

/// A query at work. After an error it is at its end.
pub struct Selection {
    statement: Statement,
    input: Input,
    source: Arc<dyn Source>,
    now: Time,
    reader: Option<Reader>,
    writer: Writer,
    sums: Vec<Sum>,
    left: u64,
    returned: u64,
    done: bool,
    /// What ended it, while results before that are handed out.
    failed: Option<Error>,
}

impl Selection {
    /// Readies a query for a file; nothing is read yet. `now_millis` is what `UTCNOW()` answers.
    ///
    /// # Errors
    /// When the time is beyond the calendar.
    pub fn new(
        query: Query,
        input: Input,
        output: Output,
        source: Arc<dyn Source>,
        now_millis: i64,
    ) -> Result<Self> {
        let now = Time::from_millis(now_millis).ok_or(Code::ExternalEvalException)?;
        let statement = query.statement;
        let sums = statement.aggregates.iter().map(|sum| Sum::new(sum.kind)).collect();
        let left = statement.limit.unwrap_or(u64::MAX);
        let writer = Writer::new(output);
        let (reader, done) = (None, left == 0);
        Ok(Self {
            statement,
            input,
            source,
            now,
            reader,
            writer,
            sums,
            left,
            returned: 0,
            done,
            failed: None,
        })
    }

    /// What it has done so far.
    pub fn stats(&self) -> Stats {
        let (scanned, processed) = self.reader.as_ref().map_or((0, 0), Reader::bytes);
        Stats { scanned, processed, returned: self.returned }
    }

    /// Goes on for a while. It may block on the source.
    ///
    /// # Errors
    /// What the file or the query is at fault with, or the source.
    pub fn step(&mut self) -> Result<Step> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        self.advance().or_else(|error| {
            self.done = true;
            self.writer.abandon();
            if self.writer.len() == 0 {
                return Err(error);
            }
            // Results before the fault are results all the same.
            self.failed = Some(error);
            Ok(Step::Records(self.hand_out()))
        })
    }

    fn hand_out(&mut self) -> Bytes {
        let chunk = Bytes::from(self.writer.take());
        self.returned += chunk.len() as u64;
        chunk
    }

    fn advance(&mut self) -> Result<Step> {
        if self.done && self.writer.len() == 0 {
            return Ok(Step::Done);
        }
        if !self.done && self.reader.is_none() {
            let reader = Reader::open(&self.input, Arc::clone(&self.source), &self.statement)?;
            if let Some(shape) = reader.shape() {
                bind(&mut self.statement, &shape)?;
            }
            self.reader = Some(reader);
        }
        let before = self.stats().scanned;
        let mut records = 0;
        while !self.done && self.writer.len() < CHUNK {
            records += 1;
            let worked = records > STEP_RECORDS || self.stats().scanned - before >= STEP_BYTES;
            if worked && self.writer.len() == 0 {
                return Ok(Step::Working);
            }
            if worked {
                break;
            }
            self.record()?;
        }
        if self.writer.len() == 0 {
            return Ok(Step::Done);
        }
        Ok(Step::Records(self.hand_out()))
    }

    /// Takes the next record, or what there is to do at the end.
    fn record(&mut self) -> Result<()> {
        let Some(reader) = &mut self.reader else { return Ok(()) };
        if !reader.advance()? {
            self.done = true;
            return self.finish();
        }
        let row = reader.row();
        let scope = Scope { row, sums: &[], now: self.now };
        if let Some(condition) = &self.statement.condition
            && scope.truth(condition)? != Some(true)
        {
            return Ok(());
        }
        if !self.sums.is_empty() {
            for (sum, aggregate) in self.sums.iter_mut().zip(&self.statement.aggregates) {
                match &aggregate.argument {
                    None => sum.count(),
                    Some(argument) => sum.add(&scope.eval(argument)?)?,
                }
            }
            return Ok(());
        }
        self.writer.begin();
        match &self.statement.projection {
            Projection::All => all(&scope.row, reader, &mut self.writer)?,
            Projection::Items(items) => {
                for item in items {
                    write(&scope, item, reader, &mut self.writer)?;
                }
            }
        }
        self.writer.end();
        self.left -= 1;
        self.done = self.left == 0;
        Ok(())
    }

    /// Writes what the aggregates came to.
    fn finish(&mut self) -> Result<()> {
        if self.sums.is_empty() {
            return Ok(());
        }
        let sums = self.sums.iter().map(Sum::finish).collect::<Result<Vec<_>>>()?;
        let Projection::Items(items) = &self.statement.projection else { return Ok(()) };
        let scope = Scope { row: Row::Tree(&Tree::Missing), sums: &sums, now: self.now };
        self.writer.begin();
        for item in items {
            if let Item::Column { expr, name } = item {
                self.writer.column(name, &scope.eval(expr)?)?;
            }
        }
        self.writer.end();
        Ok(())
    }
}

fn write(scope: &Scope<'_>, item: &Item, reader: &Reader, writer: &mut Writer) -> Result<()> {
    match item {
        Item::Column { expr, name } => writer.column(name, &scope.eval(expr)?),
        Item::Members(crate::ast::Expr::Record(steps)) if steps.is_empty() => {
            all(&scope.row, reader, writer)
        }
        Item::Members(expr) => match scope.eval(expr)? {
            Value::Nested(tree) => members(tree, writer),
            value => writer.column("_1", &value),
        },
    }
}

/// Writes a record as it is.
fn all(row: &Row<'_>, reader: &Reader, writer: &mut Writer) -> Result<()> {
    let position = |index: usize| format!("_{}", index + 1);
    match row {
        Row::Tree(tree) => members(tree, writer),
        Row::Columns(columns) => match reader {
            Reader::Parquet(parquet) => columns
                .iter()
                .zip(parquet.names())
                .try_for_each(|(column, name)| writer.column(name, &column.value())),
            _ => Ok(()),
        },
        Row::Fields(fields) => {
            let names = match reader {
                Reader::Csv(csv) => csv.names(),
                _ => None,
            };
            for (index, field) in fields.iter().enumerate() {
                let value = Value::Field(field);
                match names.and_then(|names| names.get(index)) {
                    Some(name) => writer.column(name, &value)?,
                    None => writer.column(&position(index), &value)?,
                }
            }
            Ok(())
        }
    }
}

fn members(tree: &Tree, writer: &mut Writer) -> Result<()> {
    match tree {
        Tree::Struct(members) => {
            members.iter().try_for_each(|(name, value)| writer.column(name, &value.value()))
        }
        Tree::List(elements) => elements.iter().enumerate().try_for_each(|(index, value)| {
            writer.column(&format!("_{}", index + 1), &value.value())
        }),
        scalar => writer.column("_1", &scalar.value()),
    }
}

#[cfg(test)]
mod tests;
