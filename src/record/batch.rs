//! Rows gathered into columns, handed on in pieces of a size fixed by count.

use crate::parquet::{Codes, Data, Field, Values};

use super::columns::{Cell, Column, Kind, Table};

/// Rows in a full batch, and so in every row group of a file but the last.
pub const ROWS: usize = 65_536;

/// Takes the batches of all tables, each table's in order.
pub trait Sink {
    /// Takes a batch, full unless it is the table's last, and gives back an empty one of the same columns to fill
    /// next. Cannot fail: an error is kept until the owner of the sink asks for it.
    fn batch(&mut self, table: &'static str, batch: Batch) -> Batch;
}

/// The rows of one table on their way to a sink.
pub struct Rows<R: ?Sized + 'static> {
    table: &'static Table<R>,
    batch: Batch,
    handed_on: u64,
}

/// Up to [`ROWS`] rows as columns.
#[derive(Clone, Debug)]
pub struct Batch {
    fields: Vec<Field>,
    columns: Vec<Values>,
    /// Beside each column; used by those of text.
    codes: Vec<Codes>,
    length: usize,
}

impl<R: ?Sized + 'static> Rows<R> {
    /// No rows yet. Panics where the table is declared carelessly ([`Table::check`]).
    pub fn new(table: &'static Table<R>) -> Rows<R> {
        table.check();
        Rows { table, batch: Batch::new(table), handed_on: 0 }
    }

    /// Adds a row, and hands on the batch when it is full. Panics where a cell is not of its column's type, or missing
    /// though never null.
    pub fn push(&mut self, row: &R, sink: &mut impl Sink) {
        self.batch.push_row(self.table, row);
        if self.batch.len() == ROWS {
            self.hand_on(sink);
        }
    }

    /// Adds rows as if one by one but column by column, which is about twice as fast for a few hundred at a time.
    pub fn push_all(&mut self, mut rows: &[R], sink: &mut impl Sink)
    where
        R: Sized,
    {
        while !rows.is_empty() {
            let (fitting, rest) = rows.split_at(rows.len().min(ROWS - self.batch.len()));
            self.batch.push_rows(self.table, fitting);
            if self.batch.len() == ROWS {
                self.hand_on(sink);
            }
            rows = rest;
        }
    }

    /// Hands on the rest. A table without a row hands on one empty batch, so that its file exists.
    pub fn finish(mut self, sink: &mut impl Sink) {
        if !self.batch.is_empty() || self.handed_on == 0 {
            self.hand_on(sink);
        }
    }

    /// Rows so far.
    pub fn len(&self) -> u64 {
        self.handed_on + self.batch.len() as u64
    }

    /// Whether there was no row yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn hand_on(&mut self, sink: &mut impl Sink) {
        self.handed_on += self.batch.len() as u64;
        let full = std::mem::replace(&mut self.batch, Batch::nothing());
        self.batch = sink.batch(self.table.name, full);
        assert!(self.batch.is_empty(), "a sink gives back an empty batch");
    }
}

