//! Lineage of every group, and of excerpts and forms outside groups.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::relate::Kinship;
use super::search::Found;
use super::{Observer, doc, in_pieces};
use crate::align::{PreparedText, align};
use crate::config::Settings;
use crate::document::{Corpus, DocId, Document};
use crate::error::Error;
use crate::lineage::{
    Basis, Code, Credit, CreditStatus, Distance, Evidence, Member, Role, SourceNames, Strength,
    address_credit, credits, infer, update_rank,
};
use crate::normalise::normalise;
use crate::segment::kinds;
use crate::shingle::{ShingleSet, shingles};
use crate::trace::Trace;
use crate::verify::{Standing, Verdict, VerifiedPair, judge};
use ahash::AHashMap;

/// What lineage says of each document.
pub(super) struct Descents {
    /// In the order of the documents.
    pub of: Vec<DocDescent>,
    /// By document.
    pub evidence: Vec<Evidence>,
}

/// What lineage says of one document.
#[derive(Clone, Debug)]
pub(super) struct DocDescent {
    pub role: Role,
    pub exemplar: Option<DocId>,
    pub basis: Basis,
    pub probability: Option<f64>,
    pub alternative: Option<DocId>,
    pub alternative_probability: Option<f64>,
    pub second_exemplar: Option<DocId>,
    pub missing_source: Option<String>,
    pub shared_source: bool,
    pub root: Option<(DocId, u32)>,
    /// The first line that names another source.
    pub credit: Option<String>,
    pub credit_status: Option<CreditStatus>,
}

impl DocDescent {
    fn alone() -> Self {
        DocDescent {
            role: Role::Singleton,
            exemplar: None,
            basis: Basis::None,
            probability: None,
            alternative: None,
            alternative_probability: None,
            second_exemplar: None,
            missing_source: None,
            shared_source: false,
            root: None,
            credit: None,
            credit_status: None,
        }
    }
}

