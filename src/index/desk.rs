//! Texts of the index, read from the log and at hand for verification.

use std::rc::Rc;

use ahash::AHashMap;

use super::entry::{ARRIVAL, Arrival};
use super::store::{Place, Store};
use super::tables::{NONE, Tables};
use crate::candidates::CandidatePair;
use crate::config::Settings;
use crate::error::Error;
use crate::scan::Scanner;
use crate::shingle::ShingleSet;
use crate::verify::{AtHand, Standing, Verdict, judge, verify};

/// Shingles of the texts that are kept at hand: some 300 articles, so that those to which a new text of a large group is
/// compared need not be read again for the next one.
const SHINGLES: usize = 1 << 18;

/// Shingles of proposed texts that are remembered: some 4,000 articles in 16 MiB.
const GLANCED: usize = 1 << 21;

/// A text with its class, or [`NONE`] for one that is not in the index.
pub(super) type Own = Rc<AtHand<'static>>;

/// Texts at hand.
pub(super) struct Desk {
    pub scanner: Scanner,
    texts: AHashMap<u32, Own>,
    shingles: usize,
    glanced: Glanced,
    bytes: Vec<u8>,
}

/// Shingles of texts that were proposed: what shares a passage with one text shares it with many.
///
/// Two generations, the older of which goes when the newer has half of all room; what is asked for stays.
#[derive(Default)]
struct Glanced {
    newer: AHashMap<u32, Box<[u64]>>,
    older: AHashMap<u32, Box<[u64]>>,
    /// Shingles in `newer`.
    shingles: usize,
}

impl Glanced {
    fn of(&mut self, class: u32) -> Option<&[u64]> {
        if let Some(shingles) = self.older.remove(&class) {
            self.insert(class, shingles);
        }
        self.newer.get(&class).map(|shingles| &**shingles)
    }

    fn insert(&mut self, class: u32, shingles: Box<[u64]>) {
        if self.shingles > GLANCED / 2 {
            self.older = std::mem::take(&mut self.newer);
            self.shingles = 0;
        }
        self.shingles += shingles.len();
        self.newer.insert(class, shingles);
    }

    fn forget(&mut self, class: u32) {
        self.older.remove(&class);
        if let Some(shingles) = self.newer.remove(&class) {
            self.shingles -= shingles.len();
        }
    }
}

/// Whether at least so many of these shingles are in a set, looked at only until that is decided.
fn shares(shingles: &[u64], set: &ShingleSet, least: usize) -> bool {
    let Some(mut room) = shingles.len().checked_sub(least) else {
        return false;
    };
    for &hash in shingles {
        if !set.contains(hash) {
            if room == 0 {
                return false;
            }
            room -= 1;
        }
    }
    true
}

impl Default for Desk {
    fn default() -> Self {
        Desk {
            scanner: Scanner::new(),
            texts: AHashMap::new(),
            shingles: 0,
            glanced: Glanced::default(),
            bytes: Vec::new(),
        }
    }
}

/// The document behind an entry.
pub(super) fn arrival(store: &Store, place: Place) -> Result<Arrival, Error> {
    let mut bytes = Vec::new();
    let kind = store.read(place, &mut bytes)?;
    let parsed = (kind == ARRIVAL).then(|| Arrival::parse(&bytes)).flatten();
    parsed.ok_or_else(|| store.broken(place, "no document"))
}

/// The same without its text.
pub(super) fn fields(store: &Store, place: Place) -> Result<Arrival, Error> {
    let mut bytes = Vec::new();
    let kind = store.read(place, &mut bytes)?;
    let parsed = (kind == ARRIVAL).then(|| Arrival::fields(&mut &bytes[..]));
    parsed
        .flatten()
        .ok_or_else(|| store.broken(place, "no document"))
}

impl Desk {
    /// The text of a class.
    pub fn text(
        &mut self,
        class: u32,
        tables: &Tables,
        store: &Store,
        settings: &Settings,
    ) -> Result<Own, Error> {
        if let Some(text) = self.texts.get(&class) {
            return Ok(text.clone());
        }
        let first = tables.class(class).map_or(NONE, |row| row.first);
        let Some(doc) = tables.doc(first) else {
            return Ok(Rc::new(AtHand::new(
                "".into(),
                &mut self.scanner,
                settings.width,
            )));
        };
        store.read(doc.place(), &mut self.bytes)?;
        let text =
            Arrival::text(&self.bytes).ok_or_else(|| store.broken(doc.place(), "no document"))?;
        let text = Rc::new(AtHand::new(
            text.to_string().into(),
            &mut self.scanner,
            settings.width,
        ));
        self.hold(class, text.clone());
        Ok(text)
    }

    /// Whether a text may share so many shingles with a set, at most: one that may not is neither laid out nor kept.
    ///
    /// Of texts with boilerplate, most that a search proposes share that and no more (of press releases 97 in 100). Cost: a
    /// read and a scan, unless it was proposed a short while ago, and a look at its shingles that ends where too many are missing.
    pub fn may_share(
        &mut self,
        (class, set, least): (u32, &ShingleSet, f64),
        tables: &Tables,
        store: &Store,
        settings: &Settings,
    ) -> Result<bool, Error> {
        let first = tables.class(class).map_or(NONE, |row| row.first);
        let Some(doc) = tables
            .doc(first)
            .filter(|_| !self.texts.contains_key(&class))
        else {
            return Ok(true);
        };
        // Rounded down with a margin, as verification does.
        let least = (least - 1.0).max(0.0) as usize;
        if let Some(shingles) = self.glanced.of(class) {
            return Ok(shares(shingles, set, least));
        }
        store.read(doc.place(), &mut self.bytes)?;
        let text =
            Arrival::text(&self.bytes).ok_or_else(|| store.broken(doc.place(), "no document"))?;
        let scan = self.scanner.scan(text, settings.width);
        if !scan.even {
            return Ok(true);
        }
        let may = shares(scan.shingles, set, least);
        self.glanced.insert(class, scan.shingles.into());
        Ok(may)
    }

    /// Keeps a text at hand as that of a class.
    pub fn hold(&mut self, class: u32, text: Own) {
        if self.shingles > SHINGLES {
            self.texts.clear();
            self.shingles = 0;
        }
        self.shingles += text.set.len();
        if let Some(before) = self.texts.insert(class, text) {
            self.shingles -= before.set.len();
        }
    }

    /// Forgets the text of a class, which stands for other documents from now on.
    pub fn forget(&mut self, class: u32) {
        self.glanced.forget(class);
        if let Some(text) = self.texts.remove(&class) {
            self.shingles -= text.set.len();
        }
    }
}

/// Compares two texts; `None` where they reach no bar, else what they share.
pub(super) fn compare(
    (x, outlet_x): (&AtHand<'_>, u32),
    (y, outlet_y): (&AtHand<'_>, u32),
    settings: &Settings,
) -> Option<(u32, Standing)> {
    let judged = judge(&x.set, &y.set, settings);
    if judged.0 == Verdict::Apart {
        return None;
    }
    let pair = CandidatePair { a: 0, b: 1 };
    let known = |outlet: u32| (outlet > 0).then_some(outlet);
    let (x, y) = (x.side(known(outlet_x)), y.side(known(outlet_y)));
    let verified = verify(pair, judged, &x, &y, settings)?;
    Some((verified.shared, verified.standing))
}
