//! The Arrow schema in a file's footer, which pandas, R and others follow when they read it.
//!
//! polars would write its own there, in which text is a `string_view`: R's `arrow` cannot read that at all and
//! `pyarrow` cannot filter by it. So the pair is written here, with text as plain strings.
//!
//! The value is the base64 (RFC 4648, section 4) of an encapsulated message (Arrow columnar format 1.5, "Encapsulated
//! message format") whose metadata is a FlatBuffer after Arrow's `Message.fbs` and `Schema.fbs`. A FlatBuffer is made
//! of tables: a table begins with the distance back to its layout; a layout is the sizes of itself and of the table,
//! then the place of each field in the table, zero for those absent. References are distances forward.

use super::{Field, Kind};

/// The key of the pair.
pub(super) const KEY: &str = "ARROW:schema";

/// The value of the pair for the given columns. All may hold nulls, as in the Parquet schema beside it.
pub(super) fn schema(fields: &[Field]) -> String {
    let message = message(fields);
    let mut bytes = vec![0xff; 4];
    bytes.extend((message.len() as u32).to_le_bytes());
    bytes.extend(message);
    base64(&bytes)
}

/// A FlatBuffer in the making, every part at a multiple of four bytes.
#[derive(Default)]
struct Buffer(Vec<u8>);

impl Buffer {
    /// Adds a table after its layout and returns its place. `places` are those of its fields, `body` what comes after
    /// the distance to the layout.
    fn table(&mut self, places: &[u16], body: &[u8]) -> usize {
        let layout = self.0.len();
        let sizes = [4 + 2 * places.len() as u16, 4 + body.len() as u16];
        self.0.extend(sizes.iter().chain(places).flat_map(|number| number.to_le_bytes()));
        self.pad(4);
        let table = self.0.len();
        self.0.extend(((table - layout) as i32).to_le_bytes());
        self.0.extend(body);
        table
    }

    /// Makes the reference at `place` lead to whatever is added next.
    fn lead_here(&mut self, place: usize) {
        self.lead(place, self.0.len());
    }

    fn lead(&mut self, place: usize, target: usize) {
        self.0[place..place + 4].copy_from_slice(&((target - place) as u32).to_le_bytes());
    }

    fn number(&mut self, number: u32) {
        self.0.extend(number.to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u32);
        self.0.extend(text.as_bytes());
        self.0.push(0);
        self.pad(4);
    }

    fn pad(&mut self, step: usize) {
        self.0.resize(self.0.len().next_multiple_of(step), 0);
    }
}

/// Message: version 5 of the format, a schema; Schema: little-endian, its fields.
fn message(fields: &[Field]) -> Vec<u8> {
    const VERSION_5: u8 = 4;
    const HEADER_IS_SCHEMA: u8 = 1;
    let mut buffer = Buffer::default();
    buffer.number(0);
    let message = buffer.table(&[8, 10, 4], &[0, 0, 0, 0, VERSION_5, 0, HEADER_IS_SCHEMA, 0]);
    buffer.lead(0, message);
    let schema = buffer.table(&[0, 4], &[0; 4]);
    buffer.lead(message + 4, schema);
    buffer.lead_here(schema + 4);
    buffer.number(fields.len() as u32);
    let list = buffer.0.len();
    buffer.0.resize(list + 4 * fields.len(), 0);
    for (place, column) in fields.iter().enumerate() {
        let column = field(&mut buffer, column);
        buffer.lead(list + 4 * place, column);
    }
    buffer.pad(8);
    buffer.0
}

/// Field: its name, that it may hold nulls, its type, no children, and its notes where it has some.
fn field(buffer: &mut Buffer, field: &Field) -> usize {
    const INTEGER: u8 = 2;
    const FLOAT: u8 = 3;
    const TEXT: u8 = 5;
    const BOOL: u8 = 6;
    // The types' own tables: an integer has its bits and whether it has a sign, a float its precision (2 is double).
    let (number, places, body): (u8, &[u16], &[u8]) = match field.kind {
        Kind::Bool => (BOOL, &[], &[]),
        Kind::Text => (TEXT, &[], &[]),
        Kind::U32 => (INTEGER, &[4, 8], &[32, 0, 0, 0, 0, 0, 0, 0]),
        Kind::U64 => (INTEGER, &[4, 8], &[64, 0, 0, 0, 0, 0, 0, 0]),
        Kind::I64 => (INTEGER, &[4, 8], &[64, 0, 0, 0, 1, 0, 0, 0]),
        Kind::F64 => (FLOAT, &[4], &[2, 0, 0, 0]),
    };
    let mut column = [0; 20];
    column[12] = 1;
    column[13] = number;
    let column = match field.notes.is_empty() {
        true => buffer.table(&[4, 16, 17, 8, 0, 12], &column[..16]),
        false => buffer.table(&[4, 16, 17, 8, 0, 12, 20], &column),
    };
    buffer.lead_here(column + 4);
    buffer.text(&field.name);
    let type_table = buffer.table(places, body);
    buffer.lead(column + 8, type_table);
    buffer.lead_here(column + 12);
    buffer.number(0);
    if !field.notes.is_empty() {
        buffer.lead_here(column + 20);
        notes(buffer, &field.notes);
    }
    column
}

