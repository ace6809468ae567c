//! Lineage of every group.

use std::collections::BTreeSet;
use std::ops::Range;

use ahash::{AHashMap, AHashSet};
use rayon::prelude::*;

use super::credit::{Named, Provenance};
use super::descents::{Descents, DocDescent};
use super::furniture::Furniture;
use super::relate::Kinship;
use super::search::Found;
use super::{Observer, in_pieces};
use crate::align::PreparedText;
use crate::collate::{Collation, Collator};
use crate::config::{Resources, Settings};
use crate::document::{Corpus, DocId, Moment};
use crate::error::Error;
use crate::hash::{hash64, hash128};
use crate::lineage::{
    Credit, CreditStatus, Descent, GroupTexts, Kin, Learnt, Member, Model, Readings, Role,
    SourceNames, address_credit, credits, infer, learn, text_date, update_note, update_rank,
};
use crate::normalise::normalise;
use crate::segment::{Kind, dateline, kinds};
use crate::shingle::{ShingleSet, shingles};
use crate::trace::{Trace, UNNAMED};
use crate::verify::{Standing, Verdict, judge};

/// Groups from which the rates are estimated.
const SAMPLE: usize = 512;
/// Members of a group up to which it may be one of these.
const SAMPLE_MEMBERS: usize = 60;

pub(super) fn descend(
    corpus: Corpus<'_>,
    found: &Found,
    (kinship, furniture): (&Kinship, &Furniture),
    (settings, resources): (&Settings, &Resources),
    observer: &dyn Observer,
) -> Result<Descents, Error> {
    let documents = corpus.documents;
    let groups = Groups {
        corpus,
        found,
        kinship,
        furniture,
        settings,
        sources: SourceNames::of(documents, &settings.aliases),
    };
    let model = groups.model(observer)?;
    let mut descents = Descents::none(documents.len(), resources.rows());
    observer.stage("working out lineage", kinship.groups.len())?;
    in_pieces(
        kinship.groups.len(),
        observer,
        |group| groups.look_at(group, |texts, kin| infer(texts, &model, kin)),
        |group, (inferred, credits)| {
            let members = &kinship.groups[group].members;
            descents.approximated += u64::from(inferred.iter().any(|d| d.approximate));
            let sources: Vec<Option<usize>> = members
                .iter()
                .map(|&member| groups.source(member))
                .collect();
            let provenances = groups.provenances(&sources, &inferred);
            let known: BTreeSet<usize> = sources.into_iter().flatten().collect();
            let is_member = |credit: &Credit| credit.source.is_some_and(|s| known.contains(&s));
            for (at, descent) in inferred.into_iter().enumerate() {
                let (from, credits) = (&provenances[at], &credits[at]);
                descents.put((members, at), descent, from, credits, is_member)?;
            }
            Ok(())
        },
    )?;
    descents.excerpts(documents, found, kinship)?;
    groups.credit_excerpts(&mut descents)?;
    descents.forms_and_round_ups(found)?;
    Ok(descents)
}

/// The groups with all that lineage looks at.
struct Groups<'a> {
    corpus: Corpus<'a>,
    found: &'a Found,
    kinship: &'a Kinship,
    furniture: &'a Furniture,
    settings: &'a Settings,
    sources: SourceNames,
}

/// A date in the header of a text, and where it stands.
type Written = (Moment, Range<usize>);

/// The texts of one group, read and collated.
struct Read {
    /// By member, with those of its address.
    credits: Vec<Vec<Credit>>,
    /// The text of each member: a million copies of one are looked at once.
    of_member: Vec<usize>,
    texts: Vec<OneText>,
    collation: Collation,
}

/// What is seen in one text.
struct OneText {
    /// Its number in the collation.
    number: usize,
    /// The first line with words.
    head: String,
    credits: Vec<Credit>,
    written: Option<Written>,
    /// The line that says that it was corrected or updated.
    note: Option<Range<usize>>,
    dateline: Option<(Range<usize>, String)>,
}

