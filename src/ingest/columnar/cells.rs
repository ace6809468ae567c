//! One value of an array as a cell.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, Decimal128Type, Decimal256Type, Float32Type, Float64Type, Int8Type,
    Int16Type, Int32Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, TimeUnit};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::super::decode;
use super::super::reason::Refusal;
use super::super::record::Cell;

/// Lists and dictionaries within one another, at most.
const DEEPEST: u32 = 8;

const UTF_8: &str = "UTF-8";

/// The value, and the encoding of its bytes where it is a text.
pub(in super::super) fn cell(
    array: &dyn Array,
    row: usize,
    depth: u32,
) -> Result<(Cell, &'static str), Refusal> {
    if array.is_null(row) || row >= array.len() {
        return Ok((Cell::Null, UTF_8));
    }
    let text = |text: &str| Cell::Text(text.to_owned());
    let cell = match array.data_type() {
        DataType::Null => Cell::Null,
        DataType::Utf8 => text(array.as_string::<i32>().value(row)),
        DataType::LargeUtf8 => text(array.as_string::<i64>().value(row)),
        DataType::Utf8View => text(array.as_string_view().value(row)),
        DataType::Binary => return bytes(array.as_binary::<i32>().value(row)),
        DataType::LargeBinary => return bytes(array.as_binary::<i64>().value(row)),
        DataType::BinaryView => return bytes(array.as_binary_view().value(row)),
        DataType::FixedSizeBinary(_) => return bytes(array.as_fixed_size_binary().value(row)),
        DataType::Boolean => Cell::Other("true or false"),
        DataType::Dictionary(_, _) if depth < DEEPEST => {
            let dictionary = array.as_any_dictionary();
            let (key, _) = cell(dictionary.keys(), row, depth + 1)?;
            let key = match &key {
                Cell::Number(key) => key.parse().ok(),
                _ => None,
            };
            return match key {
                Some(key) => cell(dictionary.values().as_ref(), key, depth + 1),
                None => Ok((Cell::Null, UTF_8)),
            };
        }
        DataType::List(_) => return list(array.as_list::<i32>().value(row), depth),
        DataType::LargeList(_) => return list(array.as_list::<i64>().value(row), depth),
        DataType::FixedSizeList(_, _) => {
            return list(array.as_fixed_size_list().value(row), depth);
        }
        DataType::Struct(_) | DataType::Map(_, _) => Cell::Other("an object"),
        _ => number(array, row)
            .map(Cell::Number)
            .or_else(|| moment(array, row).map(Cell::Text))
            .unwrap_or(Cell::Other("a value of another type")),
    };
    Ok((cell, UTF_8))
}

/// Bytes that were stored without saying that they are text.
fn bytes(bytes: &[u8]) -> Result<(Cell, &'static str), Refusal> {
    let (text, encoding) = decode::decode(bytes)?;
    Ok((Cell::Text(text.into_owned()), encoding))
}

/// A list of texts: one below the other.
fn list(items: ArrayRef, depth: u32) -> Result<(Cell, &'static str), Refusal> {
    let mut text = String::new();
    for row in 0..items.len() {
        if depth >= DEEPEST {
            break;
        }
        match cell(items.as_ref(), row, depth + 1)? {
            (Cell::Text(item), _) => {
                if !text.is_empty() {
                    text.push('\n');
                }
                text.push_str(&item);
            }
            (Cell::Null, _) => {}
            _ => return Ok((Cell::Other("a list"), UTF_8)),
        }
    }
    Ok((Cell::Text(text), UTF_8))
}

fn number(array: &dyn Array, row: usize) -> Option<String> {
    macro_rules! written {
        ($($kind:pat => $array:ty),*) => {
            match array.data_type() {
                $($kind => Some(array.as_primitive::<$array>().value(row).to_string()),)*
                DataType::Decimal128(_, _) =>
                    Some(array.as_primitive::<Decimal128Type>().value_as_string(row)),
                DataType::Decimal256(_, _) =>
                    Some(array.as_primitive::<Decimal256Type>().value_as_string(row)),
                _ => None,
            }
        };
    }
    written!(
        DataType::Int8 => Int8Type, DataType::Int16 => Int16Type, DataType::Int32 => Int32Type,
        DataType::Int64 => Int64Type, DataType::UInt8 => UInt8Type, DataType::UInt16 => UInt16Type,
        DataType::UInt32 => UInt32Type, DataType::UInt64 => UInt64Type,
        DataType::Float32 => Float32Type, DataType::Float64 => Float64Type
    )
}

/// A date or a time as ISO 8601 writes it; one without a zone stays without.
fn moment(array: &dyn Array, row: usize) -> Option<String> {
    let stamp = |nanoseconds: i128, zoned: bool| {
        let stamp = Timestamp::from_nanosecond(nanoseconds).ok()?;
        Some(match zoned {
            true => stamp.to_string(),
            false => stamp.to_zoned(TimeZone::UTC).datetime().to_string(),
        })
    };
    let day = |days: i64| {
        let midnight = stamp(i128::from(days) * 86_400_000_000_000, false)?;
        midnight.split('T').next().map(str::to_owned)
    };
    match array.data_type() {
        DataType::Date32 => day(i64::from(array.as_primitive::<Date32Type>().value(row))),
        DataType::Date64 => {
            let milliseconds = array.as_primitive::<Date64Type>().value(row);
            day(milliseconds.div_euclid(86_400_000))
        }
        DataType::Timestamp(unit, zone) => {
            let value = match unit {
                TimeUnit::Second => array.as_primitive::<TimestampSecondType>().value(row),
                TimeUnit::Millisecond => {
                    array.as_primitive::<TimestampMillisecondType>().value(row)
                }
                TimeUnit::Microsecond => {
                    array.as_primitive::<TimestampMicrosecondType>().value(row)
                }
                TimeUnit::Nanosecond => array.as_primitive::<TimestampNanosecondType>().value(row),
            };
            let each = match unit {
                TimeUnit::Second => 1_000_000_000,
                TimeUnit::Millisecond => 1_000_000,
                TimeUnit::Microsecond => 1000,
                TimeUnit::Nanosecond => 1,
            };
            stamp(i128::from(value) * each, zone.is_some())
        }
        _ => None,
    }
}