/// A list of tables KeyValue: a key and its value.
fn notes(buffer: &mut Buffer, notes: &[(String, String)]) {
    buffer.number(notes.len() as u32);
    let list = buffer.0.len();
    buffer.0.resize(list + 4 * notes.len(), 0);
    for (place, (key, value)) in notes.iter().enumerate() {
        let pair = buffer.table(&[4, 8], &[0; 8]);
        buffer.lead(list + 4 * place, pair);
        for (member, text) in [(4, key), (8, value)] {
            buffer.lead_here(pair + member);
            buffer.text(text);
        }
    }
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let number = group.iter().fold(0u32, |number, byte| number << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for place in 0..4 {
            let letter = LETTERS[(number >> (18 - 6 * place)) as usize & 63];
            text.push(if place <= group.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of RFC 4648, section 10.
    #[test]
    fn base64_agrees_with_its_standard() {
        let examples = ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"];
        for (length, expected) in examples.iter().enumerate() {
            assert_eq!(base64(&b"foobar"[..length]), *expected);
        }
    }

    /// Follows the references the way a reader does: each column's name and type are found again.
    #[test]
    fn a_reader_finds_every_column() {
        let kinds = [Kind::Bool, Kind::U32, Kind::U64, Kind::I64, Kind::F64, Kind::Text];
        let column = |kind: &Kind| {
            Field::new(&format!("a_{}_☂", kind.name()), *kind, false).noting(&[("unit", "☂"), ("other", kind.name())])
        };
        let bytes = message(&kinds.iter().map(column).collect::<Vec<_>>());
        assert_eq!(bytes.len() % 8, 0);
        let number = |place: usize| u32::from_le_bytes(bytes[place..place + 4].try_into().unwrap()) as usize;
        let short = |place: usize| u16::from_le_bytes(bytes[place..place + 2].try_into().unwrap()) as usize;
        let follow = |place: usize| place + number(place);
        let member = |table: usize, index: usize| {
            assert_eq!(table % 4, 0);
            let layout = table - number(table);
            let place = if 4 + 2 * index < short(layout) { short(layout + 4 + 2 * index) } else { 0 };
            assert!(place < short(layout + 2));
            (place > 0).then_some(table + place)
        };
        let message = follow(0);
        assert_eq!(short(member(message, 0).unwrap()), 4, "version 5");
        assert_eq!(bytes[member(message, 1).unwrap()], 1, "a schema");
        let list = follow(member(follow(member(message, 2).unwrap()), 1).unwrap());
        assert_eq!(number(list), kinds.len());
        let expected = [(6, 0, 0), (2, 32, 0), (2, 64, 0), (2, 64, 1), (3, 2, 0), (5, 0, 0)];
        for (place, (kind, expected)) in kinds.iter().zip(expected).enumerate() {
            let column = follow(list + 4 + 4 * place);
            let name = follow(member(column, 0).unwrap());
            assert_eq!(&bytes[name + 4..name + 4 + number(name)], format!("a_{}_☂", kind.name()).as_bytes());
            assert_eq!(bytes[member(column, 1).unwrap()], 1, "may hold nulls");
            assert_eq!(number(follow(member(column, 5).unwrap())), 0, "no children");
            let notes = follow(member(column, 6).unwrap());
            assert_eq!(number(notes), 2);
            let second = follow(notes + 8);
            for (index, expected) in ["other", kind.name()].into_iter().enumerate() {
                let text = follow(member(second, index).unwrap());
                assert_eq!(&bytes[text + 4..text + 4 + number(text)], expected.as_bytes());
            }
            let type_table = follow(member(column, 3).unwrap());
            let first = member(type_table, 0).map_or(0, |place| bytes[place]);
            let second = member(type_table, 1).map_or(0, |place| bytes[place]);
            assert_eq!((bytes[member(column, 2).unwrap()], first, second), expected, "{}", kind.name());
        }
    }

    /// A worked example that `pyarrow.ipc.read_schema` reads as `passed: bool`, `method: string`.
    #[test]
    fn the_bytes_never_change() {
        let field = |name: &str, kind: Kind| Field::new(name, kind, true);
        let fields = [field("passed", Kind::Bool), field("method", Kind::Text)];
        let expected = concat!(
            "/////7AAAAAQAAAACgAMAAgACgAEAAAADAAAABAAAAAEAAEACAAIAAAABAAIAAAABAAAAAIAAAAYAAAAUAAAABAAFAAEABAAEQAI",
            "AAAADAAQAAAAEAAAABwAAAAcAAAAAQYAAAYAAABwYXNzZWQAAAQABAAEAAAAAAAAABAAFAAEABAAEQAIAAAADAAQAAAAEAAAABwA",
            "AAAcAAAAAQUAAAYAAABtZXRob2QAAAQABAAEAAAAAAAAAA=="
        );
        assert_eq!(schema(&fields), expected);
    }
}
