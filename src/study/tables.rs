//! The tables of a study as columns, and as the bytes of a Parquet file.

use crate::output::identity::Identity;
use crate::parquet::{Codes, Data, Field, Kind, Values, Writer};
use crate::record::batch::ROWS;

/// A table.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Also the name of its file, without the extension.
    pub name: &'static str,
    /// Names and values; all equally long.
    pub columns: Vec<(String, Column)>,
}

/// The values of a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    /// Whole numbers.
    Count(Vec<u64>),
    /// Numbers that may be missing.
    Number(Vec<Option<f64>>),
    /// Texts that may be missing.
    Text(Vec<Option<String>>),
}

impl Table {
    /// How many rows it has.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |(_, column)| column.len())
    }

    /// The whole file. The same rows give the same bytes.
    pub fn bytes(&self, identity: &Identity) -> Result<Vec<u8>, String> {
        let fields: Vec<Field> = self.columns.iter().map(|(name, column)| column.field(name)).collect();
        let mut writer = Writer::create(Vec::new(), &fields, &identity.pairs(self.name))?;
        for start in (0..self.rows()).step_by(ROWS) {
            let end = self.rows().min(start + ROWS);
            let group: Vec<Values> = self.columns.iter().map(|(_, column)| column.values(start, end)).collect();
            writer.write(&group)?;
        }
        writer.finish()
    }
}

impl Column {
    fn len(&self) -> usize {
        match self {
            Column::Count(values) => values.len(),
            Column::Number(values) => values.len(),
            Column::Text(values) => values.len(),
        }
    }

    fn field(&self, name: &str) -> Field {
        let (kind, nullable) = match self {
            Column::Count(_) => (Kind::U64, false),
            Column::Number(_) => (Kind::F64, true),
            Column::Text(_) => (Kind::Text, true),
        };
        Field { name: name.to_owned(), kind, nullable }
    }

    fn values(&self, start: usize, end: usize) -> Values {
        match self {
            Column::Count(values) => Values { data: Data::U64(values[start..end].to_vec()), valid: None },
            Column::Number(values) => {
                let values = &values[start..end];
                let data = Data::F64(values.iter().map(|value| value.unwrap_or_default()).collect());
                Values { data, valid: Some(values.iter().map(Option::is_some).collect()) }
            }
            Column::Text(values) => {
                let values = &values[start..end];
                let (mut known, mut dictionary) = (Codes::default(), Vec::new());
                let mut code =
                    |text: &Option<String>| text.as_ref().map_or(0, |text| known.code(text, &mut dictionary));
                let codes = values.iter().map(&mut code).collect();
                let valid = Some(values.iter().map(Option::is_some).collect());
                Values { data: Data::Text { codes, dictionary }, valid }
            }
        }
    }
}
