//! What speaks for a claim of descent, and why none is made.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::collections::hash_map::Entry;
use std::ops::Range;

use ahash::AHashMap;

use crate::document::DocId;

use super::calendar::Calendar;
use super::chances::Chances;
use super::credit::Credit;
use super::dates::order;
use super::evidence::{Code, Evidence, Strength};
use super::member::Member;
use super::readings::{Operation, Operator, side_by_side};
use super::stemma::{GroupTexts, stated};
use super::weigh::Scale;
use super::{Descent, Role};

/// A group with all that was worked out of it.
pub(super) struct Witness<'a> {
    pub(super) group: GroupTexts<'a>,
    pub(super) scale: &'a Scale<'a>,
    pub(super) chances: &'a Chances,
    pub(super) shared: Shared<'a>,
}

/// What members have in common, so that none is looked for among all.
pub(super) struct Shared<'a> {
    calendar: Calendar,
    /// The first two members with each dateline.
    datelines: AHashMap<&'a str, (usize, Option<usize>)>,
}

impl<'a> Shared<'a> {
    /// Cost: a sort of the dates.
    pub(super) fn of(members: &[Member<'a>]) -> Self {
        let mut datelines: AHashMap<&str, (usize, Option<usize>)> = AHashMap::new();
        for (at, member) in members.iter().enumerate() {
            let Some((_, words)) = member.dateline else {
                continue;
            };
            match datelines.entry(words) {
                Entry::Vacant(none) => {
                    none.insert((at, None));
                }
                Entry::Occupied(known) => {
                    known.into_mut().1.get_or_insert(at);
                }
            }
        }
        Shared {
            calendar: Calendar::of(members.iter().map(Member::dated)),
            datelines,
        }
    }
}

/// Inherited readings that are listed of one descent.
const READINGS: usize = 5;
/// Code points of a text that are shown.
const SHOWN: usize = 160;
/// Nats of what members share and lack that tell of a missing source by themselves, and
/// what one of them can give to that.
const TELLS: f64 = 2.0;
const MOST: f64 = 5.0;

/// Where a header dates the copy, else the exemplar; none where fields of the records do.
fn dated_in(x: &Member<'_>, y: &Member<'_>, code: Code) -> Option<(DocId, Range<usize>)> {
    let by_text = |member: &Member<'_>| {
        let written = member
            .document
            .published
            .is_none()
            .then_some(member.written)?;
        written.map(|(_, place)| (member.doc, place.clone()))
    };
    (code == Code::WrittenEarlier).then(|| by_text(y).or_else(|| by_text(x)))?
}

