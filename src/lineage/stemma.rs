//! Chooses for each member of a group the text that it was made from.

use std::cmp::{Ordering, Reverse};
use std::collections::BTreeSet;

use crate::document::{DocId, Document, Moment};

use super::credit::Credit;
use super::evidence::Code;
use super::reasons::{disputed, foreign_names, reasons, silence, tie};
use super::{Basis, Descent, Role};

/// One member of a group, as far as lineage looks at it.
pub struct Member<'a> {
    /// Its id.
    pub doc: DocId,
    /// The record.
    pub document: &'a Document,
    /// Number of its source among the known ones.
    pub source: Option<usize>,
    /// Lines of its text that name a source.
    pub credits: &'a [Credit],
    /// Its title, else the first line with words.
    pub head: &'a str,
    /// What its update marker says: 0 none, then rising.
    pub update: u32,
}

/// How far a copy is from a text that it may have been made from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Distance {
    /// Words that only the copy has.
    pub added: u32,
    /// Words that only the exemplar has.
    pub dropped: u32,
}

impl Distance {
    /// New words are dear and cuts are cheap: an editor cuts in a moment what
    /// somebody else had to write.
    fn cost(self) -> u32 {
        4 * self.added + self.dropped
    }

    /// The way back: what is added one way is dropped the other.
    pub fn back(self) -> Distance {
        Distance {
            added: self.dropped,
            dropped: self.added,
        }
    }
}

/// Members up to which every member is looked at as the exemplar of every other.
const ALL_PAIRS: usize = 1000;

/// What the evidence says about `earlier` being before `later`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// It was, for this reason.
    Yes(Basis),
    /// The dates and the credit disagree.
    Disputed,
    /// It was not, or nobody knows.
    No,
}