impl Batch {
    /// No rows of a table.
    pub fn new<R: ?Sized + 'static>(table: &Table<R>) -> Batch {
        Batch::of(table.fields())
    }

    /// No rows of the same columns.
    pub fn like(&self) -> Batch {
        Batch::of(self.fields.clone())
    }

    /// The declarations of the columns.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The columns, in the order of the declarations.
    pub fn columns(&self) -> &[Values] {
        &self.columns
    }

    /// The column of a name.
    pub fn column(&self, name: &str) -> Option<&Values> {
        let place = self.fields.iter().position(|field| field.name == name)?;
        Some(&self.columns[place])
    }

    /// Rows.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Forgets the rows and keeps the room they took.
    pub fn clear(&mut self) {
        self.length = 0;
        self.columns.iter_mut().for_each(Values::clear);
        self.codes.iter_mut().for_each(Codes::clear);
    }

    /// Adds a row of the table the batch was made for. Panics as [`Rows::push`].
    pub fn push_row<R: ?Sized + 'static>(&mut self, table: &Table<R>, row: &R) {
        self.take(table, std::iter::once(row));
    }

    /// Adds rows of the table the batch was made for, column by column. Panics as [`Rows::push`].
    pub fn push_rows<R: 'static>(&mut self, table: &Table<R>, rows: &[R]) {
        self.take(table, rows.iter());
    }

    fn take<'r, R: ?Sized + 'static>(&mut self, table: &Table<R>, rows: impl ExactSizeIterator<Item = &'r R> + Clone) {
        assert_eq!(table.columns.len(), self.columns.len(), "the batch is of another table than `{}`", table.name);
        for ((column, values), codes) in table.columns.iter().zip(&mut self.columns).zip(&mut self.codes) {
            let filling = Filling { table: table.name, column, rows: rows.clone(), valid: &mut values.valid };
            match &mut values.data {
                Data::Bool(values) => {
                    filling.fill(values, |cell| if let Cell::Bool(v) = cell { Some(v) } else { None });
                }
                Data::U32(values) => filling.fill(values, |cell| if let Cell::U32(v) = cell { Some(v) } else { None }),
                Data::U64(values) => filling.fill(values, |cell| if let Cell::U64(v) = cell { Some(v) } else { None }),
                Data::I64(values) => filling.fill(values, |cell| if let Cell::I64(v) = cell { Some(v) } else { None }),
                Data::F64(values) => filling.fill(values, |cell| match cell {
                    Cell::F64(value) if value.is_finite() => Some(value),
                    _ => None,
                }),
                Data::Text { codes: column, dictionary } => filling.fill(column, |cell| match cell {
                    Cell::Text(text) => Some(codes.code(text, dictionary)),
                    _ => None,
                }),
            }
        }
        self.length += rows.len();
    }

    fn of(fields: Vec<Field>) -> Batch {
        let columns = fields.iter().map(|field| Values::empty(field.kind, field.nullable)).collect();
        let codes = vec![Codes::default(); fields.len()];
        Batch { fields, columns, codes, length: 0 }
    }

    /// What stands where a batch was just taken away; allocates nothing.
    fn nothing() -> Batch {
        Batch { fields: Vec::new(), columns: Vec::new(), codes: Vec::new(), length: 0 }
    }
}

/// One column about to take in some rows.
struct Filling<'a, R: ?Sized, I> {
    table: &'static str,
    column: &'a Column<R>,
    rows: I,
    valid: &'a mut Option<Vec<bool>>,
}

