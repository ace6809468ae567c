//! A document comes.

use std::rc::Rc;

use super::desk::{Own, compare};
use super::entry::{ARRIVAL, Arrival};
use super::lookup::candidates;
use super::names::EventKind;
use super::sketch::{Sketch, sketch};
use super::store::Place;
use super::tables::{ClassRow, DocRow, NONE};
use super::{Answer, Index};
use crate::document::{Document, Text};
use crate::error::Error;
use crate::hash::{hash64, hash128};
use crate::verify::{AtHand, Standing};

/// Texts of a component to which a new one is compared; as many as a batch compares pair by pair.
const COMPARED: usize = 200;

/// A text with what the tables ask of it.
pub(super) struct Scanned {
    pub text: Own,
    pub content: [u64; 2],
    pub sketch: Sketch,
}

/// Two halves.
pub(super) fn halves(content: Option<u128>) -> [u64; 2] {
    content.map_or([0, 0], |content| [content as u64, (content >> 64) as u64])
}

/// The text of a document, which has to be in memory.
pub(super) fn held(document: &Document) -> Option<&str> {
    match &document.text {
        Text::Held(text) => Some(text),
        Text::Stored { .. } => None,
    }
}

/// A hash of all that a record says, where the reader gave none.
pub(super) fn record_hash(document: &Document, text: &str) -> [u8; 16] {
    if document.record_hash != [0; 16] {
        return document.record_hash;
    }
    let fields = [&document.title, &document.source, &document.url].map(Option::as_deref);
    let all = format!(
        "{fields:?} {:?} {:?} {text}",
        document.published, document.collected
    );
    hash128(all.as_bytes()).to_be_bytes()
}

/// Whether two records say the same, however they are written: one that was exported comes back so.
fn says_the_same(x: &Document, y: &Document) -> bool {
    let fields = |document: &Document| (document.published, document.collected);
    x.text == y.text
        && (&x.title, &x.source, &x.url) == (&y.title, &y.source, &y.url)
        && x.syndicated_from == y.syndicated_from
        && fields(x) == fields(y)
}

impl Index {
    /// Takes a document and answers what it is to those before. The answer counts once it is committed:
    /// [`commit`](Index::commit).
    ///
    /// `arrived` are seconds since 1970, by which it is forgotten; see [`expire`](Index::expire). A document that came
    /// before, the same record or one that says the same under the same key, is answered as it stands now and not taken again.
    ///
    /// Cost: the text, the texts that resemble it, and the pairs of its group.
    ///
    /// # Errors
    /// A text that is not in memory; what the system says.
    pub fn insert(&mut self, document: &Document, arrived: u64) -> Result<Answer, Error> {
        self.intact()?;
        let Some(text) = held(document) else {
            return Err(self.trouble("takes documents with their text in memory"));
        };
        let record = record_hash(document, text);
        let key = match self.free_key(document, record)? {
            Ok(key) => key,
            Err(known) => return self.known(known),
        };
        let scanned = self.scan(text);
        self.change(|index| index.take(document, text, (key, record), &scanned, arrived))
    }

    /// The key under which a record can be taken, or the document that it is already.
    pub(super) fn free_key(
        &self,
        document: &Document,
        record: [u8; 16],
    ) -> Result<Result<Box<str>, u32>, Error> {
        let key = &*document.key;
        let mut name: Box<str> = key.into();
        for next in 2u64.. {
            let mut taken = None;
            for doc in self.tables.docs_of_key(&name) {
                let known = self.arrival(doc)?;
                if known.document.key == name {
                    taken = Some((doc, known));
                    break;
                }
            }
            match taken {
                None => break,
                Some((doc, known))
                    if (known.record == record || says_the_same(&known.document, document))
                        && (next == 2 || known.renamed) =>
                {
                    return Ok(Err(doc));
                }
                Some(_) => name = format!("{key}~{next}").into(),
            }
        }
        Ok(Ok(name))
    }

    /// What is answered for a record that is held already.
    fn known(&mut self, doc: u32) -> Result<Answer, Error> {
        let answer = self.held_answer(doc)?;
        let number = self.tables.doc(doc).map_or(0, |row| row.number);
        if !answer.is_confirmed {
            self.answered.insert(number);
        }
        Ok(answer)
    }

    /// The same without taking note that it was given.
    pub(super) fn held_answer(&mut self, doc: u32) -> Result<Answer, Error> {
        let number = self.tables.doc(doc).map_or(0, |row| row.number);
        Ok(Answer {
            is_known: true,
            // One whose answer is about to be given out is not given out a second time.
            is_confirmed: !self.tables.waiting.contains(number) || self.answered.contains(number),
            ..self.answer(doc, None)?
        })
    }