impl Read {
    fn of(&self, member: usize) -> &OneText {
        &self.texts[self.of_member[member]]
    }
}

impl Groups<'_> {
    fn source(&self, doc: DocId) -> Option<usize> {
        let name = self.corpus.documents[doc.index()].source.as_deref()?;
        self.sources.number(name)
    }

    fn named(&self, doc: DocId) -> Option<Named> {
        self.source(doc).map(Named::Known)
    }

    /// Whose texts the members of a group are, given their sources, and whose they were made from.
    fn provenances(&self, members: &[Option<usize>], descents: &[Descent]) -> Vec<Provenance> {
        let named = |member: usize| members.get(member).copied().flatten().map(Named::Known);
        let missing = |descent: &Descent| {
            let name = descent.missing.as_ref()?.as_deref()?;
            Named::of(name, &self.sources)
        };
        let of = |(own, descent): (usize, &Descent)| Provenance {
            own: named(own),
            exemplar: match descent.exemplar {
                Some(exemplar) => named(exemplar),
                None => missing(descent),
            },
            origin: descent.root.and_then(|root| {
                let above = descents.get(root).and_then(missing);
                above.or_else(|| named(root))
            }),
        };
        descents.iter().enumerate().map(of).collect()
    }

    /// The credits of excerpts, which stand in no group.
    fn credit_excerpts(&self, descents: &mut Descents) -> Result<(), Error> {
        let documents = (0u32..).map(DocId).zip(&descents.of);
        let excerpts: Vec<(DocId, DocDescent)> = documents
            .filter_map(|(doc, descent)| Some((doc, descent.as_deref()?)))
            .filter(|(_, descent)| descent.role == Role::Excerpt)
            .map(|(doc, descent)| (doc, descent.clone()))
            .collect();
        let credits: Vec<Vec<Credit>> = excerpts
            .par_iter()
            .map(|&(doc, _)| {
                let address = address_credit(&self.corpus.documents[doc.index()], &self.sources);
                let text = self.corpus.text(doc);
                let of_text = credits_of(&PreparedText::new(&text), &self.sources);
                of_text.into_iter().chain(address).collect()
            })
            .collect();
        for (&(doc, ref descent), credits) in excerpts.iter().zip(&credits) {
            let (exemplar, root) = (descent.exemplar, descent.root.map(|(root, _)| root));
            let missing = root.and_then(|root| {
                let name = descents.get(root)?.missing_source.as_deref();
                Named::of(name.filter(|name| *name != UNNAMED)?, &self.sources)
            });
            let from = Provenance {
                own: self.named(doc),
                exemplar: exemplar.and_then(|exemplar| self.named(exemplar)),
                origin: missing.or_else(|| self.named(root?)),
            };
            descents.credit_excerpt(doc, &from, credits)?;
        }
        Ok(())
    }

    /// What groups chosen by a hash of their ids teach of all.
    fn model(&self, observer: &dyn Observer) -> Result<Model, Error> {
        let groups = &self.kinship.groups;
        let mut sample: Vec<usize> = (0..groups.len())
            .filter(|&group| groups[group].members.len() <= SAMPLE_MEMBERS)
            .collect();
        sample.sort_by_cached_key(|&group| (hash64(groups[group].id.as_bytes()), group));
        sample.truncate(SAMPLE);
        sample.sort_unstable();
        observer.stage("learning how texts are copied", sample.len())?;
        let mut learnt = Learnt::default();
        let before = Model::default();
        in_pieces(
            sample.len(),
            observer,
            |at| {
                self.look_at(sample[at], |texts, kin| learn(texts, &before, kin))
                    .0
            },
            |_, group| {
                learnt.merge(&group);
                Ok(())
            },
        )?;
        Ok(learnt.model())
    }

    /// Reads a group, looks at it, and hands back the credits of its members as well.
    fn look_at<T>(
        &self,
        group: usize,
        look: impl FnOnce(GroupTexts<'_>, Kin<'_>) -> T,
    ) -> (T, Vec<Vec<Credit>>) {
        let members = &self.kinship.groups[group].members;
        let read = self.read(group);
        let mut outlets: Vec<(usize, DocId)> = members
            .iter()
            .filter_map(|&doc| Some((self.source(doc)?, doc)))
            .collect();
        outlets.sort_unstable();
        outlets.dedup_by_key(|(source, _)| *source);
        outlets.retain(|&(_, doc)| !self.furniture.of(doc).is_empty());
        let owners = |words: &str| {
            if outlets.is_empty() {
                return Vec::new();
            }
            let hash = hash64(words.as_bytes());
            let owns = |doc: DocId| self.furniture.of(doc).binary_search(&hash).is_ok();
            let owning = outlets.iter().filter(|(_, doc)| owns(*doc));
            owning.map(|(source, _)| *source).collect()
        };
        let texts = read.texts.iter().map(|text| text.number + 1).max();
        let titles: Vec<Option<String>> = members.iter().map(|&doc| self.title(doc)).collect();
        let known: AHashSet<&str> = titles.iter().flatten().map(String::as_str).collect();
        let is_title = |words: &str| known.contains(words);
        let readings = Readings::new(&read.collation, texts.unwrap_or(0), owners, is_title);
        let headlines = headlines(&titles, &read);
        drop(titles);
        let views: Vec<Member<'_>> = members
            .iter()
            .enumerate()
            .map(|(at, &doc)| {
                let (document, text) = (&self.corpus.documents[doc.index()], read.of(at));
                let head = document.title.as_deref().unwrap_or(&text.head);
                Member {
                    doc,
                    document,
                    source: self.source(doc),
                    credits: &read.credits[at],
                    head,
                    update: update_rank(head).max(u32::from(text.note.is_some())),
                    note: text.note.as_ref(),
                    written: text.written.as_ref(),
                    text: text.number,
                    headline: headlines[at],
                    dateline: text.dateline.as_ref(),
                }
            })
            .collect();
        let known = |x: usize, y: usize| self.known(group, members[x], members[y]);
        let verified =
            |x: usize, y: usize| known(x, y).unwrap_or_else(|| self.judged(members[x], members[y]));
        let kin = Kin {
            known: &known,
            verified: &verified,
        };
        let texts = GroupTexts {
            members: &views,
            collation: &read.collation,
            readings: &readings,
        };
        (look(texts, kin), read.credits)
    }

    /// The words of a title.
    fn title(&self, doc: DocId) -> Option<String> {
        let title = self.corpus.documents[doc.index()].title.as_deref()?;
        let words = normalise(title);
        (!words.canonical().is_empty()).then(|| words.canonical().to_string())
    }

    /// Collates the texts of a group, the representative's first.
    fn read(&self, group: usize) -> Read {
        let group = &self.kinship.groups[group];
        let members = &group.members;
        let first = members.binary_search(&group.representative).unwrap_or(0);
        let others = (0..members.len()).filter(|&at| at != first);
        let mut collator = Collator::default();
        let mut known: AHashMap<u128, usize> = AHashMap::new();
        let mut read = Read {
            credits: vec![Vec::new(); members.len()],
            of_member: vec![0; members.len()],
            texts: Vec::new(),
            collation: Collation::default(),
        };
        for at in std::iter::once(first).chain(others) {
            let document = &self.corpus.documents[members[at].index()];
            let text = self.corpus.archive.text(&document.text);
            let of_member = *known.entry(hash128(text.as_bytes())).or_insert_with(|| {
                let prepared = PreparedText::new(&text);
                let first = text.lines().find(|line| !line.trim().is_empty());
                read.texts.push(OneText {
                    number: collator.add_prepared(&prepared),
                    head: first.unwrap_or("").to_owned(),
                    credits: credits_of(&prepared, &self.sources),
                    written: text_date(&text),
                    note: update_note(&text),
                    dateline: dateline_of(&text),
                });
                read.texts.len() - 1
            });
            let credits = read.texts[of_member].credits.iter().cloned();
            read.credits[at] = credits
                .chain(address_credit(document, &self.sources))
                .collect();
            read.of_member[at] = of_member;
        }
        read.collation = collator.finish(|_| 1);
        read
    }

    /// Whether two members are a verified pair; `None` in a group whose pairs were not all verified.
    fn known(&self, group: usize, x: DocId, y: DocId) -> Option<bool> {
        let (x, y) = (self.found.classes.of(x.0), self.found.classes.of(y.0));
        if x == y {
            return Some(true);
        }
        let key = (x.min(y), x.max(y));
        let pairs = &self.found.pairs;
        match pairs.binary_search_by_key(&key, |pair| (pair.a, pair.b)) {
            Ok(at) => Some(pairs[at].standing == Standing::Copy),
            Err(_) if self.kinship.groups[group].pairs_complete => Some(false),
            Err(_) => None,
        }
    }

    /// Whether two texts are a pair of copy strength, their texts read again.
    fn judged(&self, x: DocId, y: DocId) -> bool {
        let set = |doc: DocId| {
            let text = self.corpus.text(doc);
            ShingleSet::of(&shingles(&normalise(&text), self.settings.width))
        };
        judge(&set(x), &set(y), self.settings).0 != Verdict::Apart
    }
}

