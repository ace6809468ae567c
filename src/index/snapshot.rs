//! The tables as they are saved, so that an index opens quickly.
//!
//! Numbers are little-endian, and come in the order of the code here, which is the documentation: rows of
//! documents, texts, groups, pairs, names, then the three maps part by part. Any other length or order is
//! damage, and the log is read instead.

use std::io::{self, Read, Write};

use super::Index;
use super::confirm::Numbers;
use super::lists::Lists;
use super::marks::Mark;
use super::tables::{ClassRow, DocRow, GroupRow, Link, Linked, Tables};
use crate::error::Error;
use crate::verify::Standing;

/// Arrivals after which the tables are saved again, at least; and one eighth of what is held.
const SAVED_EVERY: usize = 1 << 16;

/// Standings by their number in the file.
const STANDINGS: [Standing; 5] = [
    Standing::Copy,
    Standing::Excerpt,
    Standing::Template,
    Standing::Borderline,
    Standing::Short,
];

fn put32(out: &mut dyn Write, numbers: &[u32]) -> io::Result<()> {
    numbers
        .iter()
        .try_for_each(|number| out.write_all(&number.to_le_bytes()))
}

fn put64(out: &mut dyn Write, numbers: &[u64]) -> io::Result<()> {
    numbers
        .iter()
        .try_for_each(|number| out.write_all(&number.to_le_bytes()))
}

fn put_bytes(out: &mut dyn Write, bytes: &[u8]) -> io::Result<()> {
    put64(out, &[bytes.len() as u64])?;
    out.write_all(bytes)
}

/// Reads what the functions above wrote.
struct Source<'r>(&'r mut dyn Read);

fn bad() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "these are no tables")
}

impl Source<'_> {
    fn get32<const N: usize>(&mut self) -> io::Result<[u32; N]> {
        let mut numbers = [0; N];
        for number in &mut numbers {
            let mut bytes = [0; 4];
            self.0.read_exact(&mut bytes)?;
            *number = u32::from_le_bytes(bytes);
        }
        Ok(numbers)
    }

    fn get64<const N: usize>(&mut self) -> io::Result<[u64; N]> {
        let mut numbers = [0; N];
        for number in &mut numbers {
            let mut bytes = [0; 8];
            self.0.read_exact(&mut bytes)?;
            *number = u64::from_le_bytes(bytes);
        }
        Ok(numbers)
    }

    fn count(&mut self) -> io::Result<usize> {
        let [count] = self.get64()?;
        usize::try_from(count)
            .ok()
            .filter(|&count| count <= u32::MAX as usize)
            .ok_or_else(bad)
    }

    fn bytes(&mut self) -> io::Result<Vec<u8>> {
        let count = self.count()?;
        let mut bytes = Vec::new();
        // Not on the word of a length: what is there is read.
        (&mut *self.0).take(count as u64).read_to_end(&mut bytes)?;
        if bytes.len() == count {
            Ok(bytes)
        } else {
            Err(bad())
        }
    }

    fn text(&mut self) -> io::Result<Box<str>> {
        String::from_utf8(self.bytes()?)
            .map(Into::into)
            .map_err(|_| bad())
    }
}

fn save_lists<const PLACES: u32>(lists: &Lists<PLACES>, out: &mut dyn Write) -> io::Result<()> {
    let is_empty = |parts: &[Vec<[u8; 6]>]| parts.iter().all(Vec::is_empty);
    let places = || {
        let all = (0u32..).zip(lists.places());
        all.filter(|(_, parts)| !is_empty(parts))
    };
    put64(out, &[places().count() as u64])?;
    for (number, parts) in places() {
        put32(out, &[number])?;
        let length: usize = parts.iter().map(|part| part.as_flattened().len()).sum();
        put64(out, &[length as u64])?;
        parts
            .iter()
            .try_for_each(|part| out.write_all(part.as_flattened()))?;
    }
    Ok(())
}

fn load_lists<const PLACES: u32>(
    source: &mut Source<'_>,
    lists: &mut Lists<PLACES>,
) -> io::Result<()> {
    for _ in 0..source.count()? {
        let [number] = source.get32()?;
        let bytes = source.bytes()?;
        if !lists.restore(number as usize, &bytes) {
            return Err(bad());
        }
    }
    Ok(())
}

fn save_tables(tables: &Tables, ids: &[u64], out: &mut dyn Write) -> io::Result<()> {
    put64(
        out,
        &[tables.next, tables.live as u64, tables.docs.len() as u64],
    )?;
    for row in &tables.docs {
        put64(out, &[row.number, row.key])?;
        put32(
            out,
            &[
                row.segment,
                row.offset,
                row.arrived,
                row.class,
                row.next,
                row.outlet,
            ],
        )?;
    }
    put64(out, &[tables.classes.len() as u64])?;
    for row in &tables.classes {
        put64(out, &[row.content[0], row.content[1], row.reach])?;
        put32(
            out,
            &[
                row.shingles,
                row.words,
                row.first,
                row.group,
                row.outlet,
                row.count,
            ],
        )?;
    }
    put64(out, &[tables.groups.len() as u64])?;
    for row in &tables.groups {
        put64(out, &[row.id, row.classes.len() as u64])?;
        put32(out, &[row.keeper])?;
        put32(out, &row.classes)?;
    }
    // In the order of slots: the same tables give the same bytes.
    let mut linked: Vec<(&u32, &Linked)> = tables.linked.iter().collect();
    linked.sort_unstable_by_key(|(class, _)| **class);
    put64(out, &[linked.len() as u64])?;
    for (class, own) in linked {
        put32(out, &[*class])?;
        put_bytes(out, own.key.as_bytes())?;
        put64(out, &[own.links.len() as u64])?;
        for link in &own.links {
            let standing = STANDINGS.iter().position(|&known| known == link.standing);
            put32(
                out,
                &[link.other, link.shared, standing.unwrap_or(0) as u32],
            )?;
        }
    }
    put64(out, &[tables.outlets.len() as u64])?;
    tables
        .outlets
        .iter()
        .try_for_each(|name| put_bytes(out, name.as_bytes()))?;
    put64(out, &[ids.len() as u64])?;
    put64(out, ids)?;
    let waiting = tables.waiting.ranges();
    put64(out, &[waiting.len() as u64])?;
    waiting
        .iter()
        .try_for_each(|&(first, last)| put64(out, &[first, last]))?;
    put64(out, &[tables.came.len() as u64])?;
    tables
        .came
        .iter()
        .try_for_each(|(&segment, &count)| put32(out, &[segment, count]))?;
    put64(out, &[tables.marks.len() as u64])?;
    for (name, mark) in &tables.marks {
        put_bytes(out, name.as_bytes())?;
        put64(
            out,
            &[mark.bytes, mark.records, mark.header, mark.head, mark.tail],
        )?;
    }
    for free in [&tables.free_docs, &tables.free_classes, &tables.free_groups] {
        put64(out, &[free.len() as u64])?;
        put32(out, free)?;
    }
    save_lists(&tables.keys, out)?;
    save_lists(&tables.ids, out)?;
    save_lists(&tables.contents, out)
}