    /// Reads a text as the tables need it.
    pub(super) fn scan(&mut self, text: &str) -> Scanned {
        let at_hand = AtHand::new(
            text.to_string().into(),
            &mut self.desk.scanner,
            self.settings.width,
        );
        Scanned {
            sketch: sketch(at_hand.set.hashes()),
            content: halves(at_hand.content),
            text: Rc::new(at_hand),
        }
    }

    /// The row of a text that is not there yet.
    pub(super) fn class_row(scanned: &Scanned) -> ClassRow {
        ClassRow {
            content: scanned.content,
            reach: scanned.sketch.reach,
            shingles: scanned.text.set.len() as u32,
            words: scanned.text.words,
            first: NONE,
            group: NONE,
            outlet: 0,
            count: 0,
        }
    }

    fn take(
        &mut self,
        document: &Document,
        text: &str,
        (key, record): (Box<str>, [u8; 16]),
        scanned: &Scanned,
        arrived: u64,
    ) -> Result<Answer, Error> {
        self.tables.next += 1;
        let arrival = Arrival {
            number: self.tables.next,
            arrived,
            record,
            renamed: key != document.key,
            document: Document {
                key,
                title: document.title.clone(),
                source: document.source.clone(),
                url: document.url.clone(),
                syndicated_from: document.syndicated_from.clone(),
                published: document.published,
                collected: document.collected,
                ..Document::default()
            },
        };
        let mut bytes = std::mem::take(&mut self.bytes);
        arrival.bytes(text, &mut bytes);
        let place = self.store.append(ARRIVAL, &bytes);
        self.bytes = bytes;
        let (doc, touched) = self.seat(&arrival, place?, scanned)?;
        let events = self.settle(&touched, arrival.number, Some(doc))?;
        self.since += 1;
        self.answered.insert(arrival.number);
        self.decide(doc, &arrival, events)
    }

    /// Puts a document into the tables, with the pairs of its text. Returns its slot and the texts that
    /// something happened to.
    fn seat(
        &mut self,
        arrival: &Arrival,
        place: Place,
        scanned: &Scanned,
    ) -> Result<(u32, Vec<u32>), Error> {
        let known = match scanned.content {
            [0, 0] => None,
            content => self.tables.class_of_content(content),
        };
        let before = known.and_then(|class| self.tables.class(class).copied());
        let (doc, class) = self.seat_alone(arrival, place, scanned, known)?;
        let mut touched = vec![class];
        let Some(before) = before else {
            touched.extend(self.link_new(class, scanned)?);
            return Ok((doc, touched));
        };
        let now = self.tables.class(class).copied().unwrap_or(before);
        if now.first != before.first || now.outlet != before.outlet {
            touched.extend(self.link_again(class)?);
        }
        Ok((doc, touched))
    }

    /// Puts a document into the tables, and its text where it is not `known`; the pairs are left as they are.
    /// Returns both slots.
    pub(super) fn seat_alone(
        &mut self,
        arrival: &Arrival,
        place: Place,
        scanned: &Scanned,
        known: Option<u32>,
    ) -> Result<(u32, u32), Error> {
        let key = &arrival.document.key;
        let is_first = match known.and_then(|class| self.tables.class(class)) {
            None => true,
            Some(own) => self.key(own.first)? > *key,
        };
        let class = known.unwrap_or_else(|| {
            self.tables
                .add_class(Self::class_row(scanned), &scanned.sketch)
        });
        let row = DocRow {
            number: arrival.number,
            key: hash64(key.as_bytes()),
            segment: place.segment,
            offset: u32::try_from(place.offset).unwrap_or(u32::MAX),
            arrived: u32::try_from(arrival.arrived).unwrap_or(u32::MAX),
            class,
            next: NONE,
            outlet: self.outlet(arrival.document.source.as_deref()),
        };
        self.tables.waiting.insert(arrival.number);
        *self.tables.came.entry(place.segment).or_default() += 1;
        let doc = self.tables.add_doc(row, is_first);
        if is_first && known.is_some() {
            self.desk.forget(class);
            self.set_key(class, key);
        }
        Ok((doc, class))
    }

    fn set_key(&mut self, class: u32, key: &str) {
        if let Some(linked) = self.tables.linked.get_mut(&class) {
            linked.key = key.into();
        }
    }

