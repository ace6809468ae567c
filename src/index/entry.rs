//! What the entries of the log say, byte by byte.

use jiff::civil::DateTime;

use crate::document::{Document, Moment, Precision};
use crate::packed::{put, take};

/// The kinds of entries.
pub(super) const ARRIVAL: u8 = 1;
pub(super) const REMOVAL: u8 = 2;
pub(super) const CHANGES: u8 = 3;
/// Numbers of arrivals whose answers reached who asked: [`Numbers`](super::confirm::Numbers).
pub(super) const CONFIRMED: u8 = 4;
/// How far files were read: [`Marks`](super::marks::Marks).
pub(super) const MARKS: u8 = 5;

/// What changed in the groups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Changes {
    /// Documents by number with the id of their group from now on; 0 for none.
    pub groups: Vec<(u64, u64)>,
    /// What is told of it.
    pub events: Vec<Told>,
}

/// An event as it is stored: when, what, about which group, and another group or document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Told {
    /// Number of the document or removal that it came of.
    pub cause: u64,
    /// Code of its kind.
    pub kind: u8,
    /// The group.
    pub group: u64,
    /// The other group, or a document's number.
    pub other: u64,
}

/// A document that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Arrival {
    /// Counts everything that ever came.
    pub number: u64,
    /// Seconds since 1970 at which it was taken in.
    pub arrived: u64,
    /// Hash of the record, so that the same one is known again.
    pub record: [u8; 16],
    /// Key, text and fields; nothing of where it stood.
    pub document: Document,
    /// The key before it was made unique, where it was.
    pub renamed: bool,
}

fn put_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    put(bytes.len(), out);
    out.extend_from_slice(bytes);
}

fn take_bytes<'b>(bytes: &mut &'b [u8]) -> Option<&'b [u8]> {
    let length = take(bytes)?;
    let (own, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(own)
}

fn take_str<'b>(bytes: &mut &'b [u8]) -> Option<&'b str> {
    std::str::from_utf8(take_bytes(bytes)?).ok()
}

fn put_option(text: Option<&str>, out: &mut Vec<u8>) {
    match text {
        None => out.push(0),
        Some(text) => {
            out.push(1);
            put_bytes(text.as_bytes(), out);
        }
    }
}

fn take_option(bytes: &mut &[u8]) -> Option<Option<Box<str>>> {
    match take(bytes)? {
        0 => Some(None),
        1 => Some(Some(take_str(bytes)?.into())),
        _ => None,
    }
}

fn put_moment(moment: Option<Moment>, out: &mut Vec<u8>) {
    let Some(moment) = moment else {
        return out.push(0);
    };
    out.push(match moment.precision {
        Precision::Day => 1,
        Precision::Time => 2,
    });
    put_bytes(moment.civil.to_string().as_bytes(), out);
    put(
        moment
            .offset_seconds
            .map_or(0, |seconds| 1 + (i64::from(seconds) + 200_000) as usize),
        out,
    );
}

fn take_moment(bytes: &mut &[u8]) -> Option<Option<Moment>> {
    let precision = match take(bytes)? {
        0 => return Some(None),
        1 => Precision::Day,
        2 => Precision::Time,
        _ => return None,
    };
    let civil: DateTime = take_str(bytes)?.parse().ok()?;
    let offset = take(bytes)?.checked_sub(1);
    let offset_seconds = match offset {
        None => None,
        Some(offset) => Some(i32::try_from(i64::try_from(offset).ok()? - 200_000).ok()?),
    };
    Some(Some(Moment {
        civil,
        offset_seconds,
        precision,
    }))
}

fn take_u64(bytes: &mut &[u8]) -> Option<u64> {
    let (own, rest) = bytes.split_first_chunk::<8>()?;
    *bytes = rest;
    Some(u64::from_le_bytes(*own))
}

impl Changes {
    /// Their bytes.
    pub fn bytes(&self, out: &mut Vec<u8>) {
        out.clear();
        put(self.groups.len(), out);
        for (number, group) in &self.groups {
            put(*number as usize, out);
            out.extend_from_slice(&group.to_le_bytes());
        }
        put(self.events.len(), out);
        for told in &self.events {
            put(told.cause as usize, out);
            out.push(told.kind);
            out.extend_from_slice(&told.group.to_le_bytes());
            out.extend_from_slice(&told.other.to_le_bytes());
        }
    }

    /// Reads changes; `None` where the bytes are none.
    pub fn parse(mut bytes: &[u8]) -> Option<Changes> {
        let bytes = &mut bytes;
        let mut changes = Changes::default();
        for _ in 0..take(bytes)? {
            changes.groups.push((take(bytes)? as u64, take_u64(bytes)?));
        }
        for _ in 0..take(bytes)? {
            changes.events.push(Told {
                cause: take(bytes)? as u64,
                kind: u8::try_from(take(bytes)?).ok()?,
                group: take_u64(bytes)?,
                other: take_u64(bytes)?,
            });
        }
        bytes.is_empty().then_some(changes)
    }
}

impl Arrival {
    /// The bytes of an arrival; `text` is the document's and comes last.
    pub fn bytes(&self, text: &str, out: &mut Vec<u8>) {
        out.clear();
        let document = &self.document;
        put(self.number as usize, out);
        put(self.arrived as usize, out);
        out.extend_from_slice(&self.record);
        out.push(u8::from(self.renamed));
        put_bytes(document.key.as_bytes(), out);
        for field in [
            &document.title,
            &document.source,
            &document.url,
            &document.syndicated_from,
        ] {
            put_option(field.as_deref(), out);
        }
        put_moment(document.published, out);
        put_moment(document.collected, out);
        out.extend_from_slice(text.as_bytes());
    }

