//! What speaks for a claim of descent, and why none is made.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use crate::document::{Document, Moment};

use super::credit::Credit;
use super::evidence::{Code, Evidence, Strength};
use super::stemma::{Candidate, Member, credits, order, same_source};
use super::{Descent, Role};

/// The evidence that speaks for a chosen exemplar.
pub(super) fn reasons(members: &[Member<'_>], exemplar: usize, copy: usize) -> Vec<Evidence> {
    let (x, y) = (&members[exemplar], &members[copy]);
    let piece = |code, strength, place, text| Evidence {
        doc: y.doc,
        exemplar: Some(x.doc),
        code,
        strength,
        place,
        text,
    };
    let mut found = Vec::new();
    if let Some((Ordering::Less, code)) = order(x.document, y.document) {
        let strength = if code == Code::PublishedEarlier {
            Strength::Strong
        } else {
            Strength::Weak
        };
        found.push(piece(
            code,
            strength,
            None,
            dates(x.document, y.document, code),
        ));
    }
    if same_source(members, exemplar, copy) {
        let source = y.document.source.as_deref().unwrap_or_default().to_string();
        found.push(piece(Code::SameSource, Strength::Strong, None, source));
        if x.update < y.update {
            found.push(piece(
                Code::UpdateMarker,
                Strength::Strong,
                None,
                marker_text(y),
            ));
        }
    }
    if let Some(credit) = credits(y, x) {
        let place = credit.place.clone().map(|place| (y.doc, place));
        found.push(piece(
            Code::CreditsExemplar,
            Strength::Strong,
            place,
            credit.line.clone(),
        ));
    }
    found
}

fn dates(x: &Document, y: &Document, code: Code) -> String {
    let (from, to) = match code {
        Code::PublishedEarlier => (x.published, y.published),
        _ => (x.collected, y.collected),
    };
    let show = |moment: Option<Moment>| moment.map_or(String::new(), |moment| moment.to_string());
    format!("{} < {}", show(from), show(to))
}

fn marker_text(member: &Member<'_>) -> String {
    member
        .head
        .lines()
        .next()
        .unwrap_or("")
        .chars()
        .take(80)
        .collect()
}

pub(super) fn disputed(members: &[Member<'_>], exemplar: usize, copy: usize) -> Evidence {
    let (x, y) = (&members[exemplar], &members[copy]);
    let credit = credits(y, x);
    Evidence {
        doc: y.doc,
        exemplar: Some(x.doc),
        code: Code::DatesAgainstCredit,
        strength: Strength::Against,
        place: credit.and_then(|credit| Some((y.doc, credit.place.clone()?))),
        text: credit.map_or(String::new(), |credit| credit.line.clone()),
    }
}

pub(super) fn tie(members: &[Member<'_>], copy: usize, tied: &[Candidate]) -> Evidence {
    let names: Vec<&str> = tied
        .iter()
        .take(3)
        .map(|candidate| &*members[candidate.member].document.key)
        .collect();
    Evidence {
        doc: members[copy].doc,
        exemplar: tied.first().map(|candidate| members[candidate.member].doc),
        code: Code::Tie,
        strength: Strength::Against,
        place: None,
        text: names.join(" | "),
    }
}

/// Why nothing is claimed: said once for a member that stays unresolved.
pub(super) fn silence(
    members: &[Member<'_>],
    member: usize,
    descent: &Descent,
) -> Option<Evidence> {
    if descent.role != Role::Unresolved || descent.shared_source {
        return None;
    }
    let date = |m: usize| {
        members[m]
            .document
            .published
            .or(members[m].document.collected)
    };
    let mut others = (0..members.len()).filter(|&other| other != member);
    let undecided = |&other: &usize| {
        let order = order(members[member].document, members[other].document);
        !matches!(order, Some((Ordering::Less | Ordering::Greater, _)))
    };
    let other = others.find(undecided)?;
    let (code, text) = match (date(member), date(other)) {
        (Some(x), Some(y)) => (Code::OrderUnknown, format!("{x} and {y}")),
        (None, None) => (Code::NoDate, "neither text is dated".to_string()),
        (None, Some(_)) => (Code::NoDate, "this text is not dated".to_string()),
        (Some(_), None) => (Code::NoDate, "the other text is not dated".to_string()),
    };
    Some(Evidence {
        doc: members[member].doc,
        exemplar: Some(members[other].doc),
        code,
        strength: Strength::Against,
        place: None,
        text,
    })
}

/// Lines that name a source which no member of the group has.
pub(super) fn foreign_names(own: &Member<'_>, sources: &BTreeSet<Option<usize>>) -> Vec<Evidence> {
    let foreign = |credit: &&Credit| credit.source.is_none() || !sources.contains(&credit.source);
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
        .filter(foreign)
        .map(as_evidence)
        .collect()
}