    /// Compares a new text with all that it may be a copy of. Returns those above a bar.
    pub(super) fn link_new(&mut self, class: u32, scanned: &Scanned) -> Result<Vec<u32>, Error> {
        let shingles = scanned.text.set.len() as u32;
        let mut scratch = std::mem::take(&mut self.scratch);
        let found = candidates(
            &self.tables,
            &scanned.sketch,
            (shingles, class),
            &self.settings,
            &mut scratch,
        );
        self.scratch = scratch;
        self.crowded += found.crowded as u64;
        let mut linked = Vec::new();
        if !found.classes.is_empty() {
            self.desk.hold(class, scanned.text.clone());
        }
        let mut of_group: ahash::AHashMap<u32, usize> = ahash::AHashMap::new();
        for other in found.classes {
            let group = self.tables.group_of_class(other);
            // A large group needs no more pairs to be joined.
            if group
                .is_some_and(|group| of_group.get(&group).is_some_and(|&count| count >= COMPARED))
            {
                continue;
            }
            if !self.may_reach(&scanned.text.set, other)? {
                continue;
            }
            if self.relink(class, other)?.is_some() {
                linked.push(other);
                if let Some(group) = group {
                    *of_group.entry(group).or_default() += 1;
                }
            }
        }
        // Most texts are alone and never asked for again. Their memory, still in the cache, is that of the next one.
        if linked.is_empty() {
            self.desk.forget(class);
        }
        Ok(linked)
    }

    /// Compares a text anew with those that it has pairs with: another document stands for it, or
    /// it has another outlet. Returns them.
    pub(super) fn link_again(&mut self, class: u32) -> Result<Vec<u32>, Error> {
        let others: Vec<u32> = self
            .tables
            .links(class)
            .iter()
            .map(|link| link.other)
            .collect();
        for &other in &others {
            self.relink(class, other)?;
        }
        Ok(others)
    }

    /// Compares two texts and keeps what comes of it.
    pub(super) fn relink(&mut self, x: u32, y: u32) -> Result<Option<Standing>, Error> {
        let (a, b) = (self.text(x)?, self.text(y)?);
        let outlet = |class| self.tables.class(class).map_or(0, |row| row.outlet);
        let known = compare((&a, outlet(x)), (&b, outlet(y)), &self.settings);
        let mut keys = Vec::new();
        for class in [x, y] {
            if known.is_some() && !self.tables.linked.contains_key(&class) {
                let first = self.tables.class(class).map_or(NONE, |row| row.first);
                keys.push((class, self.key(first)?));
            }
        }
        let key = |class: u32| {
            let known = keys.iter().find(|(own, _)| *own == class);
            known.map(|(_, key)| key.clone()).unwrap_or_default()
        };
        self.tables.link(x, y, known, &key);
        Ok(known.map(|(_, standing)| standing))
    }

    /// What becomes of a document that was seated.
    fn decide(
        &mut self,
        doc: u32,
        arrival: &Arrival,
        mut changes: super::entry::Changes,
    ) -> Result<Answer, Error> {
        let class = self.tables.doc(doc).map_or(NONE, |row| row.class);
        let mut replaces = None;
        if let Some(group) = self.tables.group_of_class(class) {
            // Others came into the group with it: by a merger, or one that stood alone.
            let id = self.id_of(group).map_or(0, |id| id.0);
            let mut moved = changes.groups.iter();
            let joined = moved.any(|&(number, to)| to == id && number != arrival.number);
            let before = self.tables.group(group).map(|row| row.keeper);
            let among: Vec<u32> = match before.filter(|_| !joined) {
                Some(before) => vec![before, doc],
                None => self.tables.documents(group).collect(),
            };
            let before = self.choose(group, &among)?;
            let keeper = self.tables.group(group).map_or(NONE, |row| row.keeper);
            let tell = |kind: EventKind, other: u64| super::entry::Told {
                cause: arrival.number,
                kind: kind.number(),
                group: id,
                other,
            };
            let number = |doc: u32| self.tables.doc(doc).map_or(0, |row| row.number);
            if let Some(before) = before.filter(|&before| before != keeper) {
                changes.events.push(tell(EventKind::Keeper, number(keeper)));
                if keeper == doc {
                    replaces = Some(self.key(before)?);
                }
            }
            let own = self.seen(doc, &arrival.document);
            let kept = self.kept_for(own.outlet, group).filter(|&kept| kept != doc);
            if let Some(kept) = kept.filter(|_| own.document.published.is_some()) {
                let other = self.fields(kept)?;
                if self.came_late(&own, &self.seen(kept, &other)) {
                    changes.events.push(tell(EventKind::Late, arrival.number));
                }
            }
        }
        self.write_changes(&changes)?;
        let mut answer = self.answer(doc, Some(&changes))?;
        answer.replaces = replaces;
        Ok(answer)
    }
}