    /// Reads an arrival; `None` where the bytes are none.
    pub fn parse(mut bytes: &[u8]) -> Option<Arrival> {
        let mut arrival = Arrival::fields(&mut bytes)?;
        arrival.document.text = std::str::from_utf8(bytes).ok()?.into();
        Some(arrival)
    }

    /// Reads all but the text, which is left.
    pub fn fields(bytes: &mut &[u8]) -> Option<Arrival> {
        let (number, arrived) = (take(bytes)? as u64, take(bytes)? as u64);
        let (record, rest) = bytes.split_first_chunk::<16>()?;
        *bytes = rest;
        // One byte, as [`text`](Arrival::text) passes over it.
        let (&renamed, rest) = bytes.split_first()?;
        *bytes = rest;
        let renamed = match renamed {
            0 => false,
            1 => true,
            _ => return None,
        };
        let document = Document {
            key: take_str(bytes)?.into(),
            title: take_option(bytes)?,
            source: take_option(bytes)?,
            url: take_option(bytes)?,
            syndicated_from: take_option(bytes)?,
            published: take_moment(bytes)?,
            collected: take_moment(bytes)?,
            record_hash: *record,
            renamed,
            ..Document::default()
        };
        Some(Arrival {
            number,
            arrived,
            record: *record,
            document,
            renamed,
        })
    }

    /// The number alone, of the bytes of an arrival.
    pub fn number(mut bytes: &[u8]) -> Option<u64> {
        Some(take(&mut bytes)? as u64)
    }

    /// The text alone, of the bytes of an arrival.
    pub fn text(mut bytes: &[u8]) -> Option<&str> {
        let bytes = &mut bytes;
        take(bytes)?;
        take(bytes)?;
        *bytes = bytes.get(17..)?;
        take_bytes(bytes)?;
        for _ in 0..4 {
            if take(bytes)? == 1 {
                take_bytes(bytes)?;
            }
        }
        for _ in 0..2 {
            if take(bytes)? > 0 {
                take_bytes(bytes)?;
                take(bytes)?;
            }
        }
        std::str::from_utf8(bytes).ok()
    }
}

/// Documents that went, by number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Removal {
    /// Counts with the arrivals.
    pub number: u64,
    /// Ascending.
    pub gone: Vec<u64>,
}

impl Removal {
    /// The bytes of a removal.
    pub fn bytes(&self, out: &mut Vec<u8>) {
        out.clear();
        put(self.number as usize, out);
        put(self.gone.len(), out);
        let mut last = 0;
        for number in &self.gone {
            put((number - last) as usize, out);
            last = *number;
        }
    }

    /// Reads a removal; `None` where the bytes are none.
    pub fn parse(mut bytes: &[u8]) -> Option<Removal> {
        let bytes = &mut bytes;
        let number = take(bytes)? as u64;
        let count = take(bytes)?;
        let mut gone = Vec::new();
        let mut last = 0u64;
        for _ in 0..count {
            last = last.checked_add(take(bytes)? as u64)?;
            gone.push(last);
        }
        bytes.is_empty().then_some(Removal { number, gone })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_come_back_as_they_were() {
        let moment = Moment {
            civil: jiff::civil::date(2031, 4, 3).at(12, 30, 5, 7),
            offset_seconds: Some(-3600),
            precision: Precision::Time,
        };
        let changes = Changes {
            groups: vec![(3, 9), (700, 0)],
            events: vec![Told {
                cause: 3,
                kind: 1,
                group: 9,
                other: u64::MAX,
            }],
        };
        let arrival = Arrival {
            number: 70_000,
            arrived: 1_900_000_000,
            record: [7; 16],
            document: Document {
                key: "a/1".into(),
                text: "A text.\nOf two lines.".into(),
                source: Some("Hill".into()),
                url: Some("https://hill.example/1".into()),
                published: Some(moment),
                collected: Some(Moment {
                    offset_seconds: None,
                    precision: Precision::Day,
                    ..moment
                }),
                record_hash: [7; 16],
                ..Document::default()
            },
            renamed: false,
        };
        let mut bytes = Vec::new();
        arrival.bytes("A text.\nOf two lines.", &mut bytes);
        assert_eq!(Arrival::parse(&bytes), Some(arrival));
        assert_eq!(Arrival::text(&bytes), Some("A text.\nOf two lines."));
        for cut in 0..bytes.len() - 21 {
            assert_eq!(Arrival::parse(&bytes[..cut]), None, "{cut}");
        }
        // Whatever is read as an arrival has the same text by both ways to it.
        for at in 0..bytes.len() {
            for byte in [0, 1, 2, 0x80, 0x81, 0xff] {
                let mut changed = bytes.clone();
                changed[at] = byte;
                if let Some(read) = Arrival::parse(&changed) {
                    let text = Arrival::text(&changed).map(|text| text.into());
                    assert_eq!(text, Some(read.document.text), "{byte} at {at}");
                }
            }
        }
        changes.bytes(&mut bytes);
        assert_eq!(Changes::parse(&bytes), Some(changes));
        let removal = Removal {
            number: 9,
            gone: vec![1, 5, 1000],
        };
        removal.bytes(&mut bytes);
        assert_eq!(Removal::parse(&bytes), Some(removal));
    }
}