/// Infers the stemma of one group.
///
/// A member's exemplar is, among those that came before it:
/// - the latest text of its own outlet, if there is one (it is a revision);
/// - otherwise the text from which it differs least, counting a new word four
///   times as much as a lost one. Of equally near ones the one that came before
///   all the others; if there is none, no exemplar is claimed.
///
/// `distance(exemplar, copy)` is `None` for a pair without direct evidence of
/// copying, which is never chosen.
/// Cost: the square of the members up to a thousand of them; above, a member is
/// compared with the earliest member, and with its outlet's own.
pub fn infer(
    members: &[Member<'_>],
    distance: &dyn Fn(usize, usize) -> Option<Distance>,
) -> Vec<Descent> {
    let shortlist = Shortlist::new(members);
    let mut descents: Vec<Descent> = (0..members.len())
        .map(|copy| choose(members, copy, &shortlist, distance))
        .collect();
    find_roots(&mut descents);
    if let Some(origin) = origin(members, &descents) {
        let bases = descents
            .iter()
            .filter(|d| d.root == Some(origin))
            .map(|d| d.basis);
        let basis = bases.reduce(join).unwrap_or(Basis::None);
        let descent = &mut descents[origin];
        (descent.role, descent.basis) = (Role::Origin, basis);
        (descent.root, descent.depth) = (Some(origin), Some(0));
    }
    let sources: BTreeSet<Option<usize>> = members.iter().map(|member| member.source).collect();
    for (member, descent) in descents.iter_mut().enumerate() {
        descent.evidence.extend(silence(members, member, descent));
        descent
            .evidence
            .extend(foreign_names(&members[member], &sources));
    }
    descents
}

fn choose(
    members: &[Member<'_>],
    copy: usize,
    shortlist: &Shortlist,
    distance: &dyn Fn(usize, usize) -> Option<Distance>,
) -> Descent {
    let mut descent = Descent {
        role: Role::Unresolved,
        exemplar: None,
        basis: Basis::None,
        alternative: None,
        shared_source: false,
        root: None,
        depth: None,
        evidence: Vec::new(),
    };
    let (mut own, mut others) = (Vec::new(), Vec::new());
    for member in shortlist.of(copy) {
        match before(members, member, copy) {
            Before::Yes(basis) => {
                let Some(distance) = distance(member, copy) else {
                    continue;
                };
                let list = if same_source(members, member, copy) {
                    &mut own
                } else {
                    &mut others
                };
                list.push(Candidate {
                    member,
                    basis,
                    cost: distance.cost(),
                });
            }
            Before::Disputed => descent.evidence.push(disputed(members, member, copy)),
            Before::No => {}
        }
    }
    let date = |candidate: &Candidate| {
        let document = members[candidate.member].document;
        document
            .published
            .or(document.collected)
            .map(|moment| moment.sort_key())
    };
    own.sort_by_key(|candidate| (Reverse(date(candidate)), candidate.cost, candidate.member));
    others.sort_by_key(|candidate| (candidate.cost, candidate.member));
    let chosen = if let Some(latest) = own.first() {
        descent.role = Role::Revision;
        Some(*latest)
    } else {
        let nearest = others.first().map_or(0, |candidate| candidate.cost);
        let tied = others.partition_point(|candidate| candidate.cost == nearest);
        let first = earliest_of(members, &others[..tied]);
        descent.shared_source = first.is_none() && tied > 1;
        if descent.shared_source {
            descent.evidence.push(tie(members, copy, &others[..tied]));
        }
        first
    };
    if let Some(chosen) = chosen {
        if descent.role == Role::Unresolved {
            descent.role = Role::Copy;
        }
        let rest = own
            .iter()
            .chain(&others)
            .find(|other| other.member != chosen.member);
        descent.alternative = rest.map(|other| other.member);
        (descent.exemplar, descent.basis) = (Some(chosen.member), chosen.basis);
        descent
            .evidence
            .extend(reasons(members, chosen.member, copy));
    }
    descent
}

/// A member that came before the copy.
#[derive(Clone, Copy)]
pub(super) struct Candidate {
    pub(super) member: usize,
    basis: Basis,
    cost: u32,
}

/// Which members are looked at as exemplars of which.
enum Shortlist {
    Everyone(usize),
    /// The earliest member, and for each member its outlet's text before it.
    Dated {
        earliest: Option<usize>,
        previous: Vec<Option<usize>>,
    },
}

impl Shortlist {
    fn new(members: &[Member<'_>]) -> Self {
        if members.len() <= ALL_PAIRS {
            return Shortlist::Everyone(members.len());
        }
        let date = |m: usize| {
            members[m]
                .document
                .published
                .map(|moment| moment.sort_key())
        };
        let mut dated: Vec<usize> = (0..members.len()).filter(|&m| date(m).is_some()).collect();
        dated.sort_by_key(|&m| (members[m].source, date(m), m));
        let mut previous = vec![None; members.len()];
        for pair in dated.windows(2) {
            if let [x, y] = *pair
                && same_source(members, x, y)
            {
                previous[y] = Some(x);
            }
        }
        let earliest = dated.into_iter().min_by_key(|&m| (date(m), m));
        Shortlist::Dated { earliest, previous }
    }

    fn of(&self, copy: usize) -> Vec<usize> {
        let mut list: Vec<usize> = match self {
            Shortlist::Everyone(members) => (0..*members).collect(),
            Shortlist::Dated { earliest, previous } => {
                earliest.iter().copied().chain(previous[copy]).collect()
            }
        };
        list.retain(|&member| member != copy);
        list.sort_unstable();
        list.dedup();
        list
    }
}

pub(super) fn same_source(members: &[Member<'_>], x: usize, y: usize) -> bool {
    members[x].source.is_some() && members[x].source == members[y].source
}

/// Whether `earlier` came before `later`, and what says so.
fn before(members: &[Member<'_>], earlier: usize, later: usize) -> Before {
    let (x, y) = (&members[earlier], &members[later]);
    let dated = order(x.document, y.document).map(|(order, _)| order);
    let credited = credits(y, x).is_some() && credits(x, y).is_none();
    let updated = same_source(members, earlier, later) && x.update < y.update;
    match dated {
        Some(Ordering::Less) if credited || updated => Before::Yes(Basis::Mixed),
        Some(Ordering::Less) => Before::Yes(Basis::Dates),
        Some(Ordering::Greater) if credited => Before::Disputed,
        Some(Ordering::Greater) => Before::No,
        _ if credited => Before::Yes(Basis::Credit),
        _ if updated => Before::Yes(Basis::Text),
        _ => Before::No,
    }
}

/// Order by the dates published; where one is missing, by the dates collected.
pub(super) fn order(x: &Document, y: &Document) -> Option<(Ordering, Code)> {
    let compare = |x: Option<Moment>, y: Option<Moment>| x?.order(&y?);
    match (x.published, y.published) {
        (Some(_), Some(_)) => Some((compare(x.published, y.published)?, Code::PublishedEarlier)),
        _ => Some((compare(x.collected, y.collected)?, Code::CollectedEarlier)),
    }
}

/// The line of `of` that names the source of `to`, another outlet's.
pub(super) fn credits<'a>(of: &Member<'a>, to: &Member<'_>) -> Option<&'a Credit> {
    let source = to.source.filter(|_| of.source != to.source)?;
    of.credits
        .iter()
        .find(|credit| credit.how.is_of_the_text() && credit.source == Some(source))
}

/// The one member of `tied` that came before all the others of them.
fn earliest_of(members: &[Member<'_>], tied: &[Candidate]) -> Option<Candidate> {
    let precedes = |x: &Candidate, y: &Candidate| {
        x.member == y.member || matches!(before(members, x.member, y.member), Before::Yes(_))
    };
    tied.iter()
        .find(|x| tied.iter().all(|y| precedes(x, y)))
        .copied()
}

/// Follows every member's exemplars to the one that has none, and notes root
/// and depth.
///
/// Dates of different kinds need not agree among three members, so their order
/// can run in a circle; nobody in a circle keeps an exemplar.
fn find_roots(descents: &mut [Descent]) {
    let mut done = vec![false; descents.len()];
    for start in 0..descents.len() {
        let mut path: Vec<usize> = Vec::new();
        let mut on_path = BTreeSet::new();
        let mut at = start;
        while !done[at] && on_path.insert(at) {
            path.push(at);
            match descents[at].exemplar {
                Some(exemplar) => at = exemplar,
                None => break,
            }
        }
        if !done[at] && descents[at].exemplar.is_some() {
            // `at` was met twice: from there on the path is a circle.
            let from = path.iter().position(|&member| member == at).unwrap_or(0);
            for &member in &path[from..] {
                let descent = &mut descents[member];
                (descent.role, descent.basis) = (Role::Unresolved, Basis::None);
                (descent.exemplar, descent.alternative) = (None, None);
                descent.evidence.clear();
            }
        }
        for &member in path.iter().rev() {
            if let Some(exemplar) = descents[member].exemplar {
                let above = &descents[exemplar];
                let (root, depth) = (above.root.unwrap_or(exemplar), above.depth.unwrap_or(0) + 1);
                (descents[member].root, descents[member].depth) = (Some(root), Some(depth));
            }
            done[member] = true;
        }
    }
}

/// The member before which nothing can have been: all others descend from it
/// or are known to be later.
fn origin(members: &[Member<'_>], descents: &[Descent]) -> Option<usize> {
    let is_origin = |&member: &usize| {
        descents[member].exemplar.is_none()
            && descents[member].evidence.is_empty()
            && (0..members.len())
                .filter(|&other| other != member)
                .all(|other| {
                    descents[other].root == Some(member)
                        || matches!(before(members, member, other), Before::Yes(_))
                })
    };
    (members.len() > 1)
        .then(|| (0..members.len()).find(is_origin))
        .flatten()
}

fn join(x: Basis, y: Basis) -> Basis {
    if x == y { x } else { Basis::Mixed }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Precision;
    use jiff::civil::date;

    fn document(key: &str, source: &str, hour: Option<i8>) -> Document {
        Document {
            key: key.into(),
            source: (!source.is_empty()).then(|| source.into()),
            published: hour.map(|hour| Moment {
                civil: date(2031, 4, 3).at(hour, 0, 0, 0),
                offset_seconds: Some(0),
                precision: Precision::Time,
            }),
            ..Document::default()
        }
    }

    fn stemma(documents: &[Document], distance: &[(usize, usize, u32, u32)]) -> Vec<Descent> {
        let sources = ["wire", "post", "mail", "sun"];
        let members: Vec<Member<'_>> = (0u32..)
            .zip(documents)
            .map(|(i, document)| Member {
                doc: DocId(i),
                document,
                source: sources
                    .iter()
                    .position(|s| Some(*s) == document.source.as_deref()),
                credits: &[],
                head: "",
                update: 0,
            })
            .collect();
        infer(&members, &|x, y| {
            let row = distance.iter().find(|(a, b, _, _)| (*a, *b) == (x, y));
            let swapped = || distance.iter().find(|(a, b, _, _)| (*a, *b) == (y, x));
            match (row, swapped()) {
                (Some(&(_, _, added, dropped)), _) => Some(Distance { added, dropped }),
                (None, Some(&(_, _, dropped, added))) => Some(Distance { added, dropped }),
                _ => Some(Distance::default()),
            }
        })
    }

    fn shape(descents: &[Descent]) -> Vec<(Role, Option<usize>)> {
        descents.iter().map(|d| (d.role, d.exemplar)).collect()
    }

    #[test]
    fn the_nearest_earlier_text_is_the_exemplar() {
        let documents = [
            document("a", "wire", Some(9)),
            document("b", "post", Some(10)),
            document("c", "mail", Some(11)),
        ];
        // c has what b added.
        let found = stemma(&documents, &[(0, 1, 20, 0), (0, 2, 20, 5), (1, 2, 0, 5)]);
        let expected = [
            (Role::Origin, None),
            (Role::Copy, Some(0)),
            (Role::Copy, Some(1)),
        ];
        assert_eq!(shape(&found), expected);
        assert_eq!(
            (found[2].root, found[2].depth, found[2].alternative),
            (Some(0), Some(2), Some(0))
        );
    }

    #[test]
    fn no_dates_no_direction() {
        let documents = [document("a", "wire", None), document("b", "post", Some(10))];
        let found = stemma(&documents, &[]);
        assert_eq!(
            shape(&found),
            [(Role::Unresolved, None), (Role::Unresolved, None)]
        );
        assert!(
            found
                .iter()
                .all(|d| d.basis == Basis::None && d.evidence[0].code == Code::NoDate)
        );
    }

    #[test]
    fn an_outlets_later_text_is_a_revision_of_its_latest() {
        let documents = [
            document("a", "wire", Some(9)),
            document("b", "wire", Some(10)),
            document("c", "wire", Some(12)),
            document("d", "post", Some(11)),
        ];
        let found = stemma(&documents, &[(1, 3, 0, 9), (0, 3, 9, 9)]);
        let expected = [
            (Role::Origin, None),
            (Role::Revision, Some(0)),
            (Role::Revision, Some(1)),
            (Role::Copy, Some(1)),
        ];
        assert_eq!(shape(&found), expected);
    }

    #[test]
    fn equal_candidates_without_an_order_are_a_shared_source() {
        let documents = [
            document("a", "wire", Some(9)),
            document("b", "post", Some(9)),
            document("c", "mail", Some(11)),
        ];
        let found = stemma(&documents, &[]);
        assert_eq!(found[2].exemplar, None);
        assert!(found[2].shared_source);
        assert!(found.iter().all(|d| d.role == Role::Unresolved));
    }

    #[test]
    fn a_circle_of_dates_claims_nothing() {
        // a before b and c before a by one kind of date, b before c by the other.
        let moment = |hour| document("x", "", Some(hour)).published;
        let mut documents = [
            document("a", "wire", None),
            document("b", "post", None),
            document("c", "mail", None),
        ];
        (documents[0].published, documents[0].collected) = (moment(1), moment(8));
        documents[1].published = moment(2);
        (documents[2].published, documents[2].collected) = (None, moment(7));
        documents[1].collected = moment(6);
        let found = stemma(&documents, &[]);
        for (member, descent) in found.iter().enumerate() {
            assert_ne!(descent.root, Some(member));
        }
    }
}
