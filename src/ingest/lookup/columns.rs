//! Ways into the columns of a table: structs and lists in one value.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_schema::DataType;
use serde_json::Value;

use super::super::columnar::cell;
use super::super::reason::Refusal;
use super::super::record::Cell;
use super::{Found, Lookup};
use crate::config::Step;

/// Structs and lists within one another that are carried through, at most.
const DEEPEST: usize = 32;

/// Follows the way with this number from its step `done` on into one value of an array.
pub(in super::super) fn follow(
    lookup: &Lookup,
    (at, done): (usize, usize),
    array: &dyn Array,
    row: usize,
    places: &mut [Found],
) -> Result<(), Refusal> {
    let Some(way) = lookup.ways().get(at) else {
        return Ok(());
    };
    let step = way.path.steps().get(done);
    if row >= array.len() || array.is_null(row) {
        if !way.path.is_joined() {
            lookup.take(at, Cell::Null, None, places);
        }
        return Ok(());
    }
    match (step, array.data_type()) {
        (None, _) if way.is_carried() => {
            let found = match cell(array, row, 0)?.0 {
                Cell::Text(text) if items(array, row).is_none() => Cell::Text(text),
                Cell::Text(_) | Cell::Other(_) => Cell::Text(json(array, row, 0)?.to_string()),
                plain => plain,
            };
            lookup.take(at, found, None, places);
        }
        (None, _) => lookup.take(at, cell(array, row, 0)?.0, None, places),
        (Some(Step::Name(name)), DataType::Struct(fields)) => {
            let known = fields.iter().position(|f| f.name().to_lowercase() == *name);
            if let Some(column) = known.and_then(|known| array.as_struct().columns().get(known)) {
                follow(lookup, (at, done + 1), column.as_ref(), row, places)?;
            }
        }
        (Some(Step::Item(wanted)), _) => {
            if let Some(items) = items(array, row)
                && *wanted < items.len()
            {
                follow(lookup, (at, done + 1), items.as_ref(), *wanted, places)?;
            }
        }
        (Some(Step::Each), _) => {
            if let Some(items) = items(array, row) {
                for item in 0..items.len() {
                    follow(lookup, (at, done + 1), items.as_ref(), item, places)?;
                }
            }
        }
        _ => {}
    }
    Ok(())
}

fn items(array: &dyn Array, row: usize) -> Option<arrow_array::ArrayRef> {
    match array.data_type() {
        DataType::List(_) => Some(array.as_list::<i32>().value(row)),
        DataType::LargeList(_) => Some(array.as_list::<i64>().value(row)),
        DataType::FixedSizeList(_, _) => Some(array.as_fixed_size_list().value(row)),
        _ => None,
    }
}

/// The value as JSON; a number as it is written elsewhere.
fn json(array: &dyn Array, row: usize, depth: usize) -> Result<Value, Refusal> {
    if depth > DEEPEST || row >= array.len() || array.is_null(row) {
        return Ok(Value::Null);
    }
    if let Some(items) = items(array, row) {
        let values = (0..items.len()).map(|item| json(items.as_ref(), item, depth + 1));
        return values.collect::<Result<Vec<_>, _>>().map(Value::Array);
    }
    Ok(match array.data_type() {
        DataType::Struct(fields) => {
            let mut object = serde_json::Map::new();
            for (field, column) in fields.iter().zip(array.as_struct().columns()) {
                object.insert(field.name().clone(), json(column.as_ref(), row, depth + 1)?);
            }
            Value::Object(object)
        }
        DataType::Boolean => Value::Bool(array.as_boolean().value(row)),
        _ => match cell(array, row, 0)?.0 {
            Cell::Number(number) => serde_json::from_str(&number).unwrap_or(Value::String(number)),
            Cell::Text(text) => Value::String(text),
            Cell::Null | Cell::Other(_) => Value::Null,
        },
    })
}