impl Witness<'_> {
    fn member(&self, at: usize) -> &Member<'_> {
        &self.group.members[at]
    }

    /// The evidence for a claimed exemplar, and against it.
    pub(super) fn for_exemplar(&self, exemplar: usize, copy: usize) -> Vec<Evidence> {
        let (x, y) = (self.member(exemplar), self.member(copy));
        let mut found = Vec::new();
        let piece = |code, strength, place, text: String| Evidence {
            doc: y.doc,
            exemplar: Some(x.doc),
            code,
            strength,
            place,
            text,
        };
        match order(&x.dated(), &y.dated()) {
            Some((Ordering::Less, code)) => {
                let strength = match code {
                    Code::PublishedEarlier => Strength::Strong,
                    _ => Strength::Weak,
                };
                found.push(piece(
                    code,
                    strength,
                    dated_in(x, y, code),
                    dates(x, y, code, "<"),
                ));
            }
            Some((Ordering::Greater, code)) => {
                found.push(piece(
                    Code::DatesAgainst,
                    Strength::Against,
                    None,
                    dates(x, y, code, ">"),
                ));
            }
            _ => {}
        }
        if x.source.is_some() && x.source == y.source {
            let source = y.document.source.as_deref().unwrap_or_default();
            found.push(piece(
                Code::SameSource,
                Strength::Strong,
                None,
                source.to_string(),
            ));
            if x.update < y.update {
                let place = y.note.map(|place| (y.doc, place.clone()));
                let head = || shown(y.head);
                let text = place.as_ref().map_or_else(head, |_| String::new());
                found.push(piece(Code::UpdateMarker, Strength::Strong, place, text));
            }
        }
        let credited = |credit: &Credit| {
            let place = credit.place.clone().map(|place| (y.doc, place));
            (place, credit.line.clone())
        };
        if let Some(credit) = y.names(x.source) {
            let (place, line) = credited(credit);
            found.push(piece(Code::CreditsExemplar, Strength::Strong, place, line));
        } else if let Some(credit) = y.cites(x.source) {
            let (place, line) = credited(credit);
            found.push(piece(Code::CitesExemplar, Strength::Weak, place, line));
        } else if let Some(credit) = self.scale.credits_other(x, y) {
            let (place, line) = credited(credit);
            found.push(piece(Code::CreditsOther, Strength::Against, place, line));
        }
        found.extend(self.of_text(exemplar, copy));
        found
    }

    /// What was done to the text on the way.
    fn of_text(&self, exemplar: usize, copy: usize) -> Vec<Evidence> {
        let (x, y) = (self.member(exemplar), self.member(copy));
        let mut operations = Vec::new();
        let kept = self.scale.operations(x.text, y.text, &mut operations);
        let mut found = vec![Evidence {
            doc: y.doc,
            exemplar: Some(x.doc),
            code: Code::Story,
            strength: Strength::Weak,
            place: None,
            text: sum_up(kept, &operations),
        }];
        for operation in &operations {
            let (code, strength, side) = match operation.operator {
                Operator::TailCut => (Code::TailCut, Strength::Strong, x),
                Operator::HeadCut => (Code::HeadCut, Strength::Weak, x),
                Operator::InteriorCut => (Code::InteriorCut, Strength::Weak, x),
                Operator::Move => continue,
                _ if operation.shared > 0.0 => (Code::TextAgainst, Strength::Against, y),
                Operator::Edit => continue,
                Operator::Insertion | Operator::Prepended | Operator::Appended => {
                    (Code::Insertion, Strength::Weak, y)
                }
            };
            let line = (side, operation.lines.0);
            found.push(self.piece_at(line, (x.doc, y.doc), code, strength));
        }
        found.extend(self.inherited(exemplar, copy));
        found
    }

    /// A piece about a line of a text, whose words stand there.
    fn piece_at(
        &self,
        (side, line): (&Member<'_>, usize),
        (exemplar, copy): (DocId, DocId),
        code: Code,
        strength: Strength,
    ) -> Evidence {
        let row = self.group.collation.rows.get(line);
        let cell = row.and_then(|row| row.of(side.text));
        let bytes = cell.and_then(|(_, cell)| cell.bytes.first());
        Evidence {
            doc: copy,
            exemplar: Some(exemplar),
            code,
            strength,
            place: bytes.map(|bytes| (side.doc, bytes.clone())),
            text: String::new(),
        }
    }

    /// Readings that exemplar and copy share against most others, and furniture of the
    /// exemplar's outlet that the copy has.
    fn inherited(&self, exemplar: usize, copy: usize) -> Vec<Evidence> {
        let (x, y) = (self.member(exemplar), self.member(copy));
        let readings = self.group.readings;
        let texts = readings.texts.len() as u32;
        let mut found = Vec::new();
        for (line, of_x, of_y) in side_by_side(&readings.texts[x.text], &readings.texts[y.text]) {
            let about = &readings.lines[line];
            let Some(of_y) = of_y else { continue };
            let owned = |member: &Member<'_>| {
                member
                    .source
                    .is_some_and(|source| about.owners.binary_search(&source).is_ok())
            };
            let code = match of_x {
                _ if owned(x) && !owned(y) => Code::LeakedFurniture,
                Some(of_x)
                    if about.body
                        && x.text != y.text
                        && of_x.variant == of_y.variant
                        && texts >= 3
                        && about.variants[of_y.variant] * 2 <= texts =>
                {
                    Code::InheritedReading
                }
                _ => continue,
            };
            found.push(self.piece_at((y, line), (x.doc, y.doc), code, Strength::Strong));
            if found.len() == READINGS {
                break;
            }
        }
        found
    }

    /// A piece for the second exemplar, with the first of its lines.
    pub(super) fn second(&self, second: usize, copy: usize, line: usize) -> Evidence {
        let (z, y) = (self.member(second), self.member(copy));
        let docs = (z.doc, y.doc);
        self.piece_at((y, line), docs, Code::StandsInSecond, Strength::Strong)
    }

    /// Several texts are equally likely.
    pub(super) fn tie(&self, copy: usize, tied: &[usize]) -> Evidence {
        let names: Vec<&str> = tied
            .iter()
            .take(3)
            .map(|&at| &*self.member(at).document.key)
            .collect();
        Evidence {
            doc: self.member(copy).doc,
            exemplar: tied.first().map(|&at| self.member(at).doc),
            code: Code::Tie,
            strength: Strength::Against,
            place: None,
            text: names.join(" | "),
        }
    }

    /// The group was made from a text that nobody has.
    pub(super) fn common_source(&self, copy: usize) -> Evidence {
        Evidence {
            doc: self.member(copy).doc,
            exemplar: None,
            code: Code::CommonSource,
            strength: Strength::Weak,
            place: None,
            text: String::new(),
        }
    }

    /// The source on which the credits of members agree and which no member is: named by
    /// more than half of those that name any, and by two where there is more than one member.
    pub(super) fn missing_name(&self, members: &[usize]) -> Option<String> {
        let mut named: BTreeMap<&str, usize> = BTreeMap::new();
        let mut naming = 0;
        for &at in members {
            let own = self.member(at);
            let foreign = own
                .credits
                .iter()
                .filter(|credit| credit.how.is_of_the_text() && self.scale.is_foreign(credit));
            let mut names: Vec<&str> = foreign.map(|credit| credit.name.as_str()).collect();
            names.sort_unstable();
            names.dedup();
            naming += usize::from(!names.is_empty());
            names
                .into_iter()
                .for_each(|name| *named.entry(name).or_default() += 1);
        }
        let most = named
            .iter()
            .max_by_key(|&(name, count)| (*count, std::cmp::Reverse(*name)));
        let (name, count) = most?;
        (*count * 2 > naming && *count >= 2).then(|| (*name).to_string())
    }

    /// Whether a missing source explains the stories far better than any member does.
    /// Two texts tell nothing: what one of them lacks, either it cut or the other put in.
    pub(super) fn tells_of_missing(&self, members: &[usize]) -> bool {
        if self.group.readings.texts.len() < 3 || members.len() < 2 {
            return false;
        }
        let best = |copy: usize| {
            let known = self.chances.exemplars[copy].iter();
            known
                .filter_map(|&(exemplar, _)| self.scale.link(exemplar, copy))
                .map(|nats| nats.text)
                .fold(f64::NEG_INFINITY, f64::max)
        };
        let gain = |&copy: &usize| {
            let text = self.scale.text_from_missing(self.member(copy).text);
            (text - best(copy)).min(MOST)
        };
        members.iter().map(gain).sum::<f64>() >= TELLS
    }

    /// Why nothing is claimed: said once for a member that stays unresolved.
    pub(super) fn silence(&self, member: usize, descent: &Descent) -> Option<Evidence> {
        if descent.role != Role::Unresolved || descent.shared_source {
            return None;
        }
        let own = self.member(member);
        let date = |m: &Member<'_>| m.dated().published().or(m.document.collected);
        let Some(other) = self.shared.calendar.undecided(member, &own.dated()) else {
            return self.undecided(member);
        };
        let other = self.member(other);
        let (code, text) = match (date(own), date(other)) {
            (Some(x), Some(y)) => (Code::OrderUnknown, format!("{x} and {y}")),
            (None, None) => (Code::NoDate, "neither text is dated".to_string()),
            (None, Some(_)) => (Code::NoDate, "this text is not dated".to_string()),
            (Some(_), None) => (Code::NoDate, "the other text is not dated".to_string()),
        };
        Some(Evidence {
            doc: own.doc,
            exemplar: Some(other.doc),
            code,
            strength: Strength::Against,
            place: None,
            text,
        })
    }

    /// What may have become of a member whose dates tell an order, where none of it is
    /// likely enough for a claim.
    fn undecided(&self, member: usize) -> Option<Evidence> {
        let doc = self.member(member).doc;
        let (missing, origin) = (self.chances.missing[member], self.chances.origin[member]);
        let &(exemplar, share) = self.chances.exemplars[member].first()?;
        let [share, missing, origin] = [share, missing, origin].map(stated);
        let other = self.member(exemplar);
        Some(Evidence {
            doc,
            exemplar: Some(other.doc),
            code: Code::Undecided,
            strength: Strength::Against,
            place: None,
            text: format!(
                "made from {} {share:.2}, from a text that the input lacks {missing:.2}, from none {origin:.2}",
                other.document.key
            ),
        })
    }

    /// The dateline of a member that stays unresolved, where another one has the same.
    pub(super) fn same_dateline(&self, member: usize, descent: &Descent) -> Option<Evidence> {
        let own = self.member(member);
        let (place, words) = own.dateline.filter(|_| descent.role == Role::Unresolved)?;
        let &(first, second) = self.shared.datelines.get(words.as_str())?;
        let same = if first == member { second? } else { first };
        Some(Evidence {
            doc: own.doc,
            exemplar: Some(self.member(same).doc),
            code: Code::SameDateline,
            strength: Strength::Weak,
            place: Some((own.doc, place.clone())),
            text: String::new(),
        })
    }

    /// Lines that name a source which no member of the group has.
    pub(super) fn foreign_names(&self, member: usize) -> Vec<Evidence> {
        let own = self.member(member);
        let as_evidence = |credit: &Credit| Evidence {
            doc: own.doc,
            exemplar: None,
            code: Code::NamesSource,
            strength: Strength::Weak,
            place: credit.place.clone().map(|place| (own.doc, place)),
            text: credit.line.clone(),
        };
        own.credits
            .iter()
            .filter(|credit| self.scale.is_foreign(credit))
            .map(as_evidence)
            .collect()
    }
}