fn load_tables(source: &mut Source<'_>) -> io::Result<(Tables, Vec<u64>)> {
    let mut tables = Tables::default();
    let [next, live] = source.get64()?;
    tables.next = next;
    tables.live = usize::try_from(live).map_err(|_| bad())?;
    for _ in 0..source.count()? {
        let [number, key] = source.get64()?;
        let [segment, offset, arrived, class, next, outlet] = source.get32()?;
        tables.docs.push(DocRow {
            number,
            key,
            segment,
            offset,
            arrived,
            class,
            next,
            outlet,
        });
    }
    for _ in 0..source.count()? {
        let [low, high, reach] = source.get64()?;
        let [shingles, words, first, group, outlet, count] = source.get32()?;
        let content = [low, high];
        tables.classes.push(ClassRow {
            content,
            reach,
            shingles,
            words,
            first,
            group,
            outlet,
            count,
        });
    }
    for _ in 0..source.count()? {
        let [id] = source.get64()?;
        let count = source.count()?;
        let [keeper] = source.get32()?;
        let mut classes = Vec::new();
        for _ in 0..count {
            let [class] = source.get32()?;
            classes.push(class);
        }
        tables.groups.push(GroupRow {
            id,
            classes,
            keeper,
            hanging: None,
        });
    }
    for _ in 0..source.count()? {
        let [class] = source.get32()?;
        let key = source.text()?;
        let mut links = Vec::new();
        for _ in 0..source.count()? {
            let [other, shared, standing] = source.get32()?;
            let standing = *STANDINGS.get(standing as usize).ok_or_else(bad)?;
            links.push(Link {
                other,
                shared,
                standing,
            });
        }
        tables.linked.insert(class, Linked { key, links });
    }
    for _ in 0..source.count()? {
        tables.outlets.push(source.text()?);
    }
    let mut ids = Vec::new();
    for _ in 0..source.count()? {
        let [id] = source.get64()?;
        ids.push(id);
    }
    tables.waiting = Numbers::default();
    for _ in 0..source.count()? {
        let [first, last] = source.get64()?;
        tables.waiting.extend(first, last);
    }
    for _ in 0..source.count()? {
        let [segment, count] = source.get32()?;
        tables.came.insert(segment, count);
    }
    for _ in 0..source.count()? {
        let name = source.text()?;
        let [bytes, records, header, head, tail] = source.get64()?;
        let mark = Mark {
            bytes,
            records,
            header,
            head,
            tail,
        };
        tables.marks.insert(name, mark);
    }
    for free in [
        &mut tables.free_docs,
        &mut tables.free_classes,
        &mut tables.free_groups,
    ] {
        for _ in 0..source.count()? {
            let [slot] = source.get32()?;
            free.push(slot);
        }
    }
    load_lists(source, &mut tables.keys)?;
    load_lists(source, &mut tables.ids)?;
    load_lists(source, &mut tables.contents)?;
    let mut rest = [0];
    if source.0.read(&mut rest)? > 0 {
        return Err(bad());
    }
    Ok((tables, ids))
}

impl Index {
    /// Reads saved tables.
    pub(super) fn restore(&mut self, reader: &mut dyn Read) -> io::Result<()> {
        let mut buffered = io::BufReader::with_capacity(1 << 20, reader);
        let (tables, ids) = load_tables(&mut Source(&mut buffered))?;
        self.tables = tables;
        self.ids.extend(ids);
        Ok(())
    }

    /// Saves the tables. What is pending is committed first.
    ///
    /// # Errors
    /// What the system says. The log is not touched by it.
    pub fn save(&mut self) -> Result<(), Error> {
        self.intact()?;
        self.store.commit(true)?;
        let mut ids: Vec<u64> = self.ids.iter().copied().collect();
        ids.sort_unstable();
        let tables = &self.tables;
        self.store.save_table(&mut |out| {
            let mut out = io::BufWriter::with_capacity(1 << 20, out);
            save_tables(tables, &ids, &mut out)?;
            out.flush()
        })?;
        self.since = 0;
        Ok(())
    }

    /// Saves the tables when so much came since that a crash would make the next start slow.
    pub(super) fn snapshot_when_due(&mut self) -> Result<(), Error> {
        if self.since >= SAVED_EVERY.max(self.len() / 8) {
            self.save()?;
        }
        Ok(())
    }
}
