//! Whether a copy names the source that it was made from.

use crate::document::DocId;
use crate::lineage::{Code, Credit, CreditStatus, Evidence, SourceNames, Strength};
use crate::normalise::normalise;

/// A source, by its number where it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Named {
    Known(usize),
    /// The words of a name that no table has.
    Unknown(String),
}

impl Named {
    /// By any of its names; `None` for a name without words.
    pub fn of(name: &str, sources: &SourceNames) -> Option<Self> {
        if let Some(number) = sources.number(name) {
            return Some(Named::Known(number));
        }
        let words = normalise(name).canonical().to_string();
        (!words.is_empty()).then_some(Named::Unknown(words))
    }

    fn by(credit: &Credit) -> Self {
        match credit.source {
            Some(number) => Named::Known(number),
            None => Named::Unknown(normalise(&credit.name).canonical().to_string()),
        }
    }
}

/// The sources of one document and of what it was made from.
#[derive(Clone, Debug, Default)]
pub(super) struct Provenance {
    pub own: Option<Named>,
    /// Of the exemplar, or the missing source where there is no exemplar.
    pub exemplar: Option<Named>,
    /// Of the text at the top of the line of descent, or of what that was made from.
    pub origin: Option<Named>,
}

/// What the credits of a document come to.
#[derive(Clone, Debug, Default)]
pub(super) struct Credited {
    /// The credit that decided, else the first that names another source.
    pub credit: Option<Credit>,
    /// `None` where nothing says from whose text it was made.
    pub status: Option<CreditStatus>,
    /// Every other source that it says its words are from, that of `credit` first.
    pub names: Vec<String>,
}

/// Sets the credits of a document beside the lineage found.
pub(super) fn audit(from: &Provenance, credits: &[Credit]) -> Credited {
    let foreign = || {
        let own = |credit: &&Credit| from.own.as_ref() != Some(&Named::by(credit));
        credits.iter().filter(own)
    };
    let names = |whom: &Option<Named>, credit: &&Credit| Some(Named::by(credit)) == *whom;
    let is_right = |credit: &&Credit| names(&from.exemplar, credit) || names(&from.origin, credit);
    // A story that cites somebody is not credited to them.
    let of_the_text = || foreign().filter(|credit| credit.how.is_of_the_text());
    let right = of_the_text()
        .find(|credit| names(&from.exemplar, credit))
        .or_else(|| of_the_text().find(is_right))
        .or_else(|| foreign().find(is_right));
    let other = of_the_text().next();
    let made_from_another = from.exemplar.is_some() && from.exemplar != from.own;
    let status = made_from_another.then_some(match (right, other) {
        (Some(_), _) => CreditStatus::Credited,
        (None, Some(_)) => CreditStatus::Mismatched,
        (None, None) => CreditStatus::Uncredited,
    });
    let credit = right.or(other);
    let mut names: Vec<String> = Vec::new();
    for credit in credit.into_iter().chain(of_the_text()) {
        if !names.contains(&credit.name) {
            names.push(credit.name.clone());
        }
    }
    Credited {
        credit: credit.cloned(),
        status,
        names,
    }
}