/// What was done to a story, in words.
fn sum_up(kept: usize, operations: &[Operation]) -> String {
    let count = |operators: &[Operator]| -> u32 {
        let own = operations
            .iter()
            .filter(|op| operators.contains(&op.operator));
        own.map(|operation| operation.count).sum()
    };
    let put_in = [Operator::Insertion, Operator::Prepended, Operator::Appended];
    let told = [
        (count(&[Operator::TailCut]), "cut at the end"),
        (count(&[Operator::HeadCut]), "cut at the start"),
        (count(&[Operator::InteriorCut]), "cut within"),
        (count(&put_in), "put in"),
        (count(&[Operator::Edit]), "in other words"),
        (count(&[Operator::Move]), "moved"),
    ];
    let mut text = match kept {
        1 => "1 line kept".to_string(),
        kept => format!("{kept} lines kept"),
    };
    for (count, what) in told.iter().filter(|(count, _)| *count > 0) {
        text += &format!(", {count} {what}");
    }
    text
}

fn dates(x: &Member<'_>, y: &Member<'_>, code: Code, sign: &str) -> String {
    let of = |member: &Member<'_>| match code {
        Code::CollectedEarlier => member.document.collected,
        _ => member.dated().published(),
    };
    let show = |member| of(member).map_or(String::new(), |moment| moment.to_string());
    format!("{} {sign} {}", show(x), show(y))
}

/// The head of a text on one line.
fn shown(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