/// The dateline of a text in its canonical words, with its place: that of one of the
/// first lines, which a headline or furniture may precede.
fn dateline_of(text: &str) -> Option<(Range<usize>, String)> {
    const LINES: usize = 4;
    let mut start = 0;
    let lines = text.split_inclusive('\n').map(|line| {
        start += line.len();
        let indent = line.len() - line.trim_start().len();
        (start - line.len() + indent, line.trim())
    });
    let told = lines.filter(|(_, line)| !line.is_empty()).take(LINES);
    let own = |(start, line): (usize, &str)| {
        let own = line.get(..dateline(line))?.trim_end();
        let words = normalise(own).canonical().to_string();
        (!words.is_empty()).then(|| (start..start + own.len(), words))
    };
    told.filter_map(own).next()
}

/// Numbers the headlines of a group by member: titles, else the first line of a text that
/// is another's title or has the form of a headline.
fn headlines(titles: &[Option<String>], read: &Read) -> Vec<Option<usize>> {
    let mut known: AHashMap<String, usize> = AHashMap::new();
    for title in titles.iter().flatten() {
        let next = known.len();
        known.entry(title.clone()).or_insert(next);
    }
    let mut in_text: AHashMap<usize, usize> = AHashMap::new();
    for row in &read.collation.rows {
        for variant in &row.variants {
            if row.kind != Kind::Headline && !known.contains_key(&variant.words) {
                continue;
            }
            let next = known.len();
            let number = *known.entry(variant.words.clone()).or_insert(next);
            for cell in &variant.cells {
                in_text.entry(cell.text).or_insert(number);
            }
        }
    }
    let of = |(at, title): (usize, &Option<String>)| match title {
        Some(title) => known.get(title).copied(),
        None => in_text.get(&read.of(at).number).copied(),
    };
    titles.iter().enumerate().map(of).collect()
}

fn credits_of(text: &PreparedText<'_>, sources: &SourceNames) -> Vec<Credit> {
    let kinds = kinds(text.text, &text.normalised, &text.units);
    credits(text.text, &text.normalised, &text.units, &kinds, sources)
}

/// Sums of lineage in the groups: origins and credits.
pub(super) fn sum_up(trace: &mut Trace) {
    for group in &mut trace.groups {
        for &member in &group.members {
            let line = &trace.lineage[member.index()];
            if line.role == Role::Origin {
                group.origin = Some(member);
            }
            match line.credit_status {
                Some(CreditStatus::Credited) => group.credited += 1,
                Some(CreditStatus::Uncredited) => group.uncredited += 1,
                Some(CreditStatus::Mismatched) => group.mismatched += 1,
                None => {}
            }
        }
    }
}