/// A piece of evidence that says where the credit stands, unless `known` has one.
pub(super) fn piece(
    (doc, exemplar): (DocId, Option<DocId>),
    from: &Provenance,
    credit: &Credit,
    is_member: bool,
    known: &[Evidence],
) -> Option<Evidence> {
    let place = credit.place.clone().map(|place| (doc, place));
    let same = |piece: &Evidence| {
        piece.code.is_of_credits() && piece.place == place && piece.text == credit.line
    };
    if known.iter().any(same) {
        return None;
    }
    let named = Some(Named::by(credit));
    let of_exemplar = exemplar.is_some() && named == from.exemplar;
    let (code, strength) = match (of_exemplar, named == from.origin) {
        (true, _) if credit.how.is_of_the_text() => (Code::CreditsExemplar, Strength::Strong),
        (true, _) => (Code::CitesExemplar, Strength::Weak),
        (false, true) if exemplar.is_some() => (Code::CreditsOrigin, Strength::Weak),
        _ if is_member => (Code::NamesMember, Strength::Weak),
        _ => (Code::NamesSource, Strength::Weak),
    };
    Some(Evidence {
        doc,
        exemplar: exemplar.filter(|_| of_exemplar),
        code,
        strength,
        place,
        text: credit.line.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lineage::CreditKind;

    fn credit(how: CreditKind, at: usize, name: &str, source: Option<usize>) -> Credit {
        Credit {
            how,
            place: Some(at..at + 1),
            line: format!("({name})"),
            name: name.to_string(),
            source,
        }
    }

    fn from(own: usize, exemplar: Option<Named>, origin: Option<Named>) -> Provenance {
        Provenance {
            own: Some(Named::Known(own)),
            exemplar,
            origin,
        }
    }

    #[test]
    fn the_exemplar_the_origin_or_somebody_else() {
        let known = |number| Some(Named::Known(number));
        let credits = |source| [credit(CreditKind::Credit, 3, "X", Some(source))];
        let copy = from(0, known(1), known(2));
        let status = |credits: &[Credit]| audit(&copy, credits).status;
        assert_eq!(status(&credits(1)), Some(CreditStatus::Credited));
        assert_eq!(status(&credits(2)), Some(CreditStatus::Credited));
        assert_eq!(status(&credits(3)), Some(CreditStatus::Mismatched));
        assert_eq!(status(&credits(0)), Some(CreditStatus::Uncredited));
        assert_eq!(status(&[]), Some(CreditStatus::Uncredited));
        let both = [
            credit(CreditKind::Dateline, 1, "Y", Some(2)),
            credit(CreditKind::Credit, 3, "X", Some(1)),
        ];
        let told = audit(&copy, &both).credit.map(|credit| credit.name);
        assert_eq!(told.as_deref(), Some("X"));
        let revision = audit(&from(1, known(1), known(1)), &credits(3));
        assert_eq!((revision.status, revision.names), (None, vec!["X".into()]));
        assert_eq!(audit(&from(1, None, None), &credits(3)).status, None);
    }

    #[test]
    fn a_credit_comes_before_what_is_cited() {
        let cited = credit(CreditKind::Report, 1, "Wire", Some(1));
        let signed = credit(CreditKind::Credit, 9, "Wire", Some(1));
        let other = credit(CreditKind::Dateline, 0, "Hill", Some(2));
        let copy = from(0, Some(Named::Known(1)), None);
        let all = [other.clone(), cited.clone(), signed.clone()];
        assert_eq!(audit(&copy, &all).credit, Some(signed));
        assert_eq!(audit(&copy, &all).names, ["Wire", "Hill"]);
        let found = audit(&copy, &[other, cited.clone()]);
        assert_eq!(found.status, Some(CreditStatus::Credited));
        assert_eq!(found.credit, Some(cited.clone()));
        // Cited and nothing else: nobody is credited.
        let copy = from(0, Some(Named::Known(3)), None);
        assert_eq!(
            audit(&copy, &[cited]).status,
            Some(CreditStatus::Uncredited)
        );
    }

    #[test]
    fn a_missing_source_is_known_by_any_of_its_names() {
        let own = crate::config::aliases("Ostrel News Agency = ONA, ona.example").unwrap();
        let sources = SourceNames::with_aliases(["Post"], &own);
        let missing = Named::of("ONA", &sources);
        let number = sources.number("ostrel news agency");
        let copy = from(sources.number("Post").unwrap(), missing.clone(), missing);
        let signed = credit(CreditKind::Dateline, 0, "Ostrel News Agency", number);
        assert_eq!(audit(&copy, &[signed]).status, Some(CreditStatus::Credited));

        let unknown = Named::of("Velm Newsroom", &sources);
        let copy = from(0, unknown, None);
        let signed = credit(CreditKind::Credit, 0, "VELM NEWSROOM", None);
        assert_eq!(audit(&copy, &[signed]).status, Some(CreditStatus::Credited));
        assert_eq!(Named::of("--", &sources), None);
    }
}
