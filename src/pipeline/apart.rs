//! Lineage of what stands beside groups: excerpts, forms filled in anew, round-ups.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::descents::Descents;
use super::doc;
use super::relate::Kinship;
use super::search::Found;
use crate::document::{DocId, Document};
use crate::error::Error;
use crate::lineage::{Basis, Code, Evidence, Role, Strength};
use crate::verify::{Standing, VerifiedPair};

impl Descents {
    /// Gives every excerpt that stands alone the text that it stands in.
    ///
    /// # Errors
    /// What the disk says.
    pub(super) fn excerpts(
        &mut self,
        documents: &[Document],
        found: &Found,
        kinship: &Kinship,
    ) -> Result<(), Error> {
        let mut longer: BTreeMap<u32, Vec<(f64, u32)>> = BTreeMap::new();
        for pair in found
            .pairs
            .iter()
            .filter(|pair| pair.standing == Standing::Excerpt)
        {
            let (short, long, share) = if pair.shingles_a < pair.shingles_b {
                (pair.a, pair.b, pair.containment_a())
            } else {
                (pair.b, pair.a, pair.containment_b())
            };
            longer.entry(short).or_default().push((share, long));
        }
        for (short, candidates) in longer {
            for &member in found.classes.members(short) {
                self.excerpt(documents, found, kinship, doc(member), &candidates)?;
            }
        }
        Ok(())
    }

    fn excerpt(
        &mut self,
        documents: &[Document],
        found: &Found,
        kinship: &Kinship,
        own: DocId,
        candidates: &[(f64, u32)],
    ) -> Result<(), Error> {
        let order = |other: DocId| {
            let (x, y) = (&documents[other.index()], &documents[own.index()]);
            match (x.published, y.published) {
                (Some(x), Some(y)) => x.order(&y),
                _ => x.collected.zip(y.collected).and_then(|(x, y)| x.order(&y)),
            }
        };
        let role = |other: DocId| {
            self.get(other)
                .map_or(Role::Singleton, |descent| descent.role)
        };
        let is_origin = |other: DocId| role(other) == Role::Origin;
        let is_representative = |other: DocId| {
            let group = kinship.group_of[other.index()];
            group.is_some_and(|number| kinship.groups[number].representative == other)
        };
        let date = |other: DocId| documents[other.index()].published.map(|m| m.sort_key());
        let mut ranked: Vec<(f64, DocId)> = candidates
            .iter()
            .flat_map(|&(share, class)| {
                found
                    .classes
                    .members(class)
                    .iter()
                    .map(move |&m| (share, doc(m)))
            })
            .collect();
        // What holds most of it; then the text that others were made from; then the earliest.
        ranked.sort_by(|&(share_x, x), &(share_y, y)| {
            let rank = |d: DocId| {
                (
                    !is_origin(d),
                    date(d).is_none(),
                    date(d),
                    !is_representative(d),
                    d,
                )
            };
            share_y
                .total_cmp(&share_x)
                .then_with(|| rank(x).cmp(&rank(y)))
        });
        let mut earlier = ranked
            .iter()
            .filter(|(_, d)| order(*d) != Some(Ordering::Greater));
        let chosen = earlier.next().map(|&(_, d)| d);
        let alternative = earlier.next().map(|&(_, d)| d);
        let first = ranked.first().map(|&(_, d)| d);
        let Some(named) = chosen.or(first) else {
            return Ok(());
        };
        let alone = role(own) == Role::Singleton;
        let dated = order(named) == Some(Ordering::Less);
        let piece = |code, strength, text: String| Evidence {
            doc: own,
            exemplar: Some(named),
            code,
            strength,
            place: None,
            text,
        };
        if chosen.is_none() {
            let later = piece(Code::StandsInLater, Strength::Against, String::new());
            return self.evidence.push(own, &[later]);
        }
        let longer = piece(Code::StandsInLonger, Strength::Strong, String::new());
        self.evidence.push(own, &[longer])?;
        if !alone {
            return Ok(());
        }
        if dated {
            let show = |d: DocId| {
                documents[d.index()]
                    .published
                    .or(documents[d.index()].collected)
            };
            let dates = [named, own].map(|d| show(d).map_or(String::new(), |m| m.to_string()));
            let dates = dates.join(" < ");
            let earlier = piece(Code::PublishedEarlier, Strength::Strong, dates);
            self.evidence.push(own, &[earlier])?;
        }
        let above = self.get(named).and_then(|descent| descent.root);
        let above = above.unwrap_or((named, 0));
        let descent = self.of[own.index()].get_or_insert_default();
        (descent.role, descent.exemplar, descent.alternative) =
            (Role::Excerpt, chosen, alternative);
        descent.basis = if dated { Basis::Mixed } else { Basis::Text };
        descent.root = Some((above.0, above.1 + 1));
        Ok(())
    }

    /// Names for each filling of a form its nearest sibling, and for each
    /// round-up the story that it was parted from.
    ///
    /// # Errors
    /// What the disk says.
    pub(super) fn forms_and_round_ups(&mut self, found: &Found) -> Result<(), Error> {
        let mut nearest: BTreeMap<u32, (f64, u32)> = BTreeMap::new();
        let mut note = |own: u32, other: u32, pair: &VerifiedPair| {
            let entry = nearest.entry(own).or_insert((pair.jaccard(), other));
            if pair.jaccard() > entry.0 {
                *entry = (pair.jaccard(), other);
            }
        };
        for pair in found
            .pairs
            .iter()
            .filter(|pair| pair.standing == Standing::Template)
        {
            note(pair.a, pair.b, pair);
            note(pair.b, pair.a, pair);
        }
        for (own, (jaccard, other)) in nearest {
            let text = format!("jaccard {jaccard:.4}");
            self.about_classes(found, own, other, Code::SameForm, text)?;
        }
        for &(x, y) in &found.bridges {
            let (own, other) = if found.round_ups.binary_search(&x).is_ok() {
                (x, y)
            } else {
                (y, x)
            };
            self.about_classes(found, own, other, Code::SharesPassage, String::new())?;
        }
        Ok(())
    }

    fn about_classes(
        &mut self,
        found: &Found,
        own: u32,
        other: u32,
        code: Code,
        text: String,
    ) -> Result<(), Error> {
        let first = |class: u32| doc(found.classes.first(class));
        for &member in found.classes.members(own) {
            let piece = Evidence {
                doc: doc(member),
                exemplar: Some(first(other)),
                code,
                strength: Strength::Weak,
                place: None,
                text: text.clone(),
            };
            self.evidence.push(doc(member), &[piece])?;
        }
        Ok(())
    }
}