pub(super) fn descend(
    corpus: Corpus<'_>,
    found: &Found,
    kinship: &Kinship,
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<Descents, Error> {
    let documents = corpus.documents;
    let sources = SourceNames::of(documents, &settings.aliases);
    let number = |doc: DocId| {
        documents[doc.index()]
            .source
            .as_deref()
            .and_then(|s| sources.number(s))
    };
    let mut descents = Descents {
        of: vec![DocDescent::alone(); documents.len()],
        evidence: Vec::new(),
    };
    let of_group = |group: usize| {
        let members = &kinship.groups[group].members;
        let (heads, credits) = lines(corpus, found, members, &sources);
        let views: Vec<Member<'_>> = members
            .iter()
            .zip(heads.iter().zip(&credits))
            .map(|(&doc, (head, credits))| Member {
                doc,
                document: &documents[doc.index()],
                source: number(doc),
                credits,
                head,
                update: update_rank(head),
            })
            .collect();
        let distance = |x: usize, y: usize| {
            distance(
                corpus,
                found,
                kinship,
                settings,
                group,
                (members[x], members[y]),
            )
        };
        (infer(&views, &distance), credits)
    };
    in_pieces(
        kinship.groups.len(),
        observer,
        of_group,
        |group, (inferred, credits)| {
            let group = &kinship.groups[group];
            for (at, descent) in inferred.iter().enumerate() {
                let own = group.members[at];
                let member = |place: Option<usize>| place.map(|place| group.members[place]);
                let exemplar = member(descent.exemplar);
                let roots = [exemplar, member(descent.root)];
                let (credit, credit_status) = audit(own, roots, &credits[at], &number);
                descents.of[own.index()] = DocDescent {
                    role: descent.role,
                    exemplar,
                    basis: descent.basis,
                    probability: None,
                    alternative: member(descent.alternative),
                    alternative_probability: None,
                    second_exemplar: None,
                    missing_source: None,
                    shared_source: descent.shared_source,
                    root: member(descent.root).zip(descent.depth),
                    credit,
                    credit_status,
                };
                descents.evidence.extend(descent.evidence.iter().cloned());
            }
        },
    )?;
    descents.excerpts(documents, found, kinship);
    descents.forms_and_round_ups(found);
    descents.evidence.sort_by(|x, y| {
        let key = |e: &Evidence| {
            (
                e.doc,
                e.code,
                e.exemplar,
                e.place.as_ref().map(|p| p.1.start),
            )
        };
        key(x).cmp(&key(y))
    });
    Ok(descents)
}

/// The head of each member, its title or first line, and the lines that name sources.
fn lines(
    corpus: Corpus<'_>,
    found: &Found,
    members: &[DocId],
    sources: &SourceNames,
) -> (Vec<String>, Vec<Vec<Credit>>) {
    // Texts with the same words mostly have the same bytes as well.
    let mut known: AHashMap<u32, (Cow<'_, str>, Vec<Credit>)> = AHashMap::new();
    let of = |&doc: &DocId| {
        let text = corpus.text(doc);
        let title = corpus.documents[doc.index()].title.as_deref();
        let first = || text.lines().find(|line| !line.trim().is_empty());
        let head = title.or_else(first).unwrap_or("").to_string();
        let class = found.classes.of(doc.0);
        let mut credits = match known.get(&class) {
            Some((same, credits)) if *same == text => credits.clone(),
            _ => {
                let credits = credits_of(&text, sources);
                known.insert(class, (text, credits.clone()));
                credits
            }
        };
        credits.extend(address_credit(&corpus.documents[doc.index()], sources));
        (head, credits)
    };
    members.iter().map(of).unzip()
}

fn credits_of(text: &str, sources: &SourceNames) -> Vec<Credit> {
    let prepared = PreparedText::new(text);
    let kinds = kinds(text, &prepared.normalised, &prepared.units);
    credits(text, &prepared.normalised, &prepared.units, &kinds, sources)
}

/// What `copy` added to and dropped from `exemplar`; `None` where the two have
/// no copy-strength pair.
fn distance(
    corpus: Corpus<'_>,
    found: &Found,
    kinship: &Kinship,
    settings: &Settings,
    group: usize,
    (exemplar, copy): (DocId, DocId),
) -> Option<Distance> {
    let (x, y) = (found.classes.of(exemplar.0), found.classes.of(copy.0));
    if x == y {
        return Some(Distance::default());
    }
    if let Some(known) = kinship.distances.between(x, y) {
        return Some(known);
    }
    // In a large group only some pairs were aligned beforehand.
    if kinship.groups[group].pairs_complete {
        return None;
    }
    let (x, y) = (corpus.text(exemplar), corpus.text(copy));
    let set = |text: &str| ShingleSet::of(&shingles(&normalise(text), settings.width));
    if judge(&set(&x), &set(&y), settings).0 == Verdict::Apart {
        return None;
    }
    let counts = align(&PreparedText::new(&x), &PreparedText::new(&y)).counts;
    Some(Distance {
        added: counts.words_added as u32,
        dropped: counts.words_dropped as u32,
    })
}

/// The first credit of another source, and whether it is the right one.
fn audit(
    own: DocId,
    made_from: [Option<DocId>; 2],
    credits: &[Credit],
    number: &dyn Fn(DocId) -> Option<usize>,
) -> (Option<String>, Option<CreditStatus>) {
    let own_source = number(own);
    let line = |credit: &Credit| credit.line.clone();
    let foreign = || {
        credits
            .iter()
            .filter(|c| c.source.is_none() || c.source != own_source)
    };
    let sources = made_from.map(|doc| doc.and_then(number));
    let right = foreign().find(|c| c.source.is_some() && sources.contains(&c.source));
    let exemplar_source = sources[0].filter(|&source| Some(source) != own_source);
    // A story that cites somebody is not credited to them.
    let other = || foreign().find(|c| c.how.is_of_the_text());
    let status = exemplar_source.map(|_| match (right, other()) {
        (Some(_), _) => CreditStatus::Credited,
        (None, Some(_)) => CreditStatus::Mismatched,
        (None, None) => CreditStatus::Uncredited,
    });
    (right.or_else(other).map(line), status)
}

impl Descents {
    /// Gives every excerpt that stands alone the text that it stands in.
    fn excerpts(&mut self, documents: &[Document], found: &Found, kinship: &Kinship) {
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
                self.excerpt(documents, found, kinship, doc(member), &candidates);
            }
        }
    }

    fn excerpt(
        &mut self,
        documents: &[Document],
        found: &Found,
        kinship: &Kinship,
        own: DocId,
        candidates: &[(f64, u32)],
    ) {
        let order = |other: DocId| {
            let (x, y) = (&documents[other.index()], &documents[own.index()]);
            match (x.published, y.published) {
                (Some(x), Some(y)) => x.order(&y),
                _ => x.collected.zip(y.collected).and_then(|(x, y)| x.order(&y)),
            }
        };
        let is_origin = |other: DocId| self.of[other.index()].role == Role::Origin;
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
            return;
        };
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
            self.evidence
                .push(piece(Code::StandsInLater, Strength::Against, String::new()));
            return;
        }
        self.evidence
            .push(piece(Code::StandsInLonger, Strength::Strong, String::new()));
        if self.of[own.index()].role != Role::Singleton {
            return;
        }
        if dated {
            let show = |d: DocId| {
                documents[d.index()]
                    .published
                    .or(documents[d.index()].collected)
            };
            let dates = [named, own].map(|d| show(d).map_or(String::new(), |m| m.to_string()));
            self.evidence.push(piece(
                Code::PublishedEarlier,
                Strength::Strong,
                dates.join(" < "),
            ));
        }
        let above = self.of[named.index()].root.unwrap_or((named, 0));
        let descent = &mut self.of[own.index()];
        (descent.role, descent.exemplar, descent.alternative) =
            (Role::Excerpt, chosen, alternative);
        descent.basis = if dated { Basis::Mixed } else { Basis::Text };
        descent.root = Some((above.0, above.1 + 1));
    }

    /// Names for each filling of a form its nearest sibling, and for each
    /// round-up the story that it was parted from.
    fn forms_and_round_ups(&mut self, found: &Found) {
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
            self.about_classes(found, own, other, Code::SameForm, text);
        }
        for &(x, y) in &found.bridges {
            let (own, other) = if found.round_ups.binary_search(&x).is_ok() {
                (x, y)
            } else {
                (y, x)
            };
            self.about_classes(found, own, other, Code::SharesPassage, String::new());
        }
    }

    fn about_classes(&mut self, found: &Found, own: u32, other: u32, code: Code, text: String) {
        let first = |class: u32| doc(found.classes.first(class));
        for &member in found.classes.members(own) {
            self.evidence.push(Evidence {
                doc: doc(member),
                exemplar: Some(first(other)),
                code,
                strength: Strength::Weak,
                place: None,
                text: text.clone(),
            });
        }
    }
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
                _ => {}
            }
        }
    }
}