impl<'r, R: ?Sized + 'r, I: ExactSizeIterator<Item = &'r R>> Filling<'_, R, I> {
    /// `value` is what a cell holds if it is of the column's type and fit to be written.
    #[inline]
    fn fill<T: Default>(self, values: &mut Vec<T>, mut value: impl FnMut(Cell<'r>) -> Option<T>) {
        let Filling { table, column, rows, valid } = self;
        let mut taken = |row| {
            let cell = (column.cell)(row);
            let value = value(cell);
            if value.is_none() {
                check_missing(table, column, cell);
            }
            value
        };
        match valid {
            None => values.extend(rows.map(|row| taken(row).unwrap_or_default())),
            Some(valid) => {
                values.reserve(rows.len());
                valid.extend(rows.map(|row| {
                    let value = taken(row);
                    let is_value = value.is_some();
                    values.push(value.unwrap_or_default());
                    is_value
                }));
            }
        }
    }
}

/// Panics unless a cell without a value is a missing one, in a column that may have some.
fn check_missing<R: ?Sized>(table: &str, column: &Column<R>, cell: Cell<'_>) {
    let name = column.name;
    let is_missing = cell == Cell::Null || matches!(cell, Cell::F64(_) if column.kind == Kind::F64);
    assert!(is_missing, "`{table}.{name}` has type `{}`, yet got {cell:?}", column.kind.name());
    assert!(column.nullable, "`{table}.{name}` is never null, yet missing");
}

/// A sink that keeps every batch in memory: for small runs and tests.
#[derive(Debug, Default)]
pub struct Kept {
    /// In the order they came.
    pub batches: Vec<(&'static str, Batch)>,
}

impl Sink for Kept {
    fn batch(&mut self, table: &'static str, batch: Batch) -> Batch {
        let next = batch.like();
        self.batches.push((table, batch));
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a row is made of in these tests.
    #[derive(Clone, Debug, PartialEq)]
    struct Call {
        line: u32,
        cost: i64,
        level: f64,
        words: Option<String>,
    }

    type C = Column<Call>;

    static CALLS: Table<Call> = Table {
        name: "calls",
        grain: "one row per call",
        columns: &[
            C::id("line", "the line", |call| call.line.into()),
            C::money("cost", "µcredit", "the cost", |call| call.cost.into()),
            C::number("level", "dB", "how loud", |call| call.level.into()).nullable(),
            C::text("words", "what was said", |call| call.words.as_deref().into()).nullable(),
            C::flag("dear", "whether it cost", |call| (call.cost > 0).into()).formula("cost > 0"),
        ],
    };

    fn call(row: u32) -> Call {
        let level = if row.is_multiple_of(5) { f64::NAN } else { f64::from(row) / 3.0 };
        let words = (row % 4 != 1).then(|| "word ".repeat(row as usize % 3) + &(row % 97).to_string());
        Call { line: row, cost: i64::from(row) - 50, level, words }
    }

    fn check(batch: &Batch, first: u32) {
        for place in 0..batch.len() {
            let call = call(first + place as u32);
            let [line, cost, level, words, dear] = batch.columns() else { panic!("five columns") };
            assert_eq!(line.number(place), Some(f64::from(call.line)));
            assert_eq!(cost.number(place), Some(call.cost as f64));
            assert_eq!(level.number(place), call.level.is_finite().then_some(call.level));
            assert_eq!(words.text(place), call.words.as_deref());
            assert_eq!(dear.number(place), Some(f64::from(u8::from(call.cost > 0))));
        }
    }

    #[test]
    fn rows_become_columns() {
        let mut batch = Batch::new(&CALLS);
        (0..1_000).for_each(|row| batch.push_row(&CALLS, &call(row)));
        assert_eq!(batch.len(), 1_000);
        check(&batch, 0);
        let Data::Text { dictionary, .. } = &batch.column("words").expect("the words").data else { panic!("text") };
        assert_eq!(dictionary[0], call(0).words.unwrap(), "codes go by first appearance");
        let mut sorted = dictionary.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(sorted.len(), dictionary.len(), "no text is held twice");
    }

    /// A batch used again gives the same columns as a new one: no trace of the rows before.
    #[test]
    fn a_cleared_batch_is_as_new() {
        let mut used = Batch::new(&CALLS);
        (0..3_000).for_each(|row| used.push_row(&CALLS, &call(row)));
        used.clear();
        let mut new = used.like();
        for row in 7..500 {
            used.push_row(&CALLS, &call(row));
            new.push_row(&CALLS, &call(row));
        }
        assert_eq!(used.columns(), new.columns());
        check(&used, 7);
    }

    #[test]
    fn batches_are_cut_by_count() {
        for (rows, lengths) in [
            (0, vec![0]),
            (1, vec![1]),
            (ROWS, vec![ROWS]),
            (ROWS + 1, vec![ROWS, 1]),
            (3 * ROWS - 1, vec![ROWS, ROWS, ROWS - 1]),
        ] {
            let mut kept = Kept::default();
            let mut table = Rows::new(&CALLS);
            (0..rows).for_each(|row| table.push(&call(row as u32), &mut kept));
            assert_eq!(table.len(), rows as u64);
            table.finish(&mut kept);
            assert_eq!(kept.batches.iter().map(|(_, batch)| batch.len()).collect::<Vec<_>>(), lengths);
            assert!(kept.batches.iter().all(|(name, _)| *name == "calls"));
        }
    }

    #[test]
    fn many_at_once_are_as_one_by_one() {
        let calls: Vec<Call> = (0..ROWS as u32 + 700).map(call).collect();
        let (mut single, mut many) = (Kept::default(), Kept::default());
        let (mut rows_single, mut rows_many) = (Rows::new(&CALLS), Rows::new(&CALLS));
        calls.iter().for_each(|call| rows_single.push(call, &mut single));
        calls.chunks(256).for_each(|calls| rows_many.push_all(calls, &mut many));
        rows_many.push_all(&[], &mut many);
        rows_single.finish(&mut single);
        rows_many.finish(&mut many);
        assert_eq!(many.batches.len(), 2);
        for ((_, single), (_, many)) in single.batches.iter().zip(&many.batches) {
            assert_eq!(single.columns(), many.columns());
        }
        check(&many.batches[1].1, ROWS as u32);
    }

    #[test]
    #[should_panic(expected = "`wrong.line` has type `u32`, yet got U64(1)")]
    fn a_cell_of_another_type_is_a_mistake() {
        static WRONG: Table<u64> = Table {
            name: "wrong",
            grain: "one row per mistake",
            columns: &[Column::id("line", "the line", |row| (*row).into())],
        };
        Batch::new(&WRONG).push_row(&WRONG, &1);
    }

    #[test]
    #[should_panic(expected = "`never.level` is never null, yet missing")]
    fn a_missing_value_is_a_mistake_where_none_may_be() {
        static NEVER: Table<f64> = Table {
            name: "never",
            grain: "one row per mistake",
            columns: &[Column::number("level", "m", "the height", |row| (*row).into())],
        };
        Batch::new(&NEVER).push_row(&NEVER, &f64::INFINITY);
    }
}
